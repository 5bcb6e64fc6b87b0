import assert from 'node:assert/strict';
import {test} from 'node:test';
import {frameLines} from '../../source/tui/frame.ts';
import type {Action} from '../../source/tui/model/action.ts';
import {modeOf, type State} from '../../source/tui/model/state.ts';
import {badAppKey, botCalled, fixed, flockScreen, mixedFlock, play, viewWith} from './support.ts';

/** What stands on the screen. */
function drawn(state: State): string[] {
	return frameLines(state, viewWith()).map(({spans}) =>
		spans
			.map(({text}) => text)
			.join('')
			.trimEnd(),
	);
}

type Problem = 'missing' | 'empty' | 'unreadable' | 'not-a-folder';

/** A flock without poems, read with or without an app. */
function without(problem: Problem, app: 'setup' | null, size = {columns: 80, rows: 24}): State {
	const read: Action = {
		type: 'read',
		flock: [],
		folder: {path: fixed.poemsPath, poems: [], notes: [], problem},
		app: app === null ? null : {consumerKey: 'not-a-real-key-0001', from: app},
	};
	return play(flockScreen([], {size, practice: false, app: null}), read).state;
}

test('a first start shows three steps with their state, and the key that does each beside it', () => {
	const shown = drawn(without('missing', null)).join('\n');
	assert.match(shown, /^ 1 {2}Poems {6}✗ no folder \.\/poems {3}i {2}make it, with a sample poem$/m);
	assert.match(shown, /^ 2 {2}X app {6}✗ not set up {10}t {2}set it up {5}p {2}practise without X$/m);
	assert.match(shown, /^ 3 {2}Accounts {3}authorize each bot once; keymaker keeps the keys$/m);
	assert.match(shown, /Nothing leaves this computer before step 2\./);
	assert.match(shown, /i make a sample · t set up · p practise/);
	// The keys stand under each other.
	const rows = drawn(without('missing', null));
	assert.equal(
		rows.find(row => /^ 1/.test(row))?.indexOf('i  make'),
		rows.find(row => /^ 2/.test(row))?.indexOf('t  set'),
	);
});

test('each step says how it stands: no folder, an empty one, one that cannot be read, poems; no app, one, a bad one', () => {
	const step = (state: State, number: number) =>
		drawn(state).find(row => row.startsWith(` ${number} `)) ?? '';
	assert.match(step(without('empty', null), 1), /✗ no poems in \.\/poems +i {2}add a sample poem$/);
	assert.match(step(without('unreadable', null), 1), /✗ cannot read \.\/poems$/);
	assert.match(drawn(without('unreadable', null)).join('\n'), /chmod u\+rx/);
	assert.match(step(without('not-a-folder', null), 1), /✗ \.\/poems is not a folder$/);
	assert.match(step(without('missing', 'setup'), 2), /✓ …0001, from setup$/);
	assert.doesNotMatch(drawn(without('missing', 'setup')).join('\n'), /practise|set it up/);
	const noApp = play(flockScreen(mixedFlock, {app: null}), 'enter').state;
	assert.match(step(noApp, 1), /✓ 11 poems in \.\/poems$/);
	assert.match(step(noApp, 2), /✗ not set up +t {2}set it up +p {2}practise without X$/);
	const bad = play(flockScreen(), badAppKey, 'enter').state;
	assert.match(step(bad, 2), /✗ TWITTER_CONSUMER_SECRET in the environment/);
	assert.match(drawn(bad).join('\n'), /p {2}practise without X/);
	assert.doesNotMatch(drawn(bad).join('\n'), /set it up/);
});

test('it is one screen: the same keys do the same without poems and without an app, and enter does the next step', () => {
	const noFolder = without('missing', null);
	const noApp = play(flockScreen([botCalled('ferry')], {app: null, practice: false}), 'enter').state;
	assert.deepEqual([modeOf(noFolder), modeOf(noApp)], ['first-run', 'first-run']);
	const practice = (bot: string | null) => ({type: 'end', exit: {kind: 'practice', bot}});
	assert.deepEqual(play(noFolder, 'i').effects, [{type: 'add-sample'}]);
	assert.deepEqual(play(noFolder, 'enter').effects, [{type: 'add-sample'}]);
	assert.deepEqual(play(noFolder, 'p').effects, [practice(null)]);
	assert.deepEqual(play(noApp, 'p').effects, [practice('ferry')]);
	assert.deepEqual(play(noApp, 'enter').effects, [practice('ferry')]);
	assert.deepEqual(play(noApp, 'i').effects, []);
	for (const [state, bot] of [
		[noFolder, null],
		[noApp, 'ferry'],
	] as const) {
		const {screen} = play(state, 't').state;
		assert.equal(screen.name === 'setup' && screen.bot, bot);
		assert.equal(play(state, '?').state.overlay?.name, 'help');
		assert.equal(play(state, ':').state.overlay?.name, 'palette');
		assert.ok(play(state, 'ctrl+r').effects.some(({type}) => type === 'read'));
	}

	assert.equal(play(noApp, 'escape').state.screen.name, 'flock');
	assert.equal(play(noFolder, 'q').effects.at(-1)?.type, 'end');
});

test('in practice no app is missing, and in any window the step that is next keeps its key', () => {
	const practice = play(flockScreen([], {app: 'practice'})).state;
	assert.match(drawn(practice).join('\n'), /2 {2}X app {6}✓ not needed in practice/);
	for (const [columns, rows] of [
		[30, 6],
		[40, 12],
		[59, 8],
		[200, 60],
	] as const) {
		for (const problem of ['missing', 'empty'] as const) {
			const shown = drawn(without(problem, null, {columns, rows}))
				.slice(1, -1)
				.join('\n');
			assert.match(shown, / i {2}\S/, `${columns}×${rows}\n${shown}`);
			assert.match(shown, /✗ no/, `${columns}×${rows}\n${shown}`);
		}
	}
});
