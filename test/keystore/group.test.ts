import assert from 'node:assert/strict';
import {readdirSync, statSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {openKeystore} from '../../source/keystore/open.ts';
import {coded, newKeystore, practiceApp, practiceRecord} from './support.ts';

const names = Array.from({length: 50}, (_, number) => `bot ${number}`);

test('changes that come together go into the file in a few replacements, each with its own result', async context => {
	const {place, keystore} = newKeystore(context);
	const saved = await Promise.all(
		names.map(name => keystore.update(name, () => practiceRecord(name), practiceApp)),
	);
	assert.deepEqual(
		saved,
		names.map(name => practiceRecord(name)),
	);
	assert.equal((await openKeystore(place).list()).records.size, names.length);
	const copies = readdirSync(path.join(place.folder, 'backups', 'harbour'));
	assert.ok(copies.length <= 2, `the file was replaced ${copies.length} times`);
});

test('each change of a group sees what those before it have made', async context => {
	const {keystore} = newKeystore(context);
	const seen = await Promise.all(
		names.map(async name => {
			let others = 0;
			await keystore.update(name, (_, records) => {
				others = records.size;
				return practiceRecord(name);
			});
			return others;
		}),
	);
	assert.deepEqual(
		seen,
		names.map((_, number) => number),
	);
});

test('a change that throws keeps its error for itself, and spoils none that came with it', async context => {
	const {place, keystore} = newKeystore(context);
	const refusal = new Error('Not this one');
	const ends = await Promise.allSettled([
		keystore.update('ode', () => practiceRecord('ode')),
		keystore.update('ode', () => {
			throw refusal;
		}),
		keystore.rename('nobody', 'somebody'),
		keystore.update('moth', (_, others) => {
			assert.deepEqual([...others.keys()], ['ode']);
			return practiceRecord('moth');
		}),
	]);
	assert.deepEqual(
		ends.map(({status}) => status),
		['fulfilled', 'rejected', 'rejected', 'fulfilled'],
	);
	assert.equal((ends[1] as PromiseRejectedResult).reason, refusal);
	assert.ok(coded('unknown-bot')((ends[2] as PromiseRejectedResult).reason));
	assert.deepEqual([...(await openKeystore(place).list()).records.keys()].sort(), ['moth', 'ode']);
});

test('a group that only throws or changes nothing does not touch the file', async context => {
	const {keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('ode'));
	const stamp = () => {
		const {ino, mtimeNs} = statSync(keystore.path, {bigint: true});
		return {ino, mtimeNs};
	};
	const before = stamp();
	await Promise.allSettled([
		keystore.update('ode', record => record),
		keystore.rename('nobody', 'somebody'),
		keystore.update('moth', () => null),
	]);
	assert.deepEqual(stamp(), before);
});

test('changes that come with an encryption arrive, encrypted', async context => {
	const {place, keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('ode'));
	await Promise.all([
		...names.map(name => keystore.update(name, () => practiceRecord(name))),
		keystore.encrypt('not a real passphrase'),
		...names.map(name => keystore.update(`late ${name}`, () => practiceRecord(name))),
	]);
	assert.equal(await keystore.isEncrypted(), true);
	const other = openKeystore({...place, passphrase: () => 'not a real passphrase'});
	assert.equal((await other.list()).records.size, 1 + 2 * names.length);
});

test('where the group cannot be saved, each of its changes is told, and the next one may go well', async context => {
	const {place, keystore} = newKeystore(context, {patience: 0});
	await keystore.update('ode', () => practiceRecord('ode'));
	const {withLock} = await import('../../source/keystore/disk/lock.ts');
	await withLock(keystore.path, 0, async () => {
		const ends = await Promise.allSettled(
			names.map(name => keystore.update(name, () => practiceRecord(name))),
		);
		for (const end of ends) {
			assert.equal(end.status, 'rejected');
			assert.ok(coded('keystore-locked')(end.reason));
		}
	});
	await keystore.update('moth', () => practiceRecord('moth'));
	assert.deepEqual([...(await openKeystore(place).list()).records.keys()].sort(), ['moth', 'ode']);
});
