import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {
	chmodSync,
	cpSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {type TestContext, test} from 'node:test';
import {openKeystore} from '../../source/keystore/open.ts';
import {bytesOf} from '../../source/keystore/opened.ts';
import {seenFileOf} from '../../source/keystore/seen/place.ts';
import {emptyState} from '../../source/keystore/state.ts';
import {unfinishedWork} from '../../source/system/unfinished.ts';
import {coded, modeOf, newPlace, practiceIdentity, practiceRecord, startWorker} from './support.ts';

/** A keystore's place on a computer that remembers. */
function rememberingPlace(context: TestContext) {
	const place = newPlace(context);
	return {...place, seen: path.join(place.root, 'state', 'keymaker', 'seen.json')};
}

/** What is remembered, by path. */
const kept = (seen: string) => JSON.parse(readFileSync(seen, 'utf8')).keystores;

test('what was seen is kept in the system’s own place for state, or in the folder that KEYMAKER_STATE names', () => {
	const home = {HOME: '/home/practice'};
	assert.equal(seenFileOf(home, '/now', 'linux'), '/home/practice/.local/state/keymaker/seen.json');
	assert.equal(seenFileOf({...home, XDG_STATE_HOME: '/state'}, '/now', 'linux'), '/state/keymaker/seen.json');
	assert.equal(
		seenFileOf({...home, XDG_STATE_HOME: 'relative'}, '/now', 'linux'),
		'/home/practice/.local/state/keymaker/seen.json',
	);
	assert.equal(
		seenFileOf(home, '/now', 'darwin'),
		'/home/practice/Library/Application Support/keymaker/seen.json',
	);
	assert.equal(
		seenFileOf({LOCALAPPDATA: 'C:\\Local'}, 'C:\\now', 'win32'),
		'C:\\Local\\keymaker\\State\\seen.json',
	);
	assert.equal(seenFileOf({...home, KEYMAKER_STATE: 'state'}, '/now', 'linux'), '/now/state/seen.json');
	assert.equal(seenFileOf({KEYMAKER_STATE: '/state'}, '/now', 'linux'), '/state/seen.json');
	for (const env of [{}, {HOME: ''}, {HOME: 'relative'}]) {
		assert.equal(seenFileOf(env, '/now', 'linux'), null);
	}
});

test('it is for its owner alone, and written only where something new was learnt', async context => {
	const place = rememberingPlace(context);
	const keystore = openKeystore(place);
	await keystore.list();
	assert.equal(existsSync(place.seen), false);
	await keystore.update('ode', () => practiceRecord('ode'));
	assert.deepEqual([modeOf(place.seen), modeOf(path.dirname(place.seen))], ['600', '700']);
	const {id} = JSON.parse(readFileSync(keystore.path, 'utf8')).keystore;
	assert.deepEqual(kept(place.seen), {[keystore.path]: {id, encrypted: false, counter: 1}});

	const before = readFileSync(place.seen, 'utf8').replace('"keystores"', '"mark": 1, "keystores"');
	writeFileSync(place.seen, before, {mode: 0o600});
	await openKeystore(place).list();
	await keystore.update('ode', record => record);
	assert.equal(readFileSync(place.seen, 'utf8'), before, 'nothing new was learnt');
	await keystore.update('moth', () => practiceRecord('moth'));
	assert.equal(kept(place.seen)[keystore.path].counter, 2);
	assert.deepEqual(readdirSync(path.dirname(place.seen)), ['seen.json']);
});

for (const [what, spoil] of Object.entries<(seen: string) => void>({
	'that is no JSON': seen => writeFileSync(seen, 'practice'),
	'that is empty': seen => writeFileSync(seen, ''),
	'that is another JSON': seen => writeFileSync(seen, '[null, {"keystores": 7}]'),
	'with entries that make no sense': seen =>
		writeFileSync(
			seen,
			JSON.stringify({keystores: {'/a': null, '/b': {id: 1, encrypted: 'no', counter: -1}}}),
		),
	'that is a folder': seen => mkdirSync(seen),
	'that is a FIFO': seen => execFileSync('mkfifo', [seen]),
	'that is a link to nowhere': seen => symlinkSync('/nowhere/at/all', seen),
	'that is a device': seen => symlinkSync('/dev/zero', seen),
	'in a folder that is a file': seen => {
		rmSync(path.dirname(seen), {recursive: true});
		writeFileSync(path.dirname(seen), '');
	},
	'in a folder that everybody may write to': seen => chmodSync(path.dirname(seen), 0o777),
})) {
	test(`a memory ${what} stops nobody’s work`, {skip: process.platform === 'win32'}, async context => {
		const place = rememberingPlace(context);
		mkdirSync(path.dirname(place.seen), {recursive: true});
		spoil(place.seen);
		const keystore = openKeystore(place);
		await keystore.update('ode', () => practiceRecord('ode'));
		const fresh = openKeystore(place);
		assert.equal((await fresh.list()).records.size, 1);
		const sentences = (await fresh.health()).findings.map(({sentence}) => sentence);
		const isMended =
			statSync(place.seen, {throwIfNoEntry: false})?.isFile() === true &&
			readFileSync(place.seen, 'utf8').includes(keystore.path);
		assert.equal(
			sentences.some(sentence =>
				sentence.includes('would not notice if an older keystore replaced this one'),
			),
			!isMended,
			sentences.join('\n'),
		);
	});
}

test('programs that learn at the same time forget nothing of each other’s', async context => {
	const place = rememberingPlace(context);
	const flocks = ['harbour', 'kettle', 'moth', 'lamplight'];
	const workers = flocks.map(flock =>
		startWorker(context, {options: {...place, flock}, save: ['ode', 'sonnet']}),
	);
	await Promise.all(workers.map(worker => worker.ended));
	const paths = flocks.map(flock => path.join(place.folder, `${flock}.json`));
	const found = kept(place.seen);
	assert.deepEqual(Object.keys(found).sort(), paths.sort());
	assert.ok(Object.values<{counter: number}>(found).every(({counter}) => counter === 2));
});

test('a folder that was moved keeps its memory, and a copy that lags behind is refused until it is taken', async context => {
	const place = rememberingPlace(context);
	await openKeystore(place).update('ode', () => practiceRecord('ode'));
	const copy = {...place, folder: path.join(place.root, 'copy')};
	cpSync(place.folder, copy.folder, {recursive: true});
	chmodSync(copy.folder, 0o700);
	await openKeystore(place).update('moth', () => practiceRecord('moth'));
	await assert.rejects(openKeystore(copy).list(), coded('keystore-older'));
	await assert.rejects(
		openKeystore(copy).update('moth', () => null),
		coded('keystore-older'),
	);
	await openKeystore(copy).forgetSeen();
	assert.equal((await openKeystore(copy).list()).records.size, 1);
	assert.equal((await openKeystore(place).list()).records.size, 2);

	const moved = {...place, folder: path.join(place.root, 'moved')};
	renameSync(place.folder, moved.folder);
	assert.equal((await openKeystore(moved).list()).records.size, 2);
});

test('another keystore in the place of an encrypted one is refused, even one that the passphrase opens', async context => {
	const place = {...rememberingPlace(context), passphrase: () => 'words'};
	const first = openKeystore(place);
	await first.encrypt('words');
	const old = readFileSync(first.path);
	rmSync(place.folder, {recursive: true});
	await assert.rejects(openKeystore(place).list(), coded('keystore-unreadable'));
	await openKeystore(place).forgetSeen();
	const second = openKeystore(place);
	await second.encrypt('words');
	writeFileSync(second.path, old);
	await assert.rejects(openKeystore(place).list(), (error: Error) => {
		assert.match(error.message, /not the one that this computer saw there last/);
		return coded('keystore-older')(error);
	});
});

test('a plain keystore that was begun anew is taken, and an older save of it is not', async context => {
	const place = rememberingPlace(context);
	const keystore = openKeystore(place);
	await keystore.update('ode', () => practiceRecord('ode'));
	const other = bytesOf({identity: practiceIdentity({counter: 5}), state: emptyState, key: null});
	writeFileSync(keystore.path, other, {mode: 0o600});
	assert.equal((await openKeystore(place).list()).records.size, 0);
	writeFileSync(
		keystore.path,
		bytesOf({identity: practiceIdentity({counter: 4}), state: emptyState, key: null}),
	);
	await assert.rejects(openKeystore(place).list(), coded('keystore-older'));
});

test('while a keystore that is encrypted is remembered as plain text, a signal waits for the end of that', async context => {
	const place = rememberingPlace(context);
	const keystore = openKeystore({...place, passphrase: () => 'not a real passphrase'});
	await keystore.update('ode', () => practiceRecord('ode'));
	await keystore.encrypt('not a real passphrase');
	let decrypted = false;
	const decrypting = keystore.decrypt().finally(() => {
		decrypted = true;
	});
	let between = 0;
	while (!decrypted) {
		const isPlain = kept(place.seen)[keystore.path].encrypted === false;
		if (isPlain && readFileSync(keystore.path, 'utf8').includes('"encryption"')) {
			between += 1;
			assert.ok(unfinishedWork().includes('decrypting the keystore'));
		}

		await new Promise(resolve => setImmediate(resolve));
	}

	await decrypting;
	assert.ok(between > 0, 'it was never looked in between');
});

test('whoever reads while another program decrypts is not told that something was planted', async context => {
	const place = {...rememberingPlace(context), passphrase: () => 'words'};
	const keystore = openKeystore(place);
	await keystore.update('ode', () => practiceRecord('ode'));
	const reader = openKeystore(place);
	for (let round = 0; round < 5; round += 1) {
		await keystore.encrypt('words');
		let decrypted = false;
		const decrypting = keystore.decrypt().then(() => {
			decrypted = true;
		});
		while (!decrypted) {
			assert.equal((await reader.list()).records.size, 1);
		}

		await decrypting;
	}
});

test('without a place to remember, the copies of the keystore tell that it was encrypted', async context => {
	const place = {...newPlace(context), passphrase: () => 'words'};
	const keystore = openKeystore(place);
	await keystore.update('ode', () => practiceRecord('ode'));
	await keystore.encrypt('words');
	const planted = bytesOf({identity: practiceIdentity(), state: emptyState, key: null});
	writeFileSync(keystore.path, planted);
	await assert.rejects(openKeystore(place).list(), coded('keystore-plain'));
	assert.equal(
		(await openKeystore(place).health()).findings.some(({serious}) => serious),
		true,
	);
	await openKeystore(place).restore(1);
	assert.equal((await openKeystore(place).list()).records.size, 1);
});

test('an encryption that was ended before it took the file’s place speaks against nobody', async context => {
	const place = {...newPlace(context), passphrase: () => 'words'};
	const keystore = openKeystore(place);
	await keystore.update('ode', () => practiceRecord('ode'));
	const before = readFileSync(keystore.path);
	const [copy = ''] = readdirSync(path.join(place.folder, 'backups', 'harbour'));
	await keystore.encrypt('words');
	writeFileSync(keystore.path, before);
	await assert.rejects(openKeystore(place).list(), coded('keystore-plain'));
	writeFileSync(path.join(place.folder, 'backups', 'harbour', copy), before);
	assert.equal((await openKeystore(place).list()).records.size, 1);
});
