import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {text} from 'node:stream/consumers';
import {after, before, beforeEach, describe, test} from 'node:test';
import {appears} from '../helpers/appears.ts';
import {inheritedAt} from '../helpers/environment.ts';
import {twoKeys} from '../helpers/key-file.ts';
import {cli, type Workplace, workplace} from '../helpers/program.ts';
import {some} from '../helpers/thorough.ts';

const onWindows = process.platform === 'win32' && 'Windows has no such signals';

let place: Workplace;
before(async () => {
	place = await workplace(['harbour', 'the sea']);
	await writeFile(path.join(place.folder, 'keys.json'), JSON.stringify(twoKeys));
	assert.equal((await place.run(['import', 'keys.json'])).code, 0);
	// A bot's program: works until it is told to stop, and says that it came to its end.
	await place.program(
		'loop',
		'echo "$$" >pid; until [ -e stop ]; do [ -e keys.json ] || exit; sleep 0.05; done; echo finished >end',
	);
});
after(() => place.close());
beforeEach(async () => {
	for (const file of ['pid', 'stop', 'end', 'code', 'nohup.out', 'log']) {
		await rm(path.join(place.folder, file), {force: true});
	}
});

const inFolder = (name: string) => path.join(place.folder, name);

/** What keymaker is started with where it is not the workplace that starts it. */
const environment = () => ({
	...inheritedAt(place.folder),
	PATH: `${inFolder('bin')}:${process.env.PATH}`,
	KEYMAKER_PRACTICE: '1',
	KEYMAKER_FLOCK: 'flock',
	KEYMAKER_KEYSTORE: inFolder('keystore'),
});

/** True where this process runs: what has ended without anybody asking for it is a zombie at most. */
function runs(pid: number): boolean {
	const {stdout} = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], {encoding: 'utf8'});
	return stdout.trim() !== '' && !stdout.startsWith('Z');
}

/** Sends a signal to a program and to the keymaker that runs it. */
function send(signal: NodeJS.Signals, pid: number): void {
	const {stdout} = spawnSync('ps', ['-o', 'ppid=', '-p', String(pid)], {encoding: 'utf8'});
	for (const one of [Number(stdout), pid]) {
		try {
			process.kill(one, signal);
		} catch (error) {
			// The one may have ended by the other's signal.
			assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
		}
	}
}

const whyNoPs = spawnSync('ps').error ? 'ps is not installed' : false;
const whyNoBash = spawnSync('bash', ['-c', '']).error ? 'bash is not installed' : false;

const keymaker = `'${process.execPath}' '${cli}'`;

describe('a terminal that is closed', {skip: onWindows || whyNoPs}, () => {
	const exec = `${keymaker} exec harbour -- loop`;
	for (const [what, line, skip] of [
		['nohup in sh', `set -m; nohup ${exec} & wait`, false],
		['nohup in sh, its output in a file', `set -m; nohup ${exec} >log 2>&1 & wait`, false],
		[
			'nohup in bash, nothing of it at the terminal',
			`bash -c "nohup ${exec} </dev/null >log 2>&1 & wait"`,
			whyNoBash,
		],
		['a shell that ignores the hangup', `trap '' HUP; ${exec} >log 2>&1; echo $? >code`, false],
	] as const) {
		test(`ends neither exec nor the bot’s program, started by ${what}`, {skip}, async () => {
			const terminal = place.shell(line);
			const pid = Number(await appears(inFolder('pid')));
			await terminal.close();
			// Whoever is to get the hangup has it by now, or gets it while the program goes on.
			send('SIGHUP', pid);
			assert.ok(runs(pid));
			await writeFile(inFolder('stop'), '');
			assert.equal(await appears(inFolder('end')), 'finished\n');
		});
	}

	test('ends a bot’s program that nobody told to outlive it', async () => {
		const terminal = place.shell(`${exec}`);
		const pid = Number(await appears(inFolder('pid')));
		await terminal.close();
		while (runs(pid)) {
			await new Promise(resolve => setTimeout(resolve, 20));
		}

		assert.ok(!existsSync(inFolder('end')));
	});
});

describe('a signal that is ignored', {skip: onWindows || whyNoPs}, () => {
	for (const [signals, sh] of [
		['HUP', 'sh'],
		['INT', 'sh'],
		['INT QUIT', 'sh'],
		['HUP INT QUIT TERM', 'sh'],
		['HUP INT QUIT TERM', 'bash'],
	] as const) {
		const skip = sh === 'bash' ? whyNoBash : process.platform === 'linux' ? false : 'needs /proc';
		test(`by a script ends no command, and no program that it runs: ${signals}, in ${sh}`, {
			skip,
		}, async () => {
			await writeFile(
				inFolder('script'),
				`trap '' ${signals}; ${keymaker} exec harbour -- loop; echo "code $?" >code`,
			);
			const terminal = place.shell(`${sh} script`);
			const pid = Number(await appears(inFolder('pid')));
			for (const signal of signals.split(' ')) {
				send(`SIG${signal}` as NodeJS.Signals, pid);
			}

			await writeFile(inFolder('stop'), '');
			assert.equal(await appears(inFolder('code')), 'code 0\n');
			assert.equal(await appears(inFolder('end')), 'finished\n');
			await terminal.close();
		});
	}

	for (const [what, signal, line, code] of [
		['a shell at its prompt', 'SIGTERM', `trap '' TTOU INT QUIT TERM; ${keymaker} exec harbour -- loop`, 143],
		[
			'a program while it waits',
			'SIGINT',
			`perl -e '$SIG{INT} = "IGNORE"; if (!($pid = fork)) { $SIG{INT} = "DEFAULT"; exec @ARGV } waitpid $pid, 0; exit $? >> 8' ${keymaker} exec harbour -- loop`,
			130,
		],
	] as const) {
		const skip = line.startsWith('perl') && spawnSync('perl', ['-v']).error ? 'perl is not installed' : false;
		test(`by ${what}, for itself alone, ends exec and its program: ${signal}`, {skip}, async () => {
			const terminal = place.shell(`${line}; echo "code $?" >code`);
			const pid = Number(await appears(inFolder('pid')));
			send(signal, pid);
			assert.equal(await appears(inFolder('code')), `code ${code}\n`);
			assert.ok(!existsSync(inFolder('end')));
			await terminal.close();
		});
	}
});

