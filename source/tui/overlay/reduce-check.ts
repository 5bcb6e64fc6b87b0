import {visible} from '../../flock/visible.ts';
import type {Action} from '../model/action.ts';
import {chosen} from '../model/list.ts';
import type {Checking, CheckProblem, State} from '../model/state.ts';
import {notify, type Step, step} from '../model/step.ts';
import {count, namesOf} from '../model/text.ts';

/** Asks X about the selected bot's key; for several marked bots, asks first. */
export function checkChosen(state: State, now: number): Step {
	if (state.checking !== null) {
		return notify(state, 'A check is running. Press esc to stop it.');
	}

	const bots = chosen(state)
		.filter(bot => bot.key !== null)
		.map(bot => bot.name);
	if (state.list.marks.size > 1 && bots.length > 0) {
		return step({...state, overlay: {name: 'confirm', question: {about: 'check', bots}}});
	}

	const selected = chosen(state)[0];
	if (selected === undefined) {
		return step(state);
	}

	return bots.length > 0
		? check(state, bots, now)
		: notify(
				state,
				state.list.marks.size > 1
					? 'No marked bot has a key.'
					: `${visible(selected.name)} has no key to check.`,
			);
}

/** Starts asking X about these bots. */
export function check(state: State, bots: readonly string[], now: number): Step {
	const attempt = state.attempts + 1;
	const checking: Checking = {
		attempt,
		bots,
		results: new Map(),
		startedAt: now,
		waitingUntil: null,
		cancelled: false,
	};
	return step({...state, attempts: attempt, checking}, {type: 'check', attempt, bots});
}

/** Stops asking, and keeps the answers. */
export function stopCheck(state: State): Step {
	const {checking} = state;
	return checking === null || checking.cancelled
		? step(state)
		: step({...state, checking: {...checking, cancelled: true}}, {type: 'leave', attempt: checking.attempt});
}

/** Handles X's answers during a check. */
export function checkResult(state: State, action: Action): Step {
	const {checking} = state;
	if (checking === null || !('attempt' in action) || action.attempt !== checking.attempt) {
		return step(state);
	}

	switch (action.type) {
		case 'checked': {
			const results = new Map(checking.results).set(action.bot, action.problem);
			return step({...state, checking: {...checking, results, waitingUntil: null}});
		}

		case 'check-pause':
			return step({...state, checking: {...checking, waitingUntil: action.until}});
		case 'check-over': {
			const {sentence, tone} = verdict(checking);
			return notify({...state, checking: null}, sentence, tone);
		}

		default:
			return step(state);
	}
}

function verdict({bots, results, cancelled}: Checking) {
	const bad = [...results].flatMap(([bot, problem]) => (problem === null ? [] : [{bot, problem}]));
	const done = results.size;
	const [first] = bad;
	const unasked = done === bots.length ? '' : ` ${bots.length - done} not asked.`;
	const stopped = cancelled ? 'Stopped. ' : '';
	if (first === undefined) {
		const [name = ''] = bots;
		const all =
			bots.length === 1 ? `${visible(name)}’s key works.` : `${count(done, 'key')} checked, all work.`;
		return cancelled
			? {sentence: `Stopped. ${done} of ${bots.length} checked.`, tone: 'plain' as const}
			: {sentence: `${all}${unasked}`, tone: 'good' as const};
	}

	if (bots.length === 1) {
		return {sentence: `${first.problem.sentence} ${first.problem.hint}`, tone: 'bad' as const};
	}

	const named = bad.length > 3 ? '' : ` (${namesOf(bad.map(({bot}) => bot))})`;
	const reasons = reasonsOf(bad.map(({problem}) => problem));
	const why = reasons.length === 1 ? ` ${first.problem.sentence}` : '';
	const works =
		done === bad.length ? '' : `, ${done - bad.length} ${done - bad.length === 1 ? 'works' : 'work'}`;
	return {
		sentence: `${stopped}${done} checked${works}, ${reasons.join(', ')}${named}.${unasked}${why}`,
		tone: 'bad' as const,
	};
}

/** How many failed for which reason, most frequent first. */
function reasonsOf(problems: readonly CheckProblem[]): string[] {
	const counts = new Map<string, number>();
	for (const problem of problems) {
		const word = reasonWord(problem);
		counts.set(word, (counts.get(word) ?? 0) + 1);
	}

	return [...counts].sort(([, one], [, other]) => other - one).map(([word, number]) => `${number} ${word}`);
}

/** Why a check of one bot failed, in a word or two. */
export function reasonWord({code, rejected}: Pick<CheckProblem, 'code' | 'rejected'>): string {
	return rejected ? 'rejected' : code === 'other-app' ? 'other app' : 'not answered';
}
