import stringWidth from 'string-width';
import {graphemes, narrow} from './graphemes.ts';

/** The columns that a text takes. */
export function columnsOf(text: string): number {
	return narrow.test(text) ? text.length : stringWidth(text);
}

/**
 * Cuts a text to so many terminal columns, between graphemes; what is cut off becomes `…`.
 * Reads no further than it must.
 * @param text one line, already made visible.
 */
export function cut(text: string, width: number): string {
	if (narrow.test(text)) {
		return text.length <= width ? text : width < 1 ? '' : `${text.slice(0, width - 1)}…`;
	}

	let columns = 0;
	let whole = '';
	/** As much of `whole` as leaves a column for the …. */
	let beginning = '';
	for (const {segment} of graphemes(text)) {
		columns += stringWidth(segment);
		if (columns > width) {
			return width < 1 ? '' : `${beginning}…`;
		}

		whole += segment;
		if (columns < width) {
			beginning = whole;
		}
	}

	return whole;
}

/** Cuts a text to so many terminal columns, or fills it up with spaces: the result is exactly that wide. */
export function pad(text: string, width: number): string {
	const kept = cut(text, width);
	return kept + ' '.repeat(Math.max(0, width - columnsOf(kept)));
}
