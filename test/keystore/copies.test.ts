import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {
	chmodSync,
	chownSync,
	copyFileSync,
	existsSync,
	linkSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {type TestContext, test} from 'node:test';
import {openKeystore} from '../../source/keystore/open.ts';
import {coded, newPlace, practiceRecord, startWorker} from './support.ts';

const needsRoot = {skip: process.getuid?.() === 0 ? false : 'needs root, to become somebody else'};
const someone = 65_534;
const other = 65_533;

/** A keystore with twelve states behind it, and the folder of its copies. */
async function savedOften(context: TestContext) {
	const place = newPlace(context);
	const keystore = openKeystore(place);
	for (let number = 1; number <= 12; number += 1) {
		await keystore.update(`bot ${number}`, () => practiceRecord('x'));
	}

	return {place, keystore, folder: path.join(place.folder, 'backups', 'harbour')};
}

/** What is no copy of ours, by a name that it may have beside them. */
const odd: Record<string, (target: string, good: string) => void> = {
	'2026-01-01T000000.000Z.json': (target, good) => symlinkSync(good, target),
	'2026-01-02T000000.000Z.json': target => symlinkSync('/dev/zero', target),
	'2026-01-03T000000.000Z.json': target => execFileSync('mkfifo', [target]),
	'2026-01-04T000000.000Z.json': target => mkdirSync(target),
	'2026-99-99T999999.999Z.json': (target, good) => copyFileSync(good, target),
	'2026-02-30T000000.000Z.json': (target, good) => copyFileSync(good, target),
	'9999-12-31T235959.999Z.json': (target, good) => copyFileSync(good, target),
	'+099999-01-01T000000.000Z.json': (target, good) => copyFileSync(good, target),
	'NaN.json': (target, good) => copyFileSync(good, target),
	'notes.txt': target => writeFileSync(target, 'notes'),
	'2026-01-05T000000.000Z.json.tmp-1234567890abcdef': target => mkdirSync(target),
};

test('what is no copy among the copies is passed over by everything, kept, and told of', async context => {
	const {keystore, folder} = await savedOften(context);
	const good = path.join(folder, readdirSync(folder).sort()[0] ?? '');
	for (const [name, put] of Object.entries(odd)) {
		put(path.join(folder, name), good);
	}

	const before = new Map(Object.keys(odd).map(name => [name, lstatSync(path.join(folder, name)).ino]));
	await keystore.update('one more', () => practiceRecord('x'));
	assert.deepEqual(
		(await keystore.backups()).map(({bots}) => bots),
		[12, 11, 10, 9, 8, 7, 6, 5, 4, 3],
	);
	await keystore.encrypt('practice words');
	assert.equal(await keystore.backupsHolding('bot 12'), 1);
	await keystore.purge('bot 12');
	await keystore.restore(1);
	await keystore.decrypt();
	await keystore.update('and another', () => practiceRecord('x'));
	assert.deepEqual(
		new Map(Object.keys(odd).map(name => [name, lstatSync(path.join(folder, name)).ino])),
		before,
	);
	const {findings, backups} = await keystore.health();
	assert.ok(backups > 1 && backups <= 11);
	assert.equal(findings.length, 1, JSON.stringify(findings));
	assert.match(findings[0]?.sentence ?? '', /not backups of this keystore: .+ and 7 more\.$/);
});

test('copies that a clock which ran ahead by hours has dated stay copies, and new ones come after them', async context => {
	const {place, folder} = await savedOften(context);
	const ahead = openKeystore({...place, now: () => Date.now() + 12 * 3_600_000});
	await ahead.update('ahead', () => practiceRecord('x'));
	const after = openKeystore(place);
	await after.update('after', () => practiceRecord('x'));
	assert.deepEqual(
		(await after.backups()).map(({bots}) => bots),
		[13, 12, 11, 10, 9, 8, 7, 6, 5, 4],
	);
	assert.equal(readdirSync(folder).length, 11);
});

test('a folder of copies that others may write to is refused, by name, for reading and for saving', async context => {
	const {keystore, folder} = await savedOften(context);
	for (const open of [folder, path.dirname(folder)]) {
		chmodSync(open, 0o777);
		for (const use of [
			() => keystore.backups(),
			() => keystore.restore(1),
			() => keystore.update('more', () => practiceRecord('x')),
			() => keystore.tryWriting(),
			() => keystore.backupsHolding('bot 1'),
		]) {
			await assert.rejects(use(), (error: Error & {hint?: string}) => {
				assert.ok(error.message.includes(open), error.message);
				assert.match(error.hint ?? '', /chmod go-w/);
				return coded('keystore-unsafe')(error);
			});
		}

		const {findings} = await keystore.health();
		assert.ok(findings.some(({sentence, serious}) => serious && /replace the copies/.test(sentence)));
		chmodSync(open, 0o700);
	}

	assert.equal((await keystore.list()).records.size, 12);
	chmodSync(folder, 0o777);
	writeFileSync(keystore.path, 'damaged');
	await assert.rejects(keystore.list(), (error: Error & {hint?: string}) => {
		assert.match(error.hint ?? '', /chmod go-w .*keymaker restore/);
		return coded('keystore-damaged')(error);
	});
});

test('a link to a folder of copies of one’s own is followed', async context => {
	const {place, keystore, folder} = await savedOften(context);
	const away = path.join(place.root, 'another disk');
	renameSync(path.dirname(folder), away);
	symlinkSync(away, path.dirname(folder));
	await keystore.update('more', () => practiceRecord('x'));
	assert.equal((await keystore.backups()).length, 10);
});

test('a file in the place of the folder of copies is named', async context => {
	const {keystore, folder} = await savedOften(context);
	rmSync(folder, {recursive: true});
	writeFileSync(folder, '');
	await assert.rejects(
		keystore.update('more', () => practiceRecord('x')),
		coded('keystore-unsafe'),
	);
});

test(
	'what another user has put among a user’s files is neither restored nor swept nor purged',
	needsRoot,
	async context => {
		const {place, keystore, folder} = await savedOften(context);
		const planted = [
			path.join(folder, '2026-01-01T000000.000Z.json'),
			`${keystore.path}.damaged-2026`,
			`${keystore.path}.tmp-1234567890abcdef`,
		];
		for (const target of planted) {
			copyFileSync(keystore.path, target);
			chownSync(target, other, other);
			chmodSync(target, 0o644);
		}

		chmodSync(place.root, 0o755);
		for (const target of [
			place.root,
			place.poems,
			place.folder,
			path.dirname(folder),
			folder,
			keystore.path,
		]) {
			chownSync(target, someone, someone);
		}

		for (const name of readdirSync(folder).filter(one => !planted[0]?.endsWith(one))) {
			chownSync(path.join(folder, name), someone, someone);
		}

		const worker = startWorker(context, {options: place, upkeep: 'bot 1'}, {uid: someone});
		await worker.ended;
		assert.deepEqual(worker.lines(), ['copies 10', 'purged 11', 'findings not backups']);
		assert.deepEqual(
			planted.map(target => existsSync(target)),
			[true, true, true],
		);
	},
);

test('copies of another user’s folder are not restored', needsRoot, async context => {
	const {place, keystore, folder} = await savedOften(context);
	chmodSync(place.root, 0o755);
	for (const target of [place.root, place.poems, place.folder, path.dirname(folder), keystore.path]) {
		chownSync(target, someone, someone);
	}

	chownSync(folder, other, other);
	chmodSync(folder, 0o755);
	const worker = startWorker(context, {options: place, upkeep: 'bot 1'}, {uid: someone});
	await worker.ended;
	assert.match(worker.lines()[0] ?? '', /^failed keystore-unsafe .*belongs to another user/);
});

test(
	'a sticky folder is no place for a keystore where its owner is another user',
	needsRoot,
	async context => {
		const place = newPlace(context);
		chmodSync(place.root, 0o755);
		mkdirSync(place.folder);
		chownSync(place.folder, other, other);
		chmodSync(place.folder, 0o1777);
		chownSync(place.poems, someone, someone);
		const worker = startWorker(context, {options: place, save: ['ode']}, {uid: someone});
		await worker.ended;
		assert.match(worker.lines()[0] ?? '', /^failed keystore-unsafe /);
		assert.deepEqual(readdirSync(place.folder), []);
	},
);

test('a damaged keystore is moved aside as a file of its own, never through a link', async context => {
	const {place, keystore} = await savedOften(context);
	const target = path.join(place.root, 'target');
	writeFileSync(target, 'notes');
	const now = Date.parse('2026-11-28T00:00:00.000Z');
	const at = openKeystore({...place, now: () => now});
	symlinkSync(target, `${keystore.path}.damaged-2026-11-28T000000.000Z`);
	writeFileSync(keystore.path, 'damaged');
	linkSync(keystore.path, path.join(place.root, 'same'));
	const {keptAside} = await at.restore(1);
	assert.equal(readFileSync(target, 'utf8'), 'notes');
	assert.equal(readFileSync(keptAside ?? '', 'utf8'), 'damaged');
	assert.ok(lstatSync(keptAside ?? '').isFile());
});