describe('a program that ignores a signal', {skip: onWindows || whyNoPs}, () => {
	for (const signal of some(['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const, 3)) {
		test(`goes on after ${signal}, and exec waits for it and gives its exit code`, async () => {
			const program = `trap '' ${signal.slice(3)}; loop; exit 7`;
			const exec = spawn(process.execPath, [cli, 'exec', 'harbour', '--', 'sh', '-c', program], {
				cwd: place.folder,
				env: environment(),
				stdio: 'ignore',
			});
			const ended = new Promise(resolve => exec.once('exit', (...how) => resolve(how)));
			const pid = Number(await appears(inFolder('pid')));
			exec.kill(signal);
			process.kill(pid, signal);
			assert.ok(runs(pid) && runs(exec.pid ?? 0));
			await writeFile(inFolder('stop'), '');
			assert.equal(await appears(inFolder('end')), 'finished\n');
			assert.deepEqual(await ended, [7, null]);
		});
	}
});

test('a program that is to outlive its terminal gets its arguments as they are, and gives a shell’s exit codes', {
	skip: onWindows,
}, async () => {
	const script = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
	const given = ['', 'a b', '$HOME', '"', "'", '--', '-c', '*'];
	const env = {_: '/usr/bin/nohup'};
	const exec = (...command: string[]) => place.run(['exec', 'harbour', '--', ...command], '', env);
	const {code, out} = await exec(process.execPath, '-e', script, '--', ...given);
	assert.deepEqual([code, JSON.parse(out)], [0, given]);
	assert.equal((await exec('no-such-program')).code, 127);
	assert.equal((await exec('sh', '-c', 'exit 7')).code, 7);
	assert.equal((await exec('sh', '-c', 'kill -KILL $$')).code, 137);
});

describe('exec --all goes on when the program ends', {skip: onWindows}, () => {
	// It would go on for ever, with the program's output in its hand.
	const daemon =
		'(until [ -e stop ]; do [ -e keys.json ] || exit; sleep 0.05; done; echo finished >"end-$KEYMAKER_BOT") &';
	const ends = ['harbour', 'the sea'].map(bot => `end-${bot}`);
	/** Has both bots' leftovers end, and waits for that. */
	async function stopped(): Promise<void> {
		await writeFile(inFolder('stop'), '');
		await Promise.all(ends.map(end => appears(inFolder(end))));
	}

	beforeEach(() => Promise.all(ends.map(end => rm(inFolder(end), {force: true}))));

	test('and waits for nothing that it has left running', async () => {
		const {code, out, err} = await place.run(['exec', '--all', '--', 'sh', '-c', `${daemon} echo started`]);
		assert.ok(!ends.some(end => existsSync(inFolder(end))));
		await stopped();
		assert.deepEqual([code, out], [0, 'harbour | started\nthe sea | started\n']);
		assert.equal(err, '2 bots: 2 done.\n');
	});

	test('and passes on whole what it had written', async () => {
		const lines = 4000;
		const script = `${daemon} i=0; while [ $i -lt ${lines} ]; do echo "$i line"; i=$((i+1)); done; printf 'no end'; printf 'trouble' >&2`;
		const {code, out, err} = await place.run(['exec', '--all', '--', 'sh', '-c', script]);
		await stopped();
		const wanted = ['harbour', 'the sea'].flatMap(bot =>
			[...Array.from({length: lines}, (_, line) => `${line} line`), 'no end'].map(
				line => `${bot} | ${line}\n`,
			),
		);
		assert.equal(out, wanted.join(''));
		assert.deepEqual([code, err], [0, 'harbour | trouble\nthe sea | trouble\n2 bots: 2 done.\n']);
	});

	test('also where that goes on writing without a pause', async () => {
		const all = spawn(
			process.execPath,
			[cli, 'exec', '--all', '--', 'sh', '-c', 'while :; do echo more; done & echo started'],
			{
				cwd: place.folder,
				env: environment(),
				stdio: ['ignore', 'ignore', 'pipe'],
			},
		);
		const ended = new Promise(resolve => all.once('exit', resolve));
		assert.match(await text(all.stderr), /2 bots: 2 done\.\n$/);
		assert.equal(await ended, 0);
	});
});
