import assert from 'node:assert/strict';
import {suite, test} from 'node:test';
import {parseFaults} from '../../source/practice/fault-plan.ts';
import {faultOf, faults, hostileName, type Leg, legs} from '../../source/practice/faults.ts';
import type {Practice} from '../../source/practice/practice.ts';
import {approve} from '../helpers/approve.ts';
import {begin, type Call, call, type Received, requestToken, xCode} from './call.ts';
import {authorize, practiceFor} from './fixture.ts';

/** A call of the leg that succeeds where no fault is in the way. */
async function goodCall(practice: Practice, leg: Leg): Promise<Call> {
	switch (leg) {
		case 'request_token': {
			return {route: 'POST /oauth/request_token', form: {oauth_callback: 'oob'}};
		}

		case 'access_token': {
			const token = await requestToken(practice);
			const form = {oauth_verifier: await approve(token.url, 'harbour_poem')};
			return {route: 'POST /oauth/access_token', token, form};
		}

		case 'users_me': {
			return {route: 'GET /2/users/me', token: await authorize(practice, 'harbour_poem')};
		}

		case 'invalidate_token': {
			return {route: 'POST /1.1/oauth/invalidate_token', token: await authorize(practice, 'harbour_poem')};
		}

		case 'tweets': {
			const token = await authorize(practice, 'harbour_poem');
			return {route: 'POST /2/tweets', json: {text: 'moth'}, token};
		}
	}
}

/** What a caller sees of each fault. */
const seen: Record<string, (practice: Practice, made: Call) => Promise<void>> = {
	async reset(practice, made) {
		await assert.rejects(call(practice, made), {code: 'ECONNRESET'});
	},
	async truncated(practice, made) {
		await assert.rejects(call(practice, made), {code: 'ECONNRESET'});
	},
	async torn(practice, made) {
		const answer = await begin(practice, made);
		const chunks: Buffer[] = [];
		answer.on('data', (chunk: Buffer) => chunks.push(chunk));
		await assert.rejects(new Promise((resolve, reject) => answer.on('end', resolve).on('error', reject)));
		const body = Buffer.concat(chunks).toString();
		assert.ok(body.length < Number(answer.headers['content-length']));
		if (made.route.startsWith('POST /oauth/')) {
			const fields = new URLSearchParams(body);
			assert.match(fields.get('oauth_token') ?? '', /practice/);
			assert.match(fields.get('oauth_token_secret') ?? '', /^practice\w+$/);
			assert.ok((fields.get('oauth_token_secret') ?? '').length < 32);
		}
	},
	async 'torn-quiet'(practice, made) {
		const answer = await call(practice, made);
		assert.equal(answer.headers['content-length'], undefined);
		assert.equal(answer.headers['transfer-encoding'], undefined);
		if (made.route.startsWith('POST /oauth/')) {
			const secret = new URLSearchParams(answer.body).get('oauth_token_secret') ?? '';
			assert.ok(secret.startsWith('practice') && secret.length < 32);
		}
	},
	async dripping(practice, made) {
		const answer = await begin(practice, made);
		const first = await new Promise<Buffer>(resolve => {
			answer.once('data', resolve);
		});
		assert.equal(first.length, 1);
		assert.ok(Number(answer.headers['content-length']) > 50);
		answer.destroy();
	},
	async huge(practice, made) {
		let length = 0;
		for await (const chunk of await begin(practice, made)) {
			length += chunk.length;
			if (length > 8_000_000) {
				break;
			}
		}

		assert.ok(length > 8_000_000);
	},
	async hang(practice, made) {
		const before = practice.log().length;
		const hanging = assert.rejects(call(practice, made));
		await waitForFault(practice, before);
		practice.agent.destroy();
		await hanging;
	},
	redirect: answered(302, ({headers}) => assert.match(headers.location ?? '', /^https:\/\/.*\.invalid/)),
	empty: answered(200, ({body}) => assert.equal(body, '')),
	html: answered(200, ({body}) => assert.match(body, /^<!doctype html>/)),
	'no-token': answered(200, ({body}) => assert.doesNotMatch(body, /oauth_token|"id"/)),
	unconfirmed: answered(200, ({body}) => assert.match(body, /oauth_callback_confirmed=false/)),
	'hostile-name': answered(200, ({body}) => {
		const name = body.startsWith('{')
			? JSON.parse(body).data.username
			: new URLSearchParams(body).get('screen_name');
		assert.equal(name, hostileName);
	}),
	'broken-json': answered(200, ({body, headers}) => {
		assert.match(headers['content-type'] ?? '', /json/);
		assert.throws(() => JSON.parse(body));
	}),
	'xml-417': answered(403, ({body}) => assert.match(body, /^<\?xml.*code="417"/)),
	'skewed-date': answered(401, ({headers}) => {
		const hours = (Date.parse(headers.date ?? '') - Date.now()) / 3_600_000;
		assert.ok(hours > 1.9 && hours < 2.1);
	}),
	'403-not-enrolled': answered(403, ({body}) => assert.equal(JSON.parse(body).reason, 'client-not-enrolled')),
	'429': answered(429, answer => {
		assert.equal(xCode(answer), 88);
		assert.ok(Number(answer.headers['x-rate-limit-reset']) * 1000 > Date.now());
	}),
	'403-user-suspended': answered(403, answer => assert.match(typeOf(answer), /\/user-suspended$/)),
	'403-client-forbidden': answered(403, answer => assert.match(typeOf(answer), /\/client-forbidden$/)),
	'403-unsupported': answered(403, answer => assert.match(typeOf(answer), /\/unsupported-authentication$/)),
	'403-cloudflare': answered(403, ({body, headers}) => {
		assert.match(body, /^<!DOCTYPE html>/);
		assert.ok(headers['cf-ray']);
	}),
	'403-xml-87': answered(403, ({body}) => assert.match(body, /\n\t<error code="87">/)),
	'400-invalid-request': answered(400, answer => assert.match(typeOf(answer), /\/invalid-request$/)),
	'402-credits': answered(402, answer => assert.match(typeOf(answer), /\/credits$/)),
	'404-not-found': answered(404, answer => assert.match(typeOf(answer), /\/resource-not-found$/)),
	'429-account-day': answered(429, ({headers}) => {
		assert.equal(headers['x-rate-limit-remaining'], '74');
		assert.equal(headers['x-user-limit-24hour-remaining'], '0');
	}),
	'429-app-day': answered(429, ({headers}) => assert.equal(headers['x-app-limit-24hour-remaining'], '0')),
	'429-usage-capped': answered(429, answer => {
		assert.match(typeOf(answer), /\/usage-capped$/);
		assert.equal(answer.headers['x-rate-limit-remaining'], '39999');
	}),
	'500': answered(500, answer => assert.equal(xCode(answer), 131)),
	'503': answered(503, answer => assert.equal(xCode(answer), 130)),
};

