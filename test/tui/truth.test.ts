import assert from 'node:assert/strict';
import {test} from 'node:test';
import {columnsOf} from '../../source/flock/width.ts';
import {frameLines} from '../../source/tui/frame.ts';
import {bindingsOf} from '../../source/tui/keymap.ts';
import type {Action} from '../../source/tui/model/action.ts';
import type {Size, State} from '../../source/tui/model/state.ts';
import {
	attemptOf,
	botCalled,
	fixed,
	flockScreen,
	keyOf,
	phaseOf,
	pinScreen,
	play,
	problemCalled,
	textOf,
	viewWith,
} from './support.ts';

const sizes: readonly Size[] = [
	{columns: 30, rows: 6},
	{columns: 40, rows: 12},
	{columns: 80, rows: 24},
	{columns: 120, rows: 40},
];

function rows(state: State): string[] {
	return textOf(frameLines(state, viewWith()));
}

/** An answer whose key could not be saved, or was. */
function exchanged(attempt: number, kind: 'unsaved' | 'saved'): Action {
	const outcome = {bot: 'ferry', tokenId: 'token of ferry', key: keyOf('ferry_poem')};
	const problem = problemCalled('keystore-full');
	return {
		type: 'exchanged',
		attempt,
		outcome: kind === 'saved' ? {...outcome, kind} : {...outcome, kind, waits: false, problem},
	};
}

for (const size of sizes) {
	test(`a key in memory alone is told of by its row and by every header, at ${size.columns}×${size.rows}`, () => {
		const asked = pinScreen([botCalled('ferry'), botCalled('kettle')], {size});
		const sent = play(asked, {type: 'paste', text: '1234567\n'});
		const left = play(sent, exchanged(attemptOf(sent), 'unsaved'), 'escape').state;
		const [header = '', ...body] = rows(left);
		assert.match(header, /! unsaved|1 not saved/);
		assert.match(header, /practice ?$/);
		assert.ok(rows(left).every(row => columnsOf(row) <= size.columns));
		assert.ok(
			body.some(row => /! ferry.*not saved/.test(row)),
			body.join('\n'),
		);
		assert.match(rows(play(left, 'down', 'enter').state)[0] ?? '', /unsaved|not saved/);

		const saved = play(left, exchanged(attemptOf(sent), 'saved')).state;
		assert.doesNotMatch(rows(saved).slice(0, 4).join('\n'), /! ferry|not saved|unsaved/);
	});
}

for (const problem of ['missing', 'not-a-folder', 'unreadable', 'empty'] as const) {
	test(`where the folder of poems is ${problem} while there are keys, that is said, and forgetting is not offered`, () => {
		const orphans = ['ferry', 'kettle'].map(name =>
			botCalled(name, {poem: null, status: 'orphan', key: keyOf(name)}),
		);
		const folder = {path: fixed.poemsPath, poems: [], notes: [], problem};
		const app = {consumerKey: 'practice-not-a-real-key-0001', from: 'practice'} as const;
		for (const size of sizes) {
			const {state} = play(flockScreen(orphans, {size}), {type: 'read', flock: orphans, folder, app});
			const shown = rows(state).join('\n');
			assert.match(
				shown.replaceAll(/\s+/g, ' '),
				/No poems(: there is no|: not a folder|: cannot read| in\b)/,
			);
			assert.doesNotMatch(shown, /forget/);
			assert.ok(!bindingsOf(state).some(({command}) => command === 'forget'));
			assert.equal(play(state, 'f').state.overlay, null);
			const back = play(state, {type: 'read', flock: orphans, folder: {...folder, problem: null}, app}).state;
			assert.notEqual(play(back, 'f').state.overlay, null);
		}
	});
}

test('a notice about the link is gone once the PIN is handed in, and stays gone when the key is saved', () => {
	const copied = play(pinScreen(), {type: 'notice', text: 'Copied.', tone: 'plain'});
	assert.notEqual(copied.state.notice, null);
	const sent = play(copied, {type: 'paste', text: '1234567\n'});
	assert.equal(sent.state.notice, null);
	const late = play(sent, {type: 'notice', text: 'Copied.', tone: 'plain'});
	const saved = play(late, exchanged(attemptOf(late), 'saved'));
	assert.equal(phaseOf(saved).name, 'saved');
	assert.equal(saved.state.notice, null);
});
