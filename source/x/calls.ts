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

/** The calls to X; the client library is only loaded by the first one that is signed. */
export type Calls = Omit<X, 'deadlineSeconds' | 'warning'>;

/** How X is reached, with nothing left to a default. */
export type CallsOptions = {
	/** Practice's agent, in the place of the network. */
	agent?: Agent | undefined;
	/** `http://127.0.0.1:PORT`, in the place of `https://api.x.com` in links. */
	origin?: string | undefined;
	/** Where the proxy is looked for, unless there is an agent. */
	env: Environment;
	/** The seconds that X gets for an answer. */
	deadlineSeconds: number;
	/** This computer's clock, in milliseconds since 1970. */
	now: () => number;
};

/** X's calls by way of twitter-api-v2. */
export function createCalls({agent, origin, env, deadlineSeconds, now}: CallsOptions): Calls {
	let known: Route | null = agent === undefined ? null : {agent, proxy: null};
	const way = (): Way => {
		// The timeout ends a proxy's tunnel that never comes to be, and a kept connection that nobody uses; the deadline
		// is kept elsewhere.
		known ??= routeFrom(env, {keepAlive: true, timeout: deadlineSeconds * 1000});
		return {...known, deadlineSeconds, now};
	};

	// Looked for once, not for each request.
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
			// Raw, since what it says is read here anyway.
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

/** An empty half would be left out of the signature, and X asked as nobody. */
function checkToken(token: Token): Token {
	if (token.accessToken === '' || token.accessSecret === '') {
		throw new FlockError('no-key', 'This bot’s key is incomplete.', {
			hint: 'Authorize the bot again: keymaker authorize BOT.',
		});
	}

	// A whole key may be handed in: only what signs goes on.
	return {accessToken: token.accessToken, accessSecret: token.accessSecret};
}

function inPractice(link: string, origin: string | undefined): string {
	const url = new URL(link);
	return origin === undefined ? url.href : `${origin}${url.pathname}${url.search}`;
}
