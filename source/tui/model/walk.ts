import {type Flock, needsPerson} from '../../flock/flock.ts';
import type {AuthorizeScreen, Walk, WalkResult} from './authorization.ts';
import {botOf, type State} from './state.ts';
import {needyBots} from './tally.ts';

/** A walk from one bot on: through the marked bots, else those shown, that need a person, round to those before it. @param now milliseconds since 1970 */
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
 * Where the walk was when the program last ended: the first bot without a key after the one that was authorized
 * last, or round to those before it. The keys themselves remember it, whatever has interrupted the walk.
 * @returns `null` where nobody has been authorized yet, or nobody is left.
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

/** A walk with the latest result of a bot. */
export function withResult(walk: Walk, result: WalkResult): Walk {
	return {...walk, results: [...walk.results.filter(({bot}) => bot !== result.bot), result]};
}

/** A walk after its bot has been left in whatever phase it was; a bot that was merely looked at leaves no result. */
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

/** True where a walk has another bot to go to. */
export function hasNext(state: State): boolean {
	return nextOnWalk(state) !== null;
}

/** The next bot of a walk that still needs a person and has not been dealt with; `null` at its end. */
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

/** The bot before this one on the walk; `null` where it is the first. */
export function previousOnWalk({bot, walk}: AuthorizeScreen): string | null {
	return walk.walking ? (walk.queue[walk.queue.indexOf(bot) - 1] ?? null) : null;
}
