import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync} from 'node:fs';
import path from 'node:path';
import {type TestContext, test} from 'node:test';
import type {Moved} from '../../source/keystore/disk/poems-folder.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {coded, newKeystore, practiceApp, practiceRecord} from './support.ts';

/** A flock's keystore of two states, and another folder of poems that has come by its name. */
async function twoFolders(context: TestContext) {
	const {place, keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('ode'));
	await keystore.update('moth', () => practiceRecord('moth'));
	const other = path.join(place.root, 'other');
	mkdirSync(other);
	return {place, keystore, other, bytes: () => readFileSync(keystore.path)};
}

type Opened = ReturnType<typeof openKeystore>;

/** Everything that reads a keystore or saves to it. */
const uses: Readonly<Record<string, (keystore: Opened) => Promise<unknown>>> = {
	list: keystore => keystore.list(),
	get: keystore => keystore.get('ode'),
	getAll: keystore => keystore.getAll(['ode']),
	savedAppKey: keystore => keystore.savedAppKey(),
	update: keystore => keystore.update('ode', () => practiceRecord('new')),
	saveAppKey: keystore => keystore.saveAppKey(practiceApp),
	tryWriting: keystore => keystore.tryWriting(),
	encrypt: keystore => keystore.encrypt('practice words'),
	restore: keystore => keystore.restore(1),
	purge: keystore => keystore.purge('ode'),
};

test('a keystore of other poems that are there is refused, and no question changes that', async context => {
	const {place, other, bytes} = await twoFolders(context);
	const before = bytes();
	const opened = openKeystore({...place, poems: other, haveMoved: () => assert.fail('It asked.')});
	for (const use of [...Object.values(uses), (keystore: Opened) => keystore.adoptPoems()]) {
		await assert.rejects(use(opened), (error: Error & {hint?: string}) => {
			assert.match(error.hint ?? '', /--flock NAME/);
			return coded('keystore-other-poems')(error);
		});
	}

	assert.deepEqual(bytes(), before);
	assert.equal((await openKeystore({...place, poems: null}).list()).records.size, 2);
});

test('where the poems are gone, another folder of that name gets nothing without a word', async context => {
	const {place, other, bytes} = await twoFolders(context);
	rmSync(place.poems, {recursive: true});
	const before = bytes();
	const opened = openKeystore({...place, poems: other});
	for (const use of Object.values(uses)) {
		await assert.rejects(use(opened), (error: Error & {hint?: string}) => {
			assert.ok(error.message.includes(place.poems));
			assert.match(error.hint ?? '', /keymaker doctor --moved.*--flock NAME/);
			return coded('keystore-other-poems')(error);
		});
	}

	assert.deepEqual(bytes(), before);
});

for (const [what, use] of Object.entries(uses)) {
	test(`who says yes is asked once, before anything is read, and it is recorded: ${what}`, async context => {
		const {place, other} = await twoFolders(context);
		rmSync(place.poems, {recursive: true});
		const asked: Moved[] = [];
		const opened = openKeystore({
			...place,
			poems: other,
			async haveMoved(moved) {
				asked.push(moved);
				return true;
			},
		});
		await use(opened);
		await opened.list();
		assert.deepEqual(asked, [{from: place.poems, to: other, file: opened.path, bots: 2}]);
		mkdirSync(place.poems);
		await assert.rejects(
			openKeystore({...place, passphrase: () => 'practice words'}).list(),
			coded('keystore-other-poems'),
		);
	});
}

test('who says no is asked once, gets nothing, and is told of --flock', async context => {
	const {place, other, bytes} = await twoFolders(context);
	rmSync(place.poems, {recursive: true});
	const before = bytes();
	let asked = 0;
	const opened = openKeystore({
		...place,
		poems: other,
		async haveMoved() {
			asked += 1;
			return false;
		},
	});
	for (const use of Object.values(uses)) {
		await assert.rejects(use(opened), (error: Error & {hint?: string}) => {
			assert.match(error.hint ?? '', /--flock NAME/);
			return coded('keystore-other-poems')(error);
		});
	}

	assert.equal(asked, 1);
	assert.deepEqual(bytes(), before);
});

test('reads that come together ask one question', async context => {
	const {place, other} = await twoFolders(context);
	rmSync(place.poems, {recursive: true});
	let asked = 0;
	const opened = openKeystore({
		...place,
		poems: other,
		async haveMoved() {
			asked += 1;
			return true;
		},
	});
	const lists = await Promise.all([opened.list(), opened.get('ode'), opened.list(), opened.list()]);
	assert.equal(lists.length, 4);
	assert.equal(asked, 1);
});

test('it can be said beforehand, which makes no keystore where there is none', async context => {
	const {place, other} = await twoFolders(context);
	renameSync(place.poems, path.join(place.root, 'gone'));
	await openKeystore({...place, poems: other}).adoptPoems();
	assert.equal((await openKeystore({...place, poems: other}).list()).records.size, 2);
	const empty = openKeystore({...place, flock: 'another', poems: other});
	await empty.adoptPoems();
	assert.equal(existsSync(empty.path), false);
});

test('the same folder by another path is no question: a link, and one that is mounted twice', async context => {
	const {place, other} = await twoFolders(context);
	const link = path.join(place.root, 'link');
	symlinkSync(place.poems, link);
	assert.equal((await openKeystore({...place, poems: link}).list()).records.size, 2);
	try {
		execFileSync('mount', ['--bind', place.poems, other], {stdio: 'ignore'});
	} catch {
		context.diagnostic('nothing can be mounted here');
		return;
	}

	try {
		assert.equal((await openKeystore({...place, poems: other}).list()).records.size, 2);
	} finally {
		execFileSync('umount', [other]);
	}
});

test('poems that cannot be looked at are not taken for gone', async context => {
	const {place, other} = await twoFolders(context);
	rmSync(place.poems, {recursive: true});
	symlinkSync(place.poems, place.poems);
	const opened = openKeystore({...place, poems: other, haveMoved: () => assert.fail('It asked.')});
	for (const use of [...Object.values(uses), (keystore: Opened) => keystore.adoptPoems()]) {
		await assert.rejects(use(opened), (error: Error & {hint?: string}) => {
			assert.match(error.message, /which cannot be read \(ELOOP\)/);
			assert.doesNotMatch(error.hint ?? '', /--moved/);
			return coded('keystore-other-poems')(error);
		});
	}
});
