import {type Flock, needsPerson} from '../../flock/flock.ts';
import type {AuthorizeScreen, Walk, WalkResult} from './authorization.ts';
import {botOf, type State} from './state.ts';
import {needyBots} from './tally.ts';

/**
 * A walk from one bot through the marked or shown bots that need a person, around to those before it. @param
 * now milliseconds since 1970
 */
export function walkFrom(state: State, bot: string, walking: boolean, now: number): Walk {
	const {shown} = state.list;
	const place = new Map(shown.map(({name}, index) => [name, index]));
	const start = place.get(bot) ?? 0;
	const needy = needyBots(state).map(({name}) => name);
	const isAfter = (name: string) => (place.get(name) ?? Infinity) >= start;
	const queue = [...needy.filter(isAfter), ...needy.filter(name => !isAfter(name))];
	return {queue, results: [], walking, startedAt: now};
}

/**
 * Where the walk was when the program last ended: the first bot without a key after the one authorized last,
 * or around to those before it. The keys themselves remember it, whatever interrupted the walk.
 * @returns `null` if nobody was authorized yet, or nobody is left.
 */
export function walkPlace(flock: Flock): string | null {
	let latest = '';
	let place = -1;
	flock.forEach(({key, held}, index) => {
		for (const one of [key, ...held.map(waiting => waiting.key)]) {
			const authorizedAt = one?.authorizedAt ?? '';
			if (authorizedAt > latest) {
				latest = authorizedAt;
				place = index;
			}
		}
	});
	const next = flock.find((bot, index) => index > place && needsPerson(bot)) ?? flock.find(needsPerson);
	return place < 0 ? null : (next?.name ?? null);
}

/** A walk with a bot's latest result. */
export function withResult(walk: Walk, result: WalkResult): Walk {
	return {...walk, results: [...walk.results.filter(({bot}) => bot !== result.bot), result]};
}

/** A walk after leaving its bot in any phase. A bot that was only looked at leaves no result. */
export function walkLeaving({walk, bot, phase, lastProblem}: AuthorizeScreen, skipped: boolean): Walk {
	switch (phase.name) {
		case 'saved':
		case 'discarded':
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

/** True if a walk has another bot. */
export function hasNext(state: State): boolean {
	return nextOnWalk(state) !== null;
}

/** A walk's next bot that still needs a person and has no result; `null` at its end. */
export function nextOnWalk(state: State): string | null {
	const {screen} = state;
	if (screen.name !== 'authorize') {
		return null;
	}

	const seen = new Set(screen.walk.results.map(result => result.bot));
	return (
		screen.walk.queue.find(name => {
			if (name === screen.bot || seen.has(name)) {
				return false;
			}

			const bot = botOf(state, name);
			return bot !== undefined && needsPerson(bot);
		}) ?? null
	);
}

/** The walk's bot before this one; `null` for the first. */
export function previousOnWalk({bot, walk}: AuthorizeScreen): string | null {
	return walk.walking ? (walk.queue[walk.queue.indexOf(bot) - 1] ?? null) : null;
}
