import assert from 'node:assert/strict';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {inspect} from 'node:util';
import {FlockError} from '../../source/flock/error.ts';
import {tokenIdOf} from '../../source/flock/key.ts';
import {revokeBot} from '../../source/keymaker/forget.ts';
import {createKeymaker, type Link, type Outcome} from '../../source/keymaker/keymaker.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {unfinishedWork} from '../../source/system/unfinished.ts';
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
	assert.equal(record?.held[0]?.reason, 'late');
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
	await keymaker.discard('kettle', outcome.tokenId);
	await keymaker.requestLink('kettle');
});

test('a discarded key can be had back until the program ends: it waits for a decision again, once', async () => {
	const {keymaker, keystore} = place.services;
	await place.authorize('harbour', 'harbour_poem');
	const [link, pin] = await linkAndPin('kettle', 'harbour_poem');
	const {tokenId} = await keymaker.submitPin(link, pin);
	const before = await keystore.get('kettle');
	assert.equal(before?.held.length, 1);
	const {undo} = await keymaker.discard('kettle', tokenId);
	assert.equal((await keystore.get('kettle'))?.held.length ?? 0, 0);
	await undo();
	assert.deepEqual((await keystore.get('kettle'))?.held, before?.held);
	await undo();
	assert.equal((await keystore.get('kettle'))?.held.length, 1);
	assert.equal((await keymaker.keep('kettle', tokenId)).inForce?.handle, 'harbour_poem');
});

test('keeping a held key puts it in force, and keeps the one that it replaces', async () => {
	const {keymaker, keystore} = place.services;
	const old = await place.authorize('harbour', 'harbour_poem');
	const [link, pin] = await linkAndPin('harbour', 'somebody_else');
	const {kind, tokenId} = await keymaker.submitPin(link, pin);
	assert.equal(kind, 'held');
	assert.equal((await keystore.get('harbour'))?.key?.accessToken, old.accessToken);
	assert.equal((await keymaker.keep('harbour', tokenId)).key.handle, 'somebody_else');
	const record = await keystore.get('harbour');
	assert.equal(record?.key?.handle, 'somebody_else');
	assert.equal(record?.previous?.accessToken, old.accessToken);
	await assert.rejects(keymaker.keep('harbour', tokenId), withCode('held-changed'));
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
					throw new FlockError('keystore-full', 'No space is left.', {hint: 'Free up some space.'});
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
	assert.ok(keymaker.reveal('harbour')[0]?.accessSecret);
	assert.equal((await keymaker.retrySave('harbour'))[0]?.kind, 'unsaved');
	full = false;
	assert.equal((await keymaker.retrySave('harbour'))[0]?.kind, 'saved');
	assert.deepEqual(keymaker.unsaved(), []);
	assert.deepEqual(keymaker.reveal('harbour'), []);
	assert.equal((await keystore.get('harbour'))?.key?.handle, 'harbour_poem');
});

test('the account of a bot that is expected to speak as another is held, though it has the same token already', async () => {
	const {keymaker, keystore} = place.services;
	const old = await place.authorize('harbour', 'ant');
	await keymaker.expectHandle('harbour', 'other_name');
	const [link, pin] = await linkAndPin('harbour', 'ant');
	const outcome = await keymaker.submitPin(link, pin);
	assert.deepEqual(outcome.kind === 'held' && outcome.reason, 'other-handle');
	const record = await keystore.get('harbour');
	assert.equal(record?.key?.accessToken, old.accessToken);
	assert.equal(record?.key?.authorizedAt, old.authorizedAt);
	assert.equal(record?.held[0]?.key.accessToken, old.accessToken);
	await keymaker.keep('harbour', outcome.tokenId);
	assert.equal((await keystore.get('harbour'))?.expectedHandle, 'ant');
});

