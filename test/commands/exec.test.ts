import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {chmod, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {spawn as spawnPty} from '@lydell/node-pty';
import {type ExecInput, exec} from '../../source/commands/exec.ts';
import {exportKeys} from '../../source/commands/export.ts';
import {list} from '../../source/commands/list.ts';
import type {Key} from '../../source/flock/key.ts';
import {inherited} from '../helpers/environment.ts';
import {fromSource} from '../helpers/from-source.ts';
import {assertHarmless} from '../helpers/secrets.ts';
import {type TestServices, testServices} from '../helpers/services.ts';
import {collect} from '../helpers/write.ts';

let flock: TestServices;
let key: Key;
const env = inherited();

before(async () => {
	flock = await testServices({poems: ['harbour', 'kettle', 'moth', 'lamplight']});
	key = await flock.authorize('harbour', 'harbour_poem');
	await flock.authorize('kettle', 'kettle_poem');
	await flock.authorize('moth', 'moth_poem');
});

after(() => flock.close());

/** Runs a program for harbour that writes into a file. */
async function output(
	command: (file: string) => string[],
	inherited: ExecInput['env'] = env,
): Promise<string> {
	const file = path.join(flock.folder, 'output');
	const {write} = collect();
	assert.equal(
		await exec({bot: 'harbour', command: command(file), env: inherited}, flock.services, write),
		0,
	);
	return readFile(file, 'utf8');
}

test('exec gives the program the bot’s key, and nothing inherited that belongs to another account', async () => {
	const text = await output(
		file => ['node', '-e', `fs.writeFileSync(${JSON.stringify(file)}, JSON.stringify(process.env))`],
		{
			PATH: process.env.PATH,
			TWITTER_BEARER_TOKEN: 'not-a-real-bearer',
			TWITTER_ACCESS_TOKEN: 'not-a-real-token',
			KEYMAKER_PASSPHRASE: 'not-a-real-passphrase',
			KEYMAKER_PASSPHRASE_COMMAND: 'false',
			KEYMAKER_POEMS: 'poems',
			LANG: 'C.UTF-8',
		},
	);
	const {PATH: _, ...seen} = JSON.parse(text);
	assert.deepEqual(seen, {
		LANG: 'C.UTF-8',
		KEYMAKER_POEMS: 'poems',
		KEYMAKER_PRACTICE: '1',
		KEYMAKER_BOT: 'harbour',
		KEYMAKER_POEM: path.join(flock.folder, 'poems', 'harbour.txt'),
		TWITTER_CONSUMER_KEY: flock.practice.appKey.consumerKey,
		TWITTER_CONSUMER_SECRET: flock.practice.appKey.consumerSecret,
		TWITTER_ACCESS_TOKEN: key.accessToken,
		TWITTER_ACCESS_TOKEN_SECRET: key.accessSecret,
		TWITTER_USER_ID: key.userId,
		TWITTER_SCREEN_NAME: 'harbour_poem',
	});
});

test('exec does not say practice where X itself is meant, even if that was inherited', async () => {
	const file = path.join(flock.folder, 'practice');
	const command = ['sh', '-c', 'printf %s "$(printenv KEYMAKER_PRACTICE || echo none)" > "$1"', 'sh', file];
	const services = {...flock.services, practice: false};
	await exec({bot: 'harbour', command, env: {...env, KEYMAKER_PRACTICE: '1'}}, services, collect().write);
	assert.equal(await readFile(file, 'utf8'), 'none');
});

test('exec hands arguments over as they are, and no secret is one of them', async () => {
	const odd = ['a b', '', '$HOME', '*', '--all', 'quote"\'', '俳句'];
	const text = await output(file => [
		'node',
		'-e',
		'const [file, ...given] = process.argv.slice(1); fs.writeFileSync(file, JSON.stringify([given, fs.readFileSync("/proc/self/cmdline", "utf8")]))',
		'--',
		file,
		...odd,
	]);
	const [seen, commandLine] = JSON.parse(text);
	assert.deepEqual(seen, odd);
	assert.ok(!commandLine.includes(key.accessToken) && !commandLine.includes(key.accessSecret));
});

test('exec passes the exit code through', async () => {
	const code = (command: string[]) => exec({bot: 'harbour', command, env}, flock.services, collect().write);
	assert.equal(await code(['sh', '-c', 'exit 0']), 0);
	assert.equal(await code(['sh', '-c', 'exit 3']), 3);
	assert.equal(await code(['sh', '-c', 'kill -TERM $$']), 128 + 15);
	assert.equal(await code(['sh', '-c', 'kill -KILL $$']), 128 + 9);
});

test('exec gives 127 for a program that is not found, and 126 for one that cannot be run', async () => {
	const file = path.join(flock.folder, 'not-executable\u001b');
	await writeFile(file, 'echo hello\n');
	await chmod(file, 0o600);
	const run = collect();
	assert.equal(
		await exec({bot: 'harbour', command: ['no-such-\u001bprogram'], env}, flock.services, run.write),
		127,
	);
	assert.equal(await exec({bot: 'harbour', command: [file], env}, flock.services, run.write), 126);
	assert.match(run.err[0] ?? '', /no-such-␛program was not found/);
	assert.match(run.err[1] ?? '', /cannot be run: EACCES/);
	await assertHarmless(run.all(), flock.services.keystore);
});

test('exec passes signals on to its program, and its input and output are the program’s own', async () => {
	const child = spawn(
		process.execPath,
		[...fromSource, path.join(import.meta.dirname, 'exec-child.ts'), flock.folder],
		{stdio: ['pipe', 'pipe', 'ignore'], env: {...process.env, ...env}},
	);
	let text = '';
	const ended = new Promise(resolve => child.on('close', resolve));
	const said = (word: string) =>
		new Promise<void>(resolve => {
			const look = () => {
				if (text.includes(word)) {
					child.stdout.off('data', look);
					resolve();
				}
			};
			child.stdout.on('data', look);
			look();
		});
	child.stdout.on('data', chunk => {
		text += chunk;
	});
	child.stdin.write('first line\n');
	await said('read first line');
	for (const signal of ['SIGHUP', 'SIGINT', 'SIGUSR1', 'SIGTERM'] as const) {
		child.kill(signal);
		await said(signal);
	}

	child.stdin.end('last line\n');
	assert.equal(await ended, 7);
	assert.match(text, /read last line/);
	assert.equal(text.match(/SIGINT/g)?.length, 1);
});

test('Ctrl-C at a terminal reaches the program once, and the exit code is still the program’s', async () => {
	const terminal = spawnPty(
		process.execPath,
		[...fromSource, path.join(import.meta.dirname, 'exec-child.ts'), flock.folder],
		{env: {...process.env, TERM: 'xterm'}},
	);
	let text = '';
	let look = () => {};
	terminal.onData(data => {
		text += data;
		look();
	});
	const said = (words: string) =>
		new Promise<void>(resolve => {
			look = () => {
				if (text.includes(words)) {
					resolve();
				}
			};
			look();
		});
	const ended = new Promise<number>(resolve => terminal.onExit(({exitCode}) => resolve(exitCode)));
	terminal.write('first line\r');
	await said('read first line');
	terminal.write('\u0003');
	await said('SIGINT');
	terminal.write('last line\r');
	await said('read last line');
	terminal.write('\u0004');
	assert.equal(await ended, 7);
	assert.equal(text.match(/SIGINT/g)?.length, 1);
});

test('exec refuses a bot without a key in force, an unknown bot, and an app whose secret is not known', async () => {
	const run = (bot: string, services = flock.services) =>
		exec({bot, command: ['true'], env}, services, collect().write);
	await assert.rejects(run('lamplight'), {code: 'no-key'});
	await assert.rejects(run('harbor'), {code: 'unknown-bot', hint: 'Did you mean harbour?'});
	await assert.rejects(exec({bot: 'harbour', command: [], env}, flock.services, collect().write), {
		code: 'usage',
	});

	const other = await testServices({poems: ['ode']});
	try {
		const made = await other.authorize('ode', 'ode_poem');
		await other.change('ode', {key: {...made, consumerKey: 'anotherPracticeApp'}});
		await assert.rejects(run('ode', other.services), {code: 'other-app'});
		await other.change('ode', {key: null, held: [{key: made, reason: 'late'}]});
		await assert.rejects(run('ode', other.services), {code: 'held'});
	} finally {
		await other.close();
	}
});

test('exec uses a rejected or read-only key all the same, with a warning', async () => {
	const other = await testServices({poems: ['ode']});
	try {
		const made = await other.authorize('ode', 'ode_poem');
		for (const [changes, warning] of [
			[{rejected: true}, /X rejected ode’s key when last checked/],
			[{accessLevel: 'read'}, /ode’s key is read-only/],
		] as const) {
			await other.change('ode', {key: {...made, ...changes}});
			const run = collect();
			assert.equal(await exec({bot: 'ode', command: ['true'], env}, other.services, run.write), 0);
			assert.match(run.err.join('\n'), warning);
		}
	} finally {
		await other.close();
	}
});

test('exec --all runs the program for every bot with a key, each line labelled, and sums up', async () => {
	const run = collect();
	const command = [
		'sh',
		'-c',
		'echo "$TWITTER_SCREEN_NAME"; printf "no line end"; echo trouble >&2; test $KEYMAKER_BOT != kettle',
	];
	assert.equal(await exec({bot: {all: true, jobs: 2}, command, env}, flock.services, run.write), 1);
	assert.deepEqual(run.out.toSorted(), [
		'harbour | harbour_poem',
		'harbour | no line end',
		'kettle | kettle_poem',
		'kettle | no line end',
		'moth | moth_poem',
		'moth | no line end',
	]);
	assert.deepEqual(run.err.slice(0, -1).toSorted(), [
		'harbour | trouble',
		'kettle | trouble',
		'moth | trouble',
	]);
	assert.equal(run.err.at(-1), '3 bots: 2 done; 1 failed: kettle (exit 1).');
});

test('exec --all gives 0 where all went well, and never runs more than --jobs at a time', async () => {
	const run = collect();
	const marks = path.join(flock.folder, 'marks');
	const command = ['sh', '-c', 'mkdir "$0" && rmdir "$0"', marks];
	assert.equal(await exec({bot: {all: true, jobs: 1}, command, env}, flock.services, run.write), 0);
	assert.equal(run.err.at(-1), '3 bots: 3 done.');
	await assert.rejects(exec({bot: {all: true, jobs: 0}, command, env}, flock.services, run.write), {
		code: 'usage',
	});
});

test('exec --all passes a signal on to what runs, and starts no further program', async () => {
	const run = collect();
	const command = ['sh', '-c', 'trap "echo told; exit 5" TERM; echo started; while :; do sleep 0.01; done'];
	const done = exec({bot: {all: true, jobs: 2}, command, env}, flock.services, run.write);
	await run.until(() => run.out.length === 2);
	process.emit('SIGTERM', 'SIGTERM');
	assert.equal(await done, 128 + 15);
	assert.equal(run.out.filter(line => line.endsWith(' | told')).length, 2);
	assert.match(run.err.at(-1) ?? '', /2 failed: .*exit 5.*; 1 not run\.$/);
});

test('exec --all starts no further program after Ctrl-C', async () => {
	const run = collect();
	const command = ['sh', '-c', 'echo started'];
	const done = exec({bot: {all: true, jobs: 1}, command, env}, flock.services, run.write);
	await run.until(() => run.out.length === 1);
	run.interrupt();
	assert.equal(await done, 130);
	assert.match(run.err.at(-1) ?? '', /^3 bots: 1 done; 2 not run\.$/);
});

test('a poem that is a link out of the folder is handed to no program, and that is said', async () => {
	const poem = path.join(flock.folder, 'poems', 'moth.txt');
	await writeFile(path.join(flock.folder, 'private-key'), 'not-a-real-private-key\n');
	await rm(poem);
	await symlink('../private-key', poem);
	const run = collect();
	const file = path.join(flock.folder, 'seen');
	const code = `fs.writeFileSync(${JSON.stringify(file)}, JSON.stringify(process.env))`;
	// Not that of another bot either, which an exec round this one has set.
	const inherited = {...env, KEYMAKER_POEM: path.join(flock.folder, 'poems', 'harbour.txt')};
	await exec({bot: 'moth', command: ['node', '-e', code], env: inherited}, flock.services, run.write);
	const seen = JSON.parse(await readFile(file, 'utf8'));
	assert.deepEqual([seen.KEYMAKER_BOT, seen.KEYMAKER_POEM], ['moth', undefined]);
	assert.match(
		run.err.join('\n'),
		/moth’s poem is a link to .*private-key, outside the folder of poems, so KEYMAKER_POEM is not set\./,
	);

	const listed = collect();
	await list({json: true}, flock.services, listed.write);
	assert.match(listed.err.join('\n'), /moth\.txt: A link to .*private-key, outside this folder\./);
	const rows: {bot: string; poemLink?: string}[] = JSON.parse(listed.out.join('\n'));
	assert.deepEqual(
		rows.filter(row => row.poemLink !== undefined).map(row => [row.bot, path.basename(row.poemLink ?? '')]),
		[['moth', 'private-key']],
	);

	const keys = path.join(flock.folder, 'keys');
	await exportKeys({bots: ['moth'], format: 'bundle', out: 'keys', force: false}, flock.services, run.write);
	const bundle = JSON.parse(await readFile(path.join(keys, 'moth.json'), 'utf8'));
	assert.deepEqual([bundle.poem_file, bundle.file], [null, null]);
});
