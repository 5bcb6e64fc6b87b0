import assert from 'node:assert/strict';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {inspect} from 'node:util';
import {FlockError} from '../../source/flock/error.ts';
import {createKeymaker, type Link} from '../../source/keymaker/keymaker.ts';
import {approve} from '../helpers/approve.ts';
import {type TestServices, testServices} from '../helpers/services.ts';

let place: TestServices;
beforeEach(async () => {
	place = await testServices({poems: ['harbour', 'kettle']});
});
afterEach(() => place.close());

async function linkAndPin(bot: string, account: string): Promise<[Link, string]> {
	const link = await place.services.keymaker.requestLink(bot);
	return [link, await approve(link.url, account)];
}

function withCode(code: string) {
	return (error: unknown) => {
		assert.ok(error instanceof FlockError, inspect(error));
		assert.equal(error.code, code);
		assert.notEqual(error.hint, '');
		return true;
	};
}

test('a link and its PIN become a key that is in force', async () => {
	const {keymaker, keystore} = place.services;
	const [link, pin] = await linkAndPin('harbour', 'harbour_poem');
	const outcome = await keymaker.submitPin(link, pin);
	assert.deepEqual([outcome.kind, outcome.key.handle], ['saved', 'harbour_poem']);
	const record = await keystore.get('harbour');
	assert.equal(record?.key?.userId, outcome.key.userId);
	assert.equal(
		(await keystore.appKey(outcome.key.consumerKey))?.consumerSecret,
		place.practice.appKey.consumerSecret,
	);
});

test('what the keymaker hands out holds no secret', async () => {
	const {keymaker, keystore} = place.services;
	const [link, pin] = await linkAndPin('harbour', 'harbour_poem');
	const outcome = await keymaker.submitPin(link, pin);
	const record = await keystore.get('harbour');
	const told =
		inspect([keymaker, link, outcome], {depth: null, showHidden: true}) + JSON.stringify([link, outcome]);
	for (const secret of [
		record?.key?.accessSecret,
		record?.key?.accessToken,
		place.practice.appKey.consumerSecret,
	]) {
		assert.ok(secret && !told.includes(secret));
	}
});

test('the expected handle, or that of the key in force, stands in the link', async () => {
	const {keymaker} = place.services;
	await keymaker.expectHandle('harbour', '@Harbour_Poem');
	assert.match((await keymaker.requestLink('harbour')).url, /&screen_name=Harbour_Poem$/);
	await place.authorize('kettle', 'kettle_poem');
	assert.match((await keymaker.requestLink('kettle')).url, /&screen_name=kettle_poem$/);
});

test('a handle that X could not have is refused', async () => {
	await assert.rejects(
		place.services.keymaker.expectHandle('harbour', 'no such handle'),
		withCode('bad-handle'),
	);
});

test('a PIN of an earlier link is refused, since a new link voids it', async () => {
	const {keymaker} = place.services;
	const [first, pin] = await linkAndPin('harbour', 'harbour_poem');
	await keymaker.requestLink('harbour');
	assert.equal(keymaker.isAlive(first), false);
	await assert.rejects(keymaker.submitPin(first, pin), withCode('link-void'));
});

test('what is no PIN leaves the link alive, and X is not asked', async () => {
	const {keymaker} = place.services;
	const [link, pin] = await linkAndPin('harbour', 'harbour_poem');
	const asked = place.practice.log().length;
	await assert.rejects(keymaker.submitPin(link, 'PIN'), withCode('pin-not-a-pin'));
	assert.equal(place.practice.log().length, asked);
	assert.equal((await keymaker.submitPin(link, pin)).kind, 'saved');
});

test('a wrong PIN ends its link', async () => {
	const {keymaker} = place.services;
	const [link, pin] = await linkAndPin('harbour', 'harbour_poem');
	await assert.rejects(
		keymaker.submitPin(link, pin === '1111111' ? '2222222' : '1111111'),
		withCode('x-pin-wrong'),
	);
	assert.equal(keymaker.isAlive(link), false);
});

test('after a refusal that did not touch the PIN, the same PIN may be tried again', async () => {
	const {keymaker} = place.services;
	for (const fault of ['access_token:401-32:1', 'access_token:429:1', 'access_token:401-135:1']) {
		const [link, pin] = await linkAndPin('harbour', 'harbour_poem');
		place.practice.setFault(fault);
		await assert.rejects(keymaker.submitPin(link, pin));
		assert.equal(keymaker.isAlive(link), true, fault);
		assert.equal((await keymaker.submitPin(link, pin)).kind, 'saved', fault);
	}
});

