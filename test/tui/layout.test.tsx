import assert from 'node:assert/strict';
import {EventEmitter} from 'node:events';
import {test} from 'node:test';
import chalk from 'chalk';
import {render, renderToString} from 'ink';
import stringWidth from 'string-width';
import {fit} from '../../source/tui/draw/line.ts';
import {themeOf} from '../../source/tui/draw/theme.ts';
import {drawnFrame, frameLines} from '../../source/tui/frame.ts';
import {bindingsOf} from '../../source/tui/keymap.ts';
import type {State} from '../../source/tui/model/state.ts';
import {Frame} from '../../source/tui/window/frame.tsx';
import {some, thoroughTest} from '../helpers/thorough.ts';
import {gallery} from './gallery.ts';
import {botCalled, flockScreen, linkOf, pinScreen, play, textOf, viewWith} from './support.ts';

const sizes = [
	[30, 6],
	[30, 24],
	[40, 12],
	[80, 6],
	[200, 6],
	[30, 60],
	[80, 24],
	[99, 10],
	[100, 12],
	[120, 40],
	[200, 60],
] as const;
const view = viewWith();

test('the frame that is painted before Ink is there is the very text that Ink draws', () => {
	const level = chalk.level;
	chalk.level = 1;
	try {
		for (const [columns, rows] of sizes) {
			for (const flock of [undefined, []]) {
				const state = flockScreen(flock, {size: {columns, rows}});
				const drawn = drawnFrame(state, view);
				assert.match(drawn, /\u001B\[1m/);
				assert.equal(renderToString(<Frame state={state} view={view} />, {columns}), drawn);
			}
		}
	} finally {
		chalk.level = level;
	}
});

for (const [columns, rows] of sizes) {
	test(`at ${columns}×${rows} every screen fills the window exactly, and no line is wider`, () => {
		for (const [name, state] of Object.entries(gallery({columns, rows}))) {
			const lines = frameLines(state, view);
			assert.equal(lines.length, rows, name);
			for (const line of lines) {
				const text = fit(line, columns, view.theme)
					.map(span => span.text)
					.join('');
				assert.ok(stringWidth(text) <= columns, `${name}: ${text}`);
			}
		}
	});

	test(`at ${columns}×${rows} no sentence is cut through`, () => {
		for (const [name, state] of Object.entries(gallery({columns, rows}))) {
			for (const line of frameLines(state, view)) {
				// Rows of the list and lines of a poem are cut on purpose, with a … to show it.
				if (line.role === 'option' || (state.screen.name === 'flock' && columns >= 100)) {
					continue;
				}

				const whole = line.spans.map(({text}) => text).join('');
				const drawn = fit(line, columns, view.theme)
					.map(({text}) => text)
					.join('');
				assert.equal(drawn, whole, name);
			}
		}
	});

	const inkTest = some(sizes, 4).some(([wide, high]) => wide === columns && high === rows)
		? test
		: thoroughTest;
	inkTest(`at ${columns}×${rows} Ink draws what was laid out`, () => {
		for (const [name, state] of Object.entries(gallery({columns, rows}))) {
			const drawn = renderToString(
				<Frame state={state} view={viewWith({theme: {...view.theme, hyperlinks: false}})} />,
				{columns},
			);
			const wanted = frameLines(state, view).map(line =>
				fit(line, columns, view.theme)
					.map(({text}) => text)
					.join('')
					.trimEnd(),
			);
			assert.deepEqual(
				plain(drawn)
					.split('\n')
					.map(row => row.trimEnd()),
				wanted,
				name,
			);
		}
	});
}

test('no control character reaches the screen from names, poems or X', () => {
	for (const state of Object.values(gallery({columns: 120, rows: 40}))) {
		for (const text of textOf(frameLines(state, view))) {
			assert.doesNotMatch(text, /[\p{Cc}\u202E]/u);
		}
	}
});

test('practice stands on every screen of practice, and on none of the others', () => {
	for (const [columns, rows] of sizes) {
		for (const [name, state] of Object.entries(gallery({columns, rows}))) {
			assert.ok(
				textOf(frameLines(state, view))[0]?.endsWith('practice') ||
					textOf(frameLines(state, view))[0]?.endsWith('practice '),
				`${name} at ${columns}×${rows}`,
			);
			const unsafe = {...state, fixed: {...state.fixed, practice: false, warning: 'It is not safe.'}};
			assert.match(textOf(frameLines(unsafe, view))[0] ?? '', /unsafe: see doctor ?$/, name);
			const real = {...state, fixed: {...state.fixed, practice: false}};
			assert.ok(!textOf(frameLines(real, view))[0]?.includes('practice'), name);
		}
	}
});

test('practice stands beside the name of every bot, however long and wide it is', () => {
	for (const columns of [30, 40, 80, 200]) {
		for (const letter of ['n', '俳']) {
			for (let length = 1; length < 60; length++) {
				const {state} = pinScreen([botCalled(letter.repeat(length))], {size: {columns, rows: 24}});
				const [header] = frameLines(state, view);
				assert.ok(header);
				const text = fit(header, columns, view.theme)
					.map(span => span.text)
					.join('');
				assert.match(text, / practice ?$/, `${columns} columns: ${text}`);
			}
		}
	}
});

test('the PIN field and the vital bindings are there in the smallest window', () => {
	const lines = textOf(frameLines(gallery({columns: 30, rows: 6})['the link'] as State, view));
	assert.ok(
		lines.some(line => line.includes('PIN:')),
		lines.join('\n'),
	);
	assert.ok(
		lines.some(line => line.includes('enter submit')),
		lines.join('\n'),
	);
	assert.ok(
		lines.some(line => line.includes('c copy')),
		lines.join('\n'),
	);
});

test('the link stands flush left on lines of its own, with nothing added, at every width', () => {
	const {url} = linkOf('ferry');
	for (const columns of [30, 40, 80, 120, 200]) {
		const state = gallery({columns, rows: 24})['the link'] as State;
		const pieces = frameLines(state, view).filter(line => line.url !== undefined);
		assert.equal(textOf(pieces).join(''), url, `${columns} columns`);
		for (const piece of textOf(pieces).slice(0, -1)) {
			assert.equal(piece.length, columns);
		}
	}
});

test('a window that is too small gets a sentence that fits it', () => {
	for (const [columns, rows] of [
		[1, 1],
		[20, 5],
		[29, 24],
		[80, 5],
	] as const) {
		const lines = textOf(frameLines(flockScreen(undefined, {size: {columns, rows}}), view));
		assert.ok(lines.length <= rows);
		assert.ok(lines.every(line => stringWidth(line) <= columns));
		if (columns > 1) {
			assert.match(lines.join(' '), /too small/);
		}
	}
});

test('where the locale is not UTF-8, or the terminal is dumb, only ASCII is drawn, and statuses still differ', () => {
	for (const env of [
		{LANG: 'C'},
		{LANG: 'de_DE.ISO-8859-1'},
		{LANG: 'C.UTF-8', TERM: 'dumb'},
		{LC_ALL: 'POSIX', LANG: 'C.UTF-8'},
	]) {
		const theme = themeOf(env);
		for (const [name, state] of Object.entries(gallery({columns: 80, rows: 24}))) {
			if (name === 'the QR code') {
				continue;
			}

			for (const line of frameLines(state, viewWith({theme}))) {
				const text = fit(line, 80, theme)
					.map(span => span.text)
					.join('');
				assert.match(text, /^[\x20-\x7e]*$/, `${name} with ${JSON.stringify(env)}`);
				assert.ok(stringWidth(text) <= 80);
			}
		}

		const flock = gallery({columns: 80, rows: 24})['the flock'] as State;
		const glyphs = frameLines(flock, viewWith({theme}))
			.filter(line => line.role === 'option')
			.map(line => fit(line, 80, theme)[2]?.text);
		assert.equal(new Set(glyphs).size, 7);
	}
});

test('colours go with NO_COLOR, and on a dumb terminal unless FORCE_COLOR asks for them', () => {
	const colour = (env: Record<string, string>) => themeOf({LANG: 'C.UTF-8', ...env}).colour;
	assert.equal(colour({TERM: 'xterm'}), true);
	assert.equal(colour({TERM: 'xterm', NO_COLOR: '1'}), false);
	assert.equal(colour({TERM: 'xterm', NO_COLOR: ''}), true);
	assert.equal(colour({TERM: 'dumb'}), false);
	assert.equal(colour({TERM: 'dumb', FORCE_COLOR: '1'}), true);
	assert.equal(colour({TERM: 'dumb', FORCE_COLOR: '0'}), false);
	assert.equal(colour({TERM: 'xterm', FORCE_COLOR: '1', NO_COLOR: '1'}), false);
});

test('LC_ALL rules over LC_CTYPE, and LC_CTYPE over LANG', () => {
	assert.equal(themeOf({LC_ALL: 'en_GB.utf8', LC_CTYPE: 'C', LANG: 'C'}).unicode, true);
	assert.equal(themeOf({LC_CTYPE: 'C', LANG: 'en_GB.UTF-8'}).unicode, false);
	assert.equal(themeOf({LC_ALL: '', LANG: 'en_GB.UTF-8'}).unicode, true);
	assert.equal(themeOf({TERM: 'linux', LANG: 'en_GB.UTF-8'}).unicode, false);
});

test('what a window has no room for is shown by an …, and every answer to choose from is still there', () => {
	const shown = (name: string) =>
		frameLines(gallery({columns: 30, rows: 6})[name] as State, view).map(line =>
			fit(line, 30, view.theme)
				.map(({text}) => text)
				.join(''),
		);
	assert.ok(shown('a long notice').some(row => row.endsWith('…')));
	for (const [name, answers] of [
		['the forget dialog', ['Forget here', 'Revoke at X, and forget', '❯ Cancel']],
		['the first steps without an app', ['p  practise without X', 't  set it up']],
		['a folder that is missing', ['i  make a sample']],
		['an export', ['bundle', 'Into    keys/']],
	] as const) {
		for (const answer of answers) {
			assert.ok(
				shown(name).some(row => row.includes(answer)),
				`${name}: ${shown(name).join('|')}`,
			);
		}
	}
});

test('an unsaved key that was asked for is shown whole, or not at all', () => {
	for (const [columns, rows] of sizes) {
		const state = gallery({columns, rows})['an unsaved key, shown'] as State;
		const text = textOf(frameLines(state, view)).join('');
		const whole = text.includes('1-not-a-real-token') && text.includes('not-a-real-secret');
		assert.ok(whole || text.includes('larger window'), `${columns}×${rows}: ${text}`);
		assert.ok(whole || !text.includes('not-a-real-secret'), `${columns}×${rows}: ${text}`);
	}
});

test('the held key that a decision is about is named, however small the window is', () => {
	for (const [columns, rows] of sizes) {
		const state = gallery({columns, rows})['several held keys'] as State;
		const lines = textOf(frameLines(state, view));
		assert.ok(
			lines.some(text => text.startsWith(' ❯ @xxx')),
			`${columns}×${rows}: ${lines.join('\n')}`,
		);
	}
});

test('a footer shows every vital binding, and never more than fits', () => {
	for (const [columns, rows] of sizes) {
		for (const [name, state] of Object.entries(gallery({columns, rows}))) {
			const lines = textOf(frameLines(state, view)).join('\n');
			for (const {vital, label, short} of bindingsOf(state)) {
				if (vital === true) {
					assert.ok(lines.includes(`${label} ${short}`), `${name} at ${columns}×${rows}: ${label}`);
				}
			}
		}
	}
});

test('a screen reader hears a sentence for each part of each screen', () => {
	const spoken = (name: string) => speak(gallery({columns: 80, rows: 24})[name] as State);
	assert.match(
		spoken('the flock'),
		/^keymaker · bots, practice\n2 ready, 5 no key, 1 read-only, .*1 to decide/,
	);
	assert.match(spoken('the flock'), /\nSorted by name\n/);
	assert.match(spoken('the flock'), /\n1–12 of 12 · by name\n/);
	assert.match(spoken('the flock'), /option: \(selected\) ferry, no key/);
	assert.match(spoken('the flock'), /option: harbour, @harbour_poem, ready/);
	assert.match(spoken('the flock'), /Keys: enter authorize, a walk the 9 that need you/);
	assert.doesNotMatch(spoken('the flock'), /[●○❯│]/);
	assert.match(spoken('the link'), /1\. Open this link in a private window, signed in as @harbour_poem/);
	assert.match(
		spoken('the link'),
		/\nhttps:\/\/api\.x\.com\/oauth\/authorize\?\S+screen_name=harbour_poem\n/,
	);
	assert.match(spoken('the link with a PIN'), /textbox: 3\. Paste the PIN here: 1234567/);
	assert.match(spoken('a check'), /progressbar: Asking X: 0 of 6/);
	assert.match(spoken('the forget dialog'), /radio: \(selected\) Cancel/);
	assert.match(spoken('setup'), /API Key Secret \(consumer secret\): 17 characters, hidden/);
	assert.match(spoken('a saved key'), /ferry is ready and posts as @ferry_poem/);
	assert.match(spoken('a held key'), /already belongs to harbour/);
	assert.match(
		spoken('several held keys'),
		/4 keys wait for your decision\.\noption: @cat · \d+, came 3 days ago\n/,
	);
	assert.match(spoken('several held keys'), /option: \(selected\) @x+/);
	assert.match(spoken('bots that are marked'), /option: \(checked\) ferry, no key/);
	assert.match(spoken('bots that are marked'), /2 marked: C check, x export, f forget/);
	assert.match(spoken('a check with answers'), /option: \(checked\) harbour, @harbour_poem, works\n/);
	assert.match(spoken('a check with answers'), /option: \(checked\) moth, @moth_poem, rejected\n/);
	assert.match(spoken('the commands, filtered'), /textbox: Command: chk, \d+ found\noption: [^\n]*\n/);
	assert.match(spoken('the help'), /^Help.*\nFlock\nenter: authorize the bot/);
	assert.match(spoken('an export'), /Format: bundle, a \.json file for each bot/);
	assert.match(spoken('an export'), /textbox: Into: keys\//);
	assert.match(
		spoken('the first steps without an app'),
		/\n1\. Poems, done: 11 poems in \.\/poems\n2\. X app, to do: not set up\. t: set it up\. p: practise without X\n3\. Accounts: authorize each bot once/,
	);
	assert.match(
		spoken('a folder that is missing'),
		/\n1\. Poems, to do: no folder \.\/poems\. i: make it, with a sample poem\n/,
	);
	assert.match(spoken('a link asked for'), /timer: Asking X for a link\n/);
	assert.match(
		spoken('a check that X wants to pause'),
		/progressbar: Asking X: 0 of 6 · X’s rate limit: continues (tomorrow )?at \d\d:\d\d\n/,
	);
	assert.match(spoken('the summary'), /2 skipped: ferry, kettle/);
	assert.match(spoken('the QR code'), /A QR code of the link/);
	// The walk: how far it is, what came of the bot before, and which is next; its end in a sentence for each part.
	assert.match(spoken('a walk’s next link'), /^kettle, 2 of 9, practice\nNext on the walk: ladder\n/);
	assert.match(spoken('a walk’s next link'), /\nferry is ready and posts as @ferry_poem\.\n/);
	assert.match(
		spoken('the end of a walk'),
		/\nWell begun\.\n1 key in 1 second, all saved\.\n1 skipped: ferry\n[^\n]*still needs a key[^\n]*\nWhat now\?\nx: export, write the keys for your bots\nC: check, /,
	);
	assert.match(spoken('the link with a PIN'), /textbox: /);
	// Rows that change in place, and what is asked; the scrollbar, which only draws the place line, says nothing.
	assert.match(spoken('a revocation'), /option: \(selected\) harbour, @harbour_poem, revoking\n/);
	assert.match(spoken('a revocation of several'), /progressbar: Asking X to revoke: 2 of 3\n/);
	assert.match(spoken('the flock of 10,000'), /\n1–\d+ of 10000 · by name\n/);
	assert.doesNotMatch(spoken('the flock of 10,000'), /[┃━]/);
	assert.match(spoken('a filter'), /textbox: Filter: m, 7 of 12\n/);
	assert.match(
		spoken('the commands'),
		/^Commands, practice\ntextbox: Command: , \d+ found\noption: \(selected\) authorize /,
	);
	assert.match(spoken('all of the help'), /\nStatuses\nready: X accepted the key/);
	assert.match(spoken('the help'), /\na: walk the marked or shown bots that need you\n/);
	assert.match(spoken('a damaged keystore'), /Wrong PIN\./);
});

for (const [columns, rows] of [
	[30, 24],
	[80, 24],
	[200, 60],
] as const) {
	test(`at ${columns}×${rows} every screen is spoken with its place, its keys, and no drawing`, () => {
		for (const [name, state] of Object.entries(gallery({columns, rows}))) {
			const said = speak(state).trimEnd().split('\n');
			assert.match(said[0] ?? '', /, practice$/, name);
			assert.match(said.at(-1) ?? '', /^Keys: \S/, name);
			assert.doesNotMatch(said.join('\n'), /[●○◐✕◇†❯✓│▏█░⠋]/, name);
			assert.ok(
				said.slice(1, -1).every(line => line.trim() !== ''),
				`${name}: ${said.join('|')}`,
			);
			assert.ok(said.length > 2, name);
		}
	});
}

test('the secret of an unsaved key is drawn only after it was asked for', () => {
	const shown = (name: string) =>
		textOf(frameLines(gallery({columns: 80, rows: 24})[name] as State, view)).join('\n');
	assert.ok(!shown('an unsaved key').includes('not-a-real-secret'));
	assert.ok(shown('an unsaved key, shown').includes('not-a-real-secret'));
	assert.ok(!shown('setup').includes('not-a-real-secret'));
});

for (const [columns, rows] of [
	[80, 24],
	[120, 40],
	[200, 60],
] as const) {
	for (const where of ['home', 'end']) {
		test(`drawing 10,000 bots at ${columns}×${rows} reads more than the name only of those in the window, after ${where}`, () => {
			const read = new Set<string>();
			const bots = Array.from(
				{length: 10_000},
				(_, index) =>
					new Proxy(botCalled(`bot ${index}`), {
						get(bot, field, receiver) {
							// The selected one is found by its name.
							if (field !== 'name') {
								read.add(bot.name);
							}

							return Reflect.get(bot, field, receiver);
						},
					}),
			);
			const {state} = play(flockScreen(bots, {size: {columns, rows}}), where);
			frameLines(state, view);
			// How many have keys is counted once for a flock.
			read.clear();
			frameLines(state, view);
			assert.ok(read.has(state.list.selected ?? ''), 'the selected bot was not drawn');
			assert.ok(read.size <= rows, `${read.size} bots were read`);
		});
	}
}

/** The text that Ink gives a screen reader. */
function speak(before: State): string {
	const state = {...before, fixed: {...before.fixed, spoken: true}};
	let written = '';
	const stdout = Object.assign(new EventEmitter(), {
		// Wide enough that Ink wraps nothing of what is said.
		columns: 400,
		rows: 24,
		isTTY: false,
		write(text: string) {
			written = text.trim() === '' ? written : text;
			return true;
		},
	});
	const instance = render(<Frame state={state} view={view} />, {
		stdout: stdout as unknown as NodeJS.WriteStream,
		isScreenReaderEnabled: true,
		interactive: true,
		patchConsole: false,
	});
	instance.unmount();
	return plain(written);
}

function plain(text: string): string {
	return text.replaceAll(/\u001B\[[\d;?]*[A-Za-z]/g, '');
}
