import assert from 'node:assert/strict';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {approve} from '../helpers/approve.ts';
import {handIn} from '../helpers/authorize.ts';
import {type Bundled, bundled} from '../helpers/bundled.ts';
import {nextLink} from '../helpers/program.ts';
import {type Pty, type PtyOptions, startPty} from '../helpers/pty.ts';
import {some, thoroughTest} from '../helpers/thorough.ts';

let built: Bundled;
const windows: Pty[] = [];
before(async () => {
	built = await bundled('test/tui/window-program.ts');
});
after(async () => {
	await Promise.all(windows.map(window => window.close()));
	await built.remove();
});

/** Opens the window, and waits for the flock. */
async function open(options: PtyOptions = {}, shell?: string): Promise<Pty> {
	const window =
		shell === undefined
			? startPty(process.execPath, [built.program], options)
			: startPty('bash', ['--norc', '-c', shell, process.execPath, built.program], options);
	windows.push(window);
	await window.waitFor(/ferry|no folder|too\s+small/);
	return window;
}

/** How the program says that it ended. */
async function ending(
	window: Pty,
): Promise<{exitCode: number; exit: unknown; records: {bot: string; key?: string; held?: string}[]}> {
	const {exitCode} = await window.exited;
	const last = /\{"exit".*\}/.exec(window.raw())?.[0] ?? '{}';
	assert.equal(window.alternate(), false, 'the alternate screen was left on');
	assert.ok(window.cursorShown(), 'the cursor was left hidden');
	assert.ok(
		window.raw().lastIndexOf('\u001B[?2004l') > window.raw().lastIndexOf('\u001B[?2004h'),
		'bracketed paste was left on',
	);
	return {exitCode, ...JSON.parse(last)};
}

test('arrows between the digits of a PIN neither leave the authorization nor type into it', async () => {
	const window = await open();
	window.press('down');
	await window.waitFor(/❯ ○ harbour/);
	window.press('enter');
	const link = await nextLink(window);
	for (const key of ['1', '2', '\u001BOA', '3', '4', '\u001B[B', '\u001B[D']) {
		window.type(key);
	}

	await window.waitFor('123▏4');
	window.press('ctrl+e', 'ctrl+u');
	for (const byte of `${await approve(link, 'harbour_poem')}\r\n`) {
		window.type(byte);
	}

	await window.waitFor('harbour is ready');
	window.press('escape');
	await window.waitFor(/● harbour +@harbour_poem +ready/);
	window.press('q');
	const {exitCode, records} = await ending(window);
	assert.equal(exitCode, 0);
	assert.deepEqual(records, [{bot: 'harbour', key: 'harbour_poem'}]);
});

test('the link is selected whole in 40 columns: the terminal has wrapped it, and nothing is beside it', async () => {
	const window = await open({columns: 40, rows: 16});
	window.press('enter');
	const link = await nextLink(window);
	await approve(link, 'ferry_poem');
	const rows = window.screen();
	const first = rows.findIndex(row => row.startsWith('http'));
	const count = Math.ceil(link.length / 40);
	assert.ok(count > 1);
	assert.equal(rows.slice(first, first + count).join(''), link);
	assert.deepEqual(window.wrapped().slice(first, first + count), [false, ...Array(count - 1).fill(true)]);
	assert.ok(window.raw().includes(`\u001B]8;id=keymaker-link;${link}\u001B\\`), 'the link is no hyperlink');
	window.press('ctrl+c');
	assert.equal((await ending(window)).exitCode, 130);
});

test('a resize with half a PIN typed keeps the PIN, and leaves nothing of the larger screen behind', async () => {
	const window = await open({columns: 120, rows: 30});
	window.press('enter');
	await nextLink(window);
	window.type('0012');
	await window.waitFor('0012▏');
	for (const [columns, rows] of [
		[60, 14],
		[200, 50],
		[30, 6],
		[20, 5],
		[80, 24],
	] as const) {
		window.resize(columns, rows);
		await window.waitFor(screen =>
			columns < 30
				? /too small/.test(screen.join(' '))
				: screen.length === rows && screen.some(row => row.includes('0012▏')),
		);
	}

	await window.waitFor(screen => screen.filter(row => row.includes('Paste the PIN here')).length === 1);
	window.press('ctrl+c');
	await ending(window);
});

