import type {Agent} from 'node:https';
import {FlockError} from '../flock/error.ts';
import {
	checkAccount,
	checkGrant,
	checkRequestToken,
	checkRevoked,
	parseForm,
	parseObject,
	readAccessLevel,
} from './answers.ts';
import {ask, type Call, type Way} from './ask.ts';
import {probe} from './probe.ts';
import {type Environment, host, type Route, routeFrom} from './proxy.ts';
import type {RequestedLink, Token, X} from './x.ts';

/** How X is reached. */
export type XOptions = {
	/** Practice's agent, in the place of the network. */
	agent?: Agent | undefined;
	/** `http://127.0.0.1:PORT`, in the place of `https://api.x.com` in links. */
	origin?: string | undefined;
	/** Where the proxy is looked for, unless there is an agent. */
	env: Environment;
	/** The seconds that X gets for an answer; 15 unless given. */
	deadlineSeconds?: number | undefined;
	/** This computer's clock, in milliseconds since 1970. */
	now?: (() => number) | undefined;
};

/** X by way of twitter-api-v2, which is only loaded by the first call. */
export function createX({agent, origin, env, deadlineSeconds = 15, now = Date.now}: XOptions): X {
	let known: Route | null = agent === undefined ? null : {agent, proxy: null};
	const way = (): Way => {
		// The timeout ends a proxy's tunnel that never comes to be; the deadline is kept elsewhere.
		known ??= routeFrom(env, {timeout: deadlineSeconds * 1000});
		return {...known, deadlineSeconds, now};
	};

	const requestLink: X['requestLink'] = async ({appKey, expectedHandle, access, signal}) => {
		const call: Call = {leg: 'request_token', appKey, signal, parse: parseForm};
		const {value} = await ask(way(), call, client =>
			client.generateAuthLink('oob', {
				linkMode: 'authorize',
				forceLogin: true,
				...(expectedHandle === null ? {} : {screenName: expectedHandle}),
				...(access === null ? {} : {authAccessType: access}),
			}),
		);
		const requestToken = checkRequestToken({...value});
		const link: RequestedLink = {...requestToken, url: inPractice(value.url, origin)};
		return link;
	};

	return {
		deadlineSeconds,
		requestLink,

		async exchangePin(appKey, requestToken, pin) {
			const token = {accessToken: requestToken.token, accessSecret: requestToken.tokenSecret};
			const call: Call = {leg: 'access_token', appKey, token, secrets: [pin], parse: parseForm};
			const {value, headers} = await ask(way(), call, client => client.login(pin));
			const grant = checkGrant({
				oauth_token: value.accessToken,
				oauth_token_secret: value.accessSecret,
				user_id: value.userId,
				screen_name: value.screenName,
			});
			return {...grant, accessLevel: readAccessLevel(headers)};
		},

		async whoIs(appKey, token, signal) {
			const call: Call = {leg: 'users_me', appKey, token: checkToken(token), signal, parse: parseObject};
			const {value, headers} = await ask(way(), call, client => client.v2.me());
			return {...checkAccount(value, token.accessToken), accessLevel: readAccessLevel(headers)};
		},

		async revoke(appKey, token, signal) {
			const call: Call = {
				leg: 'invalidate_token',
				appKey,
				token: checkToken(token),
				signal,
				parse: parseObject,
			};
			const {value} = await ask(way(), call, client =>
				client.post<unknown>(`https://${host}/1.1/oauth/invalidate_token`),
			);
			checkRevoked(value, token.accessToken);
		},

		async tryAppKey(appKey, signal) {
			await requestLink({appKey, expectedHandle: null, access: null, signal});
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
