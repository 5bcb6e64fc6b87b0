import {savesNothing} from '../flock/hosts.ts';
import {authorize, authorizeSelected, startWalk} from './authorize/begin.ts';
import {
	authorizeCommand,
	newLink,
	pinText,
	revealUnsaved,
	summaryCommand,
	withMadeMarked,
} from './authorize/reduce.ts';
import {followHeld} from './authorize/reduce-held.ts';
import {authorizeResult} from './authorize/reduce-outcome.ts';
import {
	askToExport,
	exportAgain,
	exportAnyway,
	exportCommand,
	exportResult,
	exportText,
} from './export/reduce.ts';
import {editField, isEdit} from './field.ts';
import {flockCommand, flockResult} from './flock/reduce.ts';
import type {Action} from './model/action.ts';
import type {Command} from './model/binding.ts';
import {inMemoryOnly, type Overlay, type Question, type State} from './model/state.ts';
import {andThen, notify, type Step, step} from './model/step.ts';
import {paletteRows} from './overlay/palette.ts';
import {openOverlay, overlayCommand, overlayResult, overlayText} from './overlay/reduce.ts';
import {check} from './overlay/reduce-check.ts';
import {firstRunCommand, openSetup, setupCommand, setupResult, setupText} from './setup/reduce.ts';

/** Carries out a global command, else the overlay's or the screen's. */
export function runCommand(state: State, command: Command, now: number): Step {
	const {overlay} = state;
	if (isEdit(command)) {
		return step(editField(state, command));
	}

	switch (command) {
		case 'quit':
			return quit(state, 0);
		case 'interrupt':
			return quit(state, 130);
		case 'suspend':
			return step(state, {type: 'suspend'});
		case 'help':
			return step({...state, overlay: helpOver(overlay)});
		case 'palette':
			return step({...state, overlay: paletteOver(overlay)});
		default:
			return overlay === null ? onScreen(state, command, now) : onOverlay(state, overlay, command, now);
	}
}

/** Adds typed or pasted text to the active field. */
export function takeText(state: State, text: string, now: number): Step {
	const {screen, overlay} = state;
	if (overlay !== null) {
		return overlay.name === 'export' ? exportText(state, overlay, text) : overlayText(state, overlay, text);
	}

	switch (screen.name) {
		case 'authorize':
			return pinText(state, screen, text, now);
		case 'setup':
			return setupText(state, screen, text, now);
		default:
			return step(state);
	}
}

/** Handles an effect's result. */
export function takeResult(state: State, action: Action, now: number): Step {
	switch (action.type) {
		case 'read':
			return andThen(flockResult(state, action, now), next => afterReading(state, next, now));
		case 'read-failed':
		case 'poem':
			return flockResult(state, action, now);
		case 'revoked':
		case 'forgot':
		case 'brought-back':
		case 'checked':
		case 'check-pause':
		case 'check-over':
			return overlayResult(state, action, now);
		case 'exported':
		case 'export-failed':
			return exportResult(state, action);
		case 'app-saved':
		case 'app-refused':
			return setupResult(state, action, now);
		default:
			return authorizeResult(state, action, now);
	}
}

function onScreen(state: State, command: Command, now: number): Step {
	const {screen} = state;
	switch (screen.name) {
		case 'flock':
		case 'first-run':
			return firstRunCommand(state, command) ?? onFlock(state, command, now);
		case 'authorize':
			if (command === 'handle') {
				return openOverlay(state, command, now);
			}

			return command === 'change-app'
				? openSetup(state, screen.bot)
				: authorizeCommand(state, screen, command, now);
		case 'setup':
			return setupCommand(state, screen, command, now);
		case 'summary':
			return summaryCommand(state, command, now) ?? onFlock(withMadeMarked(state), command, now);
	}
}

/** The commands that save something in the end. A host refuses them at once, before anyone makes a PIN. */
const saving: ReadonlySet<Command> = new Set(['authorize', 'walk', 'handle', 'check', 'forget', 'undo']);

/** The flock's keys lead to all other features. */
function onFlock(state: State, command: Command, now: number): Step {
	if (state.others !== null && saving.has(command)) {
		const {message, hint} = savesNothing();
		return notify(state, `${message} ${hint}`, 'bad');
	}

	switch (command) {
		case 'authorize':
			return authorizeSelected(state, now);
		case 'walk':
			return startWalk(state, now);
		case 'export':
			return askToExport(state);
		case 'filter':
		case 'handle':
		case 'check':
		case 'cancel-check':
		case 'forget':
		case 'hosts':
		case 'undo':
			return openOverlay(state, command, now);
		default:
			return flockCommand(state, command);
	}
}

function onOverlay(state: State, overlay: Overlay, command: Command, now: number): Step {
	if (overlay.name === 'export') {
		return exportCommand(state, overlay, command);
	}

	if (overlay.name === 'palette' && command === 'accept') {
		const chosen = paletteRows(state, overlay)[overlay.selected];
		const under = {...state, overlay: overlay.over};
		return chosen === undefined ? step(state) : runCommand(under, chosen.command, now);
	}

	if (overlay.name === 'confirm' && command === 'yes') {
		return confirmed({...state, overlay: null}, overlay.question, now);
	}

	return overlay.name === 'confirm' && command === 'no' && overlay.question.about === 'overwrite'
		? exportAgain(state, overlay.question.draft)
		: overlayCommand(state, overlay, command, now);
}

/** Help for the place; after a second press for all places; then back. */
function helpOver(overlay: Overlay | null): Overlay {
	return overlay?.name === 'help'
		? {...overlay, all: !overlay.all, top: 0}
		: {name: 'help', all: false, top: 0, over: overlay};
}

/** A place's commands; over its help, those of the place that the help is about. */
function paletteOver(overlay: Overlay | null): Overlay {
	const over = overlay?.name === 'help' ? overlay.over : overlay;
	return over?.name === 'palette' ? over : {name: 'palette', text: '', selected: 0, top: 0, over};
}

function confirmed(state: State, question: Question, now: number): Step {
	switch (question.about) {
		case 'check':
			return check(state, question.bots, now);
		case 'new-link':
			return newLink(state, now);
		case 'overwrite':
			return exportAnyway(state, question.draft);
		case 'reveal':
			return revealUnsaved(state);
		case 'quit':
			return step(state, {type: 'end', exit: {kind: 'ended', exitCode: question.exitCode}});
	}
}

/** The first reading opens the requested bot. Each reading updates a question about held keys. */
function afterReading({flock, fixed}: State, state: State, now: number): Step {
	const begun =
		flock === null && fixed.authorizeFirst !== null && state.others === null
			? authorize(state, fixed.authorizeFirst, null, now)
			: step(state);
	return andThen(begun, next => followHeld(next, now));
}

function quit(state: State, exitCode: number): Step {
	const asked = state.overlay?.name === 'confirm' && state.overlay.question.about === 'quit';
	const lost = inMemoryOnly(state);
	return lost.length === 0 || asked
		? step(state, {type: 'end', exit: {kind: 'ended', exitCode}})
		: step({
				...state,
				overlay: {
					name: 'confirm',
					question: {about: 'quit', bots: [...new Set(lost.map(({bot}) => bot))], exitCode},
				},
			});
}
