import type {Status} from './flock.ts';
import {graphemes} from './graphemes.ts';

/** The glyph of each status, distinct without colour and in ASCII. */
export const statusGlyphs: Readonly<Record<Status, string>> = {
	ready: '●',
	'no-key': '○',
	'read-only': '◐',
	rejected: '✕',
	'other-app': '◇',
	held: '?',
	orphan: '†',
};

/** How good each status is; a terminal's colours and a list's follow it. */
export const statusTones = {
	ready: 'good',
	'no-key': 'quiet',
	'read-only': 'warn',
	rejected: 'bad',
	'other-app': 'warn',
	held: 'accent',
	orphan: 'quiet',
} as const satisfies Record<Status, string>;

const asciiForms: Readonly<Record<string, string>> = {
	'●': '*',
	'○': 'o',
	'◐': '~',
	'✕': 'x',
	'◇': '#',
	'†': '-',
	'❯': '>',
	'✓': '+',
	'✗': 'x',
	'│': '|',
	'█': '#',
	'░': '.',
	'•': '*',
	'‹': '<',
	'›': '>',
	'…': '.',
	'—': '-',
	'–': '-',
	'·': '-',
	'×': 'x',
	'’': "'",
	'‘': "'",
	'“': '"',
	'”': '"',
	'↑': '^',
	'↓': 'v',
	'▴': '^',
	'━': '=',
	'┃': '|',
	'─': '-',
	'╭': '+',
	'╮': '+',
	'╰': '+',
	'╯': '+',
};

/** True if a terminal, by its environment, draws more than ASCII. */
export function drawsUnicode(
	env: Readonly<Record<string, string | undefined>>,
	platform: NodeJS.Platform,
): boolean {
	const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
	const plainTerminal = env.TERM === 'dumb' || env.TERM === 'linux';
	return !plainTerminal && (/utf-?8/.test(locale.toLowerCase()) || (locale === '' && platform === 'win32'));
}

/**
 * True if colours are allowed: on a terminal that is not dumb, unless `NO_COLOR` is set (no-color.org).
 * `FORCE_COLOR` forces them anywhere.
 */
export function drawsColour(
	{NO_COLOR = '', FORCE_COLOR, TERM}: Readonly<Record<string, string | undefined>>,
	isTerminal: boolean,
): boolean {
	if (NO_COLOR !== '') {
		return false;
	}

	return FORCE_COLOR === undefined
		? isTerminal && TERM !== 'dumb'
		: FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
}

/** A text in ASCII: every other character becomes a lookalike or `?` of the same width. */
export function asciiForm(text: string, widthOf: (grapheme: string) => number): string {
	let drawn = '';
	for (const {segment} of graphemes(text)) {
		drawn += /^[\x20-\x7e]$/.test(segment) ? segment : (asciiForms[segment] ?? '?'.repeat(widthOf(segment)));
	}

	return drawn;
}
