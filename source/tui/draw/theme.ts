import chalk, {type ChalkInstance} from 'chalk';
import type {Status} from '../../flock/flock.ts';
import {asciiForm, drawsUnicode, statusGlyphs, statusTones} from '../../flock/glyph.ts';
import type {Environment} from '../../system/environment.ts';

/** The meaning of a piece of text; the theme decides its look. */
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
	/** False if the locale or the terminal only has ASCII. */
	unicode: boolean;
	/** False with `NO_COLOR` or on a dumb terminal, unless `FORCE_COLOR` is set. Bold and dim stay. */
	colour: boolean;
	/** False if the terminal would draw an OSC 8 hyperlink as text. */
	hyperlinks: boolean;
	/** A spinner's frames. */
	spinner: readonly string[];
};

/** The terminal's own sixteen colours, so the person's theme applies. */
const styles: Readonly<Record<Tone, ChalkInstance | null>> = {
	plain: null,
	strong: chalk.bold,
	quiet: chalk.dim,
	good: chalk.green,
	warn: chalk.yellow,
	bad: chalk.red,
	accent: chalk.cyan,
	// From the fixed part of the 256 colours, which no theme changes: scanners can read the QR code on any
	// background.
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

/** Each status's glyph and tone. */
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

/** True if colours are forced, whatever the terminal is. Ink handles `0` and `false`, which turn them off. */
function isForced({FORCE_COLOR}: Environment): boolean {
	return FORCE_COLOR !== undefined && FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
}

/** A text in a tone. */
export function styled({colour}: Theme, tone: Tone, text: string): string {
	const style = (colour ? styles : colourless)[tone];
	return style === null ? text : style(text);
}

/**
 * A text in what the terminal can show: in ASCII, every other character becomes a lookalike or `?` of the
 * same width.
 */
export function drawable({unicode}: Theme, text: string, widthOf: (grapheme: string) => number): string {
	if (unicode || /^[\x20-\x7e]*$/.test(text)) {
		return text;
	}

	return asciiForm(text, widthOf);
}
