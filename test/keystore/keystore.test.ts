import assert from 'node:assert/strict';
import {
	chmodSync,
	existsSync,
	linkSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {inspect} from 'node:util';
import Conf from 'conf';
import {putChecksum} from '../../source/keystore/form/envelope.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {until} from '../helpers/until.ts';
import {coded, modeOf, newKeystore, newPlace, practiceApp, practiceRecord} from './support.ts';

test('a keystore that does not exist is empty, and reading it makes nothing', async context => {
	const {place, keystore} = newKeystore(context);
	assert.deepEqual(await keystore.list(), {records: new Map(), apps: new Set(), waiting: new Map()});
	assert.equal(await keystore.get('ode'), null);
	assert.equal(await keystore.savedAppKey(), null);
	assert.equal(await keystore.update('ode', () => null), null);
	assert.equal(existsSync(keystore.path), false);
	assert.equal(keystore.path, path.join(place.folder, 'harbour.json'));
});

test('conf itself reads the file', async context => {
	const {place, keystore} = newKeystore(context);
	await keystore.update('v1.2', () => practiceRecord('ode'));
	const conf = new Conf({cwd: place.folder, configName: 'harbour', accessPropertiesByDotNotation: false});
	assert.deepEqual(conf.get('state'), {
		poems: place.poems,
		savedApp: null,
		'bot:v1.2': practiceRecord('ode'),
	});
	assert.equal(conf.get('version'), 1);
});

test('the file is for its owner alone, the folder too where keymaker made it, and a loose file is closed again', async context => {
	const umask = process.umask(0o022);
	context.after(() => process.umask(umask));
	const {place, keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('ode'));
	assert.deepEqual([modeOf(keystore.path), modeOf(place.folder)], ['600', '700']);
	chmodSync(keystore.path, 0o644);
	chmodSync(place.folder, 0o755);
	const loose = (await keystore.health()).findings.map(finding => finding.hint);
	assert.deepEqual(loose, [`chmod 700 ${place.folder}`, `chmod 600 ${keystore.path}`]);
	await keystore.update('moth', () => practiceRecord('moth'));
	assert.equal(modeOf(keystore.path), '600');
});

test('a change that throws changes nothing, and one that changes nothing does not touch the file', async context => {
	const {keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('ode'));
	const before = readFileSync(keystore.path);
	const late = new Error('No');
	await assert.rejects(
		keystore.update('ode', () => {
			throw late;
		}),
		late,
	);
	await keystore.update('ode', record => record);
	assert.deepEqual(readFileSync(keystore.path), before);
	assert.equal((await keystore.backups()).length, 0);
});

test('the port of the callback address is saved with that app, and goes with it', async context => {
	const {place, keystore} = newKeystore(context);
	await keystore.saveAppKey({...practiceApp, callbackPort: 8765});
	assert.deepEqual(await openKeystore(place).savedAppKey(), {...practiceApp, callbackPort: 8765});
	await keystore.update('ode', () => practiceRecord('ode'), practiceApp);
	assert.deepEqual(await openKeystore(place).savedAppKey(), {...practiceApp, callbackPort: 8765});
	await keystore.saveAppKey(practiceApp);
	assert.deepEqual(await openKeystore(place).savedAppKey(), practiceApp);
});

test('a keystore of a newer version is refused and left untouched', async context => {
	const {keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('ode'));
	const newer = Buffer.from(readFileSync(keystore.path, 'utf8').replace('"version": 1', '"version": 2'));
	assert.equal(putChecksum(newer), true);
	writeFileSync(keystore.path, newer);
	await assert.rejects(keystore.list(), coded('keystore-newer'));
	await assert.rejects(
		keystore.update('ode', () => null),
		coded('keystore-newer'),
	);
	await assert.rejects(keystore.restore(1), coded('keystore-newer'));
	assert.deepEqual(readFileSync(keystore.path), newer);
});

for (const [name, damage] of Object.entries<(good: Buffer) => string | Buffer>({
	'0 bytes': () => '',
	'zero bytes only': good => Buffer.alloc(good.length),
	'a byte order mark': good => `\uFEFF${good}`,
	'a cut': good => good.subarray(0, good.length - 20),
	'a missing comma': good => good.toString().replace(',\n', '\n'),
	'another letter in a secret': good => good.toString().replace('practice-secret', 'practice-sekret'),
	null: () => 'null',
	'an array': () => '[]',
	'a string': () => '"practice"',
	'no version': () => '{}',
	'a bit flipped in the version': good => good.toString().replace('"version": 1', '"version": 9'),
	'bytes that are no UTF-8': good =>
		Buffer.from(good.toString('latin1').replace('practice', 'pr\xe4ctice'), 'latin1'),
})) {
	test(`a damaged file (${name}) is named, never overwritten, and a copy is offered`, async context => {
		const {place, keystore} = newKeystore(context);
		await keystore.update('ode', () => practiceRecord('ode'));
		await keystore.update('moth', () => practiceRecord('moth'));
		writeFileSync(keystore.path, damage(readFileSync(keystore.path)));
		const bytes = readFileSync(keystore.path);
		const fresh = openKeystore(place);
		for (const attempt of [
			() => keystore.list(),
			() => fresh.get('ode'),
			() => fresh.update('ode', () => practiceRecord('new')),
			() => fresh.saveAppKey(practiceApp),
			() => fresh.tryWriting(),
			() => fresh.encrypt('practice words'),
		]) {
			await assert.rejects(attempt(), (error: Error & {hint?: string}) => {
				assert.ok(error.message.includes(keystore.path));
				assert.match(error.hint ?? '', /keymaker restore 1/);
				assert.doesNotMatch(inspect(error, {showHidden: true, depth: 9}), /practice-se|practice-token/);
				return coded('keystore-damaged')(error);
			});
		}

		assert.deepEqual(readFileSync(keystore.path), bytes);
		assert.equal((await fresh.health()).bots, null);
		await fresh.restore(1);
		assert.deepEqual([...(await fresh.list()).records.keys()], ['ode', 'moth']);
		const asides = (await fresh.health()).findings.filter(finding => finding.sentence.includes('.damaged-'));
		assert.equal(asides.length, 1);
	});
}

test('a keystore that was there and is gone is not taken for an empty one', async context => {
	const {place, keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('ode'));
	const away = `${place.folder}-away`;
	renameSync(place.folder, away);
	await assert.rejects(keystore.list(), coded('keystore-unreadable'));
	await assert.rejects(
		keystore.update('moth', () => practiceRecord('moth')),
		coded('keystore-unreadable'),
	);
	assert.equal(existsSync(place.folder), false);
	renameSync(away, place.folder);
	await keystore.update('moth', () => practiceRecord('moth'));
	assert.equal((await keystore.list()).records.size, 2);
});

test('watching tells of saves by others, from before the folder is there, and stops', async context => {
	const {place, keystore} = newKeystore(context);
	let calls = 0;
	const stop = keystore.watch(() => {
		calls += 1;
	});
	context.after(stop);
	const other = openKeystore(place);
	await other.update('ode', () => practiceRecord('ode'));
	await until(() => calls === 1);
	await other.update('moth', () => practiceRecord('moth'));
	await until(() => calls === 2);
	rmSync(place.folder, {recursive: true});
	await until(() => calls === 3);
	await openKeystore(place).update('kettle', () => practiceRecord('kettle'));
	await until(() => calls === 4);
	let later = 0;
	context.after(
		keystore.watch(() => {
			later += 1;
		}),
	);
	stop();
	await other.update('ferry', () => practiceRecord('ferry'));
	await until(() => later > 0);
	assert.equal(calls, 4);
});

test('trying the place leaves nothing behind, and finds what a save would find', async context => {
	const {place, keystore} = newKeystore(context);
	await keystore.tryWriting();
	assert.equal(existsSync(keystore.path), false);
	assert.equal(existsSync(`${keystore.path}.lock`), false);
	const file = path.join(place.root, 'file');
	writeFileSync(file, '');
	const inFile = openKeystore({...place, folder: path.join(file, 'keys')});
	await assert.rejects(inFile.tryWriting(), coded('keystore-unwritable'));
});

test('leftovers of an ended save are swept by the next one, and no other file is', async context => {
	const place = newPlace(context);
	const keystore = openKeystore(place);
	mkdirSync(place.folder);
	const leftover = path.join(place.folder, 'harbour.json.tmp-1234567890abcdef');
	const others = ['harbour.json.json.tmp-1234567890abcdef', 'harbour.json.tmp', 'notes'].map(name =>
		path.join(place.folder, name),
	);
	for (const file of [leftover, ...others]) {
		writeFileSync(file, 'practice');
	}

	await keystore.update('ode', () => practiceRecord('ode'));
	assert.equal(existsSync(leftover), false);
	assert.deepEqual(
		others.map(file => existsSync(file)),
		[true, true, true],
	);
});

test('SNAP in the environment, which makes conf write in place, does not', async context => {
	const {place, keystore} = newKeystore(context);
	const before = process.env.SNAP;
	process.env.SNAP = 'practice';
	context.after(() => {
		if (before === undefined) {
			delete process.env.SNAP;
		} else {
			process.env.SNAP = before;
		}
	});
	await keystore.update('ode', () => practiceRecord('ode'));
	const link = path.join(place.root, 'link');
	linkSync(keystore.path, link);
	const old = readFileSync(link);
	await keystore.update('ode', () => practiceRecord('other'));
	assert.deepEqual(readFileSync(link), old);
	assert.equal(process.env.SNAP, 'practice');
});
