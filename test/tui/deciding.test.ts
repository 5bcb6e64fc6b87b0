import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {HeldInfo} from '../../source/flock/key.ts';
import {frameLines} from '../../source/tui/frame.ts';
import type {Action} from '../../source/tui/model/action.ts';
import type {State} from '../../source/tui/model/state.ts';
import {
	attemptOf,
	botCalled,
	fixed,
	flockScreen,
	heldOf,
	keyOf,
	type Played,
	phaseOf,
	pinScreen,
	play,
	problemCalled,
	viewWith,
} from './support.ts';

const bee = heldOf('bee', {authorizedAt: '2026-11-24T09:00:00.000Z'});
const cat = heldOf('cat', {authorizedAt: '2026-11-25T09:00:00.000Z'});
const ant = keyOf('ant');

/** The flock as it is read while these keys are held for the ferry, oldest first. */
function read(held: readonly HeldInfo[], key = ant): Action & {type: 'read'} {
	return {
		type: 'read',
		flock: [botCalled('ferry', {key, held}), botCalled('kettle')],
		folder: {path: fixed.poemsPath, poems: [], notes: [], problem: null},
		app: {consumerKey: 'practice-not-a-real-key-0001', from: 'practice'},
	};
}

/** The question about the ferry's held keys. */
function question(held: readonly HeldInfo[]): Played {
	return play(flockScreen([botCalled('ferry', {key: ant, held}), botCalled('kettle')]), 'enter');
}

function asked(played: Played): {held: string[]; selected: string | undefined} {
	const phase = phaseOf(played);
	assert.equal(phase.name, 'conflict');
	return phase.name === 'conflict'
		? {
				held: phase.held.map(({key}) => key.handle),
				selected: phase.held.find(({tokenId}) => tokenId === phase.selected)?.key.handle,
			}
		: {held: [], selected: undefined};
}

function decisions({effects}: Played) {
	return effects.flatMap(effect =>
		effect.type === 'decide' ? [`${effect.keep ? 'keep' : 'discard'} ${effect.tokenId}`] : [],
	);
}

function drawn(state: State): string {
	return frameLines(state, viewWith())
		.map(line => line.spans.map(({text}) => text).join(''))
		.join('\n');
}

const exchanged = (played: Played | number, {tokenId, key}: HeldInfo): Action => ({
	type: 'exchanged',
	attempt: typeof played === 'number' ? played : attemptOf(played),
	outcome: {kind: 'held', bot: 'ferry', tokenId, key, reason: 'other-account', otherBot: null},
});

test('several held keys are rows with their accounts, newest first, and the newest is selected', () => {
	const {state} = question([bee, cat]);
	assert.match(drawn(state), /❯ @cat · \d+, came today\n {3}@bee · \d+, came yesterday\n/);
	assert.match(drawn(state), /You signed in as @cat, not as the expected account/);
	assert.match(drawn(state), /up down another/);
	assert.doesNotMatch(drawn(question([bee]).state), /❯|another/);
});

test('the arrows choose a held key, no further than the ends, and k and d are about that one', () => {
	const {state} = question([bee, cat]);
	assert.equal(asked(play(state, 'down')).selected, 'bee');
	assert.equal(asked(play(state, 'down', 'down')).selected, 'bee');
	assert.equal(asked(play(state, 'down', 'up', 'up')).selected, 'cat');
	assert.match(drawn(play(state, 'down').state), /Keep it +ferry posts as @bee/);
	assert.deepEqual(decisions(play(state, 'k')), [`keep ${cat.tokenId}`]);
	assert.deepEqual(decisions(play(state, 'down', 'k')), [`keep ${bee.tokenId}`]);
	assert.deepEqual(decisions(play(state, 'down', 'd', 'k', 'up', 'd')), [`discard ${bee.tokenId}`]);
});

