import assert from 'node:assert/strict';
import {test} from 'node:test';
import {inspect} from 'node:util';
import type {Bot} from '../../source/flock/flock.ts';
import {createAttempts} from '../../source/tui/model/attempts.ts';
import type {AuthorizeScreen, Phase, Walk} from '../../source/tui/model/authorization.ts';
import {arrange, chosen, widthsOf} from '../../source/tui/model/list.ts';
import {Secret} from '../../source/tui/model/secret.ts';
import type {Sort} from '../../source/tui/model/state.ts';
import {walkLeaving, walkPlace, withResult} from '../../source/tui/model/walk.ts';
import {botCalled, flockScreen, heldOf, keyOf, play, problemCalled} from './support.ts';

const listing = flockScreen([]).list;
const orderOf = (flock: readonly Bot[], sort: Sort) =>
	arrange(flock, {...listing, sort}).shown.map(bot => bot.name);

test('by status, what asks the most of a person comes first, and a key that waits asks for it beside one in force too', () => {
	const flock = [
		botCalled('ferry', {key: keyOf('ferry')}),
		botCalled('gone', {key: keyOf('gone'), status: 'orphan', held: [heldOf('bee')]}),
		botCalled('harbour'),
		botCalled('kettle', {key: keyOf('kettle'), held: [heldOf('cat')]}),
		botCalled('moth', {key: keyOf('moth'), status: 'rejected'}),
	];
	assert.deepEqual(orderOf(flock, 'status'), ['kettle', 'moth', 'harbour', 'gone', 'ferry']);
});

test('by the last check, keys that were never checked come first, and bots without one last', () => {
	const flock = [
		botCalled('ferry'),
		botCalled('harbour', {key: keyOf('harbour', {checkedAt: '2026-11-25T00:00:00.000Z'})}),
		botCalled('kettle', {key: keyOf('kettle', {checkedAt: null})}),
		botCalled('moth', {key: keyOf('moth', {checkedAt: '2026-11-24T00:00:00.000Z'})}),
	];
	assert.deepEqual(orderOf(flock, 'last-checked'), ['kettle', 'moth', 'harbour', 'ferry']);
});

test('where the selected bot is gone, the nearest after it is selected, else the first or the last of those that are new', () => {
	const near = arrange(
		[botCalled('bee'), botCalled('cat'), botCalled('dog')],
		{...listing, selected: 'ant'},
		[botCalled('ant'), botCalled('cat'), botCalled('dog')],
	);
	assert.equal(near.selected, 'cat');
	const [ant, bee, cat, dog] = ['ant', 'bee', 'cat', 'dog'].map(name => botCalled(name)) as [
		Bot,
		Bot,
		Bot,
		Bot,
	];
	const selectedAfter = (selected: string) =>
		arrange([cat, dog], {...listing, selected}, [ant, bee]).selected;
	assert.equal(selectedAfter('ant'), 'cat');
	assert.equal(selectedAfter('bee'), 'dog');
});

test('the filter finds a bot by the account of a key that waits', () => {
	const flock = [botCalled('ferry'), botCalled('kettle', {held: [heldOf('someone_else')]})];
	const {shown} = arrange(flock, {...listing, filter: '@Someone'});
	assert.deepEqual(
		shown.map(bot => bot.name),
		['kettle'],
	);
});

test('one marked bot alone is acted on, wherever the selection is', () => {
	const {state} = play(flockScreen(), 'home', 'space', 'end');
	assert.deepEqual(
		chosen(state).map(bot => bot.name),
		['ferry'],
	);
	assert.notEqual(state.list.selected, 'ferry');
});

test('a long name makes its column no wider than 40', () => {
	assert.deepEqual(widthsOf([botCalled('x'.repeat(300))]), {name: 40, handle: 1});
	assert.deepEqual(widthsOf([botCalled('x'.repeat(40))]), {name: 40, handle: 1});
});

test('a walk goes on after the bot that was authorized last, and round to those before it', () => {
	const made = (name: string, day: number) =>
		botCalled(name, {key: keyOf(name, {authorizedAt: `2026-11-2${day}T00:00:00.000Z`})});
	assert.equal(walkPlace([botCalled('ant'), made('bee', 2), botCalled('cat'), made('dog', 1)]), 'cat');
	assert.equal(walkPlace([botCalled('ant'), made('bee', 1), botCalled('cat'), made('dog', 2)]), 'ant');
	assert.equal(walkPlace([made('ant', 1)]), null);
	assert.equal(walkPlace([botCalled('ant')]), null);
});

const walk: Walk = {queue: ['ferry'], results: [], walking: true, startedAt: 0};

test('a walk keeps the latest result of a bot', () => {
	const failed = withResult(walk, {bot: 'ferry', kind: 'failed', problem: problemCalled('x-network')});
	const made = {bot: 'ferry', kind: 'made', problem: null} as const;
	assert.deepEqual(withResult(failed, made).results, [made]);
});

test('what a walk says of a bot that was left follows from where it stood', () => {
	const problem = problemCalled('x-network');
	const left = (phase: Partial<Phase>, skipped = false, lastProblem: typeof problem | null = null) =>
		walkLeaving({walk, bot: 'ferry', phase, lastProblem} as AuthorizeScreen, skipped).results;
	assert.deepEqual(left({name: 'saved'}), []);
	assert.deepEqual(left({name: 'conflict'}), [{bot: 'ferry', kind: 'held', problem: null}]);
	assert.deepEqual(left({name: 'failed', problem}), [{bot: 'ferry', kind: 'failed', problem}]);
	assert.deepEqual(left({name: 'unsaved', problem}), [{bot: 'ferry', kind: 'failed', problem}]);
	assert.deepEqual(left({name: 'requesting'}, true, problem), [{bot: 'ferry', kind: 'failed', problem}]);
	assert.deepEqual(left({name: 'requesting'}, true), [{bot: 'ferry', kind: 'skipped', problem: null}]);
	assert.deepEqual(left({name: 'requesting'}), []);
});

test('leaving an attempt cancels it alone, and the end cancels all but what lasts', async () => {
	const attempts = createAttempts();
	const {promise: over, resolve: end} = Promise.withResolvers<void>();
	const signals: AbortSignal[] = [];
	const ran = [1, 2, 3].map(number =>
		attempts.run(
			number,
			signal => {
				signals[number] = signal;
				return over;
			},
			number === 3,
		),
	);
	const aborted = () => signals.slice(1).map(signal => signal.aborted);
	attempts.leave(1);
	assert.deepEqual(aborted(), [true, false, false]);
	attempts.stop();
	assert.deepEqual(aborted(), [true, true, false]);
	end();
	await Promise.all(ran);
});

test('a secret is dots, however it is printed, and itself to whom it is revealed', () => {
	const secret = new Secret('not-a-real-secret');
	assert.deepEqual([String(secret), JSON.stringify(secret), inspect(secret)], ['•••', '"•••"', '•••']);
	assert.deepEqual([secret.reveal(), secret.length], ['not-a-real-secret', 17]);
});
