import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {
	chmodSync,
	chownSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {settingsOf} from '../../source/command-line/options.ts';
import {openPlace} from '../../source/compose-place.ts';
import {openTokens} from '../../source/practice/tokens.ts';
import {newPlace, practiceRecord, temporaryFolder} from '../keystore/support.ts';

/** Names that lead to practice's files wherever those lie beside the keystores. */
const flocks = [
	'practice',
	'practice-provider',
	'practice-harbour',
	'harbour',
	'provider',
	'.provider',
	'.x',
	'backups',
	'practice/harbour',
	'practice/.provider',
	'backups/practice',
	'..',
];

test('no flock’s name leads to practice’s keys, nor practice to a flock’s', async context => {
	const place = newPlace(context);
	const open = (flock: string, practice: boolean) =>
		openPlace(
			settingsOf({flock, practice, poems: place.poems, keystore: place.folder}, {}, place.root),
			{},
			place.root,
			{},
		);
	const opened = flocks.flatMap(flock =>
		[false, true].map(practice => ({flock, practice, ...open(flock, practice)})),
	);
	for (const {flock, practice, keystore, practiceState} of opened) {
		const bot = `${flock} ${practice}`;
		await keystore.update(bot, () => practiceRecord('first'));
		await keystore.update(bot, () => practiceRecord('second'));
		const tokens = openTokens(practiceState);
		await tokens.grant('harbour_poem', 'practice-app', 'read');
	}

	const [one] = opened;
	assert.ok(one);
	assert.equal(new Set(opened.map(({keystore}) => keystore.path)).size, opened.length);
	assert.equal(
		opened.some(({keystore}) => keystore.path === one.practiceState),
		false,
	);
	assert.equal(lstatSync(one.practiceState).mode & 0o777, 0o600);
	assert.equal((await openTokens(one.practiceState).handles()).length, 1);
	for (const {flock, practice} of opened) {
		const {keystore} = open(flock, practice);
		assert.deepEqual([...(await keystore.list()).records.keys()], [`${flock} ${practice}`]);
		assert.equal((await keystore.backups()).length, 1);
		const {findings} = await keystore.health();
		assert.deepEqual(findings, []);
	}
});

test('what stands in the place of practice’s memory is neither waited for, followed nor taken', async context => {
	const folder = temporaryFolder(context);
	const state = path.join(folder, '.provider.json');
	const target = path.join(folder, 'target');
	const tokens = openTokens(target);
	await tokens.grant('harbour_poem', 'practice-app', 'read');
	const before = readFileSync(target, 'utf8');
	for (const put of [
		() => symlinkSync(target, state),
		() => symlinkSync('/dev/zero', state),
		() => execFileSync('mkfifo', [state]),
	]) {
		put();
		const opened = openTokens(state);
		assert.deepEqual(await opened.handles(), []);
		await opened.grant('moth_poem', 'practice-app', 'read');
		assert.ok(lstatSync(state).isFile());
		assert.equal(statSync(state).mode & 0o777, 0o600);
		assert.equal(readFileSync(target, 'utf8'), before);
		rmSync(state);
	}
});

test('root keeps practice in memory where the folder is another user’s', {
	skip: process.getuid?.() === 0 ? false : 'needs root',
}, async context => {
	const root = temporaryFolder(context);
	chmodSync(root, 0o755);
	const folder = path.join(root, 'keys');
	const secret = path.join(root, 'secret');
	for (const made of [folder, secret]) {
		mkdirSync(made);
	}

	symlinkSync(secret, path.join(folder, 'link'));
	chownSync(folder, 65_534, 65_534);
	for (const state of [
		path.join(folder, 'practice', '.provider.json'),
		path.join(folder, 'link', '.provider.json'),
	]) {
		const tokens = openTokens(state);
		const {token} = await tokens.grant('harbour_poem', 'practice-app', 'read');
		assert.equal((await tokens.find(token))?.handle, 'harbour_poem');
		assert.equal(existsSync(state), false);
	}

	assert.deepEqual(readdirSync(secret), []);
});
