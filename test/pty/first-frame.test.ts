import assert from 'node:assert/strict';
import {chmod, mkdir, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {type HeldWindow, heldWindow} from '../helpers/held-window.ts';
import {type Workplace, workplace} from '../helpers/program.ts';
import type {Pty, PtyOptions, Wanted} from '../helpers/pty.ts';
import {some} from '../helpers/thorough.ts';

let place: Workplace;
let held: HeldWindow;
beforeEach(async () => {
	place = await workplace(['harbour', 'kettle', 'lamplight', 'moth']);
	held = await heldWindow(place.folder);
});
afterEach(() => place.close());

/** Opens the screen, and waits until it shows something while Ink is held back. */
async function firstFrame(wanted: Wanted, options: PtyOptions = {}): Promise<Pty> {
	const screen = place.screen([], options, held.cli);
	await held.asked();
	await screen.waitFor(wanted);
	return screen;
}

/** True for a whole frame of the flock: the header, the selected bot and the last one, and the end of the footer. */
const wholeFlock = (rows: readonly string[]) =>
	/^ keymaker · .* practice *$/.test(rows[0] ?? '') &&
	/ 4 no key$/.test(rows[1] ?? '') &&
	/^ ❯ ○ harbour/.test(rows[4] ?? '') &&
	/^ {3}○ moth/.test(rows[7] ?? '') &&
	/q quit *$/.test(rows.at(-1) ?? '');

/** What is written when the program is left, and nothing else: the modes of the terminal as they were. */
const leaving = /^(?:\u001B\[\?(?:25h|1049l|2004l|1006l|1000l)|\u001B\[m|\u001B\]2;\u001B\\|\u001B\[23;2t)+$/;

/** Lets Ink take over, leaves by a key, and gives what has been written from then on. */
async function writtenByInk(screen: Pty): Promise<string> {
	const before = screen.raw().length;
	held.release();
	await held.opened();
	screen.press('q');
	const {exitCode} = await screen.exited;
	assert.equal(exitCode, 0);
	await screen.waitFor(() => !screen.alternate() && screen.cursorShown());
	return screen.raw().slice(before);
}

const ascii = /^[\x00-\x7f]*$/;
const colourless = /^(?![\s\S]*\u001B\[(?:3[0-7]|9[0-7]|38;\d+)[;m])/;

/** First frames that have to be whole without Ink, and need nothing more when Ink takes over. */
const frames: readonly {
	name: string;
	wanted: Wanted;
	/** What everything written has to match. */
	raw?: RegExp;
	options?: PtyOptions;
	prepare?(): Promise<unknown>;
}[] = [
	{name: 'a flock in practice', wanted: wholeFlock},
	{
		name: 'a flock at X',
		wanted: / 4 no key$[\s\S]*❯ ○ harbour[\s\S]*q quit/m,
		options: {env: {KEYMAKER_PRACTICE: undefined}},
	},
	{
		name: 'a flock beside a poem',
		wanted: /A line of harbour\.[\s\S]*q quit/,
		options: {columns: 130, rows: 40},
	},
	{
		name: 'names of wide and joined characters',
		wanted: /俳句[\s\S]*q quit/,
		prepare: () =>
			Promise.all(
				['俳句', '👩‍👩‍👧‍👦 family', 'cafe\u0301'].map(name =>
					writeFile(path.join(place.folder, 'poems', `${name}.txt`), 'a poem\n'),
				),
			),
	},
	{
		name: 'an empty folder',
		wanted: /i make a sample/,
		async prepare() {
			await rm(path.join(place.folder, 'poems'), {recursive: true});
			await mkdir(path.join(place.folder, 'poems'));
		},
	},
	{
		name: 'no folder',
		wanted: /no folder/,
		prepare: () => rm(path.join(place.folder, 'poems'), {recursive: true}),
	},
	{
		name: 'a damaged keystore',
		wanted: /is damaged[\s\S]*q quit/,
		options: {env: {KEYMAKER_PRACTICE: undefined}},
		async prepare() {
			await mkdir(path.join(place.folder, 'keystore'), {mode: 0o700});
			await writeFile(path.join(place.folder, 'keystore', 'flock.json'), '{"torn', {mode: 0o600});
			await chmod(path.join(place.folder, 'keystore', 'flock.json'), 0o600);
		},
	},
	{name: 'a window that is too small', wanted: /The window is too/, options: {columns: 20, rows: 5}},
	{name: 'a small window', wanted: /❯ ○ harbour/, options: {columns: 30, rows: 6}},
	{name: 'NO_COLOR', wanted: wholeFlock, raw: colourless, options: {env: {NO_COLOR: '1'}}},
	{name: 'TERM=dumb', wanted: /> o harbour[\s\S]*q quit/, raw: ascii, options: {env: {TERM: 'dumb'}}},
	{
		name: 'a locale without Unicode',
		wanted: /> o harbour[\s\S]*q quit/,
		raw: ascii,
		options: {env: {LANG: 'C'}},
	},
	{name: 'CI=true', wanted: wholeFlock, options: {env: {CI: 'true'}}},
];

for (const {name, wanted, raw = /./, options, prepare} of some(frames, 6)) {
	test(`the first frame is whole before Ink is loaded, and Ink writes nothing to take it over: ${name}`, async () => {
		await prepare?.();
		const screen = await firstFrame(wanted, options);
		assert.match(screen.raw(), raw);
		assert.match(await writtenByInk(screen), leaving);
		assert.equal(screen.raw().split('\u001B[?1049h').length, 2, 'the alternate screen was entered once');
	});
}

test('keys are answered before Ink is there, in order: letters, arrows, halves of one, and a paste', async () => {
	const screen = await firstFrame(wholeFlock);
	screen.press('j', 'down', 'space');
	screen.type('\u001B');
	screen.type('[B');
	screen.press('space', '/', 'm');
	screen.paste('ot');
	screen.press('h');
	await screen.waitFor(/filter: moth▏ +1 of 4/);
	held.release();
	await held.opened();
	screen.press('escape');
	await screen.waitFor(/2 marked/);
	await screen.waitFor(/✓○ lamplight[\s\S]*✓○ moth/);
	screen.press('ctrl+c');
	assert.equal((await screen.exited).exitCode, 130);
});

for (const [key, code] of [
	['q', 0],
	['ctrl+c', 130],
] as const) {
	test(`${key} leaves before Ink is there`, async () => {
		const screen = await firstFrame(wholeFlock);
		const before = screen.raw().length;
		screen.press(key);
		assert.equal((await screen.exited).exitCode, code);
		await screen.waitFor(() => !screen.alternate() && screen.cursorShown());
		assert.match(screen.raw().slice(before), leaving);
	});
}

test('a PIN that is pasted before Ink is there is no key of the flock', async () => {
	const screen = await firstFrame(wholeFlock);
	screen.paste('qqq\n');
	await screen.waitFor('Nothing to paste into here.');
	held.release();
	await held.opened();
	screen.press('q');
	assert.equal((await screen.exited).exitCode, 0);
});

test('a resize before Ink is there is drawn at once, and Ink takes over that frame too', async () => {
	const screen = await firstFrame(wholeFlock);
	for (const [columns, rows] of [
		[120, 30],
		[20, 5],
		[60, 14],
	] as const) {
		screen.resize(columns, rows);
		await screen.waitFor(
			columns === 20
				? /The window is too/
				: shown =>
						shown.length === rows &&
						shown.some(row => /❯ . harbour/.test(row)) &&
						/q quit$/.test(shown.at(-1) ?? ''),
		);
	}

	assert.match(await writtenByInk(screen), leaving);
});

test('an arrow key is answered with no more than the cells that it changes', async () => {
	const screen = await firstFrame(wholeFlock);
	const before = screen.raw().length;
	screen.press('down');
	await screen.waitFor(/❯ ○ kettle/);
	assert.doesNotMatch(screen.raw().slice(before), /practice|quit|moth|\u001B\[\?/);
	screen.press('q');
	await screen.exited;
});

test('a screen reader is told nothing before Ink is there, and then everything in lines', async () => {
	const screen = place.screen([], {env: {INK_SCREEN_READER: 'true'}}, held.cli);
	await held.asked();
	assert.equal(screen.raw(), '');
	screen.press('down');
	held.release();
	await screen.waitFor(/^option: \(selected\) kettle, no key$/m);
	assert.doesNotMatch(screen.raw(), /[●○❯│▏⠋]/);
	screen.press('q');
	assert.equal((await screen.exited).exitCode, 0);
	await screen.waitFor(() => !screen.alternate() && screen.cursorShown());
});
