import {askingStatus, type Bot, countStatuses, needsPerson, type StatusCounts} from '../../flock/flock.ts';
import {chosen} from './list.ts';
import type {State} from './state.ts';

/** How many of some bots have each status, and how many need a person. */
export type Tally = {of: StatusCounts; needy: number};

const tallies = new WeakMap<readonly Bot[], Tally>();

/** Counted once per list of bots, not per frame. */
export function tallyOf(bots: readonly Bot[]): Tally {
	let tally = tallies.get(bots);
	if (tally === undefined) {
		tally = {of: countStatuses(bots.map(askingStatus)), needy: bots.filter(needsPerson).length};
		tallies.set(bots, tally);
	}

	return tally;
}

/** A walk's bots: all that need a person among the marked ones, else among those shown. */
export function needyBots(state: State): Bot[] {
	const {list} = state;
	return (list.marks.size > 0 ? chosen(state) : list.shown).filter(needsPerson);
}

/** The number of a walk's bots. */
export function needyCount(state: State): number {
	return state.list.marks.size > 0 ? needyBots(state).length : tallyOf(state.list.shown).needy;
}
