import {visible} from '../../flock/visible.ts';
import type {Action} from '../model/action.ts';
import {chosen} from '../model/list.ts';
import type {Overlay, State} from '../model/state.ts';
import {notify, type Step, step} from '../model/step.ts';
import {count, namesOf} from '../model/text.ts';

/** Asks X about the selected bot's key; about those of several marked bots after a yes. */
export function checkChosen(state: State, now: number): Step {
	return state.list.marks.size > 1 ? askToCheck(state) : checkSelected(state, now);
}

/** Asks X about the whole flock's keys, after a yes. */
export function checkAll(state: State): Step {
	return askToCheck({...state, list: {...state.list, marks: new Set()}}, state);
}

/** Starts asking X about these bots. */
export function check(state: State, bots: readonly string[], now: number): Step {
	const attempt = state.attempts + 1;
	return step(
		{
			...state,
			attempts: attempt,
			overlay: {
				name: 'checking',
				attempt,
				bots,
				done: 0,
				bad: [],
				startedAt: now,
				waitingUntil: null,
				cancelled: false,
			},
		},
		{type: 'check', attempt, bots},
	);
}

/** Takes in what X says during a check. */
export function checkResult(state: State, action: Action): Step {
	const {overlay} = state;
	if (overlay?.name !== 'checking' || !('attempt' in action) || action.attempt !== overlay.attempt) {
		return step(state);
	}

	switch (action.type) {
		case 'checked': {
			const {bot, problem} = action;
			const bad = problem === null ? overlay.bad : [...overlay.bad, {bot, problem}];
			return step({...state, overlay: {...overlay, done: overlay.done + 1, bad, waitingUntil: null}});
		}

		case 'check-pause':
			return step({...state, overlay: {...overlay, waitingUntil: action.until}});
		case 'check-over': {
			const {sentence, tone} = verdict(overlay);
			return notify({...state, overlay: null}, sentence, tone);
		}

		default:
			return step(state);
	}
}

function checkSelected(state: State, now: number): Step {
	const bot = chosen(state)[0];
	if (bot === undefined) {
		return step(state);
	}

	return bot.key === null
		? notify(state, `${visible(bot.name)} has no key to check.`)
		: check(state, [bot.name], now);
}

function askToCheck(state: State, original: State = state): Step {
	const bots = (state.list.marks.size > 0 ? chosen(state) : (state.flock ?? []))
		.filter(bot => bot.key !== null)
		.map(bot => bot.name);
	return bots.length === 0
		? notify(original, 'There is no key to check.')
		: step({...original, overlay: {name: 'confirm', question: {about: 'check', bots}}});
}

function verdict({bots, done, bad, cancelled}: Overlay & {name: 'checking'}) {
	const first = bad[0];
	const stopped = cancelled ? 'Stopped; what was learnt is kept. ' : '';
	const unasked = cancelled || done === bots.length ? '' : ` ${bots.length - done} not asked.`;
	if (first === undefined) {
		const all =
			bots.length === 1
				? `X takes the key of ${namesOf(bots)}.`
				: `${count(done, 'key')} checked, all taken by X.`;
		return cancelled
			? {sentence: `${stopped}${done} of ${bots.length} checked.`, tone: 'plain' as const}
			: {sentence: all, tone: 'good' as const};
	}

	return bots.length === 1
		? {sentence: `${first.problem.sentence} ${first.problem.hint}`, tone: 'bad' as const}
		: {
				sentence: `${stopped}${done} checked, ${bad.length} not ready: ${namesOf(bad.map(({bot}) => bot))}.${unasked} ${first.problem.sentence}`,
				tone: 'bad' as const,
			};
}
