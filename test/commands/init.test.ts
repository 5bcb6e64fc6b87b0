import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {
	chmod,
	mkdir,
	mkdtemp,
	readdir,
	readFile,
	rm,
	stat,
	symlink,
	truncate,
	writeFile,
} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {parse} from 'dotenv';
import {init} from '../../source/commands/init.ts';
import {envTemplate} from '../../source/commands/shared/env-template.ts';
import {collect} from '../helpers/write.ts';

let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'keymaker-init-'));
});

afterEach(() => rm(folder, {recursive: true, force: true}));

function run(write = collect()) {
	return init({}, {poems: {path: path.join(folder, 'poems')}, cwd: folder}, write.write);
}

test('init makes a folder of poems with a sample, an .env for nobody else, and lines of .gitignore', async () => {
	const said = collect();
	assert.equal(await run(said), 0);
	const [sample = ''] = await readdir(path.join(folder, 'poems'));
	assert.match(sample, /^[\w-]+\.txt$/);
	assert.equal((await stat(path.join(folder, '.env'))).mode & 0o777, 0o600);
	assert.equal(await readFile(path.join(folder, '.gitignore'), 'utf8'), '.env\nkeys/\n');
	assert.match(said.err.join('\n'), /Next, run keymaker --practice/);
});

test('init sets nothing by the .env that it makes', async () => {
	await run();
	const text = await readFile(path.join(folder, '.env'), 'utf8');
	assert.deepEqual(parse(text), {TWITTER_CONSUMER_KEY: '', TWITTER_CONSUMER_SECRET: ''});
});

test('init run again changes nothing', async () => {
	await run();
	await writeFile(path.join(folder, '.env'), 'TWITTER_CONSUMER_KEY=not-a-real-key\n');
	await chmod(path.join(folder, '.env'), 0o644);
	const said = collect();
	assert.equal(await run(said), 0);
	assert.equal(await readFile(path.join(folder, '.env'), 'utf8'), 'TWITTER_CONSUMER_KEY=not-a-real-key\n');
	assert.equal(await readFile(path.join(folder, '.gitignore'), 'utf8'), '.env\nkeys/\n');
	assert.equal((await readdir(path.join(folder, 'poems'))).length, 1);
	assert.match(said.all(), /\.env: already exists.*chmod 600 \.env/);
});

test('init adds no sample to poems that are there, and keeps the lines of a .gitignore', async () => {
	await mkdir(path.join(folder, 'poems'));
	await writeFile(path.join(folder, 'poems', 'ode.txt'), 'a line\n');
	await writeFile(path.join(folder, '.gitignore'), 'node_modules/\n.env');
	await run();
	assert.deepEqual(await readdir(path.join(folder, 'poems')), ['ode.txt']);
	assert.equal(await readFile(path.join(folder, '.gitignore'), 'utf8'), 'node_modules/\n.env\nkeys/\n');
});

test('init adds nothing to a .gitignore in UTF-16, which git does not read, and says so', async () => {
	const before = Buffer.from('\ufeffnode_modules/\r\n', 'utf16le');
	await writeFile(path.join(folder, '.gitignore'), before);
	const said = collect();
	assert.equal(await run(said), 0);
	assert.match(said.out.join('\n'), /\.gitignore: is in UTF-16, which git does not read/);
	assert.deepEqual(await readFile(path.join(folder, '.gitignore')), before);
});

test('init says which place it cannot write', async () => {
	await writeFile(path.join(folder, 'poems'), 'a file\n');
	await assert.rejects(run(), {code: 'init-unwritable', message: /Cannot write .*poems: EEXIST/});
});

test('init writes through no link, and makes nothing at all where there is one', async () => {
	const outside = await mkdtemp(path.join(tmpdir(), 'keymaker-outside-'));
	try {
		await writeFile(path.join(outside, 'file'), 'mine\n');
		for (const name of ['.gitignore', '.env', 'poems']) {
			for (const target of [
				name === 'poems' ? outside : path.join(outside, 'file'),
				path.join(outside, 'new'),
			]) {
				await symlink(target, path.join(folder, name));
				await assert.rejects(run(), {
					code: 'init-unsafe',
					message: /does not write through links/,
				});
				assert.deepEqual(await readdir(folder), [name]);
				await rm(path.join(folder, name));
			}
		}

		assert.deepEqual(await readdir(outside), ['file']);
		assert.equal(await readFile(path.join(outside, 'file'), 'utf8'), 'mine\n');
	} finally {
		await rm(outside, {recursive: true});
	}
});

test('init waits for no .gitignore that is a named pipe, and reads none without end', async t => {
	if (process.platform === 'win32') {
		t.skip('needs named pipes');
		return;
	}

	execFileSync('mkfifo', [path.join(folder, '.gitignore')]);
	await assert.rejects(run(), {
		code: 'init-unwritable',
		message: /Cannot write .*\.gitignore: it is not a file/,
	});
	await rm(path.join(folder, '.gitignore'));
	await writeFile(path.join(folder, '.gitignore'), '');
	await truncate(path.join(folder, '.gitignore'), 2 ** 40);
	await assert.rejects(run(), {code: 'init-unwritable', message: /too large/});
});

test('.env.example is what init writes', async () => {
	const example = path.join(import.meta.dirname, '..', '..', '.env.example');
	assert.equal(await readFile(example, 'utf8'), envTemplate);
});
