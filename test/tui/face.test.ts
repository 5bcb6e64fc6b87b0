import assert from 'node:assert/strict';
import {test} from 'node:test';
import {extrasOf, titleOf} from '../../source/tui/extras.ts';
import {drawnFrame, frameLines} from '../../source/tui/frame.ts';
import {bindingsOf} from '../../source/tui/keymap.ts';
import {modeOf, type State} from '../../source/tui/model/state.ts';
import {paint} from '../../source/tui/paint/cells.ts';
import {extrasSwitch} from '../../source/tui/paint/extras.ts';
import {nameLink} from '../../source/tui/paint/link.ts';
import {advance} from '../../source/tui/store.ts';
import {gallery} from './gallery.ts';
import {
	attemptOf,
	botCalled,
	flockScreen,
	heldOf,
	keyOf,
	mixedFlock,
	pinScreen,
	play,
	problemCalled,
	theme,
	viewWith,
} from './support.ts';

const wide = {size: {columns: 120, rows: 30}};

/** What stands on the screen. */
function drawn(state: State, view = viewWith()): string[] {
	return frameLines(state, view).map(({spans}) =>
		spans
			.map(({text}) => text)
			.join('')
			.trimEnd(),
	);
}

/** A flock where three keys are rejected, one may only read, and one waits beside a key that works. */
const dead = [
	...['ant', 'bee', 'cat'].map(name =>
		botCalled(name, {key: keyOf(name, {rejected: true}), status: 'rejected'}),
	),
	botCalled('dog', {key: keyOf('dog', {accessLevel: 'read'}), status: 'read-only'}),
	botCalled('eel', {key: keyOf('eel'), held: [heldOf('other')]}),
	botCalled('fox', {key: keyOf('fox')}),
];

/** The bots of the walk that a leads to. */
function walked(state: State): readonly string[] | string | undefined {
	const {screen, notice} = play(state, 'a').state;
	return screen.name === 'authorize' ? screen.walk.queue : notice?.text;
}

test('a walks everything that needs a person, also under a filter and of the marked ones, and the footer says how many', () => {
	assert.deepEqual(walked(flockScreen(dead)), ['ant', 'bee', 'cat', 'dog', 'eel']);
	assert.match(drawn(flockScreen(dead)).at(-1) ?? '', /a walk the 5 that need you/);
	assert.match(drawn(flockScreen(dead))[1] ?? '', /1 ready {2}1 read-only {2}3 rejected {2}1 to decide$/);
	const filtered = play(flockScreen(dead), '/', ...'reject', 'enter').state;
	assert.deepEqual(walked(filtered), ['ant', 'bee', 'cat']);
	assert.match(drawn(filtered).at(-1) ?? '', /a walk the 3 that need you/);
	// The fox works: marked or not, it is on no walk.
	const marked = play(flockScreen(dead), 'm', 'end', 'm', 'up', 'm').state;
	assert.deepEqual([...marked.list.marks], ['ant', 'fox', 'eel']);
	assert.deepEqual(walked(marked), ['ant', 'eel']);
	assert.match(drawn(marked).at(-1) ?? '', /a walk the 2 that need you/);
});

test('a flock with a dead key is never called done, and one without is', () => {
	const working = [botCalled('fox', {key: keyOf('fox')}), botCalled('gnu', {key: keyOf('gnu')})];
	assert.equal(walked(flockScreen(working)), 'All done. No bot needs you.');
	const fox = play(flockScreen(dead), '/', ...'fox', 'enter').state;
	assert.equal(walked(fox), 'No bot that matches fox needs you; 5 others do. Press esc to see them.');
	assert.equal(
		walked(play(flockScreen(dead), 'end', 'm').state),
		'None of the marked bots needs you; 5 others do. Press esc to see them.',
	);
});

