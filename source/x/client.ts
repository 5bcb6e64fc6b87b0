import type {Agent} from 'node:https';
import {inspect} from 'node:util';
import {TwitterApi} from 'twitter-api-v2';
import type {AppKey} from '../flock/key.ts';
import type {Environment} from '../system/environment.ts';
import {routeFrom} from './proxy.ts';
import type {Token} from './x.ts';

/** How a client reaches X. */
export type ClientOptions = {
	/** Practice's agent. */
	agent?: Agent | undefined;
	/** Where to look for a proxy, unless there is an agent. */
	env: Environment;
};

/**
 * A plain client for a bot's own program. Unlike the library's own, it shows no secret to `inspect`,
 * `console.log` or `JSON.stringify`.
 * @throws FlockError `x-proxy` for an unusable proxy.
 */
export function createClient(appKey: AppKey, token: Token, {agent, env}: ClientOptions): TwitterApi {
	const client = new TwitterApi(
		{
			appKey: appKey.consumerKey,
			appSecret: appKey.consumerSecret,
			accessToken: token.accessToken,
			accessSecret: token.accessSecret,
		},
		{httpAgent: agent ?? routeFrom(env, {keepAlive: true}).agent},
	);
	// The one object with the secrets, shared by the client and all clients made from it.
	const maker: Record<string, unknown> = Reflect.get(client, '_requestMaker');
	for (const [name, first] of Object.entries(maker)) {
		hide(maker, name, first);
	}

	Object.defineProperties(maker, {
		toJSON: {value: () => ({})},
		[inspect.custom]: {value: () => 'ClientRequestMaker {}'},
	});
	return client;
}

/** Replaces a field with a getter and a setter: printing calls neither, whatever its options. */
function hide(owner: object, name: string, first: unknown): void {
	let value = first;
	Object.defineProperty(owner, name, {
		enumerable: true,
		configurable: true,
		get: () => value,
		set(next) {
			value = next;
		},
	});
}