test('escape leaves while X hangs, and Ctrl-C ends while X hangs', async () => {
	const window = await open({env: {WINDOW_FAULT: 'request_token:hang:2'}});
	window.press('enter');
	await window.waitFor(/Asking X for a link · \d+ s left/);
	window.press('escape');
	await window.waitFor(/❯ ○ ferry/);
	window.press('enter');
	// By then the keystore has been tried, and it is X alone that hangs.
	await window.waitFor(/Asking X for a link · (?!600 )\d+ s left/);
	window.press('ctrl+c');
	assert.equal((await ending(window)).exitCode, 130);
});

/** Waits for words, wherever the lines break. */
async function told(window: Pty, ...words: readonly string[]): Promise<void> {
	await window.waitFor(rows => {
		const text = rows.map(row => row.trim()).join(' ');
		return words.every(word => text.includes(word));
	});
}

test('while X hangs the seconds left are counted down, then the deadline is told, and enter tries again', async () => {
	const window = await open({env: {WINDOW_FAULT: 'request_token:hang:1'}});
	window.press('enter');
	await window.waitFor(/Asking X for a link · (?!600 )\d+ s left/);
	process.kill(window.pid, 'SIGUSR2');
	await told(window, 'X did not answer within 600 seconds.', 'KEYMAKER_TIMEOUT', 'x-timeout');
	// An enter that follows another at once counts as held down.
	await pause(250);
	window.press('enter');
	await handIn(window, 'ferry_poem');
	await window.waitFor('ferry is ready');
});

test('an answer that drips does not stretch the deadline, and a new link comes by itself', async () => {
	const window = await open({env: {WINDOW_FAULT: 'access_token:dripping:1'}});
	window.press('enter');
	const link = await nextLink(window);
	window.paste(`${await approve(link, 'ferry_poem')}\n`);
	await window.waitFor(/Submitting the PIN to X · \d+ s left/);
	process.kill(window.pid, 'SIGUSR2');
	const next = await nextLink(window, link);
	await told(window, 'X did not answer within 600 seconds. X may or may not have accepted the PIN.');
	window.paste(`${await approve(next, 'ferry_poem')}\n`);
	await window.waitFor('ferry is ready');
});

for (const how of some(['q', 'SIGHUP', 'SIGTERM'] as const, 3)) {
	test(`the key of an exchange that is under way is not lost when the program is ended by ${how}`, async t => {
		const folder = await mkdtemp(path.join(tmpdir(), 'keymaker-gate-'));
		t.after(() => rm(folder, {recursive: true}));
		const WINDOW_GATE = path.join(folder, 'open');
		const window = await open({env: {WINDOW_GATE}});
		window.press('enter');
		await handIn(window, 'ferry_poem');
		await window.waitFor('Submitting the PIN to X');
		if (how === 'q') {
			window.press('escape');
			await window.waitFor(/❯ ○ ferry/);
			window.press('q');
		} else {
			process.kill(window.pid, how);
		}

		await window.waitFor('Finishing first:');
		await writeFile(WINDOW_GATE, '');
		const {records, exitCode} = await ending(window);
		assert.equal(exitCode, {q: 0, SIGHUP: 129, SIGTERM: 143}[how]);
		// Whoever has left the bot decides about its key, where X had not answered by then.
		const got = records.map(({bot, key, held}) => `${bot} ${key ?? held}`).join();
		assert.match(got, how === 'q' ? /^ferry (?:ferry_poem|late)$/ : /^ferry ferry_poem$/);
	});
}

test('something that nobody foresaw ends the program with 1, after the terminal has been restored', async () => {
	const window = startPty(process.execPath, [built.program], {env: {WINDOW_BROKEN: '1'}});
	windows.push(window);
	const {exitCode} = await window.exited;
	await window.waitFor('failed: not foreseen');
	assert.equal(exitCode, 1);
	assert.equal(window.alternate(), false);
	assert.ok(window.cursorShown());
});

test('a missing folder is explained, and poems that come into it show up by themselves', async () => {
	const window = await open({env: {WINDOW_POEMS: ''}});
	await window.waitFor(/no folder/);
	window.press('q');
	assert.equal((await ending(window)).exitCode, 0);
});