test('a filter takes several words in any order, and marks what they found', () => {
	const found = (text: string) =>
		play(flockScreen(mixedFlock), '/', ...text.split('').map(one => (one === ' ' ? 'space' : one))).state;
	const names = (text: string) => found(text).list.shown.map(({name}) => name);
	assert.deepEqual(names('poem har'), ['harbour']);
	assert.deepEqual(names('rejected @moth'), ['moth']);
	assert.deepEqual(names('key no kett'), ['kettle']);
	assert.deepEqual(names('decide'), ['ladder']);
	assert.deepEqual(names('held some'), ['ladder']);
	assert.deepEqual(names('ready other'), []);
	const row = frameLines(found('oth _po'), viewWith()).find(({selected}) => selected === true);
	assert.deepEqual(
		row?.spans.filter(({tone}) => tone === 'selected-match').map(({text}) => text),
		['oth', 'oth_po'],
	);
});

test('the newest fact shows: marks after a sort are told, and a sort does not hide how many are marked', () => {
	const sorted = play(flockScreen(mixedFlock, wide), 'm', 'S').state;
	assert.equal(sorted.notice?.text, 'Sorted by status; 1 still marked.');
	const marked = play(sorted, 'm').state;
	assert.equal(marked.notice, null);
	const shown = drawn(marked).join('\n');
	assert.match(shown, /2 marked: C check, x export, f forget, esc unmark/);
	assert.match(shown, /1–12 of 12 · 2 marked · by status/);
});

test('* marks all that are shown and unmarks them, and shift with an arrow marks a range', () => {
	const filtered = play(flockScreen(dead), '/', ...'reject', 'enter').state;
	const all = play(filtered, '*').state;
	assert.deepEqual([...all.list.marks], ['ant', 'bee', 'cat']);
	assert.equal(play(all, '*').state.list.marks.size, 0);
	const asked = play(all, 'C').state.overlay;
	assert.deepEqual(asked, {name: 'confirm', question: {about: 'check', bots: ['ant', 'bee', 'cat']}});
	const range = play(flockScreen(dead), 'down', 'shift+down', 'shift+down').state;
	assert.deepEqual([...range.list.marks], ['bee', 'cat', 'dog']);
	assert.equal(range.list.selected, 'dog');
	assert.deepEqual([...play(range, 'home', 'shift+up').state.list.marks], ['bee', 'cat', 'dog', 'ant']);
});

test('while keys are checked, each row says so and changes with its answer, and the list stays usable', () => {
	const begun = play(flockScreen(dead), '*', 'C', 'enter');
	const attempt = attemptOf(begun);
	const row = (state: State, name: string) =>
		drawn(state).find(text => new RegExp(`^.{5}${name} `).test(text)) ?? '';
	assert.match(row(begun.state, 'ant'), /… ant .*checking/);
	const refused = {...problemCalled('x-token'), rejected: true};
	const answered = play(
		begun,
		{type: 'checked', attempt, bot: 'ant', problem: null},
		{type: 'checked', attempt, bot: 'bee', problem: refused},
		{type: 'checked', attempt, bot: 'cat', problem: {...problemCalled('x-network'), rejected: false}},
		'down',
		'm',
	).state;
	assert.equal(modeOf(answered), 'flock');
	assert.equal(answered.list.selected, 'cat');
	assert.match(row(answered, 'ant'), /✓ ant .*works/);
	assert.match(row(answered, 'bee'), /✕ bee .*rejected/);
	assert.match(row(answered, 'cat'), /! cat .*no answer/);
	assert.match(row(answered, 'dog'), /… dog .*checking/);
	assert.match(drawn(answered).join('\n'), /Asking X: 3 of 6 · 2 not ready/);
	assert.match(drawn(answered).at(-1) ?? '', /esc stop/);
	assert.equal(play(answered, 'C').state.notice?.text, 'A check is running. Press esc to stop it.');
	const over = play(answered, {type: 'check-over', attempt, asked: 3}).state;
	assert.equal(over.checking, null);
	assert.equal(over.notice?.text, '3 checked, 1 works, 1 rejected, 1 not answered (bee, cat). 3 not asked.');
});

