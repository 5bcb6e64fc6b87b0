import assert from 'node:assert/strict';
import {suite, test} from 'node:test';
import {approve} from '../helpers/approve.ts';
import {authorization, type Call, call, requestToken, xCode} from './call.ts';
import {authorize, practiceFor} from './fixture.ts';

suite('practice checks every signature', () => {
	const route = 'POST /oauth/request_token';
	const form = {oauth_callback: 'oob'};
	const refusals: [string, number, number, Partial<Call>][] = [
		['an app that it does not know', 401, 32, {appKey: {consumerKey: 'nobody', consumerSecret: 'practice'}}],
		[
			'a wrong app secret',
			401,
			32,
			{appKey: {consumerKey: 'practiceConsumerKey0001', consumerSecret: 'practice-wrong'}},
		],
		[
			'a form changed after signing',
			401,
			32,
			{forgedForm: {oauth_callback: 'oob', x_auth_access_type: 'write'}},
		],
		['a header changed after signing', 401, 32, {forged: {oauth_nonce: 'another'}}],
		['a value that differs between header and form', 401, 32, {forged: {oauth_callback: 'elsewhere'}}],
		['another method of signing', 401, 32, {forged: {oauth_signature_method: 'PLAINTEXT'}}],
		['no nonce', 401, 32, {forged: {oauth_nonce: ''}}],
		['a clock six minutes ahead', 401, 135, {ahead: 6 * 60}],
		['a clock six minutes behind', 401, 135, {ahead: -6 * 60}],
		['a time that is none', 401, 135, {forged: {oauth_timestamp: 'noon'}}],
		['no signature at all', 400, 215, {authorization: ''}],
		['a bearer token', 400, 215, {authorization: 'Bearer practice'}],
		['a header that cannot be decoded', 400, 215, {authorization: 'OAuth oauth_nonce="%E0%A4%A"'}],
	];
	for (const [what, status, code, spoilt] of refusals) {
		test(`${what} is refused with ${status}, code ${code}`, async t => {
			const practice = await practiceFor(t);
			const answer = await call(practice, {route, form, ...spoilt});
			assert.equal(answer.status, status);
			assert.equal(xCode(answer), code);
		});
	}

	test('a clock four minutes off is taken', async t => {
		const practice = await practiceFor(t);
		for (const ahead of [4 * 60, -4 * 60]) {
			assert.equal((await call(practice, {route, form, ahead})).status, 200);
		}
	});

	test('a nonce is taken once', async t => {
		const practice = await practiceFor(t);
		const signed = {route, form, authorization: authorization(practice, {route, form})};
		assert.equal((await call(practice, signed)).status, 200);
		const again = await call(practice, signed);
		assert.deepEqual([again.status, xCode(again)], [401, 32]);
	});

	test('a token that it never handed out is refused with code 89, a wrong secret with 32', async t => {
		const practice = await practiceFor(t);
		const known = await authorize(practice, 'harbour_poem');
		for (const me of ['GET /2/users/me', 'POST /1.1/oauth/invalidate_token', 'POST /2/tweets']) {
			const unknown = await call(practice, {route: me, token: {token: '1-practice', secret: 'practice'}});
			assert.deepEqual([unknown.status, xCode(unknown)], [401, 89]);
			const wrong = await call(practice, {route: me, token: {...known, secret: 'practice-wrong'}});
			assert.deepEqual([wrong.status, xCode(wrong)], [401, 32]);
			const none = await call(practice, {route: me});
			assert.deepEqual([none.status, xCode(none)], [401, 89]);
		}

		assert.equal((await call(practice, {route: 'GET /2/users/me', token: known})).status, 200);
	});

	test('an exchange signed with another request token’s secret is refused, and burns nothing', async t => {
		const practice = await practiceFor(t);
		const {token, secret, url} = await requestToken(practice);
		const pin = await approve(url, 'harbour_poem');
		const exchange = {route: 'POST /oauth/access_token', form: {oauth_verifier: pin}};
		const wrong = {token, secret: 'practice-wrong'};
		assert.equal(xCode(await call(practice, {...exchange, token: wrong})), 32);
		assert.equal((await call(practice, {...exchange, token: {token, secret}})).status, 200);
	});
});
