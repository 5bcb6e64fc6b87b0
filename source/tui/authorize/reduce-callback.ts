import {deniedSentence} from '../../flock/words.ts';
import type {Action} from '../model/action.ts';
import type {Problem} from '../model/problem.ts';
import type {State} from '../model/state.ts';
import {type Step, step} from '../model/step.ts';
import {request, withPhase} from './begin.ts';

/** Takes in that X's answer to the link on the screen has come by callback; for any other link it is late. */
export function calledBack(state: State, {linkId, delivery}: Action & {type: 'called-back'}): Step {
	const {screen} = state;
	return screen.name === 'authorize' &&
		screen.phase.name === 'awaiting-pin' &&
		screen.phase.link.id === linkId
		? step(withPhase(state, screen, {...screen.phase, called: delivery}))
		: step(state);
}

/**
 * Goes on with an answer that has come by callback as soon as nothing lies over the screen: whoever is typing there must not
 * find the keys going to a question, or to the next bot.
 */
export function takeCalled(state: State, now: number): Step {
	const {screen, overlay} = state;
	if (
		overlay !== null ||
		screen.name !== 'authorize' ||
		screen.phase.name !== 'awaiting-pin' ||
		screen.phase.called === null
	) {
		return step(state);
	}

	const {called, link} = screen.phase;
	// An enter that was meant for the screen before answers nothing.
	const before: State = {...state, handedInAt: now};
	if (called.kind === 'denied') {
		const note = `${deniedSentence(screen.bot)} Here is a new link.`;
		return request(before, screen, {note, label: null, show: null}, now);
	}

	const attempt = state.attempts + 1;
	return step(
		{
			...before,
			attempts: attempt,
			screen: {...screen, attempt, phase: {name: 'exchanging', link, pin: null, startedAt: now}},
		},
		{type: 'submit-verifier', attempt, link, verifier: called.verifier},
	);
}

/** The state and the note after a link has come that shows a PIN although X was to call back: it is said once. */
export function withPinInstead(
	state: State,
	problem: Problem | undefined,
	note: string | null,
): {state: State; note: string | null} {
	if (problem === undefined) {
		return {state, note};
	}

	const callback = problem.code === 'x-callback' ? 'refused' : 'failed';
	const said = `${problem.sentence} This link shows a PIN. ${problem.hint}`;
	return {
		state: {...state, callback},
		note: state.callback === 'wanted' ? [note, said].filter(Boolean).join(' ') : note,
	};
}
