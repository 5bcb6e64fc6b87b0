import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Flock} from '../../source/flock/flock.ts';
import {columnsOf} from '../../source/flock/width.ts';
import {frameLines} from '../../source/tui/frame.ts';
import {bindingsOf} from '../../source/tui/keymap.ts';
import type {Action} from '../../source/tui/model/action.ts';
import type {State} from '../../source/tui/model/state.ts';
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

const flock = [botCalled('ferry'), botCalled('harbour', {key: keyOf('harbour_poem')})];

function rows(state: State): string[] {
	return textOf(frameLines(state, viewWith()));
}

function read(of: Flock): Action {
	const folder = {path: fixed.poemsPath, poems: [], notes: [], problem: null};
	return {
		type: 'read',
		flock: of,
		folder,
		app: {consumerKey: 'practice-not-a-real-key-0001', from: 'practice'},
	};
}

const waits: Action = {
	type: 'exchanged',
	attempt: 0,
	outcome: {
		kind: 'unsaved',
		waits: true,
		bot: 'ferry',
		tokenId: 'token of ferry',
		key: keyOf('ferry_poem'),
		problem: problemCalled('keystore-unreachable'),
	},
};

for (const size of [
	{columns: 30, rows: 6},
	{columns: 40, rows: 12},
	{columns: 80, rows: 24},
	{columns: 120, rows: 40},
]) {
	test(`a database that is away leaves the list, its age and its keys, at ${size.columns}×${size.rows}`, () => {
		const known = play(flockScreen(flock, {size}), read(flock)).state;
		const failed: Action = {type: 'read-failed', problem: problemCalled('keystore-unreachable')};
		const away = play(known, failed).state;
		const shown = rows(away);
		assert.ok(shown.every(row => columnsOf(row) <= size.columns));
		assert.match(shown.join(' ').replaceAll(/\s+/g, ' '), /The list is as it was/);
		assert.ok(shown.some(row => row.includes('harbour')));
		// However often it fails, the list is as old as it is.
		assert.deepEqual(play(away, failed).state.away?.since, away.away?.since);
		assert.equal(play(away, 'down').state.list.selected, 'harbour');
		assert.doesNotMatch(rows(play(away, read(flock)).state).join('\n'), /as it was/);
	});
}

test('what is wrong with the keystore itself takes the place of the list, as before anything was read', () => {
	const known = play(flockScreen(flock), read(flock)).state;
	const damaged = play(known, {type: 'read-failed', problem: problemCalled('keystore-damaged')}).state;
	assert.equal(damaged.problem?.code, 'keystore-damaged');
	assert.equal(damaged.away, null);
});

test('a key that waits on this computer is told of as safe: nothing is asked at the end, and none is written down', () => {
	const sent = play(pinScreen(flock), {type: 'paste', text: '1234567\n'});
	const waiting = play(sent, {...waits, attempt: attemptOf(sent)});
	assert.equal(phaseOf(waiting).name, 'unsaved');
	assert.match(rows(waiting.state).join(' ').replaceAll(/\s+/g, ' '), /It waits, sealed, on this computer/);
	assert.ok(!bindingsOf(waiting.state).some(({command}) => command === 'reveal'));
	const left = play(waiting, 'escape');
	assert.ok(rows(left.state).some(row => /… ferry.*waiting/.test(row)));
	assert.doesNotMatch(rows(left.state)[0] ?? '', /saved/);
	assert.deepEqual(play(left, 'ctrl+c').effects.at(-1)?.type, 'end');
});

test('what waits is saved at each reading that shows it, and is shown no more once another program has saved it', () => {
	const sent = play(pinScreen(flock), {type: 'paste', text: '1234567\n'});
	const waiting = play(sent, {...waits, attempt: attemptOf(sent)});
	const ferry = botCalled('ferry', {waiting: [keyOf('ferry_poem')]});
	const still = play(waiting, read([ferry]));
	assert.ok(still.effects.some(({type}) => type === 'save-waiting'));
	assert.equal(phaseOf(still).name, 'unsaved');
	const saved = play(still.state, read([botCalled('ferry', {key: keyOf('ferry_poem')})]));
	assert.ok(!saved.effects.some(({type}) => type === 'save-waiting'));
	assert.deepEqual([saved.state.screen.name, saved.state.unsaved], ['flock', []]);
	// A key of an earlier run is told of as well.
	const earlier = play(flockScreen([ferry]), read([ferry]));
	assert.ok(rows(earlier.state).some(row => /… ferry.*waiting/.test(row)));
});
