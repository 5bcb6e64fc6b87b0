import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {setTimeout as delay} from 'node:timers/promises';
import {childOf, endings, startShell, wrongAfter} from '../../scripts/torture/endings.ts';
import {fromSource} from '../helpers/from-source.ts';
import {cli, type Workplace, workplace} from '../helpers/program.ts';
import {some} from '../helpers/thorough.ts';

let place: Workplace;
beforeEach(async () => {
	place = await workplace(['harbour', 'kettle']);
});
afterEach(() => place.close());

const skip = hasBash() ? false : 'needs bash';

for (const ending of some(endings, 6)) {
	test(`the terminal is as it was after ${ending.name}, and the shell sees ${ending.code}`, {
		skip,
	}, async () => {
		assert.deepEqual(await wrongAfter(ending, place), []);
	});

	if (!ending.needsInk) {
		test(`the terminal is as it was after ${ending.name} between the first frame and Ink's`, {
			skip,
		}, async () => {
			assert.deepEqual(await wrongAfter(ending, place, 'first frame'), []);
		});
	}
}

test('Ctrl-Z gives the terminal back to the shell, and fg brings the screen back', {skip}, async () => {
	const shell = startShell(place, ['--norc', '--noprofile', '-i']);
	try {
		await shell.waitFor('$ ');
		shell.type('"$NODE" "$CLI"; echo "ended with $?"\r');
		await shell.waitFor(/❯ ○ harbour/);
		shell.press('down');
		await shell.waitFor(/❯ ○ kettle/);
		shell.press('ctrl+z');
		await shell.waitFor(/Stopped/);
		assert.equal(shell.alternate(), false);
		assert.equal(shell.cursorShown(), true);
		shell.type('stty -a | grep -o "[-]*icanon"; echo o""ver\r');
		const rows = await shell.waitFor(/^over$/m);
		assert.ok(rows.includes('icanon'), rows.join('\n'));
		shell.type('fg\r');
		await shell.waitFor(/❯ ○ kettle/);
		assert.equal(shell.alternate(), true);
		shell.press('up');
		await shell.waitFor(/❯ ○ harbour/);
		shell.press('q');
		await shell.waitFor(/^\$ $|^\$$/m);
		assert.equal(shell.alternate(), false);
	} finally {
		await shell.close();
	}
});

test('a window that is closed by force ends the program', {skip}, async context => {
	const window = spawn(
		process.execPath,
		[...fromSource, path.join(import.meta.dirname, 'window.ts'), cli, place.folder],
		{stdio: ['ignore', 'pipe', 'inherit']},
	);
	context.after(() => window.kill('SIGKILL'));
	const ended = once(window, 'close').then(() => assert.fail('the window has ended by itself'));
	const [text] = (await Promise.race([once(window.stdout, 'data'), ended])) as [Buffer];
	const pid = Number(text.toString());
	assert.equal(isRunning(pid), true);
	window.kill('SIGKILL');
	await assert.rejects(ended);
	while (isRunning(pid)) {
		await delay(20);
	}
});

test('a reader that goes away ends a list without a word', {skip}, async () => {
	const shell = startShell(place, [
		'-c',
		'set -o pipefail; for n in 1 2 3 4 5; do "$NODE" "$CLI" list | true; echo "ended with $?"; done; echo over',
	]);
	try {
		const rows = await shell.waitFor(/^over$/m);
		assert.deepEqual(rows.filter(Boolean), [...Array(5).fill('ended with 0'), 'over']);
	} finally {
		await shell.close();
	}
});

test('an exception that nobody foresaw is told without its message, by a command too', {skip}, async () => {
	const shell = startShell(
		place,
		['-c', '"$NODE" "$CLI" authorize harbour; echo "ended with $?"'],
		'exception',
	);
	try {
		await shell.waitFor(/^http/m);
		process.kill(childOf(shell.pid), 'SIGUSR2');
		const rows = await shell.waitFor('ended with 1');
		assert.match(rows.join('\n'), /Unexpected error in keymaker/);
		assert.doesNotMatch(shell.raw(), /not-a-real/);
	} finally {
		await shell.close();
	}
});

function hasBash(): boolean {
	try {
		execFileSync('bash', ['-c', 'true']);
		return true;
	} catch {
		return false;
	}
}

/** True for a process that has not ended; one that nobody has asked after yet has. */
function isRunning(pid: number): boolean {
	try {
		return !execFileSync('ps', ['-o', 'state=', '-p', String(pid)])
			.toString()
			.startsWith('Z');
	} catch {
		return false;
	}
}
