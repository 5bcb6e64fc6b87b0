import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {inheritedAt} from '../helpers/environment.ts';
import {twoKeys} from '../helpers/key-file.ts';
import {cli, type Workplace, workplace} from '../helpers/program.ts';
import {thoroughTest} from '../helpers/thorough.ts';

let place: Workplace;

before(async () => {
	place = await workplace(['harbour', 'kettle', 'the sea']);
	await writeFile(path.join(place.folder, 'keys.json'), JSON.stringify(twoKeys));
	assert.equal((await place.run(['import', 'keys.json'])).code, 0);
});

after(() => place.close());

test('exec hands input, output, errors and exit code through, byte by byte', async () => {
	const input = 'a line\r\n\u0000\u001b[31m 俳句 without end';
	const {code, out, err} = await place.run(
		['exec', 'harbour', '--', 'sh', '-c', 'cat; printf "%s" trouble >&2; exit 3'],
		input,
	);
	assert.deepEqual([code, out, err], [3, input, 'trouble']);
});

test('exec gives what comes after -- to the program, options and all', async () => {
	const command = ['node', '-e', 'process.stdout.write(JSON.stringify(process.argv.slice(1)))', '--'];
	const given = ['--json', '--help', '-x', '--', '--practice', ''];
	const {code, out} = await place.run(['exec', 'harbour', '--', ...command, ...given]);
	assert.deepEqual([code, JSON.parse(out)], [0, given]);
});

for (const [name, program] of [
	['sh', ['sh', '-c', 'printf "%s %s" "$TWITTER_SCREEN_NAME" "$KEYMAKER_BOT"']],
	[
		'node',
		['node', '-e', 'process.stdout.write(process.env.TWITTER_SCREEN_NAME+" "+process.env.KEYMAKER_BOT)'],
	],
	[
		'python3',
		[
			'python3',
			'-c',
			'import os,sys; sys.stdout.write(os.environ["TWITTER_SCREEN_NAME"]+" "+os.environ["KEYMAKER_BOT"])',
		],
	],
] as const) {
	const skip = spawnSync(name, ['-c', '']).error ? `${name} is not installed` : false;
	test(`exec runs ${name} with the key of exactly that bot`, {skip}, async () => {
		assert.equal((await place.run(['exec', 'the sea', '--', ...program])).out, 'poem_1 the sea');
		assert.equal((await place.run(['exec', 'harbour', '--', ...program])).out, 'poem_0 harbour');
	});
}

test('exec says with a shell’s exit codes why a program did not run or end', async () => {
	await writeFile(path.join(place.folder, 'not-executable'), 'echo\n', {mode: 0o600});
	const codeOf = async (...command: string[]) =>
		(await place.run(['exec', 'harbour', '--', ...command])).code;
	assert.equal(await codeOf('no-such-program'), 127);
	assert.equal(await codeOf('./not-executable'), 126);
	assert.equal(await codeOf('sh', '-c', 'kill -KILL $$'), 137);
});

test('a signal to keymaker reaches the program, and its exit code comes back', async () => {
	const script = 'trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done';
	const child = spawn(process.execPath, [cli, 'exec', 'harbour', '--', 'sh', '-c', script], {
		cwd: place.folder,
		env: {
			...inheritedAt(place.folder),
			KEYMAKER_PRACTICE: '1',
			KEYMAKER_FLOCK: 'flock',
			KEYMAKER_KEYSTORE: path.join(place.folder, 'keystore'),
		},
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	child.stdout.once('data', () => child.kill('SIGTERM'));
	assert.equal(await new Promise(resolve => child.once('close', resolve)), 9);
});

test('exec --all runs for every bot with a key in force, labelled, and exits with 1 where any failed', async () => {
	const command = ['sh', '-c', 'echo "$TWITTER_SCREEN_NAME"; test "$KEYMAKER_BOT" = harbour'];
	const {code, out, err} = await place.run(['exec', '--all', '--jobs', '2', '--', ...command]);
	assert.equal(code, 1);
	assert.deepEqual(out.trim().split('\n').sort(), ['harbour | poem_0', 'the sea | poem_1']);
	assert.equal(err, '2 bots: 1 done; 1 failed: the sea (exit 1).\n');
});

test('exec of a bot without a key says which command makes one, quoted for a shell', async () => {
	await place.run(['forget', 'the sea', '--yes']);
	const {code, out, err} = await place.run(['exec', 'the sea', '--', 'echo', 'ran']);
	assert.deepEqual([code, out], [1, '']);
	assert.match(
		err,
		/^the sea has no active key\. \(no-key\)\n {2}Authorize it with keymaker authorize 'the sea'\n$/,
	);
});

thoroughTest(
	'a program that writes many megabytes without a line end is passed on in labelled pieces, in little memory',
	{
		timeout: 300_000,
	},
	async () => {
		await place.run(['import', 'keys.json']);
		const report = path.join(place.folder, 'report.cjs');
		const memory = path.join(place.folder, 'memory');
		// keymaker's own, not that of the programs that it starts.
		await writeFile(
			report,
			`process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(memory)}, String(process.resourceUsage().maxRSS)));`,
		);
		// More than it may use.
		const megabytes = 400;
		const code = `for (let n = 0; n < ${megabytes}; n++) fs.writeSync(1, 'x'.repeat(1e6)); fs.writeSync(1, '\\nend\\n')`;
		const program = spawn(
			process.execPath,
			['--require', report, cli, 'exec', '--all', '--', process.execPath, '-e', code],
			{
				cwd: place.folder,
				env: {
					PATH: process.env.PATH,
					HOME: place.folder,
					KEYMAKER_KEYSTORE: path.join(place.folder, 'keystore'),
					KEYMAKER_FLOCK: 'flock',
					KEYMAKER_PRACTICE: '1',
				},
				stdio: ['ignore', 'pipe', 'ignore'],
			},
		);
		let written = 0;
		let beginning = '';
		let end = '';
		for await (const chunk of program.stdout) {
			written += String(chunk).split('x').length - 1;
			beginning ||= String(chunk).slice(0, 20);
			end = (end + chunk).slice(-30);
		}

		// Two bots have keys; each has run the program.
		assert.equal(written, 2 * megabytes * 1e6);
		assert.match(beginning, /^harbour \| x/);
		assert.match(end, /x\nthe sea \| end\n$/);
		const used = Number(await readFile(memory, 'utf8')) / 1024;
		assert.ok(used < 250, `${used} MB`);
	},
);

test('a standard input without a line end is no PIN, and is not read for ever', {
	timeout: 300_000,
}, async () => {
	const program = spawn(process.execPath, [cli, 'authorize', 'kettle'], {
		cwd: place.folder,
		env: {
			PATH: process.env.PATH,
			HOME: place.folder,
			KEYMAKER_KEYSTORE: path.join(place.folder, 'keystore'),
			KEYMAKER_FLOCK: 'flock',
			KEYMAKER_PRACTICE: '1',
		},
		stdio: ['pipe', 'ignore', 'pipe'],
	});
	let said = '';
	program.stderr.on('data', chunk => {
		said += chunk;
	});
	// Nobody ends this input: the program has to.
	program.stdin.on('error', () => {});
	const feed = () => {
		while (program.exitCode === null && program.stdin.write('1'.repeat(10_000))) {}
	};
	program.stdin.on('drain', feed);
	feed();
	const code = await new Promise(resolve => program.once('close', resolve));
	assert.equal(code, 2);
	assert.match(said, /A line of standard input is too long/);
});
