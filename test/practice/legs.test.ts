import assert from 'node:assert/strict';
import {suite, test} from 'node:test';
import {TwitterApi} from 'twitter-api-v2';
import type {Practice} from '../../source/practice/practice.ts';
import {newPin, userIdOf} from '../../source/practice/random.ts';
import {approve, cancel} from '../helpers/approve.ts';
import {call, requestToken, xCode} from './call.ts';
import {authorize, practiceFor} from './fixture.ts';

suite('the three legs of practice', () => {
	test('twitter-api-v2 goes through them unchanged, and its client then works', async t => {
		const practice = await practiceFor(t);
		const {consumerKey: appKey, consumerSecret: appSecret} = practice.appKey;
		const settings = {httpAgent: practice.agent};
		const link = await new TwitterApi({appKey, appSecret}, settings).generateAuthLink('oob', {
			linkMode: 'authorize',
			forceLogin: true,
			screenName: 'harbour_poem',
			authAccessType: 'write',
		});
		assert.equal(link.oauth_callback_confirmed, 'true');
		const pin = await approve(link.url.replace('https://api.x.com', practice.origin), 'harbour_poem');
		const login = await new TwitterApi(
			{appKey, appSecret, accessToken: link.oauth_token, accessSecret: link.oauth_token_secret},
			settings,
		).login(pin);
		assert.equal(login.screenName, 'harbour_poem');
		assert.equal(login.accessToken.split('-')[0], login.userId);
		assert.match(login.accessSecret, /practice/);

		const key = {appKey, appSecret, accessToken: login.accessToken, accessSecret: login.accessSecret};
		const client = new TwitterApi(key, settings);
		const me = await client.v2.me();
		assert.deepEqual(me.data, {id: login.userId, name: 'harbour_poem', username: 'harbour_poem'});
		const post = await client.v2.tweet('Boats (all of them) *knock* & wait, it’s late!');
		assert.equal(post.data.text, 'Boats (all of them) *knock* & wait, it’s late!');

		await client.v1.post('oauth/invalidate_token');
		await assert.rejects(client.v2.me(), {code: 401});
	});

	test('answers carry their length, a Date, and what the token may do', async t => {
		const practice = await practiceFor(t);
		const link = await requestToken(practice, {x_auth_access_type: 'read'});
		const answer = await call(practice, {
			route: 'POST /oauth/access_token',
			token: link,
			form: {oauth_verifier: await approve(link.url, 'kettle_poem')},
		});
		assert.equal(answer.headers['content-length'], String(Buffer.byteLength(answer.body)));
		assert.ok(Math.abs(Date.parse(answer.headers.date ?? '') - Date.now()) < 60_000);
		assert.equal(answer.headers['x-access-level'], 'read');
	});

	test('a token made for reading cannot post, and one made for writing can', async t => {
		const practice = await practiceFor(t);
		const post = {route: 'POST /2/tweets', json: {text: 'moth'}};
		const reader = await authorize(practice, 'moth_poem', {x_auth_access_type: 'read'});
		const refused = await call(practice, {...post, token: reader});
		assert.equal(refused.status, 403);
		assert.match(JSON.parse(refused.body).type, /oauth1-permissions/);

		const writer = await authorize(practice, 'moth_poem', {x_auth_access_type: 'write'});
		assert.equal((await call(practice, {...post, token: writer})).status, 201);
		assert.equal((await call(practice, {...post, token: writer, json: {text: ''}})).status, 400);
	});

	test('the same account, app and access get the same token again; other access another', async t => {
		const practice = await practiceFor(t);
		const first = await authorize(practice, 'harbour_poem');
		assert.deepEqual(await authorize(practice, 'Harbour_Poem'), first);
		const reading = await authorize(practice, 'harbour_poem', {x_auth_access_type: 'read'});
		assert.notEqual(reading.token, first.token);
		assert.equal(reading.userId, first.userId);
	});

	test('a callback other than oob is refused, and so is none', async t => {
		const practice = await practiceFor(t);
		for (const form of [{oauth_callback: 'https://bots.invalid/back'}, {other: 'x'}]) {
			const answer = await call(practice, {route: 'POST /oauth/request_token', form});
			assert.equal(answer.status, 403);
			assert.equal(xCode(answer), 415);
		}
	});

	test('a callback is an address of this computer’s own, which the app’s settings hold exactly', async t => {
		const address = 'http://127.0.0.1:8765/keymaker';
		const ask = async (practice: Practice, callback: string) =>
			(await call(practice, {route: 'POST /oauth/request_token', form: {oauth_callback: callback}})).status;
		const any = await practiceFor(t);
		assert.equal(await ask(any, address), 200);
		for (const bad of [
			'http://localhost:8765/keymaker',
			'https://127.0.0.1:8765/keymaker',
			'http://127.0.0.1/keymaker',
			`${address}?a=b`,
			'http://127.0.0.1:99999/keymaker',
			'http://127.0.0.1:8765@bots.invalid/keymaker',
		]) {
			assert.equal(await ask(any, bad), 403, bad);
		}

		const listed = await practiceFor(t, {callbacks: [address]});
		assert.equal(await ask(listed, address), 200);
		assert.equal(await ask(listed, `${address}/`), 403);
		assert.equal(await ask(listed, 'http://127.0.0.1:8766/keymaker'), 403);
		const none = await practiceFor(t, {callbacks: []});
		const refused = await call(none, {route: 'POST /oauth/request_token', form: {oauth_callback: address}});
		assert.equal(refused.status, 401);
		assert.match(refused.body, /oauth_callback value 'oob'/);
		assert.equal(await ask(none, 'oob'), 200);
	});

	test('the page of a link with a callback may lead there, and to no other place', async t => {
		const practice = await practiceFor(t);
		const policyOf = async (callback: string) => {
			const {url} = await requestToken(practice, {oauth_callback: callback});
			return (await fetch(url)).headers.get('content-security-policy') ?? '';
		};
		assert.match(
			await policyOf('http://127.0.0.1:8765/keymaker'),
			/form-action 'self' http:\/\/127\.0\.0\.1:8765;/,
		);
		assert.match(await policyOf('oob'), /form-action 'self';/);
	});

	test('a PIN works once', async t => {
		const practice = await practiceFor(t);
		const link = await requestToken(practice);
		const exchange = {
			route: 'POST /oauth/access_token',
			token: link,
			form: {oauth_verifier: await approve(link.url, 'harbour_poem')},
		};
		assert.equal((await call(practice, exchange)).status, 200);
		const again = await call(practice, exchange);
		assert.equal(again.status, 401);
		assert.equal(again.body, 'Request token missing');
		assert.match(again.headers['content-type'] ?? '', /^text\/plain/);
	});

	test('a wrong PIN burns its request token, so that the right one comes too late', async t => {
		const practice = await practiceFor(t);
		const link = await requestToken(practice);
		const pin = await approve(link.url, 'harbour_poem');
		const wrong = pin === '0000000' ? '1111111' : '0000000';
		const exchange = {route: 'POST /oauth/access_token', token: link};
		const refused = await call(practice, {...exchange, form: {oauth_verifier: wrong}});
		assert.equal(refused.status, 401);
		assert.match(refused.body, /invalid oauth_verifier/);
		const late = await call(practice, {...exchange, form: {oauth_verifier: pin}});
		assert.equal(late.body, 'Request token missing');
	});

	test('a PIN belongs to its own link', async t => {
		const practice = await practiceFor(t);
		const [one, other] = [await requestToken(practice), await requestToken(practice)];
		const pin = await approve(one.url, 'harbour_poem');
		let otherPin = await approve(other.url, 'harbour_poem');
		let token = other;
		while (otherPin === pin) {
			token = await requestToken(practice);
			otherPin = await approve(token.url, 'harbour_poem');
		}

		const answer = await call(practice, {
			route: 'POST /oauth/access_token',
			token,
			form: {oauth_verifier: pin},
		});
		assert.match(answer.body, /invalid oauth_verifier/);
	});

	test('a link that nobody authorized, or that was cancelled, gives no token', async t => {
		const practice = await practiceFor(t);
		const open = await requestToken(practice);
		const form = {oauth_verifier: '1234567'};
		const route = 'POST /oauth/access_token';
		assert.match((await call(practice, {route, token: open, form})).body, /invalid oauth_verifier/);
		const cancelled = await requestToken(practice);
		await cancel(cancelled.url);
		assert.equal((await call(practice, {route, token: cancelled, form})).body, 'Request token missing');
	});

	test('PINs have seven digits, and some begin with 0', () => {
		const pins = Array.from({length: 1000}, newPin);
		assert.ok(pins.every(pin => /^\d{7}$/.test(pin)));
		assert.ok(pins.some(pin => pin.startsWith('0')));
	});

	test('a user id is a number in digits that JavaScript cannot count to, the same for every spelling', () => {
		assert.match(userIdOf('harbour_poem'), /^\d{19}$/);
		assert.equal(userIdOf('Harbour_Poem'), userIdOf('harbour_poem'));
		assert.notEqual(userIdOf('kettle_poem'), userIdOf('harbour_poem'));
	});

	test('a user may be asked for 75 times in a quarter of an hour, and others are not touched by that', async t => {
		const practice = await practiceFor(t);
		const token = await authorize(practice, 'harbour_poem');
		const ask = {route: 'GET /2/users/me', token};
		for (let left = 74; left >= 0; left--) {
			const {status, headers} = await call(practice, ask);
			assert.equal(status, 200);
			assert.equal(headers['x-rate-limit-remaining'], String(left));
		}

		const refused = await call(practice, ask);
		assert.equal(refused.status, 429);
		assert.equal(xCode(refused), 88);
		assert.ok(Number(refused.headers['x-rate-limit-reset']) * 1000 > Date.now());
		const other = await authorize(practice, 'kettle_poem');
		assert.equal((await call(practice, {...ask, token: other})).status, 200);
	});

	test('close ends it, with requests that hang on it', async t => {
		const practice = await practiceFor(t, {fault: 'request_token:hang'});
		const hanging = assert.rejects(requestToken(practice));
		await t.waitFor(() => assert.equal(practice.log().length, 1));
		await practice.close();
		await hanging;
		await assert.rejects(fetch(practice.origin));
	});

	test('each app’s links and tokens are taken from that app alone', async t => {
		const other = {consumerKey: 'anotherPracticeApp', consumerSecret: 'another-practice-secret'};
		const practice = await practiceFor(t, {otherApps: [other]});
		const clientOf = (app: typeof other, token = {}) =>
			new TwitterApi(
				{appKey: app.consumerKey, appSecret: app.consumerSecret, ...token},
				{httpAgent: practice.agent},
			);
		const link = await clientOf(other).generateAuthLink('oob', {linkMode: 'authorize'});
		const pin = await approve(link.url.replace('https://api.x.com', practice.origin), 'harbour_poem');
		const request = {accessToken: link.oauth_token, accessSecret: link.oauth_token_secret};
		await assert.rejects(clientOf(practice.appKey, request).login(pin), {code: 401});
		const {accessToken, accessSecret} = await clientOf(other, request).login(pin);
		const key = {accessToken, accessSecret};
		assert.equal((await clientOf(other, key).v2.me()).data.username, 'harbour_poem');
		await assert.rejects(clientOf(practice.appKey, key).v2.me(), {code: 401});
		assert.notEqual((await authorize(practice, 'harbour_poem')).token, accessToken);
	});
});
