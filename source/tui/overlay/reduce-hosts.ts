import {holdsIdentity, hostNameError, notIdentity, recipientError} from '../../flock/hosts.ts';
import type {Command} from '../model/binding.ts';
import {inserted} from '../model/field.ts';
import {grantable, hostChoices} from '../model/hosts.ts';
import {problemOf} from '../model/problem.ts';
import type {Overlay, State} from '../model/state.ts';
import {notify, type Step, step} from '../model/step.ts';

/** Asks which hosts can open the marked bots, else the selected one. */
export function askForHosts(state: State): Step {
	const bots = grantable(state);
	if (bots.length === 0) {
		return notify(state, 'Authorize the bot first, then grant it to a host.');
	}

	const last = hostChoices(state, bots).length - 1;
	return step({...state, overlay: {name: 'hosts', bots, choice: last}});
}

/** Carries out a command of the dialog. */
export function hostsCommand(state: State, overlay: Overlay & {name: 'hosts'}, command: Command): Step {
	const choices = hostChoices(state, overlay.bots);
	if (command !== 'accept') {
		const by = command === 'up' ? -1 : command === 'down' ? 1 : 0;
		const choice = (overlay.choice + by + choices.length) % choices.length;
		return step({...state, overlay: {...overlay, choice}});
	}

	const {bots} = overlay;
	const closed = {...state, overlay: null};
	const chosen = choices[overlay.choice];
	switch (chosen?.kind) {
		case 'grant':
			return step(closed, {type: 'grant', bots, host: chosen.host});
		case 'take-back':
			return step(closed, {type: 'ungrant', bots: chosen.bots, name: chosen.name});
		case 'new':
			return step({
				...state,
				caret: 0,
				overlay: {name: 'grant', bots, recipient: null, text: '', isRefused: false, problem: null},
			});
		default:
			return step(closed);
	}
}

/** Accepts the new host's recipient, or its name, and then grants. */
export function acceptGrant(state: State, overlay: Overlay & {name: 'grant'}): Step {
	const {bots, recipient: before} = overlay;
	// A paste that was refused may end with enter.
	if (overlay.text === '' && overlay.problem !== null) {
		return step(state);
	}

	const words = overlay.text.trim().split(/\s+/);
	const [recipient = '', name] = before === null ? words : [before, words.join(' ')];
	const error = recipientError(recipient) ?? (name === undefined ? null : hostNameError(name));
	if (error !== null) {
		return step({...state, overlay: {...overlay, problem: problemOf(error)}});
	}

	return name === undefined
		? step({...state, caret: 0, overlay: {...overlay, recipient, text: '', problem: null}})
		: step({...state, overlay: null}, {type: 'grant', bots, host: {recipient, name}});
}

/** Types into the new host's field; an identity, which is secret, is neither drawn nor held. */
export function grantText(state: State, overlay: Overlay & {name: 'grant'}, text: string): Step {
	const whole = inserted({text: overlay.text, after: state.caret}, text);
	if (holdsIdentity(whole)) {
		return step({
			...state,
			caret: 0,
			overlay: {...overlay, text: '', isRefused: true, problem: problemOf(notIdentity())},
		});
	}

	// The rest of an identity may come letter by letter.
	if (overlay.isRefused && !text.startsWith('age1')) {
		return step(state);
	}

	return step({...state, overlay: {...overlay, text: whole, isRefused: false, problem: null}});
}
