import assert from 'node:assert/strict';
import {test} from 'node:test';
import {previewLines} from '../../source/tui/flock/view-preview.ts';
import {frameLines} from '../../source/tui/frame.ts';
import {listRows} from '../../source/tui/layout.ts';
import {initialState, modeOf, type State, selectedBot} from '../../source/tui/model/state.ts';
import {isWaiting} from '../../source/tui/view.ts';
import {
	botCalled,
	fixed,
	flockScreen,
	heldOf,
	keyOf,
	mixedFlock,
	type Played,
	play,
	problemCalled,
	textOf,
	viewWith,
} from './support.ts';

const many = Array.from({length: 10_000}, (_, index) => botCalled(`bot ${String(index).padStart(5, '0')}`));
/** What stands on the screen. */
const drawnRows = (state: State) => textOf(frameLines(state, viewWith()));
/** A bot's row. */
const row = (state: State, name: string) =>
	drawnRows(state).find(text => new RegExp(`^.{5}${name} `).test(text)) ?? '';
const folder = {path: '/poems', poems: [], notes: [], problem: null};

test('every key of a chunk moves the selection', () => {
	const {state} = play(flockScreen(many), {type: 'text', text: 'jjjjjjjjjjk'});
	assert.equal(state.list.selected, 'bot 00009');
});

test('the selection is always among the rows that are shown', () => {
	for (const rows of [6, 7, 12, 24, 60]) {
		let {state} = play(flockScreen(many, {size: {columns: 80, rows}}));
		for (const key of ['end', 'up', 'pageup', 'g', 'pagedown', 'pagedown', 'down', 'G', 'home']) {
			({state} = play(state, key));
			const index = state.list.shown.findIndex(bot => bot.name === state.list.selected);
			assert.ok(
				index >= state.list.top && index < state.list.top + listRows(state),
				`${key} in ${rows} rows`,
			);
		}
	}
});

test('the selection stays with its bot when others come before it', () => {
	const {state} = play(flockScreen([botCalled('kettle'), botCalled('moth')]), 'down');
	const flock = [botCalled('ferry'), botCalled('kettle'), botCalled('ladder'), botCalled('moth')];
	const later = play(state, {type: 'read', flock, folder, app: null}).state;
	assert.equal(later.list.selected, 'moth');
});

test('when the selected bot is gone, the one after it is selected', () => {
	const {state} = play(flockScreen([botCalled('ferry'), botCalled('kettle'), botCalled('moth')]), 'down');
	const flock = [botCalled('ferry'), botCalled('moth')];
	assert.equal(play(state, {type: 'read', flock, folder, app: null}).state.list.selected, 'moth');
});

test('the filter follows each letter, finds names, handles and statuses, and escape clears it', () => {
	const found = (text: string) =>
		play(flockScreen(), '/', ...text).state.list.shown.map(bot => bot.name.slice(0, 10));
	assert.deepEqual(found('kett'), ['kettle']);
	assert.deepEqual(found('@MOTH_'), ['moth']);
	assert.deepEqual(found('reject'), ['moth']);
	assert.deepEqual(found('俳'), ['俳句']);
	const cleared = play(flockScreen(), '/', 'k', 'escape').state;
	assert.equal(cleared.list.shown.length, mixedFlock.length);
	assert.equal(cleared.overlay, null);
});

test('letters that follow a slash in one chunk are the filter, and a line end closes it', () => {
	const {state} = play(flockScreen(), {type: 'text', text: '/moth\r'});
	assert.equal(state.list.filter, 'moth');
	assert.equal(state.overlay, null);
});

test('the flock opens at the bot where the walk was: the first without a key after the one authorized last', () => {
	const at = (name: string, time: string | null) =>
		botCalled(name, {key: keyOf(`${name}_poem`, {authorizedAt: time})});
	const openedAt = (...bots: ReturnType<typeof botCalled>[]) =>
		play(initialState(fixed, {columns: 80, rows: 24}), {type: 'read', flock: bots, folder, app: null}).state
			.list.selected;
	const earlier = '2026-11-20T09:00:00.000Z';
	const later = '2026-11-24T09:00:00.000Z';
	const [ferry, kettle, moth, otter] = ['ferry', 'kettle', 'moth', 'otter'].map(name => botCalled(name));
	assert.ok(ferry && kettle && moth && otter);
	// The kettle was skipped: it comes when the others are through.
	assert.equal(openedAt(at('ferry', earlier), kettle, at('moth', later), otter), 'otter');
	assert.equal(openedAt(at('ferry', later), kettle, at('moth', earlier), otter), 'kettle');
	assert.equal(openedAt(ferry, kettle, moth, at('otter', later)), 'ferry');
	// A key that is held was a step of the walk as well.
	const held = botCalled('kettle', {
		status: 'held',
		held: [heldOf('someone', {authorizedAt: later})],
	});
	assert.equal(openedAt(at('ferry', earlier), held, moth, otter), 'moth');
	// Nobody was ever authorized here, or nobody is left.
	assert.equal(openedAt(at('ferry', null), kettle), 'ferry');
	assert.equal(openedAt(at('ferry', earlier), at('kettle', later)), 'ferry');
});

