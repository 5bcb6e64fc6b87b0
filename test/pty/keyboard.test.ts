import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {afterEach, beforeEach, test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {childOf, startShell} from '../../scripts/torture/endings.ts';
import {approve} from '../helpers/approve.ts';
import {heldWindow} from '../helpers/held-window.ts';
import {nextLink, type Workplace, workplace} from '../helpers/program.ts';
import type {Pty} from '../helpers/pty.ts';

let place: Workplace;
beforeEach(async () => {
	place = await workplace(['harbour', 'kettle', 'moth']);
});
afterEach(() => place.close());

/** What a terminal may say late, when nobody waits for it any more. */
const said = [
	'\u001B]11;rgb:1e1e/1e1e/1e1e\u0007',
	'\u001BP>|tmux 3.4\u001B\\',
	'\u001B_Gi=31;OK\u001B\\',
	'\u001B[?62;22c',
	'\u001B[M !!',
	'\u001B[I',
].join('');

const field = 'Paste the PIN here: ';

async function flock(): Promise<Pty> {
	const screen = place.screen();
	await screen.waitFor(/❯ ○ harbour/);
	return screen;
}

test('what a terminal says late is no key of the flock, and no part of a PIN, at once and byte by byte', async () => {
	const screen = await flock();
	for (const bytes of [[said], [...said]]) {
		for (const one of bytes) {
			screen.type(one);
		}

		screen.press('down');
		await screen.waitFor(/❯ ○ kettle/);
		screen.press('up');
		await screen.waitFor(/❯ ○ harbour/);
	}

	screen.press('enter');
	const link = await nextLink(screen);
	const pin = await approve(link, 'harbour_poem');
	screen.type(`${pin.slice(0, 2)}${said}`);
	for (const one of said) {
		screen.type(one);
	}

	screen.type(pin.slice(2));
	await screen.waitFor(`${field}${pin}▏`);
	// Alt with a letter is neither Escape nor the letter.
	screen.type('\u001Bn\u001Bx9');
	await screen.waitFor(`${field}${pin}9▏`);
	screen.press('backspace', 'enter');
	await screen.waitFor('harbour is ready');
});

test('a burst is a row of keys: what was typed is erased by the ctrl+u in it, and the PIN after it is handed in', async () => {
	const screen = await flock();
	screen.press('enter');
	const link = await nextLink(screen);
	screen.type('123\u0015');
	await screen.waitFor(`${field}▏`);
	screen.type('99');
	await screen.waitFor(`${field}99▏`);
	screen.type(`9\u0015${await approve(link, 'harbour_poem')}\r`);
	await screen.waitFor('harbour is ready');
});

test('a paste without an end keeps no key from its effect for long, and Ctrl-C not at all', async () => {
	const screen = await flock();
	screen.press('enter');
	await nextLink(screen);
	screen.type('\u001B[200~123');
	await screen.waitFor(`${field}123▏`);
	screen.press('4');
	await screen.waitFor(`${field}1234▏`);
	screen.type('\u001B[200~5');
	screen.press('ctrl+c');
	assert.equal((await screen.exited).exitCode, 130);
});

const bash = hasBash() ? false : 'needs bash';
const proc = process.platform === 'linux' ? false : 'needs /proc';

/** Stops the program that a shell has started from outside, without a word to it. */
function stopOf(shell: Pty): number {
	const pid = childOf(shell.pid);
	process.kill(pid, 'SIGSTOP');
	return pid;
}

/** Waits until a process has taken the terminal back: it reads its keys, not the shell. */
async function untilRaw(pid: number): Promise<void> {
	while (stateOf(pid).startsWith('T') || !isRaw(pid)) {
		await pause(5);
	}
}

for (const when of ['before Ink is there', 'with Ink'] as const) {
	test(`stopped from outside and brought back, the screen is raw again and drawn anew ${when}`, {
		skip: bash || proc,
	}, async () => {
		const held = await heldWindow(place.folder);
		const shell = startShell(place, ['--norc', '--noprofile', '-i']);
		try {
			await shell.waitFor('$ ');
			shell.type(`"$NODE" "${held.cli}"\r`);
			await shell.waitFor(/❯ ○ harbour/);
			await held.asked();
			if (when === 'with Ink') {
				held.release();
				await held.opened();
			}

			shell.press('down');
			await shell.waitFor(/❯ ○ kettle/);
			const pid = stopOf(shell);
			await shell.waitFor(/Stopped/);
			shell.type('stty sane; echo o""ver; fg\r');
			await untilRaw(pid);
			await shell.waitFor(
				rows => /❯ ○ kettle/.test(rows.join('\n')) && !/over|Stopped/.test(rows.join('\n')),
			);
			assert.equal(shell.alternate(), true);
			assert.equal(shell.cursorShown(), false);
			shell.press('up');
			await shell.waitFor(/❯ ○ harbour/);
			shell.press('ctrl+c');
			assert.equal(await codeIn(shell), '130');
			assert.equal(shell.alternate(), false);
		} finally {
			await shell.close();
		}
	});
}

test('a hidden question is asked again, and hides again, after a stop from outside and after Ctrl-Z', {
	skip: bash || proc,
}, async () => {
	const {code, err} = await place.run(['encrypt'], '', {KEYMAKER_PASSPHRASE: 'not a real passphrase'});
	assert.equal(code, 0, err);
	const shell = startShell(place, ['--norc', '--noprofile', '-i']);
	try {
		await shell.waitFor('$ ');
		shell.type('"$NODE" "$CLI" list\r');
		await shell.waitFor('Keystore passphrase:');
		shell.type(`not a ${said}`);
		await shell.waitFor(/passphrase: •{6}$/m);
		const pid = stopOf(shell);
		await shell.waitFor(/Stopped/);
		shell.type('stty sane; clear; fg\r');
		await untilRaw(pid);
		await shell.waitFor(/passphrase: •{6}$/m);
		shell.type('real ');
		await shell.waitFor(/passphrase: •{11}$/m);
		shell.press('ctrl+z');
		await shell.waitFor(/Stopped/);
		shell.type('clear; fg\r');
		await shell.waitFor(/passphrase: •{11}$/m);
		await untilRaw(pid);
		shell.type('passphrase\r');
		await shell.waitFor(/○ harbour .*no key/);
		assert.equal(await codeIn(shell), '0');
		assert.doesNotMatch(shell.raw(), /not a|real /);
	} finally {
		await shell.close();
	}
});

/** Waits for the shell's word, and gives the exit code of what it ran. */
async function codeIn(shell: Pty): Promise<string | undefined> {
	await shell.waitFor(rows => rows.findLast(Boolean)?.trimEnd() === '$');
	shell.type('echo "co""de $?"\r');
	const rows = await shell.waitFor(/^code \d+$/m);
	return /^code (\d+)$/m.exec(rows.join('\n'))?.[1];
}

/** The state of a process, as `ps` writes it. */
function stateOf(pid: number): string {
	return execFileSync('ps', ['-o', 'state=', '-p', String(pid)])
		.toString()
		.trim();
}

/** True while the terminal of a process hands on each byte by itself. */
function isRaw(pid: number): boolean {
	return /-icanon/.test(execFileSync('stty', ['-a', '-F', `/proc/${pid}/fd/0`]).toString());
}

function hasBash(): boolean {
	try {
		execFileSync('bash', ['-c', 'true']);
		return true;
	} catch {
		return false;
	}
}
