import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {approve} from '../helpers/approve.ts';
import {type Bundled, bundled} from '../helpers/bundled.ts';
import {nextLink} from '../helpers/program.ts';
import {type Pty, startPty} from '../helpers/pty.ts';

let built: Bundled;
const windows: Pty[] = [];
before(async () => {
	built = await bundled('test/tui/window-program.ts');
});
after(async () => {
	await Promise.all(windows.map(window => window.close()));
	await built.remove();
});

async function open(): Promise<Pty> {
	const window = startPty(process.execPath, [built.program], {
		env: {WINDOW_POEMS: 'ferry,harbour,kettle,moth'},
	});
	windows.push(window);
	await window.waitFor(/❯ ○ ferry/);
	return window;
}

/** What terminals send for a key, by the terminals' own names for the modes. */
const sequences = {
	up: ['\u001B[A', '\u001BOA', '\u001B[1;1A', '\u001B[1;1:1A', '\u001B[57419u'],
	down: ['\u001B[B', '\u001BOB', '\u001B[1;1B', '\u001B[1;1:1B', '\u001B[57420u'],
	home: ['\u001B[H', '\u001BOH', '\u001B[1~', '\u001B[7~', '\u001B[57423u'],
	end: ['\u001B[F', '\u001BOF', '\u001B[4~', '\u001B[8~', '\u001B[57424u'],
	pageup: ['\u001B[5~', '\u001B[[5~', '\u001B[57421u'],
	pagedown: ['\u001B[6~', '\u001B[[6~', '\u001B[57422u'],
} as const;

test('arrows, home, end and pages move in every form in which terminals send them', async () => {
	const window = await open();
	for (const [forth, place, back] of [
		['down', 'harbour', 'up'],
		['end', 'moth', 'home'],
		['pagedown', 'moth', 'pageup'],
	] as const) {
		for (const sequence of sequences[forth]) {
			window.type(sequence);
			await window.waitFor(new RegExp(`❯ ○ ${place}`));
			window.press('home');
			await window.waitFor(/❯ ○ ferry/);
		}

		for (const sequence of sequences[back]) {
			window.press(forth);
			await window.waitFor(new RegExp(`❯ ○ ${place}`));
			window.type(sequence);
			await window.waitFor(/❯ ○ ferry/);
		}
	}
});

test('the kitty protocol’s keys are the keys: letters with shift, escape, enter, ctrl, and no key twice', async () => {
	const window = await open();
	// S, as the key s with shift.
	window.type('\u001B[115;2u');
	await window.waitFor('Sorted by status');
	// A press, and its release.
	window.type('\u001B[106;1:1u\u001B[106;1:3u');
	await window.waitFor(/❯ ○ harbour/);
	window.type('\u001B[47u');
	await window.waitFor('filter: ');
	window.type('\u001B[109u\u001B[111u');
	await window.waitFor(/filter: mo▏/);
	window.type('\u001B[127u');
	await window.waitFor(/filter: m▏/);
	window.type('\u001B[27u');
	await window.waitUntilGone('filter:');
	window.type('\u001B[13u');
	await nextLink(window);
	window.type('\u001B[99;5u');
	assert.equal((await window.exited).exitCode, 130);
});

test('backspace and delete erase in every form, and as often as they are pressed', async () => {
	const window = await open();
	window.press('enter');
	await nextLink(window);
	for (const erasing of [
		'\u007F',
		'\b',
		'\u001B[3~',
		'\u001B[127u',
		'\u007F'.repeat(2),
		'\u001B[3~\u007F\b',
	]) {
		const count = erasing === '\u007F'.repeat(2) ? 2 : erasing.endsWith('\u007F\b') ? 3 : 1;
		window.type('12345');
		await window.waitFor('12345▏');
		window.type(erasing);
		await window.waitFor(` ${'12345'.slice(0, -count)}▏`);
		window.press('ctrl+u');
		await window.waitFor('Paste the PIN here: ▏');
	}
});

for (const [how, send] of [
	['with brackets', (window: Pty, text: string) => window.paste(text)],
	['without brackets, at once', (window: Pty, text: string) => window.type(text)],
	[
		'without brackets, letter by letter',
		(window: Pty, text: string) => {
			for (const letter of text) {
				window.type(letter);
			}
		},
	],
] as const) {
	test(`a PIN that is pasted ${how} is handed in once`, async () => {
		const window = await open();
		window.press('enter');
		const link = await nextLink(window);
		send(window, `${await approve(link, 'ferry_poem')}\r`);
		await window.waitFor('ferry is ready');
		window.press('escape');
		await window.waitFor(/● ferry +@ferry_poem +ready/);
	});
}
