import {visible} from './visible.ts';

/** What no shell takes for anything but itself, wherever it stands in a word. No literal: see `visible`. */
const plainWord = '^[\\p{L}\\p{M}\\p{N}_@%+=:,./-]+$';
let plain: RegExp | null = null;

/**
 * A text as one word of a shell's command line, for commands that people copy: as it is where that will do, else
 * quoted. Safe to draw: what a terminal would obey is spelt out as bash, zsh and ksh read it (`$'\x1b'`).
 */
export function shellWord(text: string): string {
	if (visible(text) !== text) {
		return `$'${[...text].map(spelt).join('')}'`;
	}

	plain ??= new RegExp(plainWord, 'u');
	return plain.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function spelt(character: string): string {
	if (character === "'" || character === '\\') {
		return `\\${character}`;
	}

	return visible(character) === character
		? character
		: [...Buffer.from(character)].map(byte => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