for (const {kind} of faults) {
	const [, status, code] = /^(40[13])-(\d+)$/.exec(kind) ?? [];
	if (status !== undefined) {
		seen[kind] = answered(Number(status), answer => assert.equal(xCode(answer), Number(code)));
	}
}

function typeOf({body}: Received): string {
	return JSON.parse(body).type;
}

function answered(
	status: number,
	check: (answer: Received) => void,
): (practice: Practice, made: Call) => Promise<void> {
	return async (practice, made) => {
		const answer = await call(practice, made);
		assert.equal(answer.status, status);
		check(answer);
	};
}

async function waitForFault(practice: Practice, after: number): Promise<void> {
	while (practice.log()[after]?.fault == null) {
		await new Promise(resolve => setImmediate(resolve));
	}
}

suite('faults of practice', () => {
	for (const {kind, legs: at} of faults) {
		test(`${kind} is seen at ${at.join(', ')}, and gone once it is cleared`, async t => {
			const practice = await practiceFor(t);
			for (const leg of at) {
				const made = await goodCall(practice, leg);
				practice.setFault(`${leg}:${kind}`);
				await seen[kind]?.(practice, made);
				assert.equal(practice.log().at(-1)?.fault, kind);
				practice.clearFaults();
				const {status} = await call(practice, await goodCall(practice, leg));
				assert.ok(status === 200 || status === 201);
			}
		});
	}

	test('every fault has a check here, and a name of its own', () => {
		assert.deepEqual(Object.keys(seen).sort(), faults.map(({kind}) => kind).sort());
		assert.equal(new Set(faults.map(({kind}) => kind)).size, faults.length);
	});

	test('an answer that is lost on the way has used up its PIN, and the account’s token is the same', async t => {
		const practice = await practiceFor(t);
		const made = await goodCall(practice, 'access_token');
		practice.setFault('access_token:reset:1');
		await assert.rejects(call(practice, made));
		assert.equal((await call(practice, made)).body, 'Request token missing');
		const token = await authorize(practice, 'harbour_poem');
		assert.deepEqual(await authorize(practice, 'harbour_poem'), token);
	});

	test('a call that is refused has used up nothing', async t => {
		const practice = await practiceFor(t);
		const made = await goodCall(practice, 'access_token');
		practice.setFault('access_token:503:1');
		assert.equal((await call(practice, made)).status, 503);
		assert.equal((await call(practice, made)).status, 200);
	});

	test('TIMES counts, several faults come one after another, and other calls are not touched', async t => {
		const practice = await practiceFor(t, {fault: 'request_token:500:2, request_token:empty:1'});
		const answers: [number, number][] = [];
		for (let i = 0; i < 4; i++) {
			const {status, body} = await call(practice, await goodCall(practice, 'request_token'));
			answers.push([status, Math.sign(body.length)]);
		}

		assert.deepEqual(answers, [
			[500, 1],
			[500, 1],
			[200, 0],
			[200, 1],
		]);
	});

	test('any meets every call where the fault can happen', async t => {
		const practice = await practiceFor(t);
		const made = await Promise.all(legs.map(leg => goodCall(practice, leg)));
		practice.setFault('any:503');
		for (const each of made) {
			assert.equal((await call(practice, each)).status, 503);
		}

		practice.setFault('any:unconfirmed');
		assert.equal((await call(practice, await goodCall(practice, 'request_token'))).status, 200);
	});

	const wrong: [string, RegExp][] = [
		['request_tokn:reset', /there is no call “request_tokn”\. Did you mean “request_token”\?/],
		['users_me:rest', /there is no fault “rest”\. Did you mean “reset”\?/],
		['users_me:401-8', /Did you mean “401-89”\?/],
		['users_me', /there is no fault “”/],
		['users_me:unconfirmed', /unconfirmed cannot happen at users_me/],
		['users_me:reset:0', /TIMES must be a number, 1 or more/],
		['users_me:reset:often', /TIMES must be a number, 1 or more/],
		['users_me:reset:1:1', /TIMES must be a number, 1 or more/],
		['any:reset,ani:reset', /Did you mean “any”\?/],
	];
	for (const [spec, message] of wrong) {
		test(`“${spec}” is refused, and what is right is named`, async () => {
			assert.throws(() => parseFaults(spec), {code: 'usage', message});
		});
	}

	test('a wrong fault keeps practice from starting', async t => {
		await assert.rejects(practiceFor(t, {fault: 'users_me:rest'}), {code: 'usage'});
	});

	test('no fault is planned by an empty text', () => {
		assert.deepEqual(parseFaults(' , '), []);
		assert.equal(faultOf('hang').how, 'delivery');
	});
});

