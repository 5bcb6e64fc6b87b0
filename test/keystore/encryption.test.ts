import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {inspect} from 'node:util';
import {openKeystore} from '../../source/keystore/open.ts';
import {bytesOf} from '../../source/keystore/opened.ts';
import {emptyState} from '../../source/keystore/state.ts';
import {coded, filesBelow, newKeystore, practiceApp, practiceIdentity, practiceRecord} from './support.ts';

const plain = /practice|harbour_poem|consumerSecret|accessToken/;

function plainFilesBelow(folder: string): string[] {
	return [...filesBelow(folder)]
		.filter(([, bytes]) => plain.test(bytes.toString('latin1')))
		.map(([file]) => file);
}

test('encrypting leaves nothing in plain text: not the keys, not the app, not the copies, not what lay aside', async context => {
	const {place, keystore} = newKeystore(context, {passphrase: () => 'four quiet words here'});
	for (const bot of ['ode', 'moth', 'kettle']) {
		await keystore.update(bot, () => practiceRecord(bot), practiceApp);
	}

	writeFileSync(`${keystore.path}.damaged-2026-11-25T000000.000Z`, 'practice');
	writeFileSync(path.join(place.folder, 'harbour.json.tmp-1234567890abcdef'), 'practice');
	assert.equal(plainFilesBelow(place.folder).length, 6);
	await keystore.encrypt('four quiet words here');
	assert.deepEqual(plainFilesBelow(place.folder), []);
	assert.equal(await keystore.isEncrypted(), true);

	const fresh = openKeystore(place);
	assert.deepEqual(await fresh.get('moth'), practiceRecord('moth'));
	assert.deepEqual(await fresh.appKey('practice-app'), practiceApp);
	await fresh.update('lamp', () => practiceRecord('lamp'));
	await fresh.restore(1);
	assert.deepEqual([...(await fresh.list()).records.keys()], ['ode', 'moth', 'kettle']);
	assert.deepEqual(plainFilesBelow(place.folder), []);
	assert.doesNotMatch(inspect(fresh, {showHidden: true, depth: 9}), /practice|quiet/);
});

test('decrypting brings the file and every copy back to plain text', async context => {
	const {place, keystore} = newKeystore(context, {passphrase: () => 'four quiet words here'});
	await keystore.update('ode', () => practiceRecord('ode'));
	await assert.rejects(keystore.decrypt(), coded('keystore-not-encrypted'));
	await keystore.encrypt('four quiet words here');
	await assert.rejects(keystore.encrypt('others'), coded('keystore-encrypted'));
	await keystore.update('moth', () => practiceRecord('moth'));
	await keystore.decrypt();
	const fresh = openKeystore({...place, passphrase: undefined});
	assert.equal((await fresh.list()).records.size, 2);
	assert.deepEqual(
		(await fresh.backups()).map(backup => backup.bots),
		[1],
	);
	assert.equal(await fresh.isEncrypted(), false);
});

test('a new passphrase opens the file and every copy, and the old one opens nothing', async context => {
	const {place, keystore} = newKeystore(context, {passphrase: () => 'old words'});
	await assert.rejects(keystore.changePassphrase('new words'), coded('keystore-not-encrypted'));
	await keystore.update('ode', () => practiceRecord('ode'));
	await keystore.encrypt('old words');
	await keystore.update('moth', () => practiceRecord('moth'));
	const before = filesBelow(place.folder);
	await keystore.changePassphrase('new words');
	const fresh = openKeystore({...place, passphrase: () => 'new words'});
	assert.equal((await fresh.list()).records.size, 2);
	assert.ok((await fresh.backups()).every(backup => backup.problem === null));
	await assert.rejects(openKeystore(place).list(), coded('keystore-passphrase'));
	assert.ok(before.size > 1, 'there are no copies');
	const after = filesBelow(place.folder);
	for (const [file, bytes] of before) {
		assert.notDeepEqual(after.get(file), bytes, file);
	}
});

