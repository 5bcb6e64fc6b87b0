import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {ErrorCode} from '../../source/flock/error.ts';
import type {RequestToken} from '../../source/flock/key.ts';
import {type FaultKind, faults} from '../../source/practice/faults.ts';
import type {Practice} from '../../source/practice/practice.ts';
import {startPractice} from '../../source/practice/provider.ts';
import {createX} from '../../source/x/create.ts';
import type {Token, X} from '../../source/x/x.ts';
import {outOfTime} from '../helpers/deadline.ts';
import {assertNoSecret, everythingOf, failureOf} from './fixtures.ts';

const legs = ['request_token', 'access_token', 'users_me', 'invalidate_token'] as const;
type Leg = (typeof legs)[number];

/** The code that each fault gets; a function where it depends on the call. */
const expected: Record<FaultKind, ErrorCode | ((leg: Leg) => ErrorCode)> = {
	reset: 'x-network',
	hang: 'x-timeout',
	truncated: 'x-network',
	torn: 'x-network',
	'torn-quiet': 'x-network',
	dripping: 'x-timeout',
	huge: 'x-answer',
	redirect: 'x-answer',
	empty: 'x-answer',
	html: 'x-answer',
	'no-token': 'x-answer',
	unconfirmed: 'x-answer',
	'hostile-name': 'x-answer',
	'broken-json': 'x-answer',
	'xml-417': 'x-callback',
	'skewed-date': 'x-clock',
	'401-32': 'x-app-key',
	'401-89': leg =>
		leg === 'request_token' ? 'x-app-key' : leg === 'access_token' ? 'x-link-stale' : 'x-token',
	'401-135': 'x-clock',
	'403-415': 'x-callback',
	'403-453': 'x-plan',
	'403-not-enrolled': 'x-plan',
	'403-64': 'x-account-suspended',
	'403-326': 'x-account-locked',
	'403-416': 'x-app-suspended',
	'403-261': 'x-read-only',
	'403-user-suspended': 'x-account-suspended',
	'403-client-forbidden': 'x-plan',
	'403-unsupported': 'x-refused',
	'403-cloudflare': 'x-blocked',
	'403-xml-87': 'x-refused',
	'400-invalid-request': 'x-refused',
	'402-credits': 'x-plan',
	'404-not-found': 'x-account-unavailable',
	'429': 'x-rate-limit',
	'429-account-day': 'x-rate-limit',
	'429-app-day': 'x-rate-limit',
	'429-usage-capped': 'x-plan',
	'500': 'x-trouble',
	'503': 'x-trouble',
};

/** What a call needs: a link with its PIN, or a token. */
type Setting = {practice: Practice; x: X; link: RequestToken; pin: string; token: Token};

async function approve(practice: Practice, url: string, handle: string): Promise<string> {
	const page = await (await fetch(url)).text();
	const hidden = [...page.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)];
	const fields = new URLSearchParams(
		hidden.map(([, name = '', value = '']): [string, string] => [name, value]),
	);
	fields.set('other', handle);
	fields.set('action', 'authorize');
	const answer = await fetch(new URL('/oauth/authorize', practice.origin), {method: 'POST', body: fields});
	const pin = />(\d{7})</.exec(await answer.text())?.[1];
	assert.ok(pin, 'practice showed no PIN');
	return pin;
}

const calls: Record<Leg, (setting: Setting) => Promise<unknown>> = {
	request_token: ({x, practice}) =>
		x.requestLink({appKey: practice.appKey, expectedHandle: 'moth', access: 'write'}),
	access_token: ({x, practice, link, pin}) => x.exchangePin(practice.appKey, link, pin),
	users_me: ({x, practice, token}) => x.whoIs(practice.appKey, token),
	invalidate_token: ({x, practice, token}) => x.revoke(practice.appKey, token),
};

async function prepare(practice: Practice, x: X): Promise<Setting> {
	const request = {appKey: practice.appKey, expectedHandle: 'moth', access: null} as const;
	const first = await x.requestLink(request);
	const pin = await approve(practice, first.url, 'moth');
	const token = await x.exchangePin(practice.appKey, first, pin);
	const link = await x.requestLink(request);
	return {practice, x, link, pin: await approve(practice, link.url, 'moth'), token};
}

for (const {kind, legs: at} of faults) {
	for (const leg of legs.filter(candidate => at.includes(candidate))) {
		test(`practice’s ${kind} at ${leg} is told, and the call works once it is gone`, async () => {
			const practice = await startPractice({statePath: null, handles: ['moth']});
			try {
				const options = {agent: practice.agent, origin: practice.origin, env: {}};
				const setting = await prepare(practice, createX(options));
				const before = practice.log().length;

				practice.setFault(`${leg}:${kind}`);
				const code = expected[kind];
				const call = () => failureOf(calls[leg]({...setting, x: createX(options)}));
				const hasCome = () => practice.log().length > before;
				const error = await (code === 'x-timeout' ? outOfTime(15, hasCome, call) : call());
				assert.equal(error.code, typeof code === 'string' ? code : code(leg));
				assert.ok(error.message && error.hint);
				assertNoSecret(everythingOf(error), [
					...Object.values(practice.appKey),
					setting.link.tokenSecret,
					setting.pin,
					setting.token.accessToken,
					setting.token.accessSecret,
				]);
				assert.equal(practice.log().length, before + 1, 'a call was repeated, or never made');

				practice.clearFaults();
				await calls[leg](await prepare(practice, setting.x));
			} finally {
				await practice.close();
			}
		});
	}
}

test('through practice, a wrong PIN, a used PIN, a revoked token and a wrong app key are told apart', async () => {
	const practice = await startPractice({statePath: null, handles: ['moth']});
	try {
		const {appKey} = practice;
		const x = createX({agent: practice.agent, origin: practice.origin, env: {}});
		const setting = await prepare(practice, x);
		assert.equal((await failureOf(x.exchangePin(appKey, setting.link, '0000000'))).code, 'x-pin-wrong');
		assert.equal((await failureOf(x.exchangePin(appKey, setting.link, setting.pin))).code, 'x-link-stale');
		assert.equal((await x.whoIs(appKey, setting.token)).handle, 'moth');
		assert.equal((await x.probe()).clockSkewSeconds === null, false);
		await x.revoke(appKey, setting.token);
		assert.equal((await failureOf(x.whoIs(appKey, setting.token))).code, 'x-token');
		const wrong = {...appKey, consumerSecret: 'practice-wrong-secret'};
		assert.equal((await failureOf(x.tryAppKey(wrong))).code, 'x-app-key');
		await x.tryAppKey(appKey);
	} finally {
		await practice.close();
	}
});

test('a clock that is wrong is named with its amount, through practice', async () => {
	const practice = await startPractice({statePath: null, handles: [], fault: 'request_token:skewed-date:1'});
	try {
		const error = await failureOf(createX({agent: practice.agent, env: {}}).tryAppKey(practice.appKey));
		assert.match(error.message, /it is (2 hours|1 hour 59 minutes) behind X’s\./);
	} finally {
		await practice.close();
	}
});