test('reading the flock again moves no selection', () => {
	const {state} = play(flockScreen([botCalled('ferry'), botCalled('kettle'), botCalled('moth')]), 'home');
	const flock = [botCalled('ferry'), botCalled('kettle', {key: keyOf('kettle_poem')}), botCalled('moth')];
	assert.equal(play(state, {type: 'read', flock, folder, app: null}).state.list.selected, 'ferry');
});

test('two enters that arrive at once close the filter and authorize, and are one where the first leads to a PIN', () => {
	const twice = {type: 'text', text: '\r\r'} as const;
	const {screen} = play(flockScreen(), '/', ...'kettle', twice).state;
	assert.ok(screen.name === 'authorize' && screen.bot === 'kettle');
	const pin = play(flockScreen(), 'enter', twice);
	assert.equal(pin.effects.filter(({type}) => type === 'request-link').length, 1);
});

test('an empty folder offers a sample where one can be made, and nothing that needs a bot', () => {
	const empty = (problem: 'missing' | 'empty' | 'unreadable') =>
		play(flockScreen([]), {type: 'read', flock: [], folder: {...folder, problem}, app: null});
	for (const problem of ['missing', 'empty'] as const) {
		assert.deepEqual(play(empty(problem), 'i').effects.at(-1), {type: 'add-sample'});
	}

	assert.deepEqual(play(empty('unreadable'), 'i').effects, empty('unreadable').effects);
	assert.equal(play(empty('missing'), 'enter', 'a', 'f', 'x').state.notice, null);
});

test('a filter that nothing passes keeps the selection for when it is cleared', () => {
	const {state} = play(flockScreen(), 'down', '/', 'z', 'z', 'z');
	assert.deepEqual(state.list.shown, []);
	assert.equal(play(state, 'escape').state.list.selected, 'harbour');
});

test('S sorts by status, by last check, and by name again, and keeps the selection', () => {
	const {state} = play(flockScreen(), 'down', 'S');
	assert.equal(state.list.shown[0]?.status, 'held');
	assert.equal(selectedBot(state)?.name, 'harbour');
	const byCheck = play(state, 'S').state;
	assert.notEqual(byCheck.list.shown[0]?.key, null);
	assert.deepEqual(play(byCheck, 'S').state.list.shown, mixedFlock);
});

test('space marks bots for checking and forgetting, and marks of bots that are gone go too', () => {
	const {state} = play(flockScreen(), 'down', 'space', 'down', 'space', 'space');
	assert.deepEqual([...state.list.marks], ['harbour', 'ladder', 'lamplight']);
	const asked = play(state, 'C').state;
	assert.deepEqual(asked.overlay, {
		name: 'confirm',
		question: {about: 'check', bots: ['harbour', 'lamplight']},
	});
	const flock = [botCalled('harbour', {key: keyOf('harbour_poem')})];
	assert.deepEqual([...play(state, {type: 'read', flock, folder, app: null}).state.list.marks], ['harbour']);
});

test('x exports the marked bots that have a key, else the selected one, and says where there is none', () => {
	const opened = (...keys: string[]) => {
		const {overlay} = play(flockScreen(), ...keys, 'x').state;
		return overlay?.name === 'export' ? overlay.draft.bots : null;
	};
	assert.deepEqual(opened('down'), ['harbour']);
	assert.deepEqual(opened('space', 'space'), ['harbour']);
	assert.equal(opened(), null);
	assert.match(play(flockScreen(), 'x').state.notice?.text ?? '', /No active key to export/);
});

test('C asks X about one bot at once, and about several marked ones after a question that enter answers', () => {
	const {effects} = play(flockScreen(), 'down', 'C');
	assert.deepEqual(effects.at(-1), {type: 'check', attempt: 1, bots: ['harbour']});
	const all = play(flockScreen(), '*', 'C');
	assert.equal(all.effects.filter(effect => effect.type === 'check').length, 0);
	const {effects: after} = play(all, 'enter');
	const check = after.find(effect => effect.type === 'check');
	assert.deepEqual(check?.type === 'check' && check.bots.length, 6);
	assert.equal(play(all, 'escape').effects.filter(effect => effect.type === 'check').length, 0);
});

