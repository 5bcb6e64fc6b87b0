import {graphemes} from '../flock/graphemes.ts';
import type {Token} from './terminal-tokens.ts';

/** The person's input at the keyboard. */
export type Stroke =
	/** One key: a character, or a name such as `up`, `enter`, `space` or `ctrl+c`. */
	| {type: 'key'; key: string}
	/** Several characters together, from a paste without brackets or from keys that piled up. */
	| {type: 'text'; text: string}
	/** A bracketed paste. */
	| {type: 'paste'; text: string}
	/** A click or a turn of the wheel at a cell, counted from 0. */
	| {type: 'mouse'; what: 'click' | 'wheel-up' | 'wheel-down'; column: number; row: number};

/** A mouse report (SGR 1006): the button with its modifiers, the column and the row; `M` for a press. */
const mouseReport = /^\[<(\d+);(\d+);(\d+)([Mm])$/;

/**
 * CSI and SS3, in the forms of xterm, rxvt, PuTTY, the Linux console and the kitty protocol: `[`, numbers,
 * the last character.
 */
const sequence = /^(?:\[|O|\[\[(?=\d+~))([\d;:]*)([@-~$])$/;

/** By a sequence's last character. rxvt uses lower case for shift and ctrl. */
const byLetter: Readonly<Record<string, string>> = {
	A: 'up',
	B: 'down',
	C: 'right',
	D: 'left',
	F: 'end',
	H: 'home',
	P: 'f1',
	a: 'up',
	b: 'down',
	c: 'right',
	d: 'left',
};

/** By the first number of a sequence that ends in `~`. rxvt has `^`, `$` and `@` for ctrl and shift. */
const byNumber: Readonly<Record<string, string>> = {
	1: 'home',
	3: 'delete',
	4: 'end',
	5: 'pageup',
	6: 'pagedown',
	7: 'home',
	8: 'end',
	11: 'f1',
};

/** By a key's code in the kitty protocol. */
const byCode: Readonly<Record<number, string>> = {
	8: 'backspace',
	9: 'tab',
	13: 'enter',
	27: 'escape',
	127: 'backspace',
	57414: 'enter',
	57417: 'left',
	57418: 'right',
	57419: 'up',
	57420: 'down',
	57421: 'pageup',
	57422: 'pagedown',
	57423: 'home',
	57424: 'end',
	57426: 'delete',
	57364: 'f1',
};

/** The keypad's 0 in the kitty protocol. The other digits follow. */
const keypadZero = 57399;

/** The bits of a modifier. */
const [shift, ctrl, capsLock, numLock] = [1, 4, 64, 128];

/** A token's keys; none for a key with no meaning here, or for the terminal's own messages. */
export function strokesOf(token: Token): Stroke[] {
	switch (token.type) {
		case 'text':
			return [typed(token.text)];
		case 'paste':
			return [token];
		case 'escape':
			return [named('escape')];
		case 'alt':
			// As in a shell's line: a word back, and forward.
			return /^[bf]$/.test(token.character) ? [named(`alt+${token.character}`)] : [];
		case 'control':
			return keyed(controlKey(token.character));
		case 'sequence': {
			const mouse = mouseStroke(token.text);
			if (mouse !== null) {
				return token.afterEscape ? [named('escape'), mouse] : [mouse];
			}

			const stroke = sequenceStroke(token.text);
			// Before something that is not a key, the escape was a key itself; before a key, it is Alt.
			return stroke ? [stroke] : token.afterEscape ? [named('escape')] : [];
		}
	}
}

function typed(text: string): Stroke {
	if (text === '\r' || text === '\n' || text === '\r\n') {
		return named('enter');
	}

	if (text === '\t' || text === ' ') {
		return named(text === ' ' ? 'space' : 'tab');
	}

	return [...graphemes(text)].length === 1 ? named(text) : {type: 'text', text};
}

function controlKey(character: string): string | null {
	if (character === '\b' || character === '\u007F') {
		return 'backspace';
	}

	const letter = String.fromCharCode(character.charCodeAt(0) + 0x60);
	return /^[a-z]$/.test(letter) ? `ctrl+${letter}` : null;
}

function sequenceStroke(text: string): Stroke | null {
	const [, parameters = '', last = ''] = sequence.exec(text) ?? [];
	const [key = '', modifiers = '', third = ''] = parameters.split(';');
	const [bits = '', event = ''] = modifiers.split(':');
	if (event === '3') {
		// The key was released.
		return null;
	}

	if (text === '[[A') {
		// The Linux console's.
		return named('f1');
	}

	if (text.startsWith('O') && last === 'M') {
		return named('enter');
	}

	if (last === 'u' && text.startsWith('[')) {
		return coded(key, bits, third);
	}

	if (last === '~' && key === '27') {
		// xterm's modifyOtherKeys.
		return coded(third, bits, '');
	}

	if (last === 'Z') {
		return named('backtab');
	}

	// xterm reports its cursor's position and other things in lower case with numbers.
	const isReport = /[a-d]/.test(last) && parameters !== '';
	const name = /[~^$@]/.test(last) ? byNumber[key] : isReport ? undefined : byLetter[last];
	if (name === undefined) {
		return null;
	}

	const isShifted =
		/^\[[ab]$/.test(text) || (Math.max(0, Number(bits || 1) - 1) & ~(capsLock | numLock)) === shift;
	return named(isShifted && (name === 'up' || name === 'down') ? `shift+${name}` : name);
}

/** A mouse's click or wheel; `null` for a release, a movement, other buttons, and anything else. */
function mouseStroke(text: string): Stroke | null {
	const [, button = '', column = '', row = '', last = ''] = mouseReport.exec(text) ?? [];
	const what = ({0: 'click', 64: 'wheel-up', 65: 'wheel-down'} as const)[Number(button || -1)];
	return what === undefined || last !== 'M'
		? null
		: {type: 'mouse', what, column: Number(column) - 1, row: Number(row) - 1};
}

/** A key by its code: its own character, and the one with shift after a colon. */
function coded(key: string, modifierText: string, given: string): Stroke | null {
	const [code = 0, withShift = 0] = key.split(':').map(Number);
	const modifiers = Math.max(0, Number(modifierText || 1) - 1);
	const name = byCode[code];
	if (name !== undefined) {
		return named(name === 'tab' && (modifiers & shift) !== 0 ? 'backtab' : name);
	}

	const character = characterOf(code);
	const others = modifiers & ~(shift | capsLock | numLock);
	if (others !== 0) {
		return others === ctrl && /^[a-z]$/i.test(character) ? named(`ctrl+${character.toLowerCase()}`) : null;
	}

	if (given !== '') {
		const text = given
			.split(':')
			.map(one => characterOf(Number(one)))
			.join('');
		return text === '' ? null : typed(text);
	}

	if (character === '') {
		return null;
	}

	const isShifted = (modifiers & shift) !== 0;
	if (isShifted && characterOf(withShift) !== '') {
		return typed(characterOf(withShift));
	}

	const isCapital = isShifted !== ((modifiers & capsLock) !== 0) && /^[a-z]$/.test(character);
	return typed(isCapital ? character.toUpperCase() : character);
}

/** A code's character; nothing for control characters, surrogates, and keys that type nothing. */
function characterOf(code: number): string {
	if (code >= keypadZero && code < keypadZero + 10) {
		return String(code - keypadZero);
	}

	const writesNothing =
		!Number.isInteger(code) || code < 0x20 || code > 0x10ffff || (code >= 0xd800 && code < 0xf900);
	return writesNothing || (code >= 0x7f && code < 0xa0) ? '' : String.fromCodePoint(code);
}

function keyed(key: string | null): Stroke[] {
	return key === null ? [] : [named(key)];
}

function named(key: string): Stroke {
	return {type: 'key', key};
}
