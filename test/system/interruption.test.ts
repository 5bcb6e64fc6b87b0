import assert from 'node:assert/strict';
import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {fromSource} from '../helpers/from-source.ts';
import {holdLock} from '../helpers/held-lock.ts';
import {thoroughTest} from '../helpers/thorough.ts';

const program = path.join(import.meta.dirname, 'interrupted.ts');

let folder = '';
let children: ChildProcess[] = [];
beforeEach(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'keymaker-interruption-'));
	children = [];
});
afterEach(async () => {
	for (const child of children) {
		child.kill('SIGKILL');
	}

	await rm(folder, {recursive: true, force: true});
});

/** The program, once it is in the middle of what it does. */
async function start(what: string, place = '') {
	const child = spawn(process.execPath, [...fromSource, program, what, place], {
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	children.push(child);
	const said = {out: '', err: ''};
	child.stdout.on('data', chunk => {
		said.out += chunk;
	});
	child.stderr.on('data', chunk => {
		said.err += chunk;
	});
	const closed = once(child, 'close');
	const until = async (condition: () => boolean) => {
		while (!condition()) {
			assert.equal(
				child.exitCode ?? child.signalCode,
				null,
				`it has ended, and said: ${said.out}${said.err}`,
			);
			await pause(5);
		}
	};
	await until(() => said.out.includes('begun'));
	return {child, said, until, ended: closed.then(([code, signal]) => code ?? signal)};
}

/** Presses Ctrl-C as often as it takes: presses that come too close together count as one. */
async function pressUntil({child, until, said}: Awaited<ReturnType<typeof start>>, text: string) {
	while (!said.err.includes(text)) {
		child.kill('SIGINT');
		await Promise.race([until(() => said.err.includes(text)), pause(300)]);
	}
}

for (const [index, [signal, code]] of (
	[
		['SIGINT', 130],
		['SIGTERM', 143],
		['SIGHUP', 129],
	] as const
).entries()) {
	for (const [nth, what] of ['reads a file that does not answer', 'derives a key', 'waits'].entries()) {
		// Each signal and each wait at least once.
		const its = nth === index ? test : thoroughTest;
		its(`${signal} ends with ${code} a program that ${what}`, async () => {
			const fifo = path.join(folder, 'fifo');
			execFileSync('mkfifo', [fifo]);
			const running = await start(what, fifo);
			running.child.kill(signal);
			assert.equal(await running.ended, code);
			assert.match(running.said.out, /left\n$/, 'whoever listens to `exit` was not told');
		});
	}
}

test('a save that waits for its turn is finished before Ctrl-C ends the program', async () => {
	const lock = await holdLock(path.join(folder, 'test.json'));
	const running = await start('saves', folder);
	await pressUntil(running, 'Finishing first: saving the keystore.');
	await lock.release();
	assert.equal(await running.ended, 130);
	assert.match(running.said.out, /saved/);
	assert.match(await readFile(path.join(folder, 'test.json'), 'utf8'), /not-a-real-secret/);
});

test('the second Ctrl-C says what a third one loses, and the third ends with 130', async () => {
	const lock = await holdLock(path.join(folder, 'test.json'));
	const running = await start('saves', folder);
	await pressUntil(running, 'Finishing first');
	await pressUntil(running, 'Still saving the keystore. Press Ctrl-C once more to stop and lose it.');
	running.child.kill('SIGINT');
	while ((await Promise.race([running.ended, pause(300)])) === undefined) {
		running.child.kill('SIGINT');
	}

	assert.equal(await running.ended, 130);
	assert.doesNotMatch(running.said.out, /saved/);
	await assert.rejects(readFile(path.join(folder, 'test.json')), {code: 'ENOENT'});
	await lock.release();
});

const told = 'Finishing first: working.\n';
const warned = 'Still working. Press Ctrl-C once more to stop and lose it.\n';
for (const [what, times, said, isLost] of [
	['held down is one press', '0 30 70 160 300 440 580', told, false],
	['that a library hands on at once is one press', '0 0 1', told, false],
	['pressed twice says what a third press loses', '0 200', told + warned, false],
	['pressed before anybody has read that loses nothing', '0 200 500 900 1199', told + warned, false],
	['that is handed on late, on a busy computer, loses nothing', '0 4000 4400', told + warned, false],
	['pressed after that was read loses it', '0 200 1200', told + warned, true],
] as const) {
	test(`Ctrl-C ${what}`, async () => {
		const child = spawn(process.execPath, [...fromSource, program, 'hears', times], {
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		children.push(child);
		let err = '';
		child.stderr.on('data', chunk => {
			err += chunk;
		});
		const [out] = await once(child.stdout, 'data');
		assert.match(String(out), isLost ? /^left\n/ : /^begun\n/);
		child.kill('SIGKILL');
		await once(child, 'close');
		assert.equal(err, said);
	});
}

test('signals that a closed window sends lose nothing, however many they are', async () => {
	const lock = await holdLock(path.join(folder, 'test.json'));
	const running = await start('saves', folder);
	for (const signal of ['SIGHUP', 'SIGTERM', 'SIGHUP', 'SIGTERM'] as const) {
		running.child.kill(signal);
		await pause(100);
	}

	await lock.release();
	assert.equal(await running.ended, 143);
	assert.match(running.said.out, /saved/);
});

test('what follows from unfinished work is finished too', async () => {
	const running = await start('saves twice');
	running.child.kill('SIGINT');
	assert.equal(await running.ended, 130);
	assert.match(running.said.out, /both saved/);
});

test('while signals are lent the program ends by itself, with a code of its own', async () => {
	const running = await start('runs a program');
	running.child.kill('SIGTERM');
	assert.equal(await running.ended, 7);
	assert.match(running.said.out, /exit code null/);
});