test('a check counts its failures by reason', () => {
	const begun = play(flockScreen(dead), '*', 'C', 'enter');
	const attempt = attemptOf(begun);
	const problem = (code: 'x-token' | 'other-app', rejected: boolean) => ({...problemCalled(code), rejected});
	const {state} = play(
		begun,
		...['ant', 'bee', 'cat', 'dog'].map(bot => ({
			type: 'checked' as const,
			attempt,
			bot,
			problem: problem('x-token', true),
		})),
		{type: 'checked', attempt, bot: 'eel', problem: problem('other-app', false)},
		{type: 'checked', attempt, bot: 'fox', problem: null},
		{type: 'check-over', attempt, asked: 6},
	);
	assert.equal(state.notice?.text, '6 checked, 1 works, 4 rejected, 1 other app.');
});

test('the question before a check names calls and price, and an enter right after another answers no question', () => {
	const asked = play(flockScreen(dead), '*', 'C').state;
	assert.match(drawn(asked).join('\n'), /Check 6 keys with X\? 6 calls, about \$0\.06\./);
	assert.match(drawn(asked).at(-1) ?? '', /enter yes · esc no/);
	const at = asked.enterAt + 10_000;
	const pressed = {...asked, enterAt: at};
	const enter = {type: 'key', key: 'enter'} as const;
	const again = advance(pressed, enter, at + 900).state;
	assert.equal(again.overlay?.name, 'confirm');
	assert.equal(advance(again, enter, at + 2000).state.checking?.bots.length, 6);
});

test('the bar gives each status a part in proportion, and without colour the counts stand alone', () => {
	const [, bar = ''] = drawn(flockScreen(mixedFlock, wide));
	assert.match(
		bar,
		/^ ━{20,} {2}2 ready {2}1 read-only {2}1 other app {2}1 rejected {2}1 to decide {2}5 no key/,
	);
	const [, counts = ''] = drawn(flockScreen(mixedFlock, wide), viewWith({theme: {...theme, colour: false}}));
	assert.match(counts, /^ 2 ready {2}/);
	assert.match(
		drawn(flockScreen(mixedFlock, {size: {columns: 40, rows: 12}}))[1] ?? '',
		/●2 ◐1 ◇1 ✕1 \?1 ○5 †1/,
	);
});

test('headers name the order, and a scrollbar and the place show which rows are seen', () => {
	const many = Array.from({length: 100}, (_, index) => botCalled(`bot ${String(index).padStart(3, '0')}`));
	const top = drawn(flockScreen(many));
	assert.match(top.join('\n'), /BOT ▴ +ACCOUNT +STATUS +CHECKED/);
	assert.match(top.join('\n'), /1–\d+ of 100 · by name/);
	assert.match(top[4] ?? '', /┃$/);
	assert.doesNotMatch(top.at(-4) ?? '', /┃$/);
	const end = drawn(play(flockScreen(many), 'end', 'S').state);
	assert.match(end.join('\n'), /STATUS ▴/);
	assert.match(end.join('\n'), /–100 of 100 · by status/);
	assert.match(end.filter(row => /bot/.test(row)).at(-1) ?? '', /┃$/);
	assert.doesNotMatch(drawn(flockScreen(many, {size: {columns: 59, rows: 24}})).join('\n'), /ACCOUNT/);
	for (const columns of [60, 80, 100, 120]) {
		const short = flockScreen([botCalled('a'), botCalled('b')], {size: {columns, rows: 24}});
		assert.match(drawn(short).join('\n'), /BOT ▴ +ACCOUNT +STATUS/, `${columns} columns`);
	}
});

test('the selected row is in reverse video from end to end, and a mark has a column of its own', () => {
	const rows = frameLines(play(flockScreen(dead), 'm').state, viewWith());
	const selected = rows.find(row => row.selected === true);
	assert.ok(selected?.spans.slice(0, -1).every(({tone}) => tone === 'selected'));
	assert.equal(selected?.spans.map(({text}) => text).join('').length, 78);
	assert.match(drawn(play(flockScreen(dead), 'm').state).join('\n'), /\n {2}✓✕ ant/);
});

