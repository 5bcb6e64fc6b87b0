import type {Effect, Step as GenericStep} from './action.ts';
import type {NoticeTone, State} from './state.ts';

/**
 * A reducer's result: the next state, and the work that follows. Three functions make one: `step(state,
 * …effects)`; `notify(state, text)`, which says something; `andThen(first, next)`, which continues from one.
 */
export type Step = GenericStep<State>;

/** How long a notice stays at least, in milliseconds, and for each of its characters, so that people can read it. */
const noticeMs = {least: 6000, character: 70};

/** A step to a state with these effects. */
export function step(state: State, ...effects: readonly Effect[]): Step {
	return {state, effects};
}

/** Continues from a step; the effects add up. */
export function andThen(first: Step, next: (state: State) => Step): Step {
	const second = next(first.state);
	return {state: second.state, effects: [...first.effects, ...second.effects]};
}

/** Shows a notice that disappears by itself. */
export function notify(state: State, text: string, tone: NoticeTone = 'plain'): Step {
	const id = state.notices + 1;
	return step(
		{...state, notices: id, notice: {id, text, tone}},
		{
			type: 'timer',
			timer: {for: 'notice', id},
			ms: Math.max(noticeMs.least, text.length * noticeMs.character),
		},
	);
}
