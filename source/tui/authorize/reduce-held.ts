import type {HeldInfo} from '../../flock/key.ts';
import {visible} from '../../flock/visible.ts';
import {accountOf, namesOfHeld} from '../../flock/words.ts';
import type {Action} from '../model/action.ts';
import type {AuthorizeScreen, Decision, Phase} from '../model/authorization.ts';
import {botOf, type State} from '../model/state.ts';
import {andThen, notify, type Step, step} from '../model/step.ts';
import {nextOnWalk, withResult} from '../model/walk.ts';
import {request, toFlock, walkOn, withPhase} from './begin.ts';

type Question = Phase & {name: 'conflict'};

/**
 * The question about a bot's held keys.
 * @param held the keys known to be held, oldest first, even if no reading has shown them yet.
 * @param selected the `tokenId` of the key for k and d.
 */
export function questionAbout(
	state: State,
	bot: string,
	held: readonly HeldInfo[],
	selected: string,
): Question {
	const read = new Set(heldOf(state, bot).map(({tokenId}) => tokenId));
	const fresh = held.map(({tokenId}) => tokenId).filter(tokenId => !read.has(tokenId));
	return {name: 'conflict', held, selected, fresh, deciding: null};
}

/** The held key that k and d act on. */
export function selectedHeld({held, selected}: Question): HeldInfo | undefined {
	return held.find(({tokenId}) => tokenId === selected);
}

/** A bot's held keys plus a new one, which the flock may not show yet. */
export function heldWith(state: State, bot: string, come: HeldInfo): HeldInfo[] {
	return [...heldOf(state, bot).filter(({tokenId}) => tokenId !== come.tokenId), come];
}

/** Chooses another held key, newest first. @param by rows downwards. */
export function moveToHeld(state: State, screen: AuthorizeScreen, by: number): Step {
	const {phase} = screen;
	if (phase.name !== 'conflict' || phase.deciding !== null) {
		return step(state);
	}

	const place = phase.held.findIndex(({tokenId}) => tokenId === phase.selected);
	const next = phase.held[place - by];
	return step(next === undefined ? state : withPhase(state, screen, {...phase, selected: next.tokenId}));
}

/** Asks for the decision about the selected key only. */
export function decide(state: State, screen: AuthorizeScreen, decision: Decision): Step {
	const {phase, bot} = screen;
	if (phase.name !== 'conflict' || phase.deciding !== null) {
		return step(state);
	}

	const attempt = state.attempts + 1;
	return step(
		{...state, attempts: attempt, screen: {...screen, attempt, phase: {...phase, deciding: decision}}},
		{type: 'decide', attempt, bot, tokenId: phase.selected, keep: decision === 'keep'},
	);
}

/** Updates the question with the keys that are held now. While a decision runs, its result says what happened. */
export function followHeld(state: State, now: number): Step {
	const {screen} = state;
	if (screen.name !== 'authorize' || screen.phase.name !== 'conflict' || screen.phase.deciding !== null) {
		return step(state);
	}

	const {bot, phase} = screen;
	const before = selectedHeld(phase);
	const held = stillHeld(state, bot, phase);
	const selected = held.find(({tokenId}) => tokenId === phase.selected) ?? held.at(-1);
	const followed =
		selected === undefined
			? leaveDecided(state, screen, now)
			: step(withPhase(state, screen, questionAbout(state, bot, held, selected.tokenId)));
	return before === undefined || selected?.tokenId === phase.selected
		? followed
		: andThen(followed, next => notify(next, goneSentence(next, bot, before)));
}

/** Handles a kept or discarded key: goes to the next held one, or past the question. */
export function decided(
	before: State,
	screen: AuthorizeScreen | null,
	{kept, bot, key, tokenId}: Action & {type: 'decided'},
	now: number,
): Step {
	const state = kept ? before : {...before, forgotten: [[bot], ...before.forgotten]};
	const account = accountOf(key);
	const done = kept
		? `${visible(bot)} now posts as ${account}.`
		: `Discarded ${account}’s key. In the flock, u undoes.`;
	if (screen?.phase.name !== 'conflict') {
		return notify(state, done);
	}

	const {phase} = screen;
	const wasMade = kept || screen.walk.results.some(one => one.bot === bot && one.kind === 'made');
	const walk = withResult(screen.walk, {bot, kind: wasMade ? 'made' : 'discarded', problem: null});
	const seen: AuthorizeScreen = {...screen, walk};
	const left = stillHeld(state, bot, phase).filter(one => one.tokenId !== tokenId);
	const another = left.at(-1);
	if (another !== undefined) {
		const said = `${done} Still to decide: ${namesOfHeld(left)}.`;
		return notify(withPhase(state, seen, questionAbout(state, bot, left, another.tokenId)), said);
	}

	if (phase.deciding === 'again') {
		return request(
			state,
			seen,
			{note: `Discarded ${account}’s key. Here is a new link.`, label: null, show: null},
			now,
		);
	}

	if (!kept) {
		return walk.walking
			? step(withPhase(state, seen, {name: 'discarded', key}))
			: andThen(leaveDecided(state, seen, now), after => notify(after, `${done} ${stands(after, bot)}`));
	}

	const next = nextOnWalk({...state, screen: seen});
	return walk.walking && next !== null
		? walkOn(state, seen, next, now, {text: done, tone: 'good'})
		: step(withPhase(state, seen, {name: 'saved', key, kept: true}));
}

/** Handles a failed decision. */
export function decideFailed(
	state: State,
	screen: AuthorizeScreen | null,
	{problem}: Action & {type: 'decide-failed'},
	now: number,
): Step {
	const said = `${problem.sentence} ${problem.hint}`;
	if (screen?.phase.name !== 'conflict') {
		return notify(state, said, 'bad');
	}

	const {phase} = screen;
	const isGone = problem.code === 'held-changed';
	const fresh = phase.fresh.filter(tokenId => !isGone || tokenId !== phase.selected);
	const asked = withPhase(state, screen, {...phase, fresh, deciding: null});
	return andThen(isGone ? followHeld(asked, now) : step(asked), next => notify(next, said, 'bad'));
}

/**
 * The keys held by the latest reading, and those that came since: a reading that began earlier does not
 * remove them.
 */
function stillHeld(state: State, bot: string, {held, fresh}: Question): HeldInfo[] {
	const read = heldOf(state, bot);
	const isRead = new Set(read.map(({tokenId}) => tokenId));
	return [...read, ...held.filter(({tokenId}) => fresh.includes(tokenId) && !isRead.has(tokenId))];
}

function heldOf(state: State, bot: string): readonly HeldInfo[] {
	return botOf(state, bot)?.held ?? [];
}

/** Leaves a question with nothing left to decide. */
function leaveDecided(state: State, screen: AuthorizeScreen, now: number): Step {
	if (!screen.walk.walking) {
		return step(toFlock(state));
	}

	return walkOn(state, screen, nextOnWalk({...state, screen}), now);
}

function goneSentence(state: State, bot: string, {key}: HeldInfo): string {
	return `The key of ${accountOf(key)} is no longer waiting: another window or program decided about it. ${stands(state, bot)}`;
}

function stands(state: State, name: string): string {
	const key = botOf(state, name)?.key;
	return key == null ? `${visible(name)} has no key.` : `${visible(name)} has the key of ${accountOf(key)}.`;
}