test('beside the list stand the whole poem where it fits, and what is known of the key as a table', () => {
	const lines = Array.from({length: 10}, (_, index) => `line ${index}`);
	const shown = (rows: number) =>
		drawn(
			play(flockScreen([botCalled('fox', {key: keyOf('fox')})], {size: {columns: 120, rows}}), {
				type: 'poem',
				bot: 'fox',
				text: {lines, note: null, more: false},
			}).state,
		).join('\n');
	assert.match(shown(30), /line 9/);
	assert.match(
		shown(30),
		/account +@fox\n[\s\S]*id +\d+\n[\s\S]*app +…0001 · read-write\n[\s\S]*made +3 days ago\n[\s\S]*checked +.* ✓/,
	);
	assert.doesNotMatch(shown(18), /line 9/);
	assert.match(shown(18), /…\n/);
});

test('? tells of this place, again of all places with where one is, and closing it leads back under it', () => {
	const here = drawn(play(flockScreen(), '?').state).join('\n');
	assert.match(here, /walk the marked or shown bots that need you/);
	assert.doesNotMatch(here, /Setup/);
	const all = play(flockScreen(), '?', '?').state;
	assert.match(drawn(all)[0] ?? '', /Help · 1–\d+ of \d+/);
	assert.match(drawn(play(all, 'end').state)[0] ?? '', /Help · \d+–(\d+) of \1/);
	assert.equal(play(all, '?').state.overlay?.name, 'help');
	assert.match(drawn(play(all, '?').state).join('\n'), /walk the marked/);
	// In a field, where ? is text, F1 does it.
	const field = play(flockScreen(), '/', 'm', 'f1').state;
	assert.match(drawn(field).join('\n'), /keep the filter/);
	const back = play(field, 'escape').state;
	assert.deepEqual([back.overlay?.name, back.list.filter], ['filter', 'm']);
	const wider = drawn(play(flockScreen(mixedFlock, {size: {columns: 200, rows: 60}}), '?', '?').state);
	assert.ok(
		wider.some(row => / Flock +/.test(row) && row.length > 70),
		'no columns',
	);
});

test('every key that this place’s help names is one of its bindings, on every screen', () => {
	for (const [name, state] of Object.entries(gallery({columns: 80, rows: 24}))) {
		const help = play(state, 'f1').state;
		if (help.overlay?.name !== 'help' || help.overlay.over !== state.overlay) {
			assert.ok(state.overlay?.name === 'help', name);
			continue;
		}

		const shown = drawn(help).join('\n');
		for (const {label, help: what, short, command} of bindingsOf(state)) {
			if (what !== null && short !== null && command !== 'help') {
				assert.ok(shown.includes(label), `${name}: ${label}\n${shown}`);
			}
		}
	}
});

test(': finds commands by a few letters, shows the key of each, and runs the chosen one', () => {
	const open = play(flockScreen(), ':').state;
	assert.match(drawn(open).join('\n'), /walk the marked or shown bots that need you +a\n/);
	const found = play(open, ...'exp').state;
	assert.match(drawn(found).find(row => row.includes('❯')) ?? '', /export .* x$/);
	assert.equal(play(flockScreen(), 'down', ':', ...'export', 'enter').state.overlay?.name, 'export');
	assert.equal(play(flockScreen(), 'ctrl+p', ...'fltr', 'enter').state.overlay?.name, 'filter');
	assert.equal(play(open, ...'zzz', 'enter').state.overlay?.name, 'palette');
	assert.equal(play(open, ...'zzz', 'escape').state.overlay, null);
	const last = play(open, ...Array.from({length: 99}, () => 'down')).state;
	assert.ok(drawn(last).some(row => row.includes('❯')));
	const pin = play(pinScreen(), 'ctrl+p', ...'qr', 'enter').state;
	assert.equal(pin.overlay?.name, 'qr');
});

