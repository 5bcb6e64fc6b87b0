import {columnsOf, cut} from '../../flock/width.ts';
import {wrap} from './text.ts';
import {drawable, type Theme, type Tone} from './theme.ts';

/** A piece of a line in one tone. */
export type Span = {
	text: string;
	tone?: Tone;
	/** The address of its link. */
	url?: string;
};

/** What a line is for a screen reader. */
export type Role = 'option' | 'textbox' | 'progressbar' | 'timer' | 'listitem' | 'radio';

/** A line of the screen as data; `fit` fits it to the width. */
export type Line = {
	spans: readonly Span[];
	/** What a screen reader says instead; an empty text for nothing. */
	say?: string;
	role?: Role;
	/** True for the selected option. */
	selected?: boolean;
	/** True for a marked option. */
	checked?: boolean;
	/** The address that the whole line links to. Such a line is drawn unchanged and uncut. */
	url?: string;
	/** The column of the terminal's cursor: this is the active field. */
	cursor?: number;
	/** Lines with a higher rank are dropped first if there are too few rows; 0 stays. */
	rank?: number;
};

/** True if two lines are drawn and spoken alike. */
export function isSameLine(one: Line, other: Line): boolean {
	return (
		one === other ||
		(one.say === other.say &&
			one.url === other.url &&
			one.role === other.role &&
			one.selected === other.selected &&
			one.checked === other.checked &&
			one.spans.length === other.spans.length &&
			one.spans.every((span, index) => {
				const against = other.spans[index];
				return span.text === against?.text && span.tone === against.tone && span.url === against.url;
			}))
	);
}

/** What drawing depends on besides the state. */
export type View = {
	theme: Theme;
	/** Milliseconds since 1970. */
	now: number;
	/** Counts up while something is waited for. */
	frame: number;
	/** A text's QR code, one string per line. */
	qr(text: string): readonly string[];
	/** The lines of an unsaved key with its secrets, drawn only if the person asks for it. */
	reveal(bot: string): readonly string[];
};

/** A line of spans; a text alone is a plain span. */
export function line(...spans: readonly (Span | string)[]): Line {
	return {spans: spans.map(span => (typeof span === 'string' ? {text: span} : span))};
}

/** An empty line, dropped first. */
export const blank: Line = {spans: [], say: '', rank: 9};

/** A span in a tone. */
export function toned(tone: Tone, text: string): Span {
	return {text, tone};
}

/** A sentence as indented lines that fit a width. @param glyph drawn before it, but not spoken */
export function paragraph(
	text: string,
	width: number,
	{
		tone = 'plain',
		indent = 1,
		rank = 0,
		glyph = '',
	}: {tone?: Tone; indent?: number; rank?: number; glyph?: string} = {},
): Line[] {
	const lines = wrap(glyph === '' ? text : `${glyph} ${text}`, Math.max(1, width - indent - 1));
	return lines.map((part, index) => ({
		spans: [{text: `${' '.repeat(indent)}${part}`, tone}],
		// A sentence is spoken as a whole, however it is wrapped.
		say: index === 0 ? text : '',
		rank,
	}));
}

/** Spans in an exact number of columns: cut, or padded with spaces. */
export function padded(spans: readonly Span[], width: number, tone: Tone = 'plain'): Span[] {
	const kept: Span[] = [];
	let left = width;
	for (const span of spans) {
		const text = cut(span.text, left);
		kept.push({...span, text});
		left -= columnsOf(text);
	}

	return [...kept, {text: ' '.repeat(Math.max(0, left)), tone}];
}

/** The width of spans. */
export function widthOf(spans: readonly Span[]): number {
	return spans.reduce((sum, {text}) => sum + columnsOf(text), 0);
}

/**
 * Two groups of spans at both ends of a line. If there is no room, the right one is dropped, then the left
 * one is cut.
 */
export function ends(left: readonly Span[], right: readonly Span[], width: number): Line {
	const space = width - widthOf(left) - widthOf(right) - 1;
	return space < 1 ? {spans: left} : {spans: [...left, {text: ' '.repeat(space)}, ...right]};
}

/** A line's spans for drawing, within a number of columns. */
export function fit({spans, url}: Line, width: number, theme: Theme): Span[] {
	const fitted: Span[] = [];
	let left = width;
	for (const span of spans) {
		const text = drawable(theme, span.text, columnsOf);
		if (url !== undefined) {
			fitted.push({...span, text});
			continue;
		}

		const kept = drawable(theme, cut(text, left), columnsOf);
		fitted.push({...span, text: kept});
		left -= columnsOf(kept);
		if (kept !== text || left <= 0) {
			break;
		}
	}

	return fitted;
}

/** Drops paragraphs, highest rank and last one first, until the rest fits a number of rows. */
export function squeeze(lines: readonly Line[], rows: number): Line[] {
	const blocks = paragraphsOf(lines);
	let height = lines.length;
	for (let rank = 9; rank > 0 && height > rows; rank--) {
		for (let index = blocks.length - 1; index >= 0 && height > rows; index--) {
			const block = blocks[index] ?? [];
			if (block[0]?.rank === rank) {
				height -= block.length;
				blocks[index] = [];
			}
		}
	}

	return blocks.flat();
}

/** Groups of lines that stay or go together: a line and its continuation. */
function paragraphsOf(lines: readonly Line[]): Line[][] {
	const blocks: Line[][] = [];
	for (const one of lines) {
		const last = blocks.at(-1);
		const goesOn = one.say === '' && one.spans.length > 0 && (last?.[0]?.rank ?? 0) === (one.rank ?? 0);
		if (goesOn && last !== undefined) {
			last.push(one);
		} else {
			blocks.push([one]);
		}
	}

	return blocks;
}

/** No more than a number of rows; an … marks missing ones. */
export function cutOff(lines: readonly Line[], rows: number): Line[] {
	const kept = lines.slice(0, rows);
	const last = kept.at(-1);
	return last === undefined || last.url !== undefined || kept.length === lines.length
		? kept
		: [...kept.slice(0, -1), {...last, spans: [...last.spans, toned('quiet', '…')]}];
}

/** An exact number of rows: cut off, or padded with empty lines. */
export function filled(lines: readonly Line[], rows: number): Line[] {
	return [...lines.slice(0, rows), ...Array.from({length: Math.max(0, rows - lines.length)}, () => blank)];
}
