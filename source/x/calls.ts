import type {Agent} from 'node:https';
import {FlockError} from '../flock/error.ts';
import type {Environment} from '../system/environment.ts';
import {
	checkAccount,
	checkGrant,
	checkRequestToken,
	checkRevoked,
	parseForm,
	parseObject,
	readAccessLevel,
} from './answers.ts';
import type {Call, Way} from './ask.ts';
import {failure} from './failures.ts';
import {probe} from './probe.ts';
import {host, type Route, routeFrom} from './proxy.ts';
import type {RequestedLink, Token, X} from './x.ts';

/** The calls to X. The first signed one loads the client library. */
export type Calls = Omit<X, 'deadlineSeconds' | 'warning'>;

/** How to reach X, without defaults. */
export type CallsOptions = {
	/** Practice's agent, instead of the network. */
	agent?: Agent | undefined;
	/** `http://127.0.0.1:PORT`, instead of `https://api.x.com` in links. */
	origin?: string | undefined;
	/** Where to look for a proxy, unless there is an agent. */
	env: Environment;
	/** How many seconds X has to answer. */
	deadlineSeconds: number;
	/** This computer's clock, in milliseconds since 1970. */
	now: () => number;
};

/** X's calls with twitter-api-v2. */
export function createCalls({agent, origin, env, deadlineSeconds, now}: CallsOptions): Calls {
	let known: Route | null = agent === undefined ? null : {agent, proxy: null};
	const way = (): Way => {
		// The timeout ends a proxy's tunnel that never opens, and an unused kept connection. The deadline is
		// elsewhere.
		known ??= routeFrom(env, {keepAlive: true, timeout: deadlineSeconds * 1000});
		return {...known, deadlineSeconds, now};
	};

	// Looked up once, not for each request.
	let loading: Promise<typeof import('./ask.ts')> | null = null;
	const ask: typeof import('./ask.ts').ask = async (...call) => {
		loading ??= import('./ask.ts');
		return (await loading).ask(...call);
	};

	const requestLink: X['requestLink'] = async ({appKey, expectedHandle, access, callback, signal}) => {
		const call: Call = {leg: 'request_token', appKey, signal, parse: parseForm};
		const {fields, made} = await ask(way(), call, client =>
			client.generateAuthLink(callback ?? 'oob', {
				linkMode: 'authorize',
				forceLogin: true,
				...(expectedHandle === null ? {} : {screenName: expectedHandle}),
				...(access === null ? {} : {authAccessType: access}),
			}),
		);
		const requestToken = checkRequestToken(fields);
		if (made === null) {
			throw failure('unreadable');
		}

		const link: RequestedLink = {...requestToken, url: inPractice(made.url, origin)};
		return link;
	};

	return {
		requestLink,

		async exchangePin(appKey, requestToken, pin) {
			const token = {accessToken: requestToken.token, accessSecret: requestToken.tokenSecret};
			const call: Call = {leg: 'access_token', appKey, token, secrets: [pin], parse: parseForm};
			const {fields, headers} = await ask(way(), call, client => client.login(pin));
			return {...checkGrant(fields), accessLevel: readAccessLevel(headers)};
		},

		async whoIs(appKey, token, signal) {
			const call: Call = {
				leg: 'users_me',
				appKey,
				token: checkToken(token),
				signal,
				reads: true,
				parse: parseObject,
			};
			// Raw, since its contents are parsed here anyway.
			const {fields, headers} = await ask(way(), call, client =>
				client.get<unknown>(`https://${host}/2/users/me`, undefined, {forceParseMode: 'buffer'}),
			);
			return {...checkAccount(fields, token.accessToken), accessLevel: readAccessLevel(headers)};
		},

		async revoke(appKey, token, signal) {
			const call: Call = {
				leg: 'invalidate_token',
				appKey,
				token: checkToken(token),
				signal,
				parse: parseObject,
			};
			const {fields} = await ask(way(), call, client =>
				client.post<unknown>(`https://${host}/1.1/oauth/invalidate_token`),
			);
			checkRevoked(fields, token.accessToken);
		},

		async tryAppKey(appKey, signal, callback = null) {
			await requestLink({appKey, expectedHandle: null, access: null, callback, signal});
		},

		async probe(signal) {
			return probe(way(), signal);
		},
	};
}

/** An empty half would be left out of the signature, and the call would be anonymous. */
function checkToken(token: Token): Token {
	if (token.accessToken === '' || token.accessSecret === '') {
		throw new FlockError('no-key', 'This bot’s key is incomplete.', {
			hint: 'Authorize the bot again: keymaker authorize BOT.',
		});
	}

	// A whole key can be passed in: only the signing part goes on.
	return {accessToken: token.accessToken, accessSecret: token.accessSecret};
}

function inPractice(link: string, origin: string | undefined): string {
	const url = new URL(link);
	return origin === undefined ? url.href : `${origin}${url.pathname}${url.search}`;
}