suite('the control routes', () => {
	const authorization = 'Bearer practice-control';

	test('set faults and tell what was asked, without a secret', async t => {
		const practice = await practiceFor(t, {controlToken: 'practice-control'});
		const faultsRoute = `${practice.origin}/practice/faults`;
		const set = (body: string): Promise<Response> =>
			fetch(faultsRoute, {method: 'POST', headers: {authorization}, body});
		assert.equal((await set('request_token:500')).status, 200);
		assert.equal((await call(practice, await goodCall(practice, 'request_token'))).status, 500);
		const refused = await set('request_token:501');
		assert.equal(refused.status, 400);
		assert.match(await refused.text(), /Did you mean/);
		assert.equal((await set('')).status, 200);
		const {secret, token} = await requestToken(practice);

		const log = await (await fetch(`${practice.origin}/practice/log`, {headers: {authorization}})).text();
		const asked = JSON.parse(log).filter(({path}: {path: string}) => path === '/oauth/request_token');
		assert.deepEqual(
			asked.map(({status, fault}: {status: number; fault: string | null}) => [status, fault]),
			[
				[500, '500'],
				[200, null],
			],
		);
		assert.ok(![secret, token, 'practice-control'].some(word => log.includes(word)));
	});

	test('are shut without their token, and not there at all where none was given', async t => {
		for (const [options, status] of [
			[{controlToken: 'practice-control'}, 403],
			[{}, 404],
		] as const) {
			const practice = await practiceFor(t, options);
			for (const headers of [{}, {authorization: 'Bearer guessed'}, {authorization: 'Bearer undefined'}]) {
				assert.equal((await fetch(`${practice.origin}/practice/log`, {headers})).status, status);
			}
		}
	});
});
