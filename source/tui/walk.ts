import {needsKey} from '../flock/flock.ts';
import type {AuthorizeScreen, State, Walk, WalkResult} from './state.ts';

/** A walk from one bot on: through the bots shown that have no key, round to those before it. */
export function walkFrom({list}: State, bot: string, walking: boolean): Walk {
	const start = Math.max(
		0,
		list.shown.findIndex(one => one.name === bot),
	);
	const round = [...list.shown.slice(start), ...list.shown.slice(0, start)];
	return {queue: round.filter(needsKey).map(one => one.name), results: [], walking};
}

/** A walk with the latest result of a bot. */
export function withResult(walk: Walk, result: WalkResult): Walk {
	return {...walk, results: [...walk.results.filter(({bot}) => bot !== result.bot), result]};
}

/** A walk after its bot has been left in whatever phase it was; a bot that was merely looked at leaves no result. */
export function walkLeaving({walk, bot, phase, lastProblem}: AuthorizeScreen, skipped: boolean): Walk {
	switch (phase.name) {
		case 'saved':
			return walk;
		case 'conflict':
			return withResult(walk, {bot, kind: 'held', problem: null});
		case 'failed':
			return withResult(walk, {bot, kind: 'failed', problem: phase.problem});
		case 'unsaved':
			return withResult(walk, {bot, kind: 'failed', problem: phase.problem});
		default:
			return lastProblem !== null
				? withResult(walk, {bot, kind: 'failed', problem: lastProblem})
				: skipped
					? withResult(walk, {bot, kind: 'skipped', problem: null})
					: walk;
	}
}