test('from an empty folder, i, enter and a PIN lead to a first bot with a key', async () => {
	const window = await open({env: {WINDOW_POEMS: ''}});
	await window.waitFor('i make a sample');
	window.press('i');
	await window.waitFor(/❯ ○ first-light/);
	window.press('enter');
	await handIn(window, 'first_light');
	await window.waitFor('first-light is ready and posts as @first_light.');
	window.press('enter');
	await window.waitFor(/● first-light +@first_light +ready/);
	window.press('q');
	assert.deepEqual((await ending(window)).records, [{bot: 'first-light', key: 'first_light'}]);
});

test('a window of 20×5 gets a sentence, a larger one the flock, and q ends in both', async () => {
	const window = await open({columns: 20, rows: 5});
	await window.waitFor(screen => /The window is too small: 20×5/.test(screen.join(' ')));
	window.resize(80, 24);
	await window.waitFor(/❯ ○ ferry/);
	window.resize(20, 5);
	await window.waitFor(/too\s+small/);
	window.press('q');
	assert.equal((await ending(window)).exitCode, 0);
});

test('a screen reader is told each screen in lines, up to the key that is saved', async () => {
	const window = await open({env: {INK_SCREEN_READER: 'true'}, columns: 120});
	await window.waitFor(/^option: \(selected\) ferry, no key$/m);
	window.press('enter');
	const screen = await window.waitFor(/^textbox: 3\. Paste the PIN here:/m);
	const first = screen.findIndex(row => row.startsWith('http'));
	const link = screen
		.slice(
			first,
			screen.findIndex(row => row.startsWith('2. ')),
		)
		.join('');
	window.paste(`${await approve(link, 'ferry_poem')}\n`);
	await window.waitFor('ferry is ready and posts as @ferry_poem.');
	assert.doesNotMatch(window.raw(), /[●○❯│▏⠋]/);
	window.press('escape');
	await window.waitFor(/^option: \(selected\) ferry, @ferry_poem, ready$/m);
	window.press('q');
	assert.equal((await ending(window)).exitCode, 0);
});

test('FORCE_COLOR brings colours to a dumb terminal, and only the sixteen of its own', async () => {
	const window = await open({env: {TERM: 'dumb', FORCE_COLOR: '1'}});
	await window.waitFor(/> o ferry/);
	assert.match(window.raw(), /\u001B\[36m/);
	assert.doesNotMatch(window.raw(), /\u001B\[38;/);
	window.press('q');
	await ending(window);
});

test('NO_COLOR takes the colours and leaves the glyphs', async () => {
	const window = await open({env: {NO_COLOR: '1', FORCE_COLOR: undefined}});
	assert.doesNotMatch(window.raw(), /\u001B\[(?:3[0-7]|9[0-7]|38;\d+)[;m]/);
	await window.waitFor(/❯ ○ ferry/);
	window.press('q');
	await ending(window);
});

for (const env of some([{TERM: 'dumb'}, {LANG: 'C'}, {LANG: 'en_US.ISO-8859-1'}] as const, 3)) {
	test(`with ${JSON.stringify(env)} nothing but ASCII is written`, async () => {
		const window = await open({env});
		await window.waitFor(/> o ferry/);
		window.press('enter');
		await nextLink(window);
		window.press('escape');
		await window.waitFor(/> o ferry/);
		window.press('q');
		await ending(window);
		assert.match(window.raw(), /^[\x00-\x7f]*$/);
	});
}

thoroughTest('Ctrl-Z gives the terminal back to the shell, and fg returns to the same screen', async () => {
	const window = await open(
		{},
		'set -m; "$0" "$@"; echo "back in the shell"; read -r line; fg >/dev/null; echo "over"',
	);
	window.press('enter');
	await nextLink(window);
	window.type('0012');
	await window.waitFor('0012▏');
	window.press('ctrl+z');
	await window.waitFor('back in the shell');
	assert.equal(window.alternate(), false);
	window.type('\n');
	await window.waitFor('0012▏');
	assert.equal(window.alternate(), true);
	window.type('3');
	await window.waitFor('00123▏');
	window.press('ctrl+c');
	await window.waitFor('over');
});
