import type {Effect, Step as GenericStep} from './action.ts';
import type {NoticeTone, State} from './state.ts';

/**
 * What the reducers give: the next state, and the work that follows from it. They are put together by three functions:
 * `step(state, …effects)` is one, `notify(state, text)` is one that says something, `andThen(first, next)` goes on from one.
 */
export type Step = GenericStep<State>;

/** How long a notice stays at least, in milliseconds, and for each of its characters: it is to be read in peace. */
const noticeMs = {least: 6000, character: 70};

/** A step to a state with these effects. */
export function step(state: State, ...effects: readonly Effect[]): Step {
	return {state, effects};
}

/** Goes on from a step; the effects add up. */
export function andThen(first: Step, next: (state: State) => Step): Step {
	const second = next(first.state);
	return {state: second.state, effects: [...first.effects, ...second.effects]};
}

/** Shows a notice that goes by itself. */
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
