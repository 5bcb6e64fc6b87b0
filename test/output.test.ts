import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, openSync} from 'node:fs';
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {after, before, test} from 'node:test';
import {practiceAppKey} from '../source/practice/provider.ts';
import {inheritedAt} from './helpers/environment.ts';
import {fromSource} from './helpers/from-source.ts';
import {cli, type Workplace, workplace} from './helpers/program.ts';
import {some} from './helpers/thorough.ts';

const child = path.join(import.meta.dirname, 'output-child.ts');
const onWindows = process.platform === 'win32' && 'Node’s own streams write there';

/** More than a pipe holds. */
const manyPoems = 4000;

let place: Workplace;
before(async () => {
	place = await workplace([]);
	const poems = path.join(place.folder, 'poems');
	await mkdir(poems, {recursive: true});
	for (let number = 0; number < manyPoems; number += 1) {
		await writeFile(path.join(poems, `poem-${String(number).padStart(5, '0')}.txt`), '');
	}
});
after(() => place.close());

for (const [what, mode, said] of [
	['waits', 'blocking', 'written'],
	['does not wait', 'not-blocking', 'waiting'],
] as const) {
	test(`all that is written arrives, in order, through a pipe that ${what} for its reader`, {
		skip: onWindows,
	}, async () => {
		const writer = spawn(process.execPath, [...fromSource, child, mode], {
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		const ended = new Promise(resolve => writer.once('exit', resolve));
		const saying = text(writer.stderr);
		if (said === 'waiting') {
			await once(writer.stderr, 'data');
		}

		const out = await text(writer.stdout);
		assert.equal(await ended, 0);
		assert.equal(out.length, 1_000_003);
		assert.ok(out.endsWith('xend'));
		assert.equal(await saying, said);
	});
}

test('whoever writes hears that nobody reads any more', {skip: onWindows}, async () => {
	const writer = spawn(process.execPath, [...fromSource, child, 'blocking'], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	writer.stdout.once('data', () => writer.stdout.destroy());
	assert.equal(await new Promise(resolve => writer.once('exit', resolve)), 9);
});

function listTo(stdout: 'pipe' | number) {
	return spawn(process.execPath, [cli, 'list', '--json'], {
		cwd: place.folder,
		env: {...inheritedAt(place.folder), KEYMAKER_KEYSTORE: path.join(place.folder, 'keystore')},
		stdio: ['ignore', stdout, 'pipe'],
	});
}

const whole = async (stream: Readable | null) => (stream === null ? '' : text(stream));

test('a reader that takes only the beginning of a list is no failure', async () => {
	const listing = listTo('pipe');
	const ended = new Promise(resolve => listing.once('exit', resolve));
	listing.stdout?.once('data', () => listing.stdout?.destroy());
	assert.equal(await whole(listing.stderr), '');
	assert.equal(await ended, 0);
});

test('a list is as whole in a file as in a pipe', async () => {
	const [piped, filed] = [listTo('pipe'), listTo(openSync(path.join(place.folder, 'list.json'), 'w'))];
	const ends = [piped, filed].map(listing => new Promise(resolve => listing.once('exit', resolve)));
	const out = await whole(piped.stdout);
	assert.deepEqual(await Promise.all(ends), [0, 0]);
	assert.equal(JSON.parse(out).length, manyPoems);
	assert.equal(await place.read('list.json'), out);
});

test('a list that nothing takes ends well', {skip: onWindows}, async () => {
	const line = spawn('sh', ['-c', `exec '${process.execPath}' '${cli}' list --json >&-`], {
		cwd: place.folder,
		env: inheritedAt(place.folder),
		stdio: ['ignore', 'inherit', 'pipe'],
	});
	const ended = new Promise(resolve => line.once('exit', resolve));
	assert.equal(await text(line.stderr), '');
	assert.equal(await ended, 0);
});

const whyNoFull = existsSync('/dev/full') ? false : 'there is no /dev/full';

/** Runs a line of shell with keymaker as a command in it. */
async function runShell(line: string): Promise<{code: unknown; err: string}> {
	const shell = spawn('sh', ['-c', `keymaker() { '${process.execPath}' '${cli}' "$@"; }; ${line}`], {
		cwd: place.folder,
		env: {
			...inheritedAt(place.folder),
			KEYMAKER_PRACTICE: '1',
			KEYMAKER_FLOCK: 'flock',
			KEYMAKER_KEYSTORE: path.join(place.folder, 'keystore'),
		},
		stdio: ['ignore', 'ignore', 'pipe'],
	});
	const ended = new Promise(resolve => shell.once('exit', resolve));
	return {err: await text(shell.stderr), code: await ended};
}

async function importKey(): Promise<void> {
	const key = {bot: 'poem-00000', handle: 'poem_0', userId: '7000', accessToken: '7000-practiceToken'};
	const bundle = {version: 1, ...key, ...practiceAppKey, accessSecret: 'practice-secret'};
	await writeFile(path.join(place.folder, 'key.json'), JSON.stringify([bundle]));
	const {code, err} = await place.run(['import', 'key.json', '--force']);
	assert.equal(code, 0, err);
}

for (const command of some(
	[
		'export --format json --out -',
		'export --format dotenv --out -',
		'list',
		'list --json',
		'',
		'check',
		'doctor',
		'init',
		'import key.json',
		'exec --all -- echo hello',
		'help',
		'list --help',
		'--version',
	],
	4,
)) {
	test(`keymaker ${command} says that a full disk took nothing, and exits with 1`, {
		skip: whyNoFull,
	}, async () => {
		await importKey();
		const {code, err} = await runShell(`keymaker ${command} >/dev/full`);
		assert.match(
			err,
			/Cannot write standard output: no space is left\. The output is incomplete\. \(output-unwritable\)\n {2}Free up space/,
		);
		assert.equal(err.split('output-unwritable').length, 2);
		assert.equal(code, 1);
	});
}

test('a list that may not grow as long as it is fails with a sentence', {skip: onWindows}, async () => {
	const {code, err} = await runShell('ulimit -f 1; keymaker list --json >short.json');
	assert.match(err, /Cannot write standard output: the file size limit is reached\./);
	assert.equal(code, 1);
});

test('where nothing can be said, the work is done all the same', {skip: whyNoFull}, async () => {
	await importKey();
	const {code} = await runShell('keymaker exec --all -- sh -c "echo >>ran" >out.txt 2>/dev/full');
	assert.equal(code, 0);
	assert.equal(await place.read('ran'), '\n');
});
