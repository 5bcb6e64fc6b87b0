import {FlockError} from '../../flock/error.ts';
import type {Command} from '../model/binding.ts';
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
			return step({...state, caret: 0, overlay: {name: 'grant', bots, text: '', problem: null}});
		default:
			return step(closed);
	}
}

/** Grants the bots to the host that was typed: a recipient and a name. */
export function acceptGrant(state: State, overlay: Overlay & {name: 'grant'}): Step {
	const [recipient, name, ...more] = overlay.text.trim().split(/\s+/);
	if (!recipient || name === undefined || more.length > 0) {
		const problem = problemOf(
			new FlockError('usage', 'Type the host’s recipient and a name for it.', {
				hint: 'For example: age1… web1. Run keymaker host init on the host to get its recipient.',
			}),
		);
		return step({...state, overlay: {...overlay, problem}});
	}

	return step({...state, overlay: null}, {type: 'grant', bots: overlay.bots, host: {recipient, name}});
}
