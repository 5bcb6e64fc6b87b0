import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {test} from 'node:test';
import type {Key} from '../../source/flock/key.ts';
import {Damage} from '../../source/keystore/form/damage.ts';
import {defaultCost, type ScryptCost} from '../../source/keystore/form/encryption.ts';
import {putChecksum, readEnvelope} from '../../source/keystore/form/envelope.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {coded, newKeystore, practiceKey, practiceRecord} from './support.ts';

/** Changes a file's text, and puts the checksum right, as whoever means harm would. */
function forge(file: string, change: (text: string) => string): void {
	const text = readFileSync(file, 'utf8');
	const bytes = Buffer.from(change(text));
	assert.notEqual(bytes.toString(), text);
	assert.equal(putChecksum(bytes), true);
	writeFileSync(file, bytes);
}

test('every bit that flips anywhere in a keystore’s head is damage, and a copy can be put back', async context => {
	for (const passphrase of [null, 'words']) {
		const {place, keystore} = newKeystore(context, {passphrase: () => 'words'});
		await keystore.update('ode', () => practiceRecord('ode'));
		if (passphrase !== null) {
			await keystore.encrypt(passphrase);
		}

		await keystore.update('moth', () => practiceRecord('moth'));
		const good = readFileSync(keystore.path);
		const end = good.indexOf(passphrase === null ? '"state"' : '"data"');
		for (let at = 0; at < end; at += 1) {
			for (let bit = 1; bit < 256; bit *= 2) {
				const bytes = Buffer.from(good);
				bytes[at] = (bytes[at] ?? 0) ^ bit;
				assert.throws(() => readEnvelope(bytes, 'practice'), Damage, `bit ${bit} of byte ${at}`);
			}
		}

		writeFileSync(keystore.path, good.toString().replace('"version": 1', '"version": 3'));
		const fresh = openKeystore(place);
		await assert.rejects(fresh.list(), coded('keystore-damaged'));
		await fresh.restore(1);
		assert.equal((await fresh.list()).records.size, 2);
	}
});

test('each field of a key has to be there and of its kind, and no other may be there', async context => {
	const {place, keystore} = newKeystore(context);
	const key = practiceKey('ode', {checkedAt: '2026-11-26T00:00:00Z'});
	await keystore.update('ode', () => practiceRecord('ode', {key, previous: practiceKey('before')}));
	const good = readFileSync(keystore.path);
	const changes = [
		...Object.keys(key).flatMap(name =>
			[undefined, 7, {}, [], 'yesterday'].map(value => [name, value] as [keyof Key | 'more', unknown]),
		),
		['more', 'practice'],
	] as const;
	const texts = new Set(['accessToken', 'accessSecret', 'userId', 'handle', 'consumerKey']);
	for (const place_ of ['key', 'previous']) {
		for (const [name, value] of changes) {
			writeFileSync(keystore.path, good);
			if (texts.has(name) && typeof value === 'string') {
				continue;
			}

			forge(keystore.path, text => {
				const file = JSON.parse(text);
				const found = file.state['bot:ode'][place_];
				found[name] = value;
				return `${JSON.stringify(file, null, '\t')}\n`;
			});
			await assert.rejects(openKeystore(place).list(), (error: Error) => {
				const named = name === 'more' ? '' : ` › ${name}`;
				assert.match(error.message, new RegExp(`field bot:ode › ${place_}${named} is missing`));
				return coded('keystore-damaged')(error);
			});
		}
	}
});

test('an id, a flock, a kind or a counter that makes no sense is damage', async context => {
	const {place, keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('ode'));
	const good = readFileSync(keystore.path);
	for (const change of [
		{id: 'short'},
		{id: `${'0'.repeat(32)}1`},
		{id: `${'0'.repeat(31)}x`},
		{flock: 7},
		{kind: 'real'},
		{counter: 0},
		{counter: 1.5},
		{counter: '1'},
		{counter: 2 ** 53},
		{more: 1},
	]) {
		writeFileSync(keystore.path, good);
		forge(keystore.path, text => {
			const file = JSON.parse(text);
			return `${JSON.stringify({...file, keystore: {...file.keystore, ...change}}, null, '\t')}\n`;
		});
		await assert.rejects(openKeystore(place).list(), coded('keystore-damaged'), JSON.stringify(change));
	}
});

