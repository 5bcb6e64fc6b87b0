import type {AuthorizeScreen, Phase, Renewal} from '../model/authorization.ts';
import type {Command} from '../model/binding.ts';
import type {State} from '../model/state.ts';
import {type Step, step} from '../model/step.ts';
import {nextOnWalk} from '../model/walk.ts';
import {goOn, leave, request, withPhase} from './begin.ts';
import {decide, moveToHeld} from './deciding.ts';
import {pinCommand} from './reduce-pin.ts';

/** Carries out a command of the authorization. */
export function authorizeCommand(state: State, screen: AuthorizeScreen, command: Command, now: number): Step {
	const {phase} = screen;
	switch (command) {
		case 'back':
			return leave(state, screen);
		case 'skip':
		case 'next':
			return goOn(state, screen, nextOnWalk(state), now);
		case 'previous':
			return goOn(state, screen, screen.walk.results.at(-1)?.bot ?? null, now);
		case 'retry':
			return phase.name === 'unsaved'
				? saveAgain(state, screen)
				: request(state, screen, {...renewalOf(phase), open: false}, now);
		case 'reveal':
			return step({...state, overlay: {name: 'confirm', question: {about: 'reveal'}}});
		case 'up':
			return moveToHeld(state, screen, -1);
		case 'down':
			return moveToHeld(state, screen, 1);
		case 'keep':
			return decide(state, screen, true);
		case 'discard':
			return decide(state, screen, false);
		case 'change-app':
			return step(state);
		default:
			return phase.name === 'awaiting-pin' ? pinCommand(state, screen, phase, command, now) : step(state);
	}
}

/** Shows the unsaved key, after the person has said yes. */
export function revealUnsaved(state: State): Step {
	const {screen} = state;
	return screen.name === 'authorize' && screen.phase.name === 'unsaved'
		? step(withPhase(state, screen, {...screen.phase, revealed: true}))
		: step(state);
}

/** What was said of an earlier link stays true while the next one is asked for again. */
function renewalOf(phase: Phase): Renewal {
	return phase.name === 'failed' ? {note: phase.note, label: phase.label} : {note: null, label: null};
}

function saveAgain(state: State, screen: AuthorizeScreen): Step {
	if (screen.phase.name !== 'unsaved' || screen.phase.saving) {
		return step(state);
	}

	const attempt = state.attempts + 1;
	const phase: Phase = {...screen.phase, saving: true};
	return step(
		{...state, attempts: attempt, screen: {...screen, attempt, phase}},
		{type: 'retry-save', attempt, bot: screen.bot},
	);
}
