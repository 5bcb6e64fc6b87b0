import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {
	chmodSync,
	chownSync,
	existsSync,
	mkdtempSync,
	readFileSync,
	rmdirSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {type TestContext, test} from 'node:test';
import {readBytes} from '../../source/keystore/disk/read.ts';
import {replaceFile} from '../../source/keystore/disk/replace.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {bytesOf} from '../../source/keystore/opened.ts';
import {emptyState} from '../../source/keystore/state.ts';
import {thorough} from '../helpers/thorough.ts';
import {until} from '../helpers/until.ts';
import {
	coded,
	newKeystore,
	newPlace,
	practiceApp,
	practiceIdentity,
	practiceRecord,
	startWorker,
} from './support.ts';

/** Makes a lock look as if its holder had not been heard of for a minute. */
function ageLock(keystorePath: string): void {
	const time = Date.now() / 1000 - 60;
	utimesSync(`${keystorePath}.lock`, time, time);
}

test('four programs save ten bots each beside a reader: all forty arrive, and the reader never sees fewer than before', async context => {
	const {place, keystore} = newKeystore(context);
	const workers = [1, 2, 3, 4].map(worker =>
		startWorker(context, {
			options: place,
			save: Array.from({length: 10}, (_, number) => `bot ${worker}-${number}`),
		}),
	);
	let running = true;
	const ended = Promise.all(workers.map(worker => worker.ended)).then(() => {
		running = false;
	});
	let seen = 0;
	let reads = 0;
	while (running || reads < 40) {
		const {size} = (await keystore.list()).records;
		assert.ok(size >= seen, `saw ${size} bots after ${seen}`);
		seen = size;
		reads += 1;
		await new Promise(resolve => setImmediate(resolve));
	}

	await ended;
	assert.deepEqual(
		workers.map(worker => worker.child.exitCode),
		[0, 0, 0, 0],
	);
	assert.equal((await keystore.list()).records.size, 40);
});

test('a program that was stopped while it held the lock does not overwrite what was saved meanwhile', async context => {
	const {place, keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('ode'));
	const worker = startWorker(context, {options: place, stopWhileSaving: 'stopped'});
	await worker.printed('saw ode');
	await until(() =>
		execFileSync('ps', ['-o', 'state=', '-p', String(worker.child.pid)])
			.toString()
			.startsWith('T'),
	);
	ageLock(keystore.path);
	await keystore.update('moth', () => practiceRecord('moth'));
	worker.child.kill('SIGCONT');
	await worker.ended;
	assert.deepEqual(worker.lines(), ['saw ode', 'saw ode moth', 'done']);
	assert.deepEqual([...(await keystore.list()).records.keys()], ['ode', 'moth', 'stopped']);
	assert.equal(existsSync(`${keystore.path}.lock`), false);
});

test('a program that wakes up does not remove the lock that another has taken over', async context => {
	const {place, keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('ode'));
	const worker = startWorker(context, {options: place, stopWhileSaving: 'stopped'});
	await worker.printed('saw ode');
	ageLock(keystore.path);
	const holder = startWorker(context, {options: place, holdUntil: path.join(place.root, 'released')});
	await holder.printed('holding');
	worker.child.kill('SIGCONT');
	const quick = openKeystore({...place, patience: 300});
	await assert.rejects(
		quick.update('moth', () => practiceRecord('moth')),
		coded('keystore-locked'),
	);
	assert.deepEqual(worker.lines(), ['saw ode']);
	writeFileSync(path.join(place.root, 'released'), '');
	await Promise.all([holder.ended, worker.ended]);
	assert.deepEqual([...(await keystore.list()).records.keys()], ['ode', 'stopped']);
});

test('a save waits for another program only so long, and says what to do', async context => {
	const {place, keystore} = newKeystore(context, {patience: 100});
	const holder = startWorker(context, {options: place, holdUntil: path.join(place.root, 'released')});
	await holder.printed('holding');
	await assert.rejects(
		keystore.update('ode', () => practiceRecord('ode')),
		coded('keystore-locked'),
	);
	await assert.rejects(keystore.tryWriting(), coded('keystore-locked'));
	writeFileSync(path.join(place.root, 'released'), '');
	await holder.ended;
	await keystore.update('ode', () => practiceRecord('ode'));
});

test('a program that is killed between saves and in their midst loses nothing that it had reported saved', async context => {
	const {place, keystore} = newKeystore(context);
	for (let round = 1; round <= (thorough ? 12 : 3); round += 1) {
		const worker = startWorker(context, {options: place, saveForEver: 'ode'});
		await until(() => worker.lines().length >= round * 3);
		worker.child.kill('SIGKILL');
		await worker.ended;
		const reported = worker.lines().length;
		const token = (await keystore.get('ode'))?.key?.accessToken ?? '';
		const stored = Number(token.split('-').at(-1));
		assert.ok(stored === reported || stored === reported + 1, `stored ${stored}, reported ${reported}`);
		if (existsSync(`${keystore.path}.lock`)) {
			ageLock(keystore.path);
		}

		await keystore.update('moth', () => practiceRecord(`moth ${round}`));
		assert.deepEqual((await keystore.health()).findings, []);
	}
});

test('a folder that may not be written is found before anybody is asked for a PIN', {
	skip: notRoot(),
}, async context => {
	const {place, keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('ode'));
	const unprivileged = 65534;
	for (const folder of [place.root, place.poems, place.folder, path.join(place.folder, 'backups')]) {
		chownSync(folder, unprivileged, unprivileged);
	}

	chownSync(keystore.path, unprivileged, unprivileged);
	chmodSync(place.folder, 0o500);
	const worker = startWorker(context, {options: place, tryWriting: true}, {uid: unprivileged});
	await worker.ended;
	assert.match(worker.lines()[0] ?? '', /^failed keystore-unwritable .*harbour\.json/);
	chmodSync(place.folder, 0o700);
	chmodSync(keystore.path, 0o000);
	const blind = startWorker(context, {options: place, tryWriting: true}, {uid: unprivileged});
	await blind.ended;
	assert.match(blind.lines()[0] ?? '', /^failed keystore-unreadable .*harbour\.json/);
});

test('a full disk stops a save before anything is touched', {skip: noTmpfs()}, async context => {
	const disk = smallDisk(context);
	const keystore = openKeystore({...newPlace(context), folder: path.join(disk, 'keys')});
	await keystore.update('ode', () => practiceRecord('ode'), practiceApp);
	const large = practiceRecord('x'.repeat(60_000));
	writeFileSync(path.join(disk, 'filler'), Buffer.alloc(180_000));
	const before = readFileSync(keystore.path);
	await assert.rejects(
		keystore.update('moth', () => large),
		coded('keystore-full'),
	);
	await assert.rejects(
		openKeystore({...newPlace(context), folder: path.join(disk, 'keys'), flock: 'other', poems: null}).update(
			'moth',
			() => large,
		),
		coded('keystore-full'),
	);
	assert.deepEqual(readFileSync(keystore.path), before);
	assert.deepEqual(await keystore.get('ode'), practiceRecord('ode'));
	assert.deepEqual((await keystore.health()).findings, []);
	writeFileSync(path.join(disk, 'filler'), '');
	await keystore.update('moth', () => large);
	assert.deepEqual(await keystore.get('moth'), large);
});

test('a disk that fills up while conf writes leaves the old keys in place', {
	skip: noTmpfs(),
}, async context => {
	const folder = smallDisk(context);
	const file = path.join(folder, 'harbour.json');
	const backups = path.join(folder, 'backups');
	const stateOf = (name: string) => ({...emptyState, records: new Map([['ode', practiceRecord(name)]])});
	const old = bytesOf({identity: practiceIdentity(), state: stateOf('old'), key: null});
	writeFileSync(file, old, {mode: 0o600});
	const base = await readBytes(file);
	const lock = {
		isOurs() {
			fill(path.join(folder, 'filler'));
			return true;
		},
	};
	const bytes = bytesOf({identity: practiceIdentity(), state: stateOf('x'.repeat(20_000)), key: null});
	await assert.rejects(
		replaceFile({file, backups, base, baseIsGood: true, bytes, lock, now: Date.now()}),
		error => coded('keystore-full')(error),
	);
	assert.deepEqual(readFileSync(file), old);
});

/** Fills a small disk but for some thousand bytes: then a longer write is cut short instead of refused. */
function fill(file: string): void {
	let size = 0;
	try {
		for (;;) {
			writeFileSync(file, Buffer.alloc(4096), {flag: 'a'});
			size += 4096;
		}
	} catch {
		writeFileSync(file, Buffer.alloc(size - 8192));
	}
}

function smallDisk(context: TestContext): string {
	const disk = mkdtempSync(path.join(tmpdir(), 'keymaker-disk-'));
	execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=700', 'tmpfs', disk]);
	context.after(() => {
		execFileSync('umount', ['-l', disk]);
		rmdirSync(disk);
	});
	return disk;
}

function notRoot(): string | false {
	return process.getuid?.() === 0 ? false : 'needs root, to become somebody else';
}

function noTmpfs(): string | false {
	if (process.platform !== 'linux' || notRoot()) {
		return 'needs root on Linux, to mount a small disk';
	}

	try {
		execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], {stdio: 'ignore'});
		return false;
	} catch {
		return 'may not mount a small disk here';
	}
}
