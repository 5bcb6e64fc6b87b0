import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {text} from 'node:stream/consumers';
import {afterEach, beforeEach, describe, test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {inheritedAt} from '../helpers/environment.ts';
import {type HangingFolder, hangingFolder} from '../helpers/hanging-folder.ts';
import {cli, type Workplace, workplace} from '../helpers/program.ts';
import type {Pty} from '../helpers/pty.ts';
import {thoroughTest} from '../helpers/thorough.ts';

const probe = hangingFolder();
const skip = typeof probe === 'string' ? probe : false;
if (typeof probe !== 'string') {
	probe.close();
}

const bots = ['ant', 'bee', 'cat', 'dog', 'elk', 'fox', 'gnu', 'hen'];

let place: Workplace;
let hanging: HangingFolder | null;
beforeEach(async () => {
	place = await workplace(bots);
	hanging = null;
});
afterEach(async () => {
	hanging?.close();
	await place.close();
});

/** From now on nothing in the folder of poems is answered. */
function hang(): void {
	const made = hangingFolder(path.join(place.folder, 'poems'));
	assert.ok(typeof made !== 'string');
	hanging = made;
}

/** The screen, its poems hanging, after more previews than Node has hands for files. */
async function screenOfHanging(): Promise<Pty> {
	const screen = place.screen([], {columns: 110});
	await screen.waitFor('A line of ant.');
	hang();
	for (const bot of bots.slice(1)) {
		screen.press('j');
		await screen.waitFor(new RegExp(`❯ . ${bot}`));
	}

	return screen;
}

describe('poems on a share that hangs', {skip}, () => {
	for (const [what, end, code] of [
		['q', (screen: Pty) => screen.press('q'), 0],
		['Ctrl-C', (screen: Pty) => screen.press('ctrl+c'), 130],
		['SIGTERM', (screen: Pty) => screen.kill('SIGTERM'), 143],
	] as const) {
		test(`${what} ends the screen while they are waited for`, async () => {
			const screen = await screenOfHanging();
			end(screen);
			assert.equal((await screen.exited).exitCode, code);
		});

		thoroughTest(`${what} ends the screen after they were waited for in vain`, async () => {
			const screen = await screenOfHanging();
			await screen.waitFor(/its disk or network share/);
			screen.press('k', 'k', 'j');
			end(screen);
			assert.equal((await screen.exited).exitCode, code);
		});
	}

	test('leave the rest alone: a bot is authorized, and its key saved', async () => {
		const screen = await screenOfHanging();
		screen.press('enter');
		await screen.waitFor('Paste the PIN here');
		screen.press('escape');
		await screen.waitFor(/its disk or network share/);
		screen.press('enter');
		await screen.waitFor('Paste the PIN here');
	});

	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		test(`a list of them ends at ${signal}`, async () => {
			hang();
			const list = start(['list']);
			await once(list, signal);
		});
	}

	test('a list of them says why there is none, and ends', async () => {
		hang();
		const list = start(['list']);
		const ended = new Promise(resolve => list.once('exit', resolve));
		const said = (await text(list.stdout)) + (await text(list.stderr));
		assert.match(said, /cannot be read/);
		assert.equal(typeof (await ended), 'number');
	});

	test('a program that lists them with the library gets an answer, and ends where it says so', async () => {
		const library = path.join(path.dirname(cli), 'index.js');
		const program = `import {openKeystore} from ${JSON.stringify(library)}; console.log((await openKeystore().list()).length); process.exit(3);`;
		await writeFile(path.join(place.folder, 'bot.mjs'), program);
		hang();
		const run = spawn(process.execPath, ['bot.mjs'], options());
		const ended = new Promise(resolve => run.once('exit', resolve));
		assert.equal(await text(run.stdout), '0\n');
		assert.equal(await ended, 3);
	});
});

function options() {
	return {
		cwd: place.folder,
		env: {
			...inheritedAt(place.folder),
			KEYMAKER_PRACTICE: '1',
			KEYMAKER_FLOCK: 'flock',
			KEYMAKER_KEYSTORE: path.join(place.folder, 'keystore'),
		},
	};
}

function start(args: readonly string[]) {
	return spawn(process.execPath, [cli, ...args], options());
}

/** True once one of a program's threads waits for an answer of the folder's file system. */
function waitsInFolder(pid: number): boolean {
	try {
		return readdirSync(`/proc/${pid}/task`).some(thread => {
			const place = readFileSync(`/proc/${pid}/task/${thread}/wchan`, 'utf8');
			const [state] = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8').split(') ').at(-1) ?? '';
			// Where the system does not say what a thread waits for, one that no signal wakes is at a file.
			return place === '0' || place === '' ? state === 'D' : place.startsWith('fuse');
		});
	} catch {
		// A thread has ended while it was looked at.
		return false;
	}
}

/** Sends a signal once the program waits in the folder, and waits for its end by it. */
async function once(program: ReturnType<typeof start>, signal: NodeJS.Signals): Promise<void> {
	const ended = new Promise(resolve => program.once('exit', (code, by) => resolve(by ?? code)));
	while (!waitsInFolder(program.pid ?? 0)) {
		assert.equal(program.exitCode ?? program.signalCode, null, 'it has ended by itself');
		await pause(10);
	}

	program.kill(signal);
	assert.equal(await ended, {SIGINT: 130, SIGTERM: 143, SIGHUP: 129}[signal as 'SIGINT']);
}