test('c copies the handle, then the id, then the link; o opens the page; in practice nothing leads to X', () => {
	const copies = (practice: boolean, ...keys: string[]) =>
		play(flockScreen(dead, {practice}), ...keys).effects.flatMap(effect =>
			effect.type === 'copy' ? [effect.text] : [],
		);
	const id = keyOf('ant').userId;
	assert.deepEqual(copies(false, 'c', 'c', 'y', 'c'), ['@ant', id, 'https://x.com/ant', '@ant']);
	assert.deepEqual(copies(true, 'c', 'c', 'c'), ['@ant', id, '@ant']);
	assert.deepEqual(copies(false, 'c', 'down', 'c'), ['@ant', '@bee']);
	const opened = play(flockScreen(dead, {practice: false}), 'o').effects.at(-1);
	assert.deepEqual(opened, {type: 'open', url: 'https://x.com/ant'});
	const practised = play(flockScreen(dead), 'o');
	assert.ok(!practised.effects.some(({type}) => type === 'open' || type === 'open-link'));
	assert.match(practised.state.notice?.text ?? '', /no page at X/);
	assert.match(play(flockScreen([botCalled('kettle')]), 'c').state.notice?.text ?? '', /No account/);
});

test('a click selects the row under it, the wheel moves, and neither counts where the mouse is the terminal’s', () => {
	const state = flockScreen(dead);
	const at = (row: number, column = 10) => ({type: 'mouse', what: 'click', column, row}) as const;
	const third = drawn(state).findIndex(text => /✕ cat/.test(text));
	assert.equal(play(state, at(third)).state.list.selected, 'cat');
	assert.equal(play(state, at(0), at(1), at(20)).state.list.selected, 'ant');
	assert.equal(play(state, {...at(0), what: 'wheel-down'}).state.list.selected, 'bee');
	assert.equal(play(flockScreen(dead, {mouse: false}), at(third)).state.list.selected, 'ant');
	// Beside the list stands the poem: people select it.
	const beside = flockScreen(dead, wide);
	const row = drawn(beside).findIndex(text => /✕ cat/.test(text));
	assert.equal(play(beside, at(row, 100)).state.list.selected, 'ant');
	assert.equal(play(beside, at(row)).state.list.selected, 'cat');
});

test('in the commands and in the forget dialog a click selects the row under it, without moving the others', () => {
	const at = (row: number, column = 10) => ({type: 'mouse', what: 'click', column, row}) as const;
	for (const size of [
		{columns: 80, rows: 24},
		{columns: 120, rows: 8},
		{columns: 40, rows: 6},
	]) {
		const open = play(flockScreen(dead, {size}), ':', 'down', 'down', 'down', 'down', 'down').state;
		const before = drawn(open);
		const chosen = before.findIndex(text => text.includes('❯'));
		const target = chosen - 1;
		const name = (before[target] ?? '').trim();
		const clicked = drawn(play(open, at(target)).state);
		assert.equal((clicked[target] ?? '').trim(), `❯ ${name}`, `${size.columns}×${size.rows}`);
		assert.equal(clicked.filter(text => text.includes('❯')).length, 1);
		// Beside the rows nothing is selected.
		for (const outside of [at(0), at(size.rows - 1), at(target, 79)]) {
			if (outside.column < 76 || size.columns > 79) {
				assert.deepEqual(drawn(play(open, outside).state), before);
			}
		}
	}

	const asked = play(flockScreen(dead), 'f').state;
	const row = drawn(asked).findIndex(text => text.includes('Revoke at X'));
	const revoke = play(asked, at(row)).state;
	assert.match(drawn(revoke)[row] ?? '', /❯ Revoke at X/);
	assert.equal(play(asked, at(row - 3)).state.overlay, asked.overlay);
});

test('the mouse is the terminal’s on every screen with a link, a PIN, a secret or a field to type into', () => {
	const ours = Object.entries(gallery({columns: 80, rows: 24}))
		.filter(([, state]) => extrasOf(state, true).mouse)
		.map(([name, state]) => [name, state.screen.name, modeOf(state)] as const);
	assert.ok(ours.length > 5);
	for (const [name, screen, mode] of ours) {
		assert.equal(screen, 'flock', name);
		assert.ok(['flock', 'filter', 'help', 'palette', 'forget'].includes(mode), name);
	}
});

