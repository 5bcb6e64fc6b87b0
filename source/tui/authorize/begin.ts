import {needsPerson} from '../../flock/flock.ts';
import {visible} from '../../flock/visible.ts';
import type {Effect} from '../model/action.ts';
import type {AuthorizeScreen, Phase, Renewal, Show, Walk} from '../model/authorization.ts';
import {botOf, callbackPortOf, type State, selectedBot} from '../model/state.ts';
import {andThen, notify, type Step, step} from '../model/step.ts';
import {tallyOf} from '../model/tally.ts';
import {walkFrom, walkLeaving} from '../model/walk.ts';

/** Begins with one bot: at its held or unsaved key, at the choice of an app, or by asking X for a link. */
export function authorize(
	state: State,
	name: string,
	walk: Walk | null,
	now: number,
	said: AuthorizeScreen['said'] = null,
): Step {
	const bot = botOf(state, name);
	if (bot === undefined || bot.poem === null) {
		return notify(state, `The poem of ${visible(name)} is gone, so there is nothing to authorize.`, 'bad');
	}

	const list = {...state.list, selected: name};
	const screen = {
		name: 'authorize' as const,
		bot: name,
		attempt: state.attempts,
		lastProblem: null,
		opened: null,
		said,
		walk: walk ?? walkFrom(state, name, false, now),
	};
	const unsaved = state.unsaved.findLast(one => one.bot === name);
	if (unsaved !== undefined) {
		const {problem} = unsaved;
		const phase = {name: 'unsaved' as const, problem, saving: false, revealed: false};
		return step({...state, list, overlay: null, screen: {...screen, phase}});
	}

	const newest = bot.held.at(-1);
	if (newest !== undefined) {
		const phase = {
			name: 'conflict' as const,
			held: bot.held,
			selected: newest.tokenId,
			fresh: [],
			deciding: null,
		};
		return step({...state, list, overlay: null, screen: {...screen, phase}});
	}

	if (state.app === null) {
		return step({...state, list, overlay: null, screen: {name: 'first-run', bot: name}});
	}

	return request({...state, list}, screen, {note: null, label: null, show: 'open'}, now);
}

/** Begins with the selected bot. */
export function authorizeSelected(state: State, now: number): Step {
	const bot = selectedBot(state);
	return bot === undefined
		? notify(state, 'No bot to authorize here.')
		: authorize(state, bot.name, null, now);
}

/** Starts or continues the walk from the selected bot: the marked ones, else the first one that needs a person. */
export function startWalk(state: State, now: number): Step {
	const walk = walkFrom(state, state.list.selected ?? '', true, now);
	const first = walk.queue[0];
	if (first === undefined) {
		return nobodyNeedsYou(state);
	}

	return authorize(state, first, walk, now);
}

function nobodyNeedsYou(state: State): Step {
	const {marks, filter} = state.list;
	const others = tallyOf(state.flock ?? []).needy;
	if (others === 0) {
		return notify(state, 'All done. No bot needs you.', 'good');
	}

	const which =
		marks.size > 0 ? 'None of the marked bots needs you' : `No bot that matches ${visible(filter)} needs you`;
	return notify(
		state,
		`${which}; ${others === 1 ? '1 other does' : `${others} others do`}. Press esc to see them.`,
	);
}

/** Asks X for a link. */
export function request(
	state: State,
	screen: Omit<AuthorizeScreen, 'phase'>,
	{note, label, show}: Renewal & {show: Show},
	now: number,
): Step {
	const attempt = state.attempts + 1;
	const phase: Phase = {name: 'requesting', startedAt: now, note, label, show};
	const callbackPort = show === 'qr' ? null : callbackPortOf(state);
	return step(
		{...state, attempts: attempt, overlay: null, screen: {...screen, attempt, phase}},
		{type: 'request-link', bot: screen.bot, attempt, ...(callbackPort === null ? {} : {callbackPort})},
	);
}

/** Leaves the bot for the walk's next one, or ends the walk. @param skipped false for a bot that was only looked at */
export function goOn(
	state: State,
	screen: AuthorizeScreen,
	next: string | null,
	now: number,
	skipped: boolean,
): Step {
	const walk = {...walkLeaving(screen, skipped), walking: true};
	const left = step(state, ...abandoned(screen));
	return andThen(left, current => walkOn(current, {...screen, walk}, next, now));
}

/** Continues the walk with another bot, or ends it. */
export function walkOn(
	state: State,
	screen: AuthorizeScreen,
	next: string | null,
	now: number,
	said: AuthorizeScreen['said'] = null,
): Step {
	return next === null ? endWalk(state, screen, now) : authorize(state, next, screen.walk, now, said);
}

/** Returns to the flock; after several bots, through a summary. */
export function leave(state: State, screen: AuthorizeScreen, now: number): Step {
	const walk = walkLeaving(screen, false);
	return andThen(step(state, ...abandoned(screen)), current => endWalk(current, {...screen, walk}, now));
}

/** The flock again. */
export function toFlock(state: State): State {
	return {...state, overlay: null, screen: {name: 'flock'}};
}

/** The other bot whose active key belongs to an account; `null` if there is none. */
export function otherBotOf(state: State, name: string, userId: string): string | null {
	return state.flock?.find(bot => bot.name !== name && bot.key?.userId === userId)?.name ?? null;
}

/** The state with the authorization in another phase. */
export function withPhase(state: State, screen: AuthorizeScreen, phase: Phase): State {
	return {...state, screen: {...screen, phase}};
}

function endWalk(state: State, {walk, bot}: AuthorizeScreen, now: number): Step {
	const back = toFlock({...state, list: {...state.list, selected: bot}});
	if (walk.results.length < 2) {
		return step(back);
	}

	const made = new Set(walk.results.filter(({kind}) => kind === 'made').map(result => result.bot));
	const left = walk.queue.filter(name => {
		const one = botOf(state, name);
		return !made.has(name) && one !== undefined && needsPerson(one);
	}).length;
	return step({
		...back,
		screen: {name: 'summary', results: walk.results, left, tookMs: now - walk.startedAt},
	});
}

/** What happens to the work of the phase that is left: a link is dropped, and an exchange's key will be held. */
function abandoned({phase, attempt}: AuthorizeScreen): Effect[] {
	switch (phase.name) {
		case 'requesting':
		case 'exchanging':
			return [{type: 'leave', attempt}];
		case 'awaiting-pin':
			return [{type: 'drop-link', link: phase.link}];
		default:
			return [];
	}
}
