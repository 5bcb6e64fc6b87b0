import type {Status} from '../flock/flock.ts';

/** How a piece of text is meant; the theme says how that looks. */
export type Tone = 'plain' | 'strong' | 'quiet' | 'good' | 'warn' | 'bad' | 'accent';

/** Ink's text properties of a tone. */
export type TextStyle = {color?: string; bold?: boolean; dimColor?: boolean};

/** What the terminal can show. */
export type Theme = {
	/** False where the locale or the terminal has ASCII only. */
	unicode: boolean;
	/** False after `NO_COLOR`; bold and dim stay. */
	colour: boolean;
	/** False where an OSC 8 hyperlink would be drawn as text. */
	hyperlinks: boolean;
	/** The pictures of a spinner, one after the other. */
	spinner: readonly string[];
};

/** The variables that say what a terminal can show. */
export type Environment = Readonly<Record<string, string | undefined>>;

const styles: Readonly<Record<Tone, TextStyle>> = {
	plain: {},
	strong: {bold: true},
	quiet: {dimColor: true},
	good: {color: 'green'},
	warn: {color: 'yellow'},
	bad: {color: 'red'},
	accent: {color: 'cyan'},
};

/** The glyph of each status: told apart without colour, in ASCII too. */
export const statusGlyph: Readonly<Record<Status, {glyph: string; tone: Tone}>> = {
	ready: {glyph: '●', tone: 'good'},
	'no-key': {glyph: '○', tone: 'quiet'},
	'read-only': {glyph: '◐', tone: 'warn'},
	rejected: {glyph: '✕', tone: 'bad'},
	'other-app': {glyph: '◇', tone: 'warn'},
	held: {glyph: '?', tone: 'accent'},
	orphan: {glyph: '†', tone: 'quiet'},
};

const asciiForms: Readonly<Record<string, string>> = {
	'●': '*',
	'○': 'o',
	'◐': '~',
	'✕': 'x',
	'◇': '#',
	'†': '-',
	'❯': '>',
	'✓': '+',
	'│': '|',
	'▏': '_',
	'█': '#',
	'░': '.',
	'•': '*',
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
};

const graphemes = new Intl.Segmenter('en', {granularity: 'grapheme'});

/** What a terminal can show, by its environment. */
export function themeOf(env: Environment): Theme {
	const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
	const plainTerminal = env.TERM === 'dumb' || env.TERM === 'linux';
	const unicode =
		!plainTerminal && (/utf-?8/i.test(locale) || (locale === '' && process.platform === 'win32'));
	return {
		unicode,
		colour: env.TERM !== 'dumb' && (env.NO_COLOR ?? '') === '',
		hyperlinks: !plainTerminal,
		spinner: unicode ? ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] : ['|', '/', '-', '\\'],
	};
}

/** The properties of a tone. Colours are the terminal's own sixteen, so the person's theme rules. */
export function styleOf({colour}: Theme, tone: Tone): TextStyle {
	const style = styles[tone];
	if (colour || style.color === undefined) {
		return style;
	}

	return tone === 'bad' || tone === 'accent' ? {bold: true} : {};
}

/** A text in what the terminal has: in ASCII, every other character becomes a likeness or `?`, as wide as before. */
export function drawable({unicode}: Theme, text: string, widthOf: (grapheme: string) => number): string {
	if (unicode || /^[\x20-\x7e]*$/.test(text)) {
		return text;
	}

	let drawn = '';
	for (const {segment} of graphemes.segment(text)) {
		drawn += /^[\x20-\x7e]$/.test(segment) ? segment : (asciiForms[segment] ?? '?'.repeat(widthOf(segment)));
	}

	return drawn;
}
