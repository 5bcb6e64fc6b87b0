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

/** How X is reached, and how long it may take. */
export type Way = Route & {
	deadlineSeconds: number;
	/** This computer's clock, in milliseconds since 1970. */
	now: () => number;
};

/** One signed call. */
export type Call = {
	leg: Leg;
	appKey: AppKey;
	/** Signs beside the app key. */
	token?: Token;
	/** What must not be shown besides the app key and the token. */
	secrets?: readonly string[];
	/** Cancels the call. */
	signal?: AbortSignal | undefined;
	/** True for a call that changes nothing at X, which may be made twice. */
	reads?: boolean;
	/** Reads the body of a whole answer. */
	parse: (text: string, leg: Leg) => Record<string, unknown>;
};

/** What the library is asked to do. */
type Send<T> = (client: TwitterApi) => Promise<T>;

/** A whole answer that says that X did what was asked. */
export type Answer<T> = {
	/** What stands in it. */
	fields: Record<string, unknown>;
	headers: IncomingHttpHeaders;
	/** What the library made of it; `null` where it could not. */
	made: T | null;
};

/**
 * Makes one call through twitter-api-v2, with a client and a guard of its own. One that only reads may go down a kept
 * connection, and goes once more down a new one where that had died; any other is sent once, down a new one: a PIN that
 * is lost on the way is lost for good.
 * @throws FlockError for whatever goes wrong.
 */
export async function ask<T>(way: Way, call: Call, send: Send<T>): Promise<Answer<T>> {
	checkAppKey(call.appKey);
	using deadline = new Deadline(way.deadlineSeconds, call.leg, call.signal);
	deadline.throwIfEnded();
	// Signed anew, since X takes no signature twice.
	const onNew = () => attempt(way, call, send, deadline, null);
	return await (call.reads ? attempt(way, call, send, deadline, onNew) : onNew());
}

/** @param again where the call may go down a kept connection: what is done where that had died. */
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
	// Judged by the answer alone: the library takes what is torn for whole, and its errors hold signature and token.
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

/** What is needed to say what a failure means; worked out only where there is one. */
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
