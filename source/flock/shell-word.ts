import {visible} from './visible.ts';

/** Characters that no shell treats specially anywhere in a word. Not a literal: see `visible`. */
const plainWord = '^[\\p{L}\\p{M}\\p{N}_@%+=:,./-]+$';
let plain: RegExp | null = null;

/**
 * A text as one word on a shell's command line, for commands that people copy: unchanged if possible, else
 * quoted. Safe to draw: it spells out what a terminal would obey, in a form that bash, zsh and ksh read
 * (`$'\x1b'`).
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
