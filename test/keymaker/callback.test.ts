import assert from 'node:assert/strict';
import {afterEach, beforeEach, test} from 'node:test';
import {callbackAddress} from '../../source/flock/callback.ts';
import type {Link, Outcome} from '../../source/keymaker/keymaker.ts';
import {approveBack, cancelBack} from '../helpers/approve.ts';
import {get} from '../helpers/get.ts';
import {type TestServices, testServices} from '../helpers/services.ts';

let place: TestServices;
beforeEach(async () => {
	place = await testServices({poems: ['harbour', 'kettle']});
});
afterEach(() => place.close());

/** Listens, asks for a link, sends what another program makes of that link, and hands in what came. */
async function delivered(
	bot: string,
	answer: (link: Link, port: number) => Promise<unknown>,
	replaceAccount = false,
): Promise<{outcome: Outcome; said: string[]}> {
	const {callback, keymaker} = place.services;
	const listening = await callback.listen(0);
	const link = await keymaker.requestLink(bot, {callback: listening.address});
	assert.equal(link.callback, listening.address);
	const coming = listening.expect(link.id);
	await answer(link, Number(new URL(listening.address).port));
	const delivery = await coming;
	assert.ok(delivery?.kind === 'verifier');
	const said: string[] = [];
	const outcome = await keymaker.submitDelivered(link, delivery.verifier, text => said.push(text), {
		replaceAccount,
	});
	listening.close();
	return {outcome, said};
}

/** What another local user does, who has read the link: authorizes it as himself, and sends the verifier on. */
const asAnother = (account: string) => async (link: Link, port: number) => {
	const address = new URL(await approveBack(link.url, account));
	await get(port, `${address.pathname}${address.search}`);
};

test('another user who has read the link and sends a verifier of his own gets nothing into force', async () => {
	const {outcome, said} = await delivered('harbour', asAnother('mallory'));
	assert.ok(outcome.kind === 'held');
	assert.equal(outcome.reason, 'by-callback');
	assert.deepEqual(said, [
		'You signed in as @mallory. Return to keymaker to confirm that this is harbour’s account.',
	]);
	const record = await place.services.keystore.get('harbour');
	assert.equal(record?.key, null);
	assert.equal(record?.held[0]?.key.handle, 'mallory');
});

test('nor where another handle is expected, where a key is there already, or with --replace-account', async () => {
	const {keymaker, keystore} = place.services;
	await keymaker.expectHandle('harbour', 'harbour_poem');
	const first = await delivered('harbour', asAnother('mallory'));
	assert.ok(first.outcome.kind === 'held' && first.outcome.reason === 'other-handle');
	await keymaker.discard('harbour', first.outcome.tokenId);

	const replacing = await delivered('harbour', asAnother('mallory'), true);
	assert.ok(replacing.outcome.kind === 'held' && replacing.outcome.reason === 'by-callback');

	const old = await place.authorize('kettle', 'kettle_poem');
	const other = await delivered('kettle', asAnother('mallory2'));
	assert.ok(other.outcome.kind === 'held' && other.outcome.reason === 'other-account');
	assert.equal((await keystore.get('kettle'))?.key?.accessToken, old.accessToken);
});

test('an expected handle, and the account of the key before, are saved without a question', async () => {
	const {keymaker, keystore} = place.services;
	await keymaker.expectHandle('harbour', 'harbour_poem');
	const {outcome, said} = await delivered('harbour', asAnother('harbour_poem'));
	assert.equal(outcome.kind, 'saved');
	assert.deepEqual(said, ['harbour is ready. You can close this page.']);
	await place.authorize('kettle', 'kettle_poem');
	assert.equal((await delivered('kettle', asAnother('kettle_poem'))).outcome.kind, 'saved');
	assert.equal((await keystore.get('harbour'))?.key?.handle, 'harbour_poem');
});

test('a verifier that X did not make gives no key; the link is void, and the page says so', async () => {
	const {callback, keymaker, keystore} = place.services;
	const listening = await callback.listen(0);
	const link = await keymaker.requestLink('harbour', {callback: listening.address});
	const coming = listening.expect(link.id);
	await get(
		Number(new URL(listening.address).port),
		`/keymaker?oauth_token=${link.id}&oauth_verifier=forged`,
	);
	assert.deepEqual(await coming, {kind: 'verifier', verifier: 'forged'});
	const said: string[] = [];
	await assert.rejects(
		keymaker.submitDelivered(link, 'forged', text => said.push(text)),
		{code: 'x-pin-wrong'},
	);
	assert.equal(keymaker.isAlive(link), false);
	assert.deepEqual(said, ['No key was made for harbour. Return to keymaker to see why.']);
	assert.equal(await keystore.get('harbour'), null);
	listening.close();
});

test('Cancel leads back with the link’s token alone', async () => {
	const {callback, keymaker} = place.services;
	const listening = await callback.listen(0);
	const link = await keymaker.requestLink('harbour', {callback: listening.address});
	assert.equal(await cancelBack(link.url), `${listening.address}?denied=${link.id}`);
	listening.close();
});

test('the address may be pasted by hand, which counts as a PIN', async () => {
	const {keymaker} = place.services;
	const link = await keymaker.requestLink('harbour', {callback: callbackAddress(8765)});
	const outcome = await keymaker.submitPin(link, await approveBack(link.url, 'harbour_poem'));
	assert.equal(outcome.kind, 'saved');
});

for (const [what, callbacks, code] of [
	[
		'whose settings hold other addresses',
		['http://127.0.0.1:8765/keymaker/', 'https://bots.invalid/back'],
		415,
	],
	['whose settings hold none', [], null],
] as const) {
	test(`an app ${what} shows a PIN instead, and the link says why`, async () => {
		const other = await testServices({poems: ['harbour'], callbacks});
		try {
			const {keymaker} = other.services;
			const link = await keymaker.requestLink('harbour', {callback: callbackAddress(8765)});
			assert.equal(link.callback, null);
			assert.equal(link.pinInstead?.code, 'x-callback');
			assert.match(link.pinInstead?.message ?? '', /http:\/\/127\.0\.0\.1:8765\/keymaker/);
			assert.deepEqual(
				other.practice.log().map(({status}) => status),
				[code === null ? 401 : 403, 200],
			);
			await other.authorize('harbour', 'harbour_poem');
		} finally {
			await other.close();
		}
	});
}
