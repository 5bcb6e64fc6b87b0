import chalk, {type ChalkInstance} from 'chalk';
import type {Status} from '../../flock/flock.ts';
import {asciiForm, drawsUnicode, statusGlyphs, statusTones} from '../../flock/glyph.ts';
import type {Environment} from '../../system/environment.ts';

/** How a piece of text is meant; the theme says how that looks. */
export type Tone =
	| 'plain'
	| 'strong'
	| 'quiet'
	| 'good'
	| 'warn'
	| 'bad'
	| 'accent'
	| 'match'
	| 'selected'
	| 'selected-match'
	| 'code';

/** What the terminal can show. */
export type Theme = {
	/** False where the locale or the terminal has ASCII only. */
	unicode: boolean;
	/** False after `NO_COLOR` or on a dumb terminal, unless `FORCE_COLOR` asks for it there; bold and dim stay. */
	colour: boolean;
	/** False where an OSC 8 hyperlink would be drawn as text. */
	hyperlinks: boolean;
	/** The pictures of a spinner, one after the other. */
	spinner: readonly string[];
};

/** Colours are the terminal's own sixteen, so the person's theme rules. */
const styles: Readonly<Record<Tone, ChalkInstance | null>> = {
	plain: null,
	strong: chalk.bold,
	quiet: chalk.dim,
	good: chalk.green,
	warn: chalk.yellow,
	bad: chalk.red,
	accent: chalk.cyan,
	// From the fixed part of the 256 colours, which no theme changes: scanners read a QR code in it on any ground.
	code: chalk.ansi256(231).bgAnsi256(16),
	match: chalk.cyan.underline,
	selected: chalk.inverse,
	'selected-match': chalk.inverse.underline,
};

/** The same without colours. */
const colourless: Readonly<Record<Tone, ChalkInstance | null>> = {
	...styles,
	good: null,
	warn: null,
	bad: chalk.bold,
	accent: chalk.bold,
	code: null,
	match: chalk.bold.underline,
};

/** The glyph and the tone of each status. */
export const statusGlyph = Object.fromEntries(
	Object.entries(statusGlyphs).map(([status, glyph]) => [
		status,
		{glyph, tone: statusTones[status as Status]},
	]),
) as Readonly<Record<Status, {glyph: string; tone: Tone}>>;

/** What a terminal can show, by its environment. */
export function themeOf(env: Environment): Theme {
	const plainTerminal = env.TERM === 'dumb' || env.TERM === 'linux';
	const unicode = drawsUnicode(env, process.platform);
	return {
		unicode,
		colour: (env.NO_COLOR ?? '') === '' && (env.TERM !== 'dumb' || isForced(env)),
		hyperlinks: !plainTerminal,
		spinner: unicode ? ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] : ['|', '/', '-', '\\'],
	};
}

/** True where colours are asked for, whatever the terminal is; that `0` and `false` take them, Ink sees to. */
function isForced({FORCE_COLOR}: Environment): boolean {
	return FORCE_COLOR !== undefined && FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
}

/** A text in a tone. */
export function styled({colour}: Theme, tone: Tone, text: string): string {
	const style = (colour ? styles : colourless)[tone];
	return style === null ? text : style(text);
}

/** A text in what the terminal has: in ASCII, every other character becomes a likeness or `?`, as wide as before. */
export function drawable({unicode}: Theme, text: string, widthOf: (grapheme: string) => number): string {
	if (unicode || /^[\x20-\x7e]*$/.test(text)) {
		return text;
	}

	return asciiForm(text, widthOf);
}