test('where nobody knows whether X took the PIN, its link is void', async () => {
	const {keymaker} = place.services;
	for (const fault of ['access_token:reset:1', 'access_token:torn:1', 'access_token:500:1']) {
		const [link, pin] = await linkAndPin('harbour', 'harbour_poem');
		place.practice.setFault(fault);
		await assert.rejects(keymaker.submitPin(link, pin), (error: unknown) => {
			assert.ok(error instanceof FlockError);
			assert.equal(error.uncertain, true, fault);
			return true;
		});
		assert.equal(keymaker.isAlive(link), false, fault);
	}
});

test('a link that comes after it is no longer wanted is dropped', async () => {
	const {keymaker} = place.services;
	const leaving = new AbortController();
	const asked = keymaker.requestLink('harbour', {signal: leaving.signal});
	leaving.abort();
	await assert.rejects(asked, withCode('cancelled'));
});

test('a key that comes after the person has left is held', async () => {
	const {keymaker, keystore} = place.services;
	const [link, pin] = await linkAndPin('harbour', 'harbour_poem');
	const leaving = new AbortController();
	const exchange = keymaker.submitPin(link, pin, {signal: leaving.signal});
	leaving.abort();
	await keymaker.settled();
	const outcome = await exchange;
	assert.equal(outcome.kind, 'held');
	const record = await keystore.get('harbour');
	assert.equal(record?.key, null);
	assert.equal(record?.held?.reason, 'late');
});

test('a bot whose held key is undecided gets no link', async () => {
	const {keymaker} = place.services;
	await place.authorize('harbour', 'harbour_poem');
	const [link, pin] = await linkAndPin('kettle', 'harbour_poem');
	const outcome = await keymaker.submitPin(link, pin, {replaceAccount: true});
	assert.deepEqual(outcome.kind === 'held' && [outcome.reason, outcome.otherBot], [
		'account-of-another-bot',
		'harbour',
	]);
	await assert.rejects(keymaker.requestLink('kettle'), withCode('held'));
	await keymaker.discard('kettle');
	await keymaker.requestLink('kettle');
});

test('keeping a held key puts it in force, and keeps the one that it replaces', async () => {
	const {keymaker, keystore} = place.services;
	const old = await place.authorize('harbour', 'harbour_poem');
	const [link, pin] = await linkAndPin('harbour', 'somebody_else');
	assert.equal((await keymaker.submitPin(link, pin)).kind, 'held');
	assert.equal((await keystore.get('harbour'))?.key?.accessToken, old.accessToken);
	assert.equal((await keymaker.keep('harbour')).handle, 'somebody_else');
	const record = await keystore.get('harbour');
	assert.equal(record?.key?.handle, 'somebody_else');
	assert.equal(record?.previous?.accessToken, old.accessToken);
	await assert.rejects(keymaker.keep('harbour'), withCode('no-held-key'));
});

test('without an app key nobody is sent to X', async () => {
	const {x, keystore, now} = place.services;
	const keymaker = createKeymaker({x, keystore, now, appSource: async () => null});
	await assert.rejects(keymaker.requestLink('harbour'), withCode('no-app-key'));
	assert.equal(place.practice.log().length, 0);
});

test('a place that cannot be written is found before anybody is sent to X', async () => {
	await writeFile(path.dirname(place.services.keystore.path), 'a file where the folder should be');
	await assert.rejects(place.services.keymaker.requestLink('harbour'), withCode('keystore-unwritable'));
	assert.equal(place.practice.log().length, 0);
});

test('a key that the keystore would not take waits in memory, and is saved by a retry', async () => {
	const {x, keystore, appSource, now} = place.services;
	let full = false;
	const keymaker = createKeymaker({
		x,
		appSource,
		now,
		keystore: {
			...keystore,
			async update(...change) {
				if (full) {
					throw new FlockError('keystore-full', 'There is no space left.', {hint: 'Free some space.'});
				}

				return keystore.update(...change);
			},
		},
	});
	const link = await keymaker.requestLink('harbour');
	const pin = await approve(link.url, 'harbour_poem');
	full = true;
	const outcome = await keymaker.submitPin(link, pin);
	assert.equal(outcome.kind, 'unsaved');
	assert.deepEqual(keymaker.unsaved(), ['harbour']);
	assert.ok(keymaker.reveal('harbour')?.accessSecret);
	assert.equal((await keymaker.retrySave('harbour')).kind, 'unsaved');
	full = false;
	assert.equal((await keymaker.retrySave('harbour')).kind, 'saved');
	assert.deepEqual(keymaker.unsaved(), []);
	assert.equal(keymaker.reveal('harbour'), null);
	assert.equal((await keystore.get('harbour'))?.key?.handle, 'harbour_poem');
});