test('two windows that each make a key for one bot both keep it, and each decides about what it has shown', async () => {
	const {x, appSource, now, keystore, keymaker} = place.services;
	const other = createKeymaker({
		x,
		appSource,
		now,
		keystore: openKeystore({
			folder: path.dirname(keystore.path),
			flock: 'test',
			poems: place.services.poems.path,
		}),
	});
	await place.authorize('harbour', 'ant');
	const [bee, cat] = [await keymaker.requestLink('harbour'), await other.requestLink('harbour')];
	const first = await keymaker.submitPin(bee, await approve(bee.url, 'bee'));
	const second = await other.submitPin(cat, await approve(cat.url, 'cat'));
	assert.deepEqual([first.kind, second.kind], ['held', 'held']);
	const handles = async () => (await keystore.get('harbour'))?.held.map(({key}) => key.handle);
	assert.deepEqual(await handles(), ['bee', 'cat']);
	await assert.rejects(other.requestLink('harbour'), (error: unknown) => {
		assert.match(String(error), /2 keys of @bee and @cat wait/);
		return withCode('held')(error);
	});

	const {inForce, replaced, left} = await keymaker.keep('harbour', first.tokenId);
	assert.deepEqual([inForce?.handle, replaced?.handle], ['bee', 'ant']);
	assert.deepEqual(
		left.map(({tokenId}) => tokenId),
		[second.tokenId],
	);
	assert.deepEqual(await handles(), ['cat']);
	await assert.rejects(other.discard('harbour', first.tokenId), withCode('held-changed'));
	assert.equal((await keystore.get('harbour'))?.key?.handle, 'bee');
	await other.discard('harbour', second.tokenId);
	assert.deepEqual(await handles(), []);
});

test('what names a token holds nothing of it', async () => {
	const {accessToken, accessSecret, ...key} = await place.authorize('harbour', 'ant');
	const name = tokenIdOf({accessToken});
	assert.ok(!name.includes(key.userId) && accessToken.split('-').every(part => !name.includes(part)));
	assert.notEqual(name, tokenIdOf({accessToken: `${accessToken}x`}));
});

test('keys of one bot that the keystore would not take wait side by side, and are saved together', async () => {
	const {x, keystore, appSource, now} = place.services;
	let full = false;
	const update: typeof keystore.update = async (...change) => {
		if (full) {
			throw new FlockError('keystore-full', 'No space is left.', {hint: 'Free up some space.'});
		}

		return keystore.update(...change);
	};
	const keymaker = createKeymaker({x, appSource, now, keystore: {...keystore, update}});
	// A PIN's answer waits while the next link is made, as a slow X lets it.
	const first = await keymaker.requestLink('harbour');
	const pin = await approve(first.url, 'bee');
	full = true;
	assert.equal((await keymaker.submitPin(first, pin)).kind, 'unsaved');
	const second = await keymaker.requestLink('harbour');
	assert.equal((await keymaker.submitPin(second, await approve(second.url, 'cat'))).kind, 'unsaved');
	const again = await keymaker.requestLink('harbour');
	assert.equal((await keymaker.submitPin(again, await approve(again.url, 'bee'))).kind, 'unsaved');
	assert.deepEqual(keymaker.unsaved(), ['harbour']);
	assert.deepEqual(
		keymaker.reveal('harbour').map(key => key.handle),
		['cat', 'bee'],
	);
	full = false;
	assert.deepEqual(
		(await keymaker.retrySave('harbour')).map(({kind, key}) => [kind, key.handle]),
		[
			['saved', 'cat'],
			['held', 'bee'],
		],
	);
	assert.deepEqual(keymaker.unsaved(), []);
	const record = await keystore.get('harbour');
	assert.deepEqual([record?.key?.handle, record?.held[0]?.key.handle], ['cat', 'bee']);
});

test('a token that waits unsaved for another bot is not revoked', async () => {
	const {x, keystore, appSource, now} = place.services;
	await place.authorize('harbour', 'ant');
	const update = async () => {
		throw new FlockError('keystore-full', 'No space is left.', {hint: 'Free up some space.'});
	};
	const keymaker = createKeymaker({x, appSource, now, keystore: {...keystore, update}});
	const link = await keymaker.requestLink('kettle');
	assert.equal((await keymaker.submitPin(link, await approve(link.url, 'ant'))).kind, 'unsaved');
	const revoked = await revokeBot('harbour', {x, keystore, keymaker, appSource});
	assert.deepEqual(revoked, {bot: 'harbour', revoked: 0, sharedWith: ['kettle'], left: false});
	const [key] = keymaker.reveal('kettle');
	assert.ok(key);
	await x.whoIs(place.practice.appKey, key);
});

