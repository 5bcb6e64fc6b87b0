import {cleanPin} from '../../keymaker/pin.ts';
import type {AuthorizeScreen, Phase, Renewal} from '../model/authorization.ts';
import type {Command} from '../model/binding.ts';
import {inserted} from '../model/field.ts';
import type {State} from '../model/state.ts';
import {type Step, step} from '../model/step.ts';
import {nextOnWalk, previousOnWalk} from '../model/walk.ts';
import {goOn, leave, request, startWalk, withPhase} from './begin.ts';
import {decide, moveToHeld} from './reduce-held.ts';

/** How long a letter in the empty field waits for more before it is a command; milliseconds. */
const letterMs = 30;

/** Carries out a command of the authorization. */
export function authorizeCommand(state: State, screen: AuthorizeScreen, command: Command, now: number): Step {
	const {phase} = screen;
	switch (command) {
		case 'back':
			return leave(state, screen, now);
		case 'skip':
		case 'next':
			return goOn(state, screen, nextOnWalk(state), now, true);
		case 'previous':
			return goOn(state, screen, previousOnWalk(screen), now, false);
		case 'retry':
			if (phase.name === 'conflict') {
				return decide(state, screen, 'again');
			}

			return phase.name === 'unsaved'
				? saveAgain(state, screen)
				: request(state, screen, {...renewalOf(phase), show: null}, now);
		case 'reveal':
			return step({...state, overlay: {name: 'confirm', question: {about: 'reveal'}}});
		case 'up':
			return moveToHeld(state, screen, -1);
		case 'down':
			return moveToHeld(state, screen, 1);
		case 'keep':
			return decide(state, screen, 'keep');
		case 'discard':
			return decide(state, screen, 'discard');
		default:
			return phase.name === 'awaiting-pin' ? pinCommand(state, phase, command, now) : step(state);
	}
}

/** Shows the unsaved key after the person says yes. */
export function revealUnsaved(state: State): Step {
	const {screen} = state;
	return screen.name === 'authorize' && screen.phase.name === 'unsaved'
		? step(withPhase(state, screen, {...screen.phase, revealed: true}))
		: step(state);
}

/** The command line that runs a program for every bot. */
export const execLine = 'keymaker exec --all -- ./post.sh';

/** Carries out a command of a walk's summary; `null` for those that open the flock with the new keys marked. */
export function summaryCommand(state: State, command: Command, now: number): Step | null {
	const back: State = {...state, screen: {name: 'flock'}};
	switch (command) {
		case 'walk':
			return startWalk(back, now);
		case 'copy':
			return step(state, {type: 'copy', text: execLine});
		case 'back':
			return step(back);
		default:
			return null;
	}
}

/** The flock with the walk's keys marked. */
export function withMadeMarked(state: State): State {
	const {screen, list} = state;
	return screen.name === 'summary'
		? {
				...state,
				screen: {name: 'flock'},
				list: {
					...list,
					marks: new Set(screen.results.filter(({kind}) => kind === 'made').map(({bot}) => bot)),
				},
			}
		: state;
}

/**
 * Adds typed or pasted text to the PIN field. A newline at its end submits the PIN, and so does a whole PIN
 * that comes at once into the empty field.
 */
export function pinText(state: State, screen: AuthorizeScreen, text: string, now: number): Step {
	const {phase} = screen;
	if (phase.name !== 'awaiting-pin') {
		return step(state);
	}

	const typed = `${phase.letter ?? ''}${text}`;
	const pin = inserted({text: phase.pin, after: state.caret}, typed.replace(/[\r\n]+$/, ''));
	const filled = withPhase(state, screen, {...phase, pin, letter: null, problem: null});
	if (/[\r\n]$/.test(typed)) {
		return pin === '' ? step(filled) : submit(filled, pin, now);
	}

	const isWhole =
		phase.pin === '' && phase.letter === null && text.length > 1 && isWholePin(pin, phase.link.id);
	return isWhole ? submit({...filled, handedInAt: now}, pin, now) : step(filled);
}

/** True for a certain PIN: seven digits, whatever surrounds them. */
function isWholePin(text: string, requestToken: string): boolean {
	try {
		return /^\d{7}$/.test(cleanPin(text, requestToken));
	} catch {
		return false;
	}
}

/** Holds a lone letter back for a moment: it can be a command, or the first of a text pasted letter by letter. */
export function pinLetter(state: State, screen: AuthorizeScreen, letter: string): Step {
	if (screen.phase.name !== 'awaiting-pin') {
		return step(state);
	}

	return step(withPhase(state, screen, {...screen.phase, letter}), {
		type: 'timer',
		timer: {for: 'letter', attempt: screen.attempt},
		ms: letterMs,
	});
}

/** Asks for another link; the one on the screen stops working. */
export function newLink(state: State, now: number): Step {
	const {screen} = state;
	if (screen.name !== 'authorize' || screen.phase.name !== 'awaiting-pin') {
		return step(state);
	}

	return request(
		state,
		screen,
		{note: 'Here is a new link; the old one no longer works.', label: null, show: null},
		now,
	);
}

/** Asks for a link with a PIN in the place of one that would call back: to the phone itself. */
function linkForPhone(state: State, now: number): Step {
	const {screen} = state;
	return screen.name === 'authorize'
		? request(
				state,
				screen,
				{note: 'A phone cannot return to keymaker, so this new link shows a PIN.', label: null, show: 'qr'},
				now,
			)
		: step(state);
}

/** What was said about an earlier link is still true while another one is asked for. */
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

function pinCommand(
	state: State,
	phase: Phase & {name: 'awaiting-pin'},
	command: Command,
	now: number,
): Step {
	switch (command) {
		case 'submit':
			return submit(state, phase.pin, now);
		case 'copy':
			return step(state, {type: 'copy', text: phase.link.url});
		case 'open':
			return step(state, {type: 'open-link', url: phase.link.url});
		case 'qr':
			return phase.link.callback === null
				? step({...state, overlay: {name: 'qr'}})
				: linkForPhone(state, now);
		case 'new-link':
			return step({...state, overlay: {name: 'confirm', question: {about: 'new-link'}}});
		default:
			return step(state);
	}
}

function submit(state: State, pin: string, now: number): Step {
	const {screen} = state;
	if (screen.name !== 'authorize' || screen.phase.name !== 'awaiting-pin') {
		return step(state);
	}

	const attempt = state.attempts + 1;
	const {link} = screen.phase;
	return step(
		{
			...state,
			attempts: attempt,
			screen: {...screen, attempt, phase: {name: 'exchanging', link, pin, startedAt: now}},
		},
		{type: 'submit-pin', attempt, link, pin},
	);
}
