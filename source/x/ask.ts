import type {IncomingHttpHeaders} from 'node:http';
import type {TwitterApi} from 'twitter-api-v2';
import {FlockError} from '../flock/error.ts';
import type {AppKey} from '../flock/key.ts';
import {
	type Circumstances,
	consequences,
	failureIn,
	type Leg,
	networkFailure,
	type Reply,
} from './classify.ts';
import {Deadline} from './deadline.ts';
import {failure} from './failures.ts';
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
	/** Reads the body of a whole answer. */
	parse: (text: string, leg: Leg) => unknown;
};

/**
 * Makes one call through twitter-api-v2, with a client and a guard of its own; never twice.
 * @throws FlockError for whatever goes wrong; nothing of the library's errors is kept, since they hold the
 * signature and the token.
 */
export async function ask<T>(
	way: Way,
	call: Call,
	send: (client: TwitterApi) => Promise<T>,
): Promise<{value: T; headers: IncomingHttpHeaders}> {
	checkAppKey(call.appKey);
	const [{TwitterApi}, {Guard}] = await Promise.all([import('twitter-api-v2'), import('./guard.ts')]);
	const {leg, appKey, token, signal, parse} = call;
	using deadline = new Deadline(way.deadlineSeconds, leg, signal);
	deadline.signal.throwIfAborted();
	const reader = new ReplyReader(() => deadline.end(failure('huge', {}, consequences('huge', leg))));
	const guard = new Guard(deadline.signal, reader, reply => {
		const found = failureIn(reply, circumstances());
		if (found !== null) {
			throw found;
		}

		return parse(reply.text, leg);
	});
	const circumstances = (): Circumstances => ({
		leg,
		now: way.now(),
		proxy: way.proxy,
		secrets: [
			...Object.values(appKey),
			...Object.values(token ?? {}),
			...(call.secrets ?? []),
			guard.signature,
		],
	});
	const client = new TwitterApi(
		{appKey: appKey.consumerKey, appSecret: appKey.consumerSecret, ...token},
		{httpAgent: way.agent, plugins: [guard]},
	);
	try {
		const value = await deadline.race(send(client));
		return {value, headers: reader.reply?.headers ?? {}};
	} catch (error) {
		throw deadline.signal.aborted
			? deadline.signal.reason
			: error instanceof FlockError
				? error
				: failureOf(reader.reply, guard.networkError, circumstances());
	}
}

/** The failure where the library gave up: by the answer as far as it came, else by the network's error. */
function failureOf(reply: Reply | null, networkError: unknown, circumstances: Circumstances): FlockError {
	if (reply === null) {
		return networkFailure(networkError, circumstances);
	}

	return (
		failureIn({...reply, whole: false}, circumstances) ??
		failure('torn', {}, consequences('torn', circumstances.leg))
	);
}

function checkAppKey({consumerKey, consumerSecret}: AppKey): void {
	if (![consumerKey, consumerSecret].every(part => /^[!-~]+$/.test(part))) {
		throw new FlockError(
			'bad-app-key',
			'The app’s key or secret is empty, or holds a space or a foreign character.',
			{
				hint: 'Copy the API Key and Secret (consumer key and secret) again from X’s developer portal.',
			},
		);
	}
}