test('a PIN that X has not looked at does not bring a link back that a newer one has voided', async () => {
	const {x, keystore, appSource, now} = place.services;
	const gate = Promise.withResolvers<void>();
	const exchangePin: typeof x.exchangePin = (...words) => x.exchangePin(...words).finally(() => gate.promise);
	const keymaker = createKeymaker({x: {...x, exchangePin}, keystore, appSource, now});
	const first = await keymaker.requestLink('harbour');
	const pin = await approve(first.url, 'ant');
	place.practice.setFault('access_token:429:1');
	const refused = assert.rejects(keymaker.submitPin(first, pin), withCode('x-rate-limit'));
	const second = await keymaker.requestLink('harbour');
	gate.resolve();
	await refused;
	assert.deepEqual([keymaker.isAlive(first), keymaker.isAlive(second)], [false, true]);
});

test('an app key that X refuses is named with where it came from, at the link and at the PIN', async () => {
	const place = await testServices({poems: ['harbour']});
	try {
		const {x, keystore, now} = place.services;
		const appKey = {consumerKey: 'not-a-real-key-1234', consumerSecret: 'not-a-real-secret'};
		for (const [from, words] of [
			['.env', /from \.env \(…1234\)/],
			['environment', /from the environment \(…1234\)/],
			['setup', /from the setup screen \(…1234\)/],
		] as const) {
			const keymaker = createKeymaker({x, keystore, now, appSource: async () => ({appKey, from})});
			await assert.rejects(
				keymaker.requestLink('harbour'),
				(error: unknown) =>
					error instanceof FlockError &&
					error.code === 'x-app-key' &&
					error.status === 401 &&
					words.test(error.hint),
			);
		}
	} finally {
		await place.close();
	}
});

test('a save that fails in a way that nobody foresaw leaves the key in memory, and it is saved afterwards', async () => {
	const place = await testServices({poems: ['harbour']});
	try {
		const {x, keystore, appSource, now} = place.services;
		const failures: unknown[] = [
			new TypeError('not-a-real-secret in a message'),
			Object.assign(new Error('not-a-real-secret'), {code: 'ERR_MODULE_NOT_FOUND'}),
			'not an error',
			undefined,
		];
		const keymaker = createKeymaker({
			x,
			appSource,
			now,
			keystore: {
				...keystore,
				async update(...words) {
					if (failures.length > 0) {
						throw failures.shift();
					}

					return keystore.update(...words);
				},
			},
		});
		const link = await keymaker.requestLink('harbour');
		let outcome: Outcome | undefined = await keymaker.submitPin(
			link,
			await approve(link.url, 'harbour_poem'),
		);
		for (const code of ['unexpected', 'program-changed', 'unexpected', 'unexpected']) {
			assert.ok(outcome?.kind === 'unsaved');
			assert.equal(outcome.error.code, code);
			assert.doesNotMatch(outcome.error.message + outcome.error.hint, /not-a-real/);
			assert.deepEqual(keymaker.unsaved(), ['harbour']);
			[outcome] = await keymaker.retrySave('harbour');
		}

		assert.equal(outcome?.kind, 'saved');
		assert.equal((await keystore.get('harbour'))?.key?.handle, 'harbour_poem');
	} finally {
		await place.close();
	}
});

test('from the PIN to the saved key there is no moment at which nothing is unfinished', async () => {
	const {x, keystore, appSource, now} = place.services;
	const looks: string[] = [];
	let isOver = false;
	const look = async () => {
		// As often as anything can come between two steps; and now and then the rest of the program goes on.
		for (let turn = 1; !isOver; turn += 1) {
			looks.push(unfinishedWork().at(0) ?? 'nothing');
			await (turn % 1000 === 0 ? new Promise(resolve => setImmediate(resolve)) : undefined);
		}
	};
	const keymaker = createKeymaker({
		x: {
			...x,
			async exchangePin(...asked) {
				const grant = await x.exchangePin(...asked);
				looking = look();
				return grant;
			},
		},
		keystore,
		appSource,
		now,
	});
	let looking: Promise<void> | null = null;
	const link = await keymaker.requestLink('harbour');
	const pin = await approve(link.url, 'harbour_poem');
	const outcome = await keymaker.submitPin(link, pin).then(came => {
		isOver = true;
		return came;
	});
	await looking;
	assert.equal(outcome.kind, 'saved');
	// After the end there are looks, until it is heard of.
	const during = looks.slice(0, looks.findLastIndex(what => what !== 'nothing') + 1);
	assert.deepEqual([...new Set(during)], ['asking X for harbour’s key', 'saving harbour’s key']);
});