test('a wrong passphrase, none, and a damaged file are told apart', async context => {
	const {place, keystore} = newKeystore(context, {passphrase: async () => 'right words'});
	await keystore.update('ode', () => practiceRecord('ode'));
	await keystore.encrypt('right words');
	const good = readFileSync(keystore.path, 'utf8');
	await assert.rejects(
		openKeystore({...place, passphrase: () => 'wrong words'}).list(),
		coded('keystore-passphrase'),
	);
	await assert.rejects(openKeystore({...place, passphrase: undefined}).list(), coded('keystore-passphrase'));
	const refusal = new Error('The prompt was left.');
	await assert.rejects(openKeystore({...place, passphrase: () => Promise.reject(refusal)}).list(), refusal);
	for (const field of ['salt', 'check', 'iv', 'tag', 'data', 'N', 'checksum']) {
		const damaged = good.replace(
			new RegExp(`("${field}": "?)(.)`),
			(_, start: string, character: string) => `${start}${character === '1' ? '2' : '1'}`,
		);
		assert.notEqual(damaged, good);
		writeFileSync(keystore.path, damaged);
		await assert.rejects(openKeystore(place).list(), coded('keystore-damaged'));
	}

	writeFileSync(keystore.path, good);
	assert.equal((await openKeystore(place).list()).records.size, 1);
});

test('the passphrase is asked for once, however many need it, and only where the file is encrypted', async context => {
	let asked = 0;
	const {place, keystore} = newKeystore(context, {
		passphrase: async () => {
			asked += 1;
			return 'words';
		},
	});
	await keystore.update('ode', () => practiceRecord('ode'));
	await keystore.encrypt('words');
	assert.equal(asked, 0);
	const fresh = openKeystore(place);
	assert.equal(await fresh.isEncrypted(), true);
	assert.equal(asked, 0);
	await Promise.all([fresh.list(), fresh.get('ode'), fresh.update('moth', () => practiceRecord('moth'))]);
	await fresh.backups();
	assert.equal(asked, 1);
});

test('an empty passphrase is refused, and one typed in composed or decomposed letters is the same', async context => {
	const {place, keystore} = newKeystore(context, {passphrase: () => 'fl\u00fcgel'});
	await assert.rejects(keystore.encrypt(''), coded('keystore-passphrase'));
	await keystore.encrypt('flu\u0308gel');
	assert.equal((await openKeystore(place).list()).records.size, 0);
});

test('a copy that an encryption which was ended midway left in plain text is reported, and encrypted by the next save', async context => {
	const {place, keystore} = newKeystore(context, {passphrase: () => 'words'});
	await keystore.update('ode', () => practiceRecord('ode'));
	await keystore.encrypt('words');
	const left = path.join(place.folder, 'backups', 'harbour', '2026-01-01T000000.000Z.json');
	writeFileSync(
		left,
		bytesOf({
			identity: practiceIdentity(),
			state: {...emptyState, records: new Map([['old', practiceRecord('old')]])},
			key: null,
		}),
		{
			mode: 0o600,
		},
	);
	const fresh = openKeystore(place);
	assert.match((await fresh.health()).findings[0]?.sentence ?? '', /1 of its backups .* plain text/);
	await fresh.update('moth', () => practiceRecord('moth'));
	assert.deepEqual((await fresh.health()).findings, []);
	assert.deepEqual(plainFilesBelow(place.folder), []);
});

test('a file in the keystore’s place that no known passphrase opens is kept aside by a restoration', async context => {
	const {place, keystore} = newKeystore(context, {passphrase: () => 'words'});
	await keystore.update('ode', () => practiceRecord('ode'));
	await keystore.encrypt('words');
	await keystore.update('moth', () => practiceRecord('moth'));
	const other = openKeystore({...place, folder: path.join(place.root, 'other'), passphrase: () => 'others'});
	await other.encrypt('others');
	const planted = readFileSync(other.path);
	writeFileSync(keystore.path, planted);
	const fresh = openKeystore(place);
	await assert.rejects(fresh.list(), coded('keystore-passphrase'));
	const {keptAside} = await fresh.restore(1);
	assert.deepEqual(readFileSync(keptAside ?? ''), planted);
	assert.equal((await fresh.list()).records.size, 2);
});