test('the answer to an earlier PIN leaves the question that stands, and both keys stay held', () => {
	// A PIN as @bee whose answer is slow, escape, then a PIN as @cat.
	const flock = [botCalled('ferry', {key: ant}), botCalled('kettle')];
	const left = play(pinScreen(flock), {type: 'paste', text: '1234567\n'});
	const early = attemptOf(left);
	const again = play(left, 'escape', 'enter');
	const link = play(again, {
		type: 'link',
		attempt: attemptOf(again),
		link: {
			id: 'second',
			bot: 'ferry',
			url: 'https://api.x.com/',
			expectedHandle: null,
			app: {consumerKey: 'practice-not-a-real-key-0001', from: 'practice'},
			callback: null,
			pinInstead: null,
		},
	});
	const sent = play(link, {type: 'paste', text: '7654321\n'});
	const stands = play(sent, exchanged(sent, cat));
	assert.deepEqual(asked(stands), {held: ['cat'], selected: 'cat'});

	const late = play(stands, exchanged(early, bee));
	assert.match(
		late.state.notice?.text ?? '',
		/@bee for ferry came after you left. It waits for your decision too/,
	);
	const known = play(late, read([cat, bee]));
	assert.deepEqual(asked(known), {held: ['cat', 'bee'], selected: 'cat'});
	assert.match(drawn(known.state), / {3}@bee .*\n ❯ @cat/);
	for (const one of [late, known]) {
		assert.deepEqual(decisions(play(one, 'k')), [`keep ${cat.tokenId}`]);
	}
});

test('a reading that began before a key came does not take its question away, and the next one may', () => {
	const flock = [botCalled('ferry', {key: ant, held: []}), botCalled('kettle')];
	const sent = play(pinScreen(flock), {type: 'paste', text: '1234567\n'});
	const stands = play(sent, exchanged(sent, cat), read([]));
	assert.deepEqual(asked(stands), {held: ['cat'], selected: 'cat'});
	const known = play(stands, read([cat]));
	assert.deepEqual(asked(known), {held: ['cat'], selected: 'cat'});
	assert.equal(play(known, read([])).state.screen.name, 'flock');
});

test('a key that is decided about elsewhere leaves the question for those that are left, and that is said', () => {
	const gone = play(question([bee, cat]), read([bee]));
	assert.deepEqual(asked(gone), {held: ['bee'], selected: 'bee'});
	assert.match(
		gone.state.notice?.text ?? '',
		/@cat is no longer waiting: another window .* ferry has the key of @ant/,
	);
	const other = play(question([bee, cat]), read([cat]));
	assert.deepEqual(asked(other), {held: ['cat'], selected: 'cat'});
	assert.equal(other.state.notice, null);
	const none = play(gone, read([], keyOf('cat')));
	assert.equal(none.state.screen.name, 'flock');
	assert.match(none.state.notice?.text ?? '', /@bee is no longer waiting.*ferry has the key of @cat/);
});

test('a decision about a key that is no longer held says so and changes nothing, and shows what is held', () => {
	const keeping = play(question([bee, cat]), 'k', read([bee]));
	assert.deepEqual(asked(keeping), {held: ['bee', 'cat'], selected: 'cat'}, 'it moved while it was decided');
	const problem = problemCalled('held-changed', {sentence: 'That key is no longer held.', hint: 'Nothing.'});
	const failed = play(keeping, {type: 'decide-failed', attempt: attemptOf(keeping), problem});
	assert.deepEqual(asked(failed), {held: ['bee'], selected: 'bee'});
	assert.match(failed.state.notice?.text ?? '', /That key is no longer held/);
	assert.deepEqual(decisions(failed), [`keep ${cat.tokenId}`]);
	assert.deepEqual(decisions(play(failed, 'd')).at(-1), `discard ${bee.tokenId}`);
});

test('a decision that could not be saved leaves the question as it was', () => {
	const keeping = play(question([bee, cat]), 'down', 'k');
	const failed = play(keeping, {
		type: 'decide-failed',
		attempt: attemptOf(keeping),
		problem: problemCalled('keystore-full'),
	});
	assert.deepEqual(asked(failed), {held: ['bee', 'cat'], selected: 'bee'});
	assert.deepEqual(decisions(play(failed, 'k')).length, 2);
});

test('after a decision the question goes on with the other keys, and ends with the last one', () => {
	const keeping = play(question([bee, cat]), 'k', read([bee], cat.key));
	const kept = play(keeping, {
		type: 'decided',
		attempt: attemptOf(keeping),
		kept: true,
		bot: 'ferry',
		tokenId: cat.tokenId,
		key: cat.key,
	});
	assert.deepEqual(asked(kept), {held: ['bee'], selected: 'bee'});
	assert.match(kept.state.notice?.text ?? '', /ferry now posts as @cat. Still to decide: @bee/);
	const discarding = play(kept, 'd', read([], cat.key));
	const over = play(discarding, {
		type: 'decided',
		attempt: attemptOf(discarding),
		kept: false,
		bot: 'ferry',
		tokenId: bee.tokenId,
		key: bee.key,
	});
	assert.equal(over.state.screen.name, 'flock');
	assert.match(over.state.notice?.text ?? '', /Discarded @bee’s key\..* ferry has the key of @cat/);
});

