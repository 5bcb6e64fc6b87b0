import {askingStatus, type Bot, countStatuses, needsPerson, type StatusCounts} from '../../flock/flock.ts';
import {chosen} from './list.ts';
import type {State} from './state.ts';

/** How many of some bots have each status, and how many of them need a person. */
export type Tally = {of: StatusCounts; needy: number};

const tallies = new WeakMap<readonly Bot[], Tally>();

/** Counted once for each row of bots, not for each frame. */
export function tallyOf(bots: readonly Bot[]): Tally {
	let tally = tallies.get(bots);
	if (tally === undefined) {
		tally = {of: countStatuses(bots.map(askingStatus)), needy: bots.filter(needsPerson).length};
		tallies.set(bots, tally);
	}

	return tally;
}

/** The bots that a walk is about: of the marked ones, else of those that are shown, all that need a person. */
export function needyBots(state: State): Bot[] {
	const {list} = state;
	return (list.marks.size > 0 ? chosen(state) : list.shown).filter(needsPerson);
}

/** How many bots a walk is about. */
export function needyCount(state: State): number {
	return state.list.marks.size > 0 ? needyBots(state).length : tallyOf(state.list.shown).needy;
}
