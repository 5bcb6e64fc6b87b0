import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {chown, mkdir, mkdtemp, rm, symlink, truncate, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {makeFolders, readFileWithin, reasonOf} from '../../source/system/files.ts';
import {hangingFolder} from '../helpers/hanging-folder.ts';

let folder = '';
beforeEach(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'files-'));
});
afterEach(() => rm(folder, {recursive: true, force: true}));

const at = (name: string) => path.join(folder, name);
const most = 1000;

test('a file is read whole up to its bound, and refused or cut beyond', async () => {
	for (const size of [0, 1, most - 1, most]) {
		await writeFile(at('file'), 'x'.repeat(size));
		const {bytes, more, stats} = await readFileWithin(at('file'), {most});
		assert.deepEqual([bytes.toString(), more, stats.size], ['x'.repeat(size), false, BigInt(size)]);
	}

	await writeFile(at('file'), 'x'.repeat(most + 1));
	await assert.rejects(readFileWithin(at('file'), {most}), {code: 'too-large'});
	const {bytes, more} = await readFileWithin(at('file'), {most, beginning: true});
	assert.deepEqual([bytes.length, more], [most, true]);
});

test('a file larger than memory is refused before it is read', async () => {
	await writeFile(at('file'), '');
	await truncate(at('file'), 2 ** 42);
	await assert.rejects(readFileWithin(at('file'), {most}), {code: 'too-large'});
});

test('a file that says it is empty is read until it ends, and no further than its bound', async t => {
	if (process.platform !== 'linux') {
		t.skip('needs /proc');
		return;
	}

	const {bytes, stats} = await readFileWithin('/proc/self/maps', {most: 10_000_000});
	assert.equal(stats.size, 0n);
	assert.match(bytes.toString(), /\[stack\]/);
	await assert.rejects(readFileWithin('/proc/self/maps', {most: 100}), {code: 'too-large'});
	assert.equal((await readFileWithin('/proc/self/maps', {most: 100, beginning: true})).bytes.length, 100);
});

test('what is no file is refused, and neither waited for nor read', async () => {
	await mkdir(at('folder'));
	await assert.rejects(readFileWithin(at('folder'), {most}), {code: 'EISDIR'});
	await assert.rejects(readFileWithin(at('missing'), {most}), {code: 'ENOENT'});
	if (process.platform === 'win32') {
		return;
	}

	execFileSync('mkfifo', [at('pipe')]);
	const server = createServer().listen(at('socket'));
	await new Promise(resolve => server.once('listening', resolve));
	await symlink('/dev/zero', at('zero'));
	await symlink('/dev/tty', at('terminal'));
	try {
		for (const name of ['pipe', 'socket', 'zero']) {
			await assert.rejects(readFileWithin(at(name), {most}), {code: 'not-a-file'}, name);
		}

		await assert.rejects(
			readFileWithin(at('terminal'), {most}),
			error => reasonOf(error) === 'it is not a file',
		);
	} finally {
		server.close();
	}
});

test('a link is followed or refused, as the caller has it', async () => {
	await writeFile(at('file'), 'x');
	await symlink('file', at('link'));
	await symlink('loop', at('loop'));
	assert.equal((await readFileWithin(at('link'), {most})).bytes.toString(), 'x');
	await assert.rejects(readFileWithin(at('link'), {most, links: false}), {code: 'a-link'});
	await assert.rejects(readFileWithin(at('loop'), {most}), {code: 'ELOOP'});
});

test('a file of another user is refused where it has to be ours', async t => {
	if (process.getuid?.() !== 0) {
		t.skip('only root can give a file away');
		return;
	}

	await writeFile(at('file'), 'x');
	await readFileWithin(at('file'), {most, ours: true});
	await chown(at('file'), 65_534, 65_534);
	await assert.rejects(readFileWithin(at('file'), {most, ours: true}), {code: 'other-user'});
	await readFileWithin(at('file'), {most});
});

test('a file on a share that hangs is given up, other folders’ files are read, and its own folder is not tried again', async t => {
	const hanging = hangingFolder();
	if (typeof hanging === 'string') {
		t.skip(hanging);
		return;
	}

	try {
		await writeFile(at('file'), 'x');
		const slow = readFileWithin(path.join(hanging.path, 'one'), {most, patience: 1});
		await assert.rejects(slow, {code: 'too-slow'});
		// More than Node has threads for files: each but the first is refused without one.
		for (let count = 0; count < 10; count += 1) {
			await assert.rejects(readFileWithin(path.join(hanging.path, `${count}`), {most}), {code: 'too-slow'});
		}

		assert.equal((await readFileWithin(at('file'), {most})).bytes.toString(), 'x');
	} finally {
		hanging.close();
	}
});

test('folders are made with those above them, and where none can be made it ends', async t => {
	assert.equal(await makeFolders(at('one/two/three')), true);
	assert.equal(await makeFolders(at('one/two/three')), false);
	await writeFile(at('file'), '');
	await assert.rejects(makeFolders(at('file')), {code: 'EEXIST'});
	await assert.rejects(makeFolders(at('file/under')), {code: 'ENOTDIR'});
	await symlink('nowhere', at('dangling'));
	await assert.rejects(makeFolders(at('dangling/under')), error => error instanceof Error && 'code' in error);
	if (process.platform === 'linux') {
		await assert.rejects(makeFolders('/proc/keymaker/keys'), {code: 'ENOENT'});
	} else {
		t.diagnostic('there is no /proc here to try');
	}
});