test('a check can be stopped, and says what was learnt by then', () => {
	const started = play(flockScreen(), '*', 'C', 'y');
	const attempt = started.state.attempts;
	const stopped = play(started, {type: 'checked', attempt, bot: 'harbour', problem: null}, 'escape');
	assert.deepEqual(stopped.effects.at(-1), {type: 'leave', attempt});
	const over = play(stopped, {type: 'check-over', attempt, asked: 1}).state;
	assert.equal(over.checking, null);
	assert.match(over.notice?.text ?? '', /^Stopped\. 1 of 6 checked\.$/);
});

test('f offers to forget, to revoke and to cancel, with cancel chosen', () => {
	const asked = play(flockScreen(), 'down', 'f');
	assert.deepEqual(asked.state.overlay, {name: 'forget', bots: ['harbour'], choice: 'cancel'});
	const kinds = (...keys: string[]) => play(asked, ...keys).effects.map(effect => effect.type);
	assert.ok(!kinds('enter').includes('forget'));
	assert.ok(kinds('down', 'enter').includes('forget'));
	assert.ok(kinds('up', 'enter').includes('revoke'));
	assert.ok(!kinds('escape').includes('revoke'));
});

test('u brings back what was forgotten, and only while there is something', () => {
	assert.deepEqual(
		play(flockScreen(), 'u').effects.filter(effect => effect.type === 'bring-back'),
		[],
	);
	const forgot = play(flockScreen(), {
		type: 'forgot',
		how: 'forget',
		bots: ['harbour'],
		shared: [],
		problem: null,
	});
	assert.deepEqual(play(forgot, 'u').effects.at(-1), {type: 'bring-back'});
	assert.equal(forgot.state.notice?.tone, 'good');
	const twice = play(forgot, {type: 'forgot', how: 'forget', bots: ['moth'], shared: [], problem: null});
	const back = play(twice, {type: 'brought-back', bots: ['moth'], problem: null});
	assert.deepEqual(back.state.forgotten, [['harbour']]);
});

test('while a key is revoked its row says so, the list stays usable, and what came of it is told', () => {
	const waiting = play(flockScreen(), 'down', 'f', 'up', 'enter');
	assert.equal(modeOf(waiting.state), 'flock');
	assert.deepEqual(waiting.effects.at(-1), {type: 'revoke', bots: ['harbour']});
	assert.match(row(waiting.state, 'harbour'), /… harbour .*revoking/);
	const used = play(waiting, 'down', 'm', '/', ...'harb', 'enter');
	assert.deepEqual([...used.state.list.marks], ['kettle']);
	assert.match(row(used.state, 'harbour'), /revoking/);
	// Another one waits until X has answered.
	const again = play(used, 'escape', 'home', 'down', 'down', 'down', 'down', 'f', 'up', 'enter');
	assert.equal(again.effects.filter(({type}) => type === 'revoke').length, 1);
	assert.match(again.state.notice?.text ?? '', /being revoked/);
	const problem = problemCalled('x-network');
	const {state} = play(waiting, {type: 'forgot', how: 'revoke', bots: [], shared: [], problem});
	assert.equal(state.revoking, null);
	assert.match(row(state, 'harbour'), /ready/);
	assert.deepEqual([state.notice?.text, state.notice?.tone], [`${problem.sentence} ${problem.hint}`, 'bad']);
});

test('each row changes the moment X has answered about its key, and the line below counts', () => {
	const asked = play(flockScreen(), 'down', 'm', 'down', 'down', 'm', 'm', 'f', 'up', 'enter');
	assert.deepEqual(asked.state.revoking?.bots, ['harbour', 'lamplight', 'moth']);
	const shown = (state: State) => drawnRows(state).join('\n');
	assert.match(shown(asked.state), /Asking X to revoke: 0 of 3 · 15 s left/);
	const some = play(
		asked,
		{type: 'revoked', bot: 'harbour', problem: null},
		{type: 'revoked', bot: 'lamplight', problem: problemCalled('x-network')},
	);
	assert.match(row(some.state, 'harbour'), /○ harbour .*revoked/);
	assert.match(row(some.state, 'lamplight'), /! lamplight .*no answer/);
	assert.match(row(some.state, 'moth'), /… moth .*revoking/);
	assert.match(shown(some.state), /Asking X to revoke: 2 of 3/);
	assert.equal(isWaiting(some.state), true);
});

test('a revoked key is not offered for undoing', () => {
	const {state} = play(flockScreen(), {
		type: 'forgot',
		how: 'revoke',
		bots: ['harbour'],
		shared: ['moth'],
		problem: null,
	});
	assert.deepEqual(state.forgotten, []);
	assert.match(state.notice?.text ?? '', /Not revoked at X, because moth uses the same token/);
});

test('e takes the expected handle of the selected bot', () => {
	const {effects} = play(flockScreen(), 'e', {type: 'text', text: '@kettle_p'}, 'backspace', 'x', 'enter');
	assert.deepEqual(effects.at(-1), {type: 'expect-handle', bot: 'ferry', handle: '@kettle_x'});
});