test('a state without its folder, one with an app that is not there, and an empty file are damage that is named', async context => {
	const {place, keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('ode'));
	const good = readFileSync(keystore.path);
	for (const [change, reason] of [
		[{poems: undefined}, /field poems is missing/],
		[{savedApp: 'nobody’s'}, /field savedApp is missing/],
	] as const) {
		writeFileSync(keystore.path, good);
		forge(keystore.path, text => {
			const file = JSON.parse(text);
			return `${JSON.stringify({...file, state: {...file.state, ...change}}, null, '\t')}\n`;
		});
		await assert.rejects(openKeystore(place).list(), reason);
	}

	forge(keystore.path, text => `${JSON.stringify({...JSON.parse(text), more: 1}, null, '\t')}\n`);
	await assert.rejects(openKeystore(place).list(), /it is JSON, but not a keystore/);
	writeFileSync(keystore.path, '');
	await assert.rejects(openKeystore(place).list(), /it is empty/);
	writeFileSync(keystore.path, Buffer.concat([Buffer.from('{}\n'), good]));
	await assert.rejects(openKeystore(place).list(), coded('keystore-damaged'));
});

for (const [what, cost, reason] of [
	['p = 16 and N = 2²⁰', {p: 16, N: 2 ** 20}, /far more memory or time/],
	['a gigabyte of memory', {N: 2 ** 20, r: 8}, /far more memory or time/],
	['p = 2²⁰', {p: 2 ** 20}, /far more memory or time/],
	['N = 2³⁰ and r = 2³⁰', {N: 2 ** 30, r: 2 ** 30}, /far more memory or time/],
	['N that is no power of two', {N: 1000}, /header/],
	['N = 1', {N: 1}, /header/],
	['r = 0', {r: 0}, /header/],
	['p = 0', {p: 0}, /header/],
	['N that is negative', {N: -1024}, /header/],
	['r that is no whole number', {r: 8.5}, /header/],
	['N beyond all bounds', {N: 2 ** 31}, /header/],
	['N as text', {N: '1024'}, /header/],
	['r as text', {r: '8'}, /header/],
	['p that is missing', {p: undefined}, /header/],
] as const) {
	test(`an encrypted keystore whose header asks for ${what} is refused before any work is done`, async context => {
		let asked = 0;
		const {place, keystore} = newKeystore(context, {
			passphrase() {
				asked += 1;
				return 'words';
			},
		});
		await keystore.update('ode', () => practiceRecord('ode'));
		await keystore.encrypt('words');
		forge(keystore.path, text => {
			const file = JSON.parse(text);
			return `${JSON.stringify({...file, encryption: {...file.encryption, ...cost}}, null, '\t')}\n`;
		});
		const fresh = openKeystore(place);
		await assert.rejects(fresh.list(), (error: Error) => {
			assert.match(error.message, reason);
			return coded('keystore-damaged')(error);
		});
		assert.equal(asked, 0);
	});
}

test('a passphrase that was turned into a key too cheaply is opened once more, and costs what it should after the next save', async context => {
	const {place, keystore} = newKeystore(context, {
		passphrase: () => 'words',
		scrypt: {N: 2, r: 1, p: 1},
	});
	await keystore.update('ode', () => practiceRecord('ode'));
	await keystore.encrypt('words');
	const costOf = (file: string): ScryptCost => {
		const {N, r, p} = JSON.parse(readFileSync(file, 'utf8')).encryption;
		return {N, r, p};
	};
	assert.deepEqual(costOf(keystore.path), {N: 2, r: 1, p: 1});
	const fresh = openKeystore({...place, scrypt: undefined});
	assert.equal((await fresh.list()).records.size, 1);
	assert.deepEqual(costOf(keystore.path), {N: 2, r: 1, p: 1});
	await fresh.update('moth', () => practiceRecord('moth'));
	assert.deepEqual(costOf(keystore.path), defaultCost);
	const {copiesIn} = await import('../../source/keystore/disk/copies.ts');
	const copies = await copiesIn(`${place.folder}/backups/harbour`);
	assert.ok(copies.length > 1);
	for (const copy of copies) {
		assert.deepEqual(costOf(copy.path), defaultCost);
	}

	assert.equal((await openKeystore({...place, scrypt: undefined}).list()).records.size, 2);
});
