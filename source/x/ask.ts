import type {IncomingHttpHeaders} from 'node:http';
import {TwitterApi} from 'twitter-api-v2';
import {FlockError} from '../flock/error.ts';
import type {AppKey} from '../flock/key.ts';
import {type Circumstances, consequences, failureIn, type Leg, networkFailure} from './classify.ts';
import {Deadline} from './deadline.ts';
import {failure} from './failures.ts';
import {Guard, guardedAgent} from './guard.ts';
import type {Route} from './proxy.ts';
import {ReplyReader} from './reply.ts';
import type {Token} from './x.ts';

/** How to reach X, and how long it can take. */
export type Way = Route & {
	deadlineSeconds: number;
	/** This computer's clock, in milliseconds since 1970. */
	now: () => number;
};

/** One signed call. */
export type Call = {
	leg: Leg;
	appKey: AppKey;
	/** Signs with the app key, too. */
	token?: Token;
	/** What must not be shown besides the app key and the token. */
	secrets?: readonly string[];
	/** Cancels the call. */
	signal?: AbortSignal | undefined;
	/** True for a call that changes nothing at X and can be repeated. */
	reads?: boolean;
	/** Reads a complete answer's body. */
	parse: (text: string, leg: Leg) => Record<string, unknown>;
};

/** Calls the library. */
type Send<T> = (client: TwitterApi) => Promise<T>;

/** A complete answer that says that X did it. */
export type Answer<T> = {
	/** What stands in it. */
	fields: Record<string, unknown>;
	headers: IncomingHttpHeaders;
	/** What the library made of it; `null` if it failed. */
	made: T | null;
};

/**
 * Makes one call with twitter-api-v2, with its own client and guard. A reading call can use a kept
 * connection, and is repeated on a new one if that had died. Any other call is sent once, on a new
 * connection: a PIN lost on the way is lost for good.
 * @throws FlockError for any failure.
 */
export async function ask<T>(way: Way, call: Call, send: Send<T>): Promise<Answer<T>> {
	checkAppKey(call.appKey);
	using deadline = new Deadline(way.deadlineSeconds, call.leg, call.signal);
	deadline.throwIfEnded();
	// Signed again, since X accepts no signature twice.
	const onNew = () => attempt(way, call, send, deadline, null);
	return await (call.reads ? attempt(way, call, send, deadline, onNew) : onNew());
}

/** @param again for a call that can use a kept connection: called if that had died. */
async function attempt<T>(
	way: Way,
	call: Call,
	send: Send<T>,
	deadline: Deadline,
	again: (() => Promise<Answer<T>>) | null,
): Promise<Answer<T>> {
	const {leg, appKey, token} = call;
	const reader = new ReplyReader(() => deadline.end(failure('huge', {}, consequences('huge', leg))));
	const guard = new Guard({agent: way.agent, deadline, reader, mayReuse: again !== null});
	const client = new TwitterApi(
		{appKey: appKey.consumerKey, appSecret: appKey.consumerSecret, ...token},
		{httpAgent: guardedAgent(way.agent, guard), compression: 'identity'},
	);
	// Judged only by the answer: the library accepts incomplete ones, and its errors contain signature and
	// token.
	const made = await deadline.race(send(client).catch(() => null));
	const {reply} = reader;
	if (reply === null && again !== null && guard.metDeadConnection) {
		return await again();
	}

	const circumstances = new CallCircumstances(way, call, guard);
	const found =
		reply === null ? networkFailure(guard.networkError, circumstances) : failureIn(reply, circumstances);
	if (reply === null || found !== null) {
		throw found;
	}

	return {fields: call.parse(reply.text, leg), headers: reply.headers, made};
}

/** What explaining a failure needs; computed only if there is one. */
class CallCircumstances implements Circumstances {
	readonly leg: Leg;
	readonly proxy: string | null;
	readonly #way: Way;
	readonly #call: Call;
	readonly #guard: Guard;

	constructor(way: Way, call: Call, guard: Guard) {
		this.leg = call.leg;
		this.proxy = way.proxy;
		this.#way = way;
		this.#call = call;
		this.#guard = guard;
	}

	get now(): number {
		return this.#way.now();
	}

	get secrets(): string[] {
		const {appKey, token, secrets = []} = this.#call;
		return [...Object.values(appKey), ...Object.values(token ?? {}), ...secrets, this.#guard.signature];
	}
}

function checkAppKey({consumerKey, consumerSecret}: AppKey): void {
	if (![consumerKey, consumerSecret].every(part => /^[!-~]+$/.test(part))) {
		throw new FlockError(
			'bad-app-key',
			'The app’s key or secret is empty, or has a space or an invalid character.',
			{
				hint: 'Copy the API Key and Secret (consumer key and secret) again from X’s Developer Console.',
			},
		);
	}
}
