import {handleOf} from '../../keymaker/handle.ts';
import type {Action} from '../model/action.ts';
import type {Command} from '../model/binding.ts';
import {inserted} from '../model/field.ts';
import {afterMove, withFilter} from '../model/list.ts';
import {expected, problemOf} from '../model/problem.ts';
import {helpTop} from '../model/room.ts';
import {type Overlay, type State, selectedBot} from '../model/state.ts';
import {type Step, step} from '../model/step.ts';
import {oneLine} from '../model/text.ts';
import {paletteRows} from './palette.ts';
import {checkChosen, checkResult, stopCheck} from './reduce-check.ts';
import {askToForget, broughtBack, forgetCommand, forgot, revoked} from './reduce-forget.ts';
import {acceptGrant, askForHosts, grantText, hostsCommand} from './reduce-hosts.ts';

/** Carries out a command of the flock that opens an overlay, or undoes what one did. */
export function openOverlay(state: State, command: Command, now: number): Step {
	switch (command) {
		case 'filter':
			return step({...state, overlay: {name: 'filter'}});
		case 'handle': {
			const bot = selectedBot(state);
			return bot === undefined
				? step(state)
				: step({
						...state,
						overlay: {name: 'handle', bot: bot.name, text: bot.expectedHandle ?? '', problem: null},
					});
		}

		case 'check':
			return checkChosen(state, now);
		case 'cancel-check':
			return stopCheck(state);
		case 'forget':
			return askToForget(state);
		case 'hosts':
			return askForHosts(state);
		case 'undo':
			return step(state, {type: 'bring-back'});
		default:
			return step(state);
	}
}

/** Carries out a command while an overlay takes the keys. */
export function overlayCommand(state: State, overlay: Overlay, command: Command, now: number): Step {
	if (command === 'close' || command === 'no') {
		return step({...state, overlay: 'over' in overlay ? lasting(overlay.over) : null});
	}

	switch (overlay.name) {
		case 'filter':
			return filterCommand(state, command);
		case 'handle':
			return command === 'accept' ? acceptHandle(state, overlay) : step(state);
		case 'help':
			return step({
				...state,
				overlay: {...overlay, top: helpTop(overlay.top + rowsOf(state, command), state.room)},
			});
		case 'forget':
			return forgetCommand(state, overlay, command, now);
		case 'hosts':
			return hostsCommand(state, overlay, command);
		case 'grant':
			return command === 'accept' ? acceptGrant(state, overlay) : step(state);
		case 'qr':
			return command === 'copy' &&
				state.screen.name === 'authorize' &&
				state.screen.phase.name === 'awaiting-pin'
				? step(state, {type: 'copy', text: state.screen.phase.link.url})
				: step(state);
		case 'palette':
			return paletteCommand(state, overlay, command);
		default:
			return step(state);
	}
}

/** Adds typed or pasted text to an overlay's field. */
export function overlayText(state: State, overlay: Overlay, text: string): Step {
	switch (overlay.name) {
		case 'filter':
			return step(
				withFilter(
					state,
					inserted({text: state.list.filter, after: state.caret}, text === ' ' ? ' ' : oneLine(text)),
				),
			);
		case 'grant':
			return grantText(state, overlay, text === ' ' ? ' ' : oneLine(text));
		case 'handle':
			return step({
				...state,
				overlay: {
					...overlay,
					text: inserted({text: overlay.text, after: state.caret}, text === ' ' ? ' ' : oneLine(text)),
					problem: null,
				},
			});
		case 'palette':
			return step({
				...state,
				overlay: {
					...overlay,
					text: inserted({text: overlay.text, after: state.caret}, text === ' ' ? ' ' : oneLine(text)),
					selected: 0,
				},
			});
		default:
			return step(state);
	}
}

/** Handles the results of a check, or of forgetting. */
export function overlayResult(state: State, action: Action, now: number): Step {
	switch (action.type) {
		case 'revoked':
			return step(revoked(state, action, now));
		case 'forgot':
			return forgot(state, action);
		case 'brought-back':
			return broughtBack(state, action);
		default:
			return checkResult(state, action);
	}
}

/** What returns from under the help: nothing that was only waiting for an answer, which may have come. */
function lasting(over: Overlay | null): Overlay | null {
	return over?.name === 'export' && over.attempt !== null ? null : over;
}

function filterCommand(state: State, command: Command): Step {
	switch (command) {
		case 'accept':
			return step({...state, overlay: null});
		case 'clear-filter':
			return step({...withFilter(state, ''), overlay: null});
		default:
			return step(afterMove(state, command));
	}
}

function paletteCommand(state: State, overlay: Overlay & {name: 'palette'}, command: Command): Step {
	const page = Math.max(1, state.room.body - 2);
	const by = {up: -1, down: 1, 'page-up': -page, 'page-down': page}[command as string];
	if (by === undefined) {
		return step(state);
	}

	const last = paletteRows(state, overlay).length - 1;
	const selected = Math.max(0, Math.min(last, overlay.selected + by));
	return step({...state, overlay: {...overlay, selected}});
}

/** Saves the handle. An invalid one stays in the field, with the problem beside it. */
function acceptHandle(state: State, overlay: Overlay & {name: 'handle'}): Step {
	try {
		handleOf(overlay.text);
	} catch (error) {
		return step({...state, overlay: {...overlay, problem: problemOf(expected(error))}});
	}

	return step({...state, overlay: null}, {type: 'expect-handle', bot: overlay.bot, handle: overlay.text});
}

/** How many rows a command scrolls the help. */
function rowsOf({room}: State, command: Command): number {
	const page = Math.max(1, room.body);
	const by = {up: -1, down: 1, 'page-up': -page, 'page-down': page, first: -Infinity, last: Infinity};
	return by[command as keyof typeof by] ?? 0;
}