test('a poem is read for the preview only where there is room for it, and only when the selection changes', () => {
	const reads = (size: {columns: number; rows: number}) =>
		play(flockScreen(mixedFlock, {size}), 'down', {type: 'resize', size}, 'down').effects.filter(
			effect => effect.type === 'read-poem',
		);
	assert.deepEqual(reads({columns: 99, rows: 24}), []);
	assert.deepEqual(
		reads({columns: 100, rows: 24}).map(effect => effect.type === 'read-poem' && effect.poem.bot),
		['harbour', 'kettle'],
	);
});

test('a poem that is a link out of the folder is read after l, once for all, and its place is drawn safely', () => {
	const size = {columns: 120, rows: 24};
	const elsewhere = '/home/somebody/.ssh/\u001B]0;id\u0007';
	const text = {lines: [], note: null, more: false, elsewhere};
	const readings = (played: Played) => played.effects.filter(effect => effect.type === 'read-poem');
	const shown = play(flockScreen(mixedFlock, {size}), {type: 'poem', bot: 'ferry', text});
	const lines = previewLines(shown.state, 80, 20, viewWith())
		.map(({spans}) => spans.map(({text: part}) => part).join(''))
		.join(' ');
	assert.match(
		lines,
		/a link to \/home\/somebody\/\.ssh\/␛\]0;id␇, outside this folder\. Press l to read it/,
	);
	const agreed = play({...shown, effects: []}, 'l');
	assert.deepEqual(
		readings(agreed).map(effect => [effect.poem.bot, [...effect.agreed]]),
		[['ferry', [elsewhere]]],
	);
	const later = play(agreed, {
		type: 'poem',
		bot: 'ferry',
		text: {lines: ['a line'], note: null, more: false},
	});
	assert.deepEqual(
		[...(readings(play({...later, effects: []}, 'down', 'up')).at(-1)?.agreed ?? [])],
		[elsewhere],
	);
	// There is nothing to read then, and l does nothing.
	assert.deepEqual(play({...later, effects: []}, 'l').effects, []);
});

test('a notice goes by itself, and not before its own time', () => {
	const first = play(flockScreen(), 'S');
	const second = play(first, 'S');
	assert.equal(
		play(second, {type: 'timer', timer: {for: 'notice', id: first.state.notice?.id ?? 0}}).state.notice,
		second.state.notice,
	);
	assert.equal(
		play(second, {type: 'timer', timer: {for: 'notice', id: second.state.notice?.id ?? 0}}).state.notice,
		null,
	);
});

test('the help, scrolled to its end, is still full after the window has grown, and goes no further', () => {
	const end = play(flockScreen(), '?', '?', 'end').state;
	const rows = (state: State) => frameLines(state, viewWith()).slice(1, -2);
	assert.deepEqual(rows(play(end, 'down').state), rows(end));
	const back = play(end, 'up').state;
	assert.deepEqual(rows(play(end, {type: 'text', text: 'jjk'}).state), rows(back));
	assert.deepEqual(play(flockScreen(), {type: 'text', text: '??jj'}).state.overlay, {
		name: 'help',
		all: true,
		top: 2,
		over: null,
	});
	const grown = play(end, {type: 'resize', size: {columns: 80, rows: 30}}).state;
	const [before, after] = [rows(end), rows(grown)];
	assert.equal(after.length, before.length + 6);
	assert.deepEqual(after.slice(6), before);
});

test('a page down goes as far as the rows that the frame has, less one', () => {
	const {state} = play(flockScreen(many), 'pagedown');
	assert.equal(state.list.selected, `bot ${String(listRows(state) - 1).padStart(5, '0')}`);
	const small = play(flockScreen(many, {size: {columns: 80, rows: 12}}), 'pagedown').state;
	assert.equal(small.list.selected, `bot ${String(listRows(small) - 1).padStart(5, '0')}`);
});

test('q ends with 0, Ctrl-C with 130, and a keystore that cannot be read leaves both in place', () => {
	const broken = play(flockScreen(), {
		type: 'read-failed',
		problem: problemCalled('keystore-damaged', {
			sentence: 'Damaged.',
			hint: 'Restore.',
			label: 'keystore-damaged',
		}),
	});
	for (const state of [flockScreen(), broken.state]) {
		assert.deepEqual(play(state, 'q').effects, [{type: 'end', exit: {kind: 'ended', exitCode: 0}}]);
		assert.deepEqual(play(state, 'ctrl+c').effects, [{type: 'end', exit: {kind: 'ended', exitCode: 130}}]);
	}

	assert.deepEqual(play(broken.state, 'r').effects[0], {type: 'read'});
	assert.deepEqual(
		play(broken.state, 'enter').effects.map(effect => effect.type),
		['read', 'timer'],
	);
});
