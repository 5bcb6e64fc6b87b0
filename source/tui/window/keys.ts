import type {Key} from 'ink';
import {graphemes} from '../../flock/graphemes.ts';
import type {Action} from '../model/action.ts';

/** Turns what Ink's `useInput` gives into an action; `null` for keys that mean nothing here. */
export function actionOf(input: string, key: Key): Action | null {
	if (key.eventType === 'release') {
		return null;
	}

	const name = nameOf(key);
	if (name !== null) {
		return {type: 'key', key: name};
	}

	if (key.ctrl) {
		// Ctrl-J and Ctrl-M are line ends, Ctrl-H erases, as terminals have it.
		return /^[a-z]$/.test(input) ? {type: 'key', key: `ctrl+${input}`} : null;
	}

	if (input === '' || key.meta) {
		return null;
	}

	if (input === '\n' || input === '\r') {
		return {type: 'key', key: 'enter'};
	}

	if (input === ' ') {
		return {type: 'key', key: 'space'};
	}

	return [...graphemes(input)].length === 1
		? {type: 'key', key: shifted(input, key)}
		: {type: 'text', text: input};
}

/** The letter as it was meant: the kitty protocol names the key, and shift beside it. */
function shifted(letter: string, {shift, capsLock}: Key): string {
	return shift !== capsLock && /^[a-z]$/.test(letter) ? letter.toUpperCase() : letter;
}

function nameOf(key: Key): string | null {
	if (key.tab) {
		return key.shift ? 'backtab' : 'tab';
	}

	const names: readonly (readonly [boolean, string])[] = [
		[key.upArrow, 'up'],
		[key.downArrow, 'down'],
		[key.leftArrow, 'left'],
		[key.rightArrow, 'right'],
		[key.pageUp, 'pageup'],
		[key.pageDown, 'pagedown'],
		[key.home, 'home'],
		[key.end, 'end'],
		[key.return, 'enter'],
		[key.escape, 'escape'],
		[key.backspace, 'backspace'],
		[key.delete, 'delete'],
	];
	return names.find(([pressed]) => pressed)?.[1] ?? null;
}
