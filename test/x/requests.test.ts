import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {createX} from '../../source/x/create.ts';
import {runs} from '../helpers/thorough.ts';
import {
	appKey,
	assertNoSecret,
	calls,
	everythingOf,
	failureOf,
	goodAccount,
	goodGrant,
	goodLink,
	goodRevocation,
	pin,
	requestToken,
	token,
} from './fixtures.ts';
import {answer, startRawServer} from './raw-server.ts';

test('a link is asked for with the callback oob, and leads to authorize with the expected handle filled in', async t => {
	const server = await startRawServer(t, answer(goodLink, {headers: {'content-type': 'text/html'}}));
	const x = createX({agent: server.agent, env: {}});
	const link = await x.requestLink({appKey, expectedHandle: 'harbour_poem', access: 'write'});
	assert.deepEqual(link, {
		token: 'tok',
		tokenSecret: 'practice-sec',
		url: 'https://api.x.com/oauth/authorize?oauth_token=tok&force_login=true&screen_name=harbour_poem',
	});
	const [request = ''] = server.requests;
	assert.match(request, /^POST \/oauth\/request_token HTTP/);
	assert.match(request, /\r\nhost: api\.x\.com\r\n/i);
	assert.match(request, /\r\naccept-encoding: identity\r\n/i);
	assert.match(request, /\r\n\r\noauth_callback=oob&x_auth_access_type=write$/);
});

test('a link leaves open what is not known, and leads to practice where that is asked', async t => {
	const server = await startRawServer(t, answer(goodLink));
	const x = createX({agent: server.agent, origin: 'http://127.0.0.1:4321', env: {}});
	const link = await x.requestLink({appKey, expectedHandle: null, access: null});
	assert.equal(link.url, 'http://127.0.0.1:4321/oauth/authorize?oauth_token=tok&force_login=true');
	assert.match(server.requests[0] ?? '', /\r\n\r\noauth_callback=oob$/);
});

test('a PIN is sent as it is, leading zeros and all, and the grant tells whose it is', async t => {
	const server = await startRawServer(t, answer(goodGrant, {headers: {'x-access-level': 'read-write'}}));
	const x = createX({agent: server.agent, env: {}});
	assert.deepEqual(await x.exchangePin(appKey, requestToken, pin), {
		accessToken: '42-practiceGranted',
		accessSecret: 'practice-granted-secret',
		userId: '42',
		handle: 'harbour_poem',
		accessLevel: 'read-write',
	});
	assert.match(server.requests[0] ?? '', /^POST \/oauth\/access_token HTTP/);
	assert.match(server.requests[0] ?? '', /oauth_verifier=0012345/);
});

test('an access level that nobody knows is none', async t => {
	const server = await startRawServer(t, answer(goodGrant, {headers: {'x-access-level': 'everything'}}));
	const x = createX({agent: server.agent, env: {}});
	assert.equal((await x.exchangePin(appKey, requestToken, pin)).accessLevel, null);
});

test('X is asked who a token is', async t => {
	const server = await startRawServer(t, answer(goodAccount, {headers: {'x-access-level': 'read'}}));
	const x = createX({agent: server.agent, env: {}});
	assert.deepEqual(await x.whoIs(appKey, token), {
		userId: '1234567890',
		handle: 'harbour_poem',
		accessLevel: 'read',
	});
	assert.match(server.requests[0] ?? '', /^GET \/2\/users\/me HTTP/);
});

test('a token is revoked by a request that it signs itself', async t => {
	const server = await startRawServer(t, answer(goodRevocation));
	await createX({agent: server.agent, env: {}}).revoke(appKey, token);
	assert.match(server.requests[0] ?? '', /^POST \/1\.1\/oauth\/invalidate_token HTTP/);
	assert.match(server.requests[0] ?? '', /oauth_token="1234567890-practiceAccessTokenNotReal"/);
});

test('an app key is tried by a link that nobody uses', async t => {
	const server = await startRawServer(t, answer('{"errors":[{"code":32,"message":"No."}]}', {status: 401}));
	const x = createX({agent: server.agent, env: {}});
	assert.equal((await failureOf(x.tryAppKey(appKey))).code, 'x-app-key');
	server.behaviour = answer(goodLink);
	await x.tryAppKey(appKey);
});

for (const [name, bad] of Object.entries({
	'an empty key': {...appKey, consumerKey: ''},
	'a secret with a line end': {...appKey, consumerSecret: 'practice-secret\r\n'},
})) {
	test(`${name} is refused before X is asked`, async t => {
		const server = await startRawServer(t, answer(goodLink));
		const x = createX({agent: server.agent, env: {}});
		assert.equal((await failureOf(x.tryAppKey(bad))).code, 'bad-app-key');
		assert.equal(server.requests.length, 0);
	});
}

test('half a token is refused before X is asked', async t => {
	const server = await startRawServer(t, answer(goodAccount));
	const x = createX({agent: server.agent, env: {}});
	assert.equal((await failureOf(x.whoIs(appKey, {...token, accessSecret: ''}))).code, 'no-key');
	assert.equal(server.requests.length, 0);
});

test('a PIN of any text whatever reaches X or fails as a FlockError', async t => {
	const server = await startRawServer(t, answer(goodGrant));
	const x = createX({agent: server.agent, env: {}});
	await x.exchangePin(appKey, requestToken, ' \u202E%&=+ü');
	const sent = new URLSearchParams((server.requests[0] ?? '').split('\r\n\r\n')[1]);
	assert.equal(sent.get('oauth_verifier'), ' \u202E%&=+ü');
	await failureOf(x.exchangePin(appKey, requestToken, '\ud800'));
	assert.equal(server.requests.length, 1);
});

