import assert from 'node:assert/strict';
import {readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {openKeystore} from '../../source/keystore/open.ts';
import {coded, filesBelow, modeOf, newKeystore, practiceKey, practiceRecord} from './support.ts';

test('the last ten states are kept besides the one in force, the newest first, for the owner alone', async context => {
	let time = Date.parse('2026-11-25T00:00:00.000Z');
	const {place, keystore} = newKeystore(context, {
		now: () => {
			time += 60_000;
			return time;
		},
	});
	for (let number = 1; number <= 14; number += 1) {
		await keystore.update(`bot ${number}`, () => practiceRecord('x'));
	}

	const backups = await keystore.backups();
	assert.deepEqual(
		backups.map(backup => backup.bots),
		[13, 12, 11, 10, 9, 8, 7, 6, 5, 4],
	);
	assert.deepEqual(
		backups.map(backup => backup.number),
		[1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
	);
	assert.deepEqual(
		[...backups].sort((a, b) => (a.savedAt < b.savedAt ? 1 : -1)),
		backups,
	);
	const folder = path.join(place.folder, 'backups', 'harbour');
	assert.equal(modeOf(folder), '700');
	assert.ok(readdirSync(folder).length >= 10);
	for (const name of readdirSync(folder)) {
		assert.equal(modeOf(path.join(folder, name)), '600');
	}
});

test('restoring keeps what it replaces, and can be taken back', async context => {
	const {keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('ode'));
	await keystore.update('ode', () => practiceRecord('newer'));
	await assert.rejects(keystore.restore(2), coded('keystore-no-backup'));
	await assert.rejects(keystore.restore(0), coded('keystore-no-backup'));
	await keystore.restore(1);
	assert.deepEqual(await keystore.get('ode'), practiceRecord('ode'));
	await keystore.restore(1);
	assert.deepEqual(await keystore.get('ode'), practiceRecord('newer'));
});

test('restoring a backup brings back no grant that was taken back since', async context => {
	const {keystore} = newKeystore(context);
	const grants = [{name: 'web1', recipient: 'age1practice', at: '2026-11-28T10:00:00.000Z'}];
	await keystore.update('ode', () => practiceRecord('ode', {grants}));
	await keystore.update('elegy', () => practiceRecord('elegy', {grants}));
	await keystore.update('ode', () => practiceRecord('newer'));
	await keystore.restore(1);
	assert.deepEqual(await keystore.get('ode'), practiceRecord('ode'));
	assert.deepEqual(await keystore.get('elegy'), practiceRecord('elegy', {grants}));
});

test('a file that was removed comes back from its copies, as a newer save of the same keystore', async context => {
	const {place, keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('ode'));
	await keystore.update('moth', () => practiceRecord('moth'));
	const contents = () => JSON.parse(readFileSync(keystore.path, 'utf8'));
	const before = contents();
	assert.equal(before.keystore.counter, 2);
	rmSync(keystore.path);
	for (const [times, one] of [keystore, openKeystore(place)].entries()) {
		await one.restore(1);
		assert.deepEqual(contents().state, before.state);
		assert.deepEqual(contents().keystore, {...before.keystore, counter: 3 + times});
		rmSync(keystore.path);
	}
});

test('a damaged copy is told of, is not restored, and does not stand in the way of the others', async context => {
	const {place, keystore} = newKeystore(context);
	for (const bot of ['ode', 'moth', 'kettle']) {
		await keystore.update(bot, () => practiceRecord(bot));
	}

	const folder = path.join(place.folder, 'backups', 'harbour');
	const [, newest = ''] = readdirSync(folder).sort().reverse();
	writeFileSync(path.join(folder, newest), 'practice');
	const backups = await keystore.backups();
	assert.deepEqual(
		backups.map(backup => backup.bots),
		[null, 1],
	);
	assert.match(backups[0]?.problem ?? '', /damaged/);
	await assert.rejects(keystore.restore(1), coded('keystore-damaged'));
	await keystore.restore(2);
	assert.deepEqual([...(await keystore.list()).records.keys()], ['ode']);
});

test('copies are found that hold a forgotten bot, under an earlier name too, and purging takes its keys out of all', async context => {
	const {place, keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('secret-ode'), {
		consumerKey: 'practice-app',
		consumerSecret: 'practice-app-secret',
	});
	await keystore.update('moth', () =>
		practiceRecord('moth', {key: practiceKey('moth', {consumerKey: 'other'})}),
	);
	await keystore.rename('ode', 'ballad');
	await keystore.update(
		'moth',
		record => record && {...record, held: [{key: practiceKey('secret-ode'), reason: 'late'}]},
	);
	await keystore.update('moth', record => record && {...record, held: []});
	await keystore.update('ballad', () => null);
	const token = practiceKey('secret-ode').accessToken;
	assert.equal(await keystore.backupsHolding('ballad'), 3);
	assert.equal(await keystore.backupsHolding('ballad', [token]), 5);
	assert.ok((await keystore.purge('ballad', [token])) >= 5);
	assert.equal(await keystore.backupsHolding('ballad', [token]), 0);
	for (const [, bytes] of filesBelow(place.folder)) {
		assert.doesNotMatch(bytes.toString(), /secret-ode|practice-app-secret/);
	}

	assert.equal((await keystore.get('moth'))?.key?.handle, 'harbour_poem');
	assert.ok((await keystore.backups()).every(backup => backup.problem === null));
});

test('a token that another bot has now is not purged from that bot', async context => {
	const {keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('shared'));
	await keystore.update('moth', () => practiceRecord('shared'));
	await keystore.update('ode', () => null);
	await keystore.update('kettle', () => practiceRecord('kettle'));
	const token = practiceKey('shared').accessToken;
	await keystore.purge('ode', [token]);
	assert.equal(await keystore.backupsHolding('ode', [token]), 0);
	await keystore.restore(1);
	assert.deepEqual(await keystore.get('moth'), practiceRecord('shared'));
});

test('purging an encrypted keystore leaves every copy encrypted and whole', async context => {
	const {keystore} = newKeystore(context, {passphrase: () => 'words'});
	await keystore.encrypt('words');
	await keystore.update('ode', () => practiceRecord('ode'));
	await keystore.update('ode', () => null);
	await keystore.update('moth', () => practiceRecord('moth'));
	assert.equal(await keystore.purge('ode'), 1);
	assert.ok((await keystore.backups()).every(backup => backup.problem === null));
	assert.deepEqual((await keystore.health()).findings, []);
});

test('what X says of the keys drives no copy of earlier keys out', async context => {
	const {keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('ode'));
	await keystore.update('moth', () => practiceRecord('moth'));
	await keystore.update('ode', () => null);
	for (let hour = 10; hour < 24; hour += 1) {
		const checkedAt = `2026-11-25T${hour}:00:00.000Z`;
		await keystore.update('moth', record => record && {...record, key: practiceKey('moth', {checkedAt})});
	}

	assert.deepEqual(
		(await keystore.backups()).map(({bots}) => bots),
		[2, 1],
	);
	await keystore.restore(1);
	assert.deepEqual(await keystore.get('ode'), practiceRecord('ode'));
	await keystore.restore(1);
	assert.equal(
		(await keystore.get('moth'))?.key?.checkedAt,
		'2026-11-25T23:00:00.000Z',
		'the newest word of X was kept by the restoration',
	);
});
