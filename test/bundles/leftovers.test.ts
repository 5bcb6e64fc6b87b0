import assert from 'node:assert/strict';
import {type ChildProcess, spawn} from 'node:child_process';
import {chown, mkdir, readdir, readFile, stat, symlink, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {sweepLeftovers, temporaryName} from '../../source/bundles/leftovers.ts';
import {checkLeftovers} from '../../source/commands/doctor/leftovers.ts';
import {exportKeys} from '../../source/commands/export.ts';
import {fromSource} from '../helpers/from-source.ts';
import {type TestServices, testServices} from '../helpers/services.ts';
import {collect} from '../helpers/write.ts';

let flock: TestServices;
let keys = '';
const children: ChildProcess[] = [];

beforeEach(async () => {
	flock = await testServices({poems: ['harbour', 'kettle']});
	await flock.authorize('harbour', 'harbour_poem');
	await flock.authorize('kettle', 'kettle_poem');
	keys = path.join(flock.folder, 'keys');
});

afterEach(async () => {
	for (const child of children.splice(0)) {
		child.kill('SIGKILL');
	}

	await flock.close();
});

/** Starts the program's export, which is killed or stands still at the moment before its first file gets its name. */
function startExport(at: 'kill' | 'wait'): ChildProcess {
	const cli = path.join(import.meta.dirname, '..', '..', 'source', 'cli.ts');
	const preload = path.join(import.meta.dirname, '..', 'helpers', 'at-rename.mjs');
	const loaded = ['--import', preload, ...fromSource];
	const child = spawn(process.execPath, [...loaded, cli, 'export', '--format', 'bundle', '--out', 'keys'], {
		cwd: flock.folder,
		env: {
			PATH: process.env.PATH,
			HOME: flock.folder,
			KEYMAKER_KEYSTORE: path.join(flock.folder, 'keystore'),
			KEYMAKER_FLOCK: 'test',
			AT_RENAME: at,
		},
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	children.push(child);
	return child;
}

function ended(child: ChildProcess): Promise<string | null> {
	return new Promise(resolve => child.once('close', (_, signal) => resolve(signal)));
}

async function exportAgain(): Promise<string> {
	const run = collect();
	const input = {bots: [], format: 'bundle', out: 'keys', force: false} as const;
	assert.equal(await exportKeys(input, flock.services, run.write), 0);
	return run.err.join('\n');
}

test('what an export that was killed just before its rename leaves is removed by the next one', async t => {
	if (process.platform === 'win32') {
		t.skip('SIGKILL is a signal of Unix');
		return;
	}

	assert.equal(await ended(startExport('kill')), 'SIGKILL');
	const left = await readdir(keys);
	assert.equal(left.length, 2);
	const secret = (await flock.services.keystore.get('harbour'))?.key?.accessSecret ?? 'none';
	const texts = await Promise.all(left.map(name => readFile(path.join(keys, name), 'utf8')));
	assert.ok(texts.some(text => text.includes(secret)));
	assert.match(await exportAgain(), /Removed 2 files with keys that a killed export left in .*keys\./);
	assert.deepEqual((await readdir(keys)).sort(), ['harbour.json', 'kettle.json']);
});

test('doctor removes it too, and says so', async t => {
	if (process.platform === 'win32') {
		t.skip('SIGKILL is a signal of Unix');
		return;
	}

	await ended(startExport('kill'));
	const [found] = await checkLeftovers(flock.folder);
	assert.equal(found?.state, 'warning');
	assert.match(found.sentence, /^Removed 2 key files that a killed export left in keys\./);
	assert.deepEqual(await readdir(keys), []);
	assert.deepEqual(await checkLeftovers(flock.folder), []);
});

test('what another export is writing at this moment stays, until that one is dead', async t => {
	if (process.platform === 'win32') {
		t.skip('SIGKILL is a signal of Unix');
		return;
	}

	const child = startExport('wait');
	await new Promise(resolve => child.stdout?.once('data', resolve));
	await exportAgain();
	assert.deepEqual(await checkLeftovers(flock.folder), []);
	assert.equal((await readdir(keys)).filter(name => name.startsWith('.keymaker-')).length, 2);
	const end = ended(child);
	child.kill('SIGKILL');
	await end;
	await exportAgain();
	assert.deepEqual((await readdir(keys)).sort(), ['harbour.json', 'kettle.json']);
});

test('only files of such a name that are ours and old, or their writer’s dead, are removed', async () => {
	await mkdir(keys);
	const at = (name: string) => path.join(keys, name);
	const hourAgo = new Date(Date.now() - 61 * 60 * 1000);
	const elsewhere = `.keymaker-00000000-1-${crypto.randomUUID()}.tmp`;
	for (const name of ['.keymaker-notes.tmp', temporaryName(), elsewhere, '.keymaker-probe-harbour.json']) {
		await writeFile(at(name), 'not-a-real-key');
	}

	await writeFile(at('mine.txt'), 'not-a-real-key');
	await symlink(at('mine.txt'), at(`.keymaker-00000000-2-${crypto.randomUUID()}.tmp`));
	const before = await readdir(keys);
	assert.deepEqual(await sweepLeftovers(keys), []);
	assert.deepEqual(await readdir(keys), before);

	await Promise.all(before.map(name => utimes(at(name), hourAgo, hourAgo)));
	if (process.getuid?.() === 0) {
		await chown(at(elsewhere), 65_534, 65_534);
	}

	await sweepLeftovers(keys);
	const left = (await readdir(keys)).filter(name => name.startsWith('.keymaker-') && name.endsWith('.tmp'));
	const kept = process.getuid?.() === 0 ? ['.keymaker-notes.tmp', elsewhere] : ['.keymaker-notes.tmp'];
	assert.deepEqual(left.filter(name => !name.includes('00000000-2')).sort(), kept.sort());
	assert.ok((await stat(at('mine.txt'))).isFile());
});