test('the title names the flock, and on a walk how far it has come; what was there comes back', () => {
	assert.equal(titleOf(flockScreen()), 'keymaker bots');
	assert.equal(titleOf(flockScreen(mixedFlock, {flock: '\u001B]0;evil\u0007'})), 'keymaker ␛]0;evil␇');
	const walk = play(flockScreen(), 'a').state;
	assert.equal(titleOf(walk), 'keymaker 1/9');
	assert.equal(titleOf(play(walk, 's').state), 'keymaker 2/9');
	assert.equal(titleOf(play(flockScreen(), 'enter').state), 'keymaker bots');
	const written: string[] = [];
	const extras = extrasSwitch(text => written.push(text));
	extras.show({title: 'a', mouse: true});
	extras.show({title: 'a', mouse: true});
	extras.show({title: 'b', mouse: false});
	extras.off();
	extras.off();
	assert.deepEqual(written, [
		'\u001B[22;2t\u001B]2;a\u001B\\\u001B[?1000h\u001B[?1006h',
		'\u001B]2;b\u001B\\\u001B[?1006l\u001B[?1000l',
		'\u001B]2;\u001B\\\u001B[23;2t',
	]);
});

test('u undoes a discard as it undoes a forget', () => {
	const asked = play(
		flockScreen([botCalled('eel', {key: keyOf('eel'), held: [heldOf('other')]})]),
		'enter',
		'd',
	);
	const decided = play(asked, {
		type: 'decided',
		attempt: attemptOf(asked),
		kept: false,
		bot: 'eel',
		tokenId: 'token of other',
		key: keyOf('other'),
	});
	assert.match(decided.state.notice?.text ?? '', /^Discarded @other’s key\. In the flock, u undoes\./);
	assert.deepEqual(decided.state.forgotten, [['eel']]);
	assert.deepEqual(play(decided, 'escape', 'u').effects.at(-1), {type: 'bring-back'});
});

test('one letter has one meaning: v, V and r for reading are gone', () => {
	for (const key of ['v', 'V', 'r']) {
		const before = flockScreen(dead);
		const after = play(before, key);
		assert.deepEqual([after.state.overlay, after.effects], [null, []], key);
	}

	assert.ok(play(flockScreen(dead), 'ctrl+r').effects.some(({type}) => type === 'read'));
});

test('the account beside the poem links to its page, and in practice to nothing', () => {
	const frame = (practice: boolean) => {
		const {state} = play(flockScreen(dead, {...wide, practice}), {
			type: 'poem',
			bot: 'ant',
			text: {lines: [], note: null, more: false},
		});
		return drawnFrame(state, viewWith());
	};
	assert.ok(frame(false).includes('\u001B]8;;https://x.com/ant\u001B\\@ant\u001B]8;;\u001B\\'));
	assert.doesNotMatch(frame(true), /x\.com/);
});

test('a painted row that loses its link closes it', () => {
	const linked = `a ${nameLink('bc', 'https://x.com/bc')} d`;
	const first = paint(null, [linked, ''], 20).screen;
	for (const next of ['a bc d', 'a', 'a xy d']) {
		const {output, screen} = paint(first, [next, ''], 20);
		assert.doesNotMatch(output, /x\.com/, next);
		assert.deepEqual(screen.pen.style.codes, [], next);
		// And the other way round: what is written next does not belong to the link.
		const back = paint(screen, [linked, ''], 20).screen;
		const after = paint(back, [linked, 'end'], 20);
		assert.deepEqual(after.screen.pen.style.codes, [], next);
		assert.match(after.output, /end/, next);
	}
});

test('a folder without poems has the whole width: nothing stands beside why', () => {
	const screens = Object.entries(gallery(wide.size)).filter(([name]) =>
		/^a (folder that|file for)/.test(name),
	);
	assert.equal(screens.length, 4);
	for (const [name, state] of screens) {
		assert.doesNotMatch(drawn(state).join('\n'), /│/, name);
	}
});