/** Answers that look good and are not: the call, the body, and the field that is named. */
const oddities: readonly (readonly [keyof typeof calls, string, string, string])[] = [
	['request_token', 'no token', goodLink.replace('oauth_token=tok&', ''), 'oauth_token'],
	['request_token', 'an empty token', goodLink.replace('=tok', '='), 'oauth_token'],
	['request_token', 'no secret', goodLink.replace(/oauth_token_secret=[^&]*&/, ''), 'oauth_token_secret'],
	['request_token', 'an unconfirmed callback', goodLink.replace('true', 'false'), 'oauth_callback_confirmed'],
	[
		'request_token',
		'no word on the callback',
		goodLink.replace(/&oauth_callback.*/, ''),
		'oauth_callback_confirmed',
	],
	['request_token', 'a control character in the token', goodLink.replace('=tok', '=to%1Bk'), 'oauth_token'],
	['request_token', 'JSON', '{"oauth_token":"x"}', 'oauth_callback_confirmed'],
	['request_token', 'plain text', 'Request token missing', 'oauth_callback_confirmed'],
	['access_token', 'no token', goodGrant.replace(/^oauth_token=[^&]*&/, ''), 'oauth_token'],
	['access_token', 'no secret', goodGrant.replace(/oauth_token_secret=[^&]*&/, ''), 'oauth_token_secret'],
	[
		'access_token',
		'a blank in the secret',
		goodGrant.replace('granted-', 'granted%20'),
		'oauth_token_secret',
	],
	['access_token', 'no user', goodGrant.replace('user_id=42&', ''), 'user_id'],
	['access_token', 'a user that is no number', goodGrant.replace('user_id=42', 'user_id=4x2'), 'user_id'],
	['access_token', 'another user’s token', goodGrant.replace('user_id=42', 'user_id=4'), 'oauth_token'],
	['access_token', 'no name', goodGrant.replace('harbour_poem', ''), 'screen_name'],
	['access_token', 'a hostile name', goodGrant.replace('harbour_poem', 'a%1B%5D0%3Bx%07'), 'screen_name'],
	[
		'access_token',
		'a name that turns the line',
		goodGrant.replace('harbour_poem', '%E2%80%AEa'),
		'screen_name',
	],
	['users_me', 'no data', '{}', 'id'],
	['users_me', 'null', '{"data":null}', 'id'],
	['users_me', 'a number as the id', '{"data":{"id":1234567890,"username":"a"}}', 'id'],
	['users_me', 'another account', goodAccount.replace('1234567890', '1234567891'), 'id'],
	['users_me', 'no name', '{"data":{"id":"1234567890"}}', 'username'],
	['users_me', 'a hostile name', goodAccount.replace('harbour_poem', '\\u001b[2J'), 'username'],
	['invalidate_token', 'nothing', '{}', 'access_token'],
	['invalidate_token', 'another token', '{"access_token":"1-other"}', 'access_token'],
];

for (const [leg, title, body, field] of oddities) {
	test(`${leg} answered with ${title}: nothing is taken from it, and ${field} is named`, async t => {
		const server = await startRawServer(t, answer(body));
		const error = await failureOf(calls[leg].make(createX({agent: server.agent, env: {}})));
		assert.equal(error.code, 'x-answer');
		assert.equal(error.message, `X’s answer was incomplete or malformed: ${field}.`);
		assertNoSecret(everythingOf(error), ['practice-granted-secret', '42-practiceGranted', 'practice-sec']);
	});
}

for (const [leg, title, body] of [
	['request_token', 'a field that comes twice', `${goodLink}&oauth_token=other`],
	['access_token', 'a field that comes twice', `${goodGrant}&user_id=43`],
	['users_me', 'an array', '[]'],
	['users_me', 'broken JSON', '{"data":{'],
	['invalidate_token', 'a form', 'access_token=x'],
] as const) {
	test(`${leg} answered with ${title} cannot be read`, async t => {
		const server = await startRawServer(t, answer(body));
		const error = await failureOf(calls[leg].make(createX({agent: server.agent, env: {}})));
		assert.equal(error.message, 'X’s answer cannot be read.');
	});
}

test('whatever X answers, it is a whole grant or a FlockError', async t => {
	const server = await startRawServer(t, answer(''));
	const x = createX({agent: server.agent, env: {}});
	const form = fc
		.record(
			{
				oauth_token: fc.oneof(fc.constant('42-practice'), fc.string()),
				oauth_token_secret: fc.oneof(fc.constant('practice'), fc.string()),
				user_id: fc.oneof(fc.constant('42'), fc.string()),
				screen_name: fc.oneof(fc.constant('moth'), fc.string()),
			},
			{requiredKeys: []},
		)
		.map(fields => new URLSearchParams(fields).toString());
	await fc.assert(
		fc.asyncProperty(
			fc.oneof(form, fc.string(), fc.json()),
			fc.constantFrom(200, 201, 401, 403, 500),
			async (body, status) => {
				server.behaviour = answer(body, {status});
				const result = await x.exchangePin(appKey, requestToken, pin).catch((error: unknown) => error);
				if (!(result instanceof Error)) {
					const {accessToken, accessSecret, userId, handle} = result as Awaited<
						ReturnType<typeof x.exchangePin>
					>;
					assert.match(accessToken, /^42-[!-~]*$/);
					assert.match(accessSecret, /^[!-~]+$/);
					assert.equal(userId, '42');
					assert.match(handle, /^\w+$/);
				} else {
					assert.equal(result.name, 'FlockError');
				}
			},
		),
		{numRuns: runs(150)},
	);
});
