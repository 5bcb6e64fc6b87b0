import assert from 'node:assert/strict';
import {inspect} from 'node:util';
import {errorLabel, FlockError} from '../../source/flock/error.ts';
import type {X} from '../../source/x/x.ts';

export const appKey = {
	consumerKey: 'practice-consumer-key-7Qx2',
	consumerSecret: 'practice/consumer+secret%=not-a-real-one',
};

export const requestToken = {token: 'practiceRequestToken', tokenSecret: 'practice-request-secret-not-real'};

export const token = {
	accessToken: '1234567890-practiceAccessTokenNotReal',
	accessSecret: 'practice&access#secret-not-a-real-one',
};

export const pin = '0012345';

/** Whatever must never be shown; the PIN and the consumer key too. */
export const secrets = [
	...Object.values(appKey),
	requestToken.tokenSecret,
	...Object.values(token),
	pin,
].flatMap(secret => [secret, encodeURIComponent(secret)]);

export const goodLink = 'oauth_token=tok&oauth_token_secret=practice-sec&oauth_callback_confirmed=true';
export const goodGrant =
	'oauth_token=42-practiceGranted&oauth_token_secret=practice-granted-secret&user_id=42&screen_name=harbour_poem';
export const goodAccount = JSON.stringify({
	data: {id: '1234567890', name: 'Harbour', username: 'harbour_poem'},
});
export const goodRevocation = JSON.stringify({access_token: token.accessToken});

/** Every signed call, with an answer that is good for it. */
export const calls = {
	request_token: {
		good: goodLink,
		make: (x: X, signal?: AbortSignal) => x.requestLink({appKey, expectedHandle: null, access: null, signal}),
	},
	access_token: {good: goodGrant, make: (x: X) => x.exchangePin(appKey, requestToken, pin)},
	users_me: {good: goodAccount, make: (x: X, signal?: AbortSignal) => x.whoIs(appKey, token, signal)},
	invalidate_token: {
		good: goodRevocation,
		make: (x: X, signal?: AbortSignal) => x.revoke(appKey, token, signal),
	},
} as const;

/** The error of a promise that must reject with a `FlockError`. */
export async function failureOf(promise: Promise<unknown>): Promise<FlockError> {
	const error = await promise.then(
		value => assert.fail(`It did not fail, but gave ${inspect(value)}`),
		(reason: unknown) => reason,
	);
	assert.ok(error instanceof FlockError, inspect(error));
	return error;
}

/** Everything that anybody could print of an error. */
export function everythingOf(error: FlockError): string {
	return [
		inspect(error, {showHidden: true, depth: null, getters: true}),
		inspect(error.cause, {showHidden: true, depth: null, getters: true}),
		JSON.stringify(error),
		JSON.stringify(error, Object.getOwnPropertyNames(error)),
		String(error),
		errorLabel(error),
		error.stack,
	].join('\n');
}

/** Fails where a text holds any of the secrets. */
export function assertNoSecret(text: string, more: readonly string[] = []): void {
	for (const secret of [...secrets, ...more]) {
		assert.ok(!holds(text, secret), `The secret ${secret} is shown in:\n${text}`);
	}
}

/** True where a text holds a secret; a PIN not where its digits stand by chance within a longer number. */
export function holds(text: string, secret: string): boolean {
	return /^\d+$/.test(secret) ? new RegExp(`(?<!\\d)${secret}(?!\\d)`).test(text) : text.includes(secret);
}