test('a link that is refused because of held keys leads to the question about them', () => {
	const asking = play(flockScreen([botCalled('ferry', {key: ant}), botCalled('kettle')]), 'enter');
	const told = play(asking, {type: 'link-held', attempt: attemptOf(asking), held: [bee, cat]});
	assert.deepEqual(asked(told), {held: ['bee', 'cat'], selected: 'cat'});
	assert.deepEqual(asked(play(told, read([bee, cat]))), {held: ['bee', 'cat'], selected: 'cat'});
});

test('a held key beside one in force is found by held and by decide, and comes first by status', () => {
	const flock = [
		botCalled('ferry', {key: keyOf('ferry_poem')}),
		botCalled('kettle'),
		botCalled('moth', {key: keyOf('moth_poem'), held: [bee, cat]}),
	];
	for (const text of ['held', 'decide', 'bee', '@cat', 'moth_poem']) {
		const {list} = play(flockScreen(flock), '/', ...text).state;
		assert.deepEqual(
			list.shown.map(({name}) => name),
			['moth'],
			text,
		);
	}

	assert.equal(play(flockScreen(flock), 'S').state.list.shown[0]?.name, 'moth');
	assert.match(drawn(flockScreen(flock)), /\? moth +@moth_poem +decide/);
});

test('a key of another account than the expected one is seen in the list and beside the poem', () => {
	const state = flockScreen([botCalled('ferry', {key: ant, expectedHandle: 'other_name'})], {
		size: {columns: 120, rows: 24},
	});
	assert.match(drawn(state), /ferry +@ant \(@other_name\) +ready/);
	assert.match(drawn(state), /expected +@other_name/);
	const same = flockScreen([botCalled('ferry', {key: ant, expectedHandle: 'ANT'})], {
		size: {columns: 120, rows: 24},
	});
	assert.doesNotMatch(drawn(same), /ANT/);
});

const unsaved = (played: Played, {tokenId, key}: HeldInfo): Action => ({
	type: 'exchanged',
	attempt: attemptOf(played),
	outcome: {
		kind: 'unsaved',
		waits: false,
		bot: 'kettle',
		tokenId,
		key,
		problem: problemCalled('keystore-full'),
	},
});

test('two unsaved keys of a bot are named, shown and saved together', () => {
	const sent = play(pinScreen([botCalled('kettle')]), {type: 'paste', text: '1234567\n'});
	const one = play(sent, unsaved(sent, bee));
	const two = play({...one, state: {...one.state}}, unsaved(one, cat));
	assert.deepEqual(
		two.state.unsaved.map(({key}) => key.handle),
		['bee', 'cat'],
	);
	assert.match(
		drawn(two.state).replaceAll(/\s+/g, ' '),
		/the keys of @bee and @cat for kettle, but they could not/,
	);
	const quitting = play(two, 'ctrl+c').state.overlay;
	assert.deepEqual(
		quitting?.name === 'confirm' && quitting.question.about === 'quit' && quitting.question.bots,
		['kettle'],
	);

	const saving = play(two, 'enter');
	const saved = play(
		saving,
		{
			type: 'exchanged',
			attempt: attemptOf(saving),
			outcome: {kind: 'saved', bot: 'kettle', tokenId: bee.tokenId, key: bee.key},
		},
		{
			type: 'exchanged',
			attempt: attemptOf(saving),
			outcome: {
				kind: 'held',
				bot: 'kettle',
				tokenId: cat.tokenId,
				key: cat.key,
				reason: 'other-account',
				otherBot: null,
			},
		},
	);
	assert.deepEqual(saved.state.unsaved, []);
	assert.deepEqual(asked(saved), {held: ['cat'], selected: 'cat'});
});

test('unsaved keys that are saved after the person has left and come back leave nothing to save again', () => {
	const sent = play(pinScreen([botCalled('kettle')]), {type: 'paste', text: '1234567\n'});
	const saving = play(sent, unsaved(sent, bee), 'enter');
	const back = play(saving, 'escape', 'enter');
	assert.equal(phaseOf(back).name, 'unsaved');
	const early = attemptOf(saving);
	const retried = play(back, 'enter');
	const done = play(retried, {
		type: 'exchanged',
		attempt: early,
		outcome: {kind: 'saved', bot: 'kettle', tokenId: bee.tokenId, key: bee.key},
	});
	assert.equal(done.state.screen.name, 'flock');
	assert.match(done.state.notice?.text ?? '', /The key of @bee for kettle is saved/);
});
