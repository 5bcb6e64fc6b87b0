import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {chmod, mkdir, mkdtemp, open, readFile, realpath, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {text as allOf} from 'node:stream/consumers';
import {afterEach, beforeEach, test} from 'node:test';
import {childEnvironment} from '../../source/commands/shared/child-environment.ts';
import type {Environment} from '../../source/system/environment.ts';
import {
	findProgram,
	helperEnvironment,
	ownProgram,
	runShellLine,
	runWithInput,
	startAndLeave,
} from '../../source/system/programs.ts';

const onUnix = process.platform === 'win32' ? {skip: 'needs a shell as Unix has it'} : {};

/** How long a program may take that is known to end; milliseconds. */
const plenty = 60_000;

/** What no other program is to see; the address as a shared keystore has it. */
const secrets = {
	TWITTER_CONSUMER_KEY: 'not-a-real-1',
	TWITTER_API_SECRET: 'not-a-real-2',
	twitter_access_token: 'not-a-real-3',
	KEYMAKER_PASSPHRASE: 'not-a-real-4',
	KEYMAKER_PASSPHRASE_COMMAND: 'echo not-a-real-5',
	KEYMAKER_PRACTICE_CONTROL: 'not-a-real-6',
	KEYMAKER_KEYSTORE: 'postgres://poet:not-a-real-7@127.0.0.1/flock',
	PGPASSWORD: 'not-a-real-8',
};

/** What helpers may need, and bots' programs too. */
const harmless = {DISPLAY: ':0', KEYMAKER_FLOCK: 'flock', https_proxy: 'http://poet:their-own@127.0.0.1:1'};

let folder: string;
let before: string;
let homeBefore: string | undefined;
/** The person's home folder. */
let home: string;

beforeEach(async () => {
	folder = await realpath(await mkdtemp(path.join(tmpdir(), 'programs-')));
	before = process.cwd();
	homeBefore = process.env.HOME;
	home = path.join(folder, 'home');
	await mkdir(home);
	process.env.HOME = home;
});

afterEach(async () => {
	process.chdir(before);
	if (homeBefore === undefined) {
		delete process.env.HOME;
	} else {
		process.env.HOME = homeBefore;
	}

	await rm(folder, {recursive: true, force: true});
});

/** Writes a program into a folder. @returns its path */
async function program(name: string, shell: string): Promise<string> {
	const file = path.join(folder, name);
	await mkdir(path.dirname(file), {recursive: true});
	await writeFile(file, `#!/bin/sh\n${shell}\n`);
	await chmod(file, 0o755);
	return file;
}

function withPath(...folders: string[]): Environment {
	return {...harmless, ...secrets, PATH: folders.join(path.delimiter)};
}

test('a program is looked for in the absolute folders of the PATH alone', onUnix, async () => {
	const planted = await program('tool', 'exit 0');
	const good = await program('bin/tool', 'exit 0');
	await mkdir(path.join(folder, 'first', 'tool'), {recursive: true});
	await writeFile(path.join(folder, 'first', 'plain'), 'not a program');
	process.chdir(folder);
	const bin = path.dirname(good);
	for (const hanging of ['', '.', './', 'bin', '../x', '~/bin']) {
		assert.equal(findProgram('tool', {PATH: [hanging, bin].join(':')}), good, `PATH=${hanging}:…`);
		assert.equal(findProgram('tool', {PATH: hanging}), null, `PATH=${hanging}`);
	}

	assert.equal(findProgram('tool', {PATH: `${path.join(folder, 'first')}:${bin}`}), good, 'a folder is none');
	assert.equal(findProgram('plain', {PATH: path.join(folder, 'first')}), null, 'it cannot be run');
	for (const name of ['./tool', 'bin/tool', '../tool', '.', '..', '', 'none']) {
		assert.equal(findProgram(name, {PATH: `${bin}:${folder}`}), null, name);
	}

	assert.equal(findProgram(planted, {}), planted, 'an absolute path leads to itself');
	assert.equal(findProgram('tool', {}), null);
});

test('a helper’s variables hold no secret, and what is the person’s stays', () => {
	const env = helperEnvironment({...harmless, ...secrets, PATH: `.::/usr/bin:bin`});
	assert.doesNotMatch(JSON.stringify(env), /not-a-real/);
	assert.deepEqual(Object.fromEntries(Object.keys(harmless).map(name => [name, env[name]])), harmless);
	assert.equal(env.PATH, '/usr/bin');
	assert.ok(!('PATH' in helperEnvironment({PATH: '.:'})), 'an empty PATH stands for the current folder');
	const placeOf = (place: string) => helperEnvironment({KEYMAKER_KEYSTORE: place}).KEYMAKER_KEYSTORE;
	for (const known of ['/home/poet/keys', 'keys', 'C:\\keys', 'postgres://poet@127.0.0.1/flock']) {
		assert.equal(placeOf(known), known);
	}

	for (const secret of ['postgres://127.0.0.1/flock?password=x', 'postgres://poet:x@[', 'mysql://a:b@c/d']) {
		assert.equal(placeOf(secret), undefined, secret);
	}

	const {env: own} = ownProgram(import.meta.url, 'worker', [], {NODE_OPTIONS: '--require ./x', LANG: 'C'});
	assert.deepEqual(own, {LANG: 'C'}, 'Node’s own settings may name files of the current folder');
});

test('a bot’s program gets its own key, and no other secret of keymaker’s', () => {
	const key = {
		...{accessToken: '12-practice-token', accessSecret: 'practice-secret', userId: '12'},
		...{handle: 'harbour_poem', accessLevel: null, authorizedAt: '', checkedAt: null, rejected: false},
		consumerKey: 'practice-app',
	};
	const grant = {
		bot: {name: 'harbour', poem: null},
		key,
		appKey: {consumerKey: 'practice-app', consumerSecret: 'practice-app-secret'},
		practice: true,
	} as unknown as Parameters<typeof childEnvironment>[1];
	const env = childEnvironment({...harmless, ...secrets}, grant);
	assert.doesNotMatch(JSON.stringify(env), /not-a-real/);
	assert.equal(env.TWITTER_CONSUMER_SECRET, 'practice-app-secret');
	assert.equal(env.KEYMAKER_FLOCK, 'flock');
	assert.equal(env.KEYMAKER_PRACTICE, '1');
	const file = childEnvironment({KEYMAKER_KEYSTORE: '/keys', PGPASSWORD: 'their-own'}, grant);
	assert.deepEqual([file.KEYMAKER_KEYSTORE, file.PGPASSWORD], ['/keys', 'their-own']);
});

test('every way of starting a helper hides the secrets and the current folder', onUnix, async () => {
	const clone = path.join(folder, 'clone');
	await mkdir(clone);
	process.chdir(clone);
	const env = withPath(folder, '/usr/bin', '/bin');
	await program('tell', `(pwd; env) > ${folder}/told`);
	const ways: Record<string, () => Promise<unknown>> = {
		'with a text': () => runWithInput({command: ['tell'], env}, 'a text', plenty),
		'left alone': () => startAndLeave({command: ['tell'], env}, plenty),
		'a line of shell': () => runShellLine('tell', env, plenty),
	};
	for (const [what, run] of Object.entries(ways)) {
		await rm(path.join(folder, 'told'), {force: true});
		await run();
		const [place, ...variables] = (await readFile(path.join(folder, 'told'), 'utf8')).split('\n');
		assert.equal(place, home, what);
		assert.ok(variables.includes('DISPLAY=:0'), what);
		assert.doesNotMatch(variables.join('\n'), /not-a-real/, what);
	}
});

test('no helper is a program of the current folder', onUnix, async () => {
	await program('planted', `touch ${folder}/ran`);
	process.chdir(folder);
	const env = withPath('', '.', '/usr/bin', '/bin');
	for (const name of ['planted', './planted', `../${path.basename(folder)}/planted`]) {
		assert.equal(await runWithInput({command: [name], env}, '', plenty), 'missing');
		assert.deepEqual(await startAndLeave({command: [name], env}, plenty), {
			ok: false,
			reason: 'no such program',
			exitCode: 127,
		});
	}

	const {end} = await runShellLine('planted', env, plenty);
	assert.equal(end, 127);
	// A program that a helper starts in its turn is looked for in the same folders.
	assert.equal(await runWithInput({command: ['env', 'planted'], env}, '', plenty), 'failed');
	assert.equal(existsSync(path.join(folder, 'ran')), false);
});

test('a program that the system refuses at once has failed, and nothing is thrown', onUnix, async () => {
	await program('tell', 'exit 0');
	const command = ['tell', 'x'.repeat(4 * 1024 * 1024)];
	const env = withPath(folder);
	assert.equal(await runWithInput({command, env}, '', plenty), 'failed');
	assert.deepEqual(await startAndLeave({command, env}, plenty), {ok: false, reason: 'E2BIG', exitCode: 1});
});

test('where there is no home to enter, a helper starts at the root', onUnix, async () => {
	for (const none of [path.join(folder, 'gone'), '.', '/dev/null']) {
		process.env.HOME = none;
		assert.deepEqual(await runShellLine('pwd', {PATH: '/usr/bin:/bin'}, plenty), {output: '/\n', end: 0});
	}
});

test('a program that takes too long is ended with all that it started', onUnix, async () => {
	const alive = path.join(folder, 'alive');
	execFileSync('mkfifo', [alive]);
	// The test holds it too, so that it also ends where the program was ended before it got that far.
	const [reader, writer] = await Promise.all([open(alive, 'r'), open(alive, 'w')]);
	const holders = allOf(reader.createReadStream());
	await program('slow', `exec 9>${alive}; echo started >&9; sleep 600 & sleep 600`);
	const env = withPath(folder, '/usr/bin', '/bin');
	assert.equal(await runWithInput({command: ['slow'], env}, '', 1500), 'too-slow');
	await writer.close();
	// The pipe ends when the last process that holds it has ended.
	assert.match(await holders, /^(started\n)?$/);
});

test('a line of shell that waits where nobody is, is ended with all that it started', onUnix, async () => {
	const script = `import {runShellLine} from ${JSON.stringify(import.meta.resolve('../../source/system/programs.ts'))};
		const {end} = await runShellLine('(sleep 600; echo late) & sleep 600', process.env, 300);
		process.stdout.write(end);`;
	// Without a terminal of its own: else a person may be looking for the passphrase.
	const alone = spawn(process.execPath, ['--input-type=module', '-e', script], {
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	// What it started inherited its errors: they end with the last process that holds them.
	const [said, errors] = await Promise.all([allOf(alone.stdout), allOf(alone.stderr)]);
	assert.deepEqual([said, errors], ['it took too long', '']);
});

test('a line of shell that prints without an end is ended', onUnix, async () => {
	const {end, output} = await runShellLine('yes not-a-real-passphrase', withPath('/usr/bin', '/bin'), plenty);
	assert.equal(end, 'it printed too much');
	assert.ok(output.length < 4 * 1024 * 1024);
});
