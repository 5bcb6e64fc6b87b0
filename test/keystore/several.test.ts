import assert from 'node:assert/strict';
import {mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {compareFile} from '../../source/keystore/disk/files.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {newKeystore, practiceKey, practiceRecord, temporaryFolder} from './support.ts';

const names = Array.from({length: 30}, (_, number) => `bot ${number}`);
const checkedAt = '2026-11-25T12:00:00.000Z';

test('several records are changed in one replacement of the file, and none comes to be by it', async context => {
	const {place, keystore} = newKeystore(context);
	await Promise.all(names.map(name => keystore.update(name, () => practiceRecord(name))));
	await keystore.update('ode', () => practiceRecord('ode'));
	const copies = () => readdirSync(path.join(place.folder, 'backups', 'harbour')).length;
	const before = copies();
	await keystore.updateAll(
		new Map(
			['nobody', ...names].map(name => [
				name,
				record => ({...record, expectedHandle: name, key: record.key && {...record.key, checkedAt}}),
			]),
		),
	);
	assert.equal(copies(), before + 1);
	const {records} = await openKeystore(place).list();
	assert.deepEqual([...records.keys()], [...names, 'ode']);
	for (const name of names) {
		assert.deepEqual(
			await keystore.get(name),
			practiceRecord(name, {expectedHandle: name, key: practiceKey(name, {checkedAt})}),
		);
	}

	assert.deepEqual(await keystore.get('ode'), practiceRecord('ode'));
});

test('changing several records so that they are the same touches no file', async context => {
	const {keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('ode'));
	const {ino, mtimeNs} = statSync(keystore.path, {bigint: true});
	await keystore.updateAll(new Map([['ode', record => ({...record})]]));
	const stat = statSync(keystore.path, {bigint: true});
	assert.deepEqual([stat.ino, stat.mtimeNs], [ino, mtimeNs]);
});

test('a copy is a file of its own: later saves and damage to the keystore leave it as it was', async context => {
	const {place, keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('ode'));
	const folder = path.join(place.folder, 'backups', 'harbour');
	const [copy = ''] = readdirSync(folder);
	const bytes = readFileSync(keystore.path);
	assert.notEqual(statSync(path.join(folder, copy)).ino, statSync(keystore.path).ino);
	writeFileSync(keystore.path, '');
	assert.deepEqual(readFileSync(path.join(folder, copy)), bytes);
	await keystore.restore(1);
	await keystore.update('moth', () => practiceRecord('moth'));
	assert.deepEqual(readFileSync(path.join(folder, copy)), bytes);
});

test('a file is compared to its last byte, however long it is', context => {
	const folder = temporaryFolder(context);
	const file = path.join(folder, 'file');
	for (const length of [0, 1, 2 ** 18 - 1, 2 ** 18, 2 ** 18 + 1, 3 * 2 ** 18]) {
		const bytes = Buffer.alloc(length, 'practice');
		writeFileSync(file, bytes);
		assert.equal(compareFile(file, bytes), 'same');
		assert.equal(compareFile(file, Buffer.concat([bytes, Buffer.from('x')])), 'shorter');
		if (length > 0) {
			assert.equal(compareFile(file, bytes.subarray(1)), 'other');
			for (const at of [0, length - 1]) {
				const other = Buffer.from(bytes);
				other.writeUInt8(other.readUInt8(at) ^ 1, at);
				assert.equal(compareFile(file, other), 'other');
			}
		}
	}
});

test('a folder that bears the name of a copy stands in no save’s way', async context => {
	const {place, keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('ode'));
	mkdirSync(path.join(place.folder, 'backups', 'harbour', '2999-01-01T000000.000Z.json'));
	await keystore.update('moth', () => practiceRecord('moth'));
	assert.deepEqual([...(await openKeystore(place).list()).records.keys()], ['ode', 'moth']);
});
