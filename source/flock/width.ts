import stringWidth from 'string-width';
import {graphemes, narrow} from './graphemes.ts';

/** The columns that a text takes. */
export function columnsOf(text: string): number {
	return narrow.test(text) ? text.length : stringWidth(text);
}

/**
 * Cuts a text between graphemes to fit a number of columns; `…` replaces the rest. Reads no further than
 * needed.
 * @param text one line, already made visible.
 */
export function cut(text: string, width: number): string {
	if (narrow.test(text)) {
		return text.length <= width ? text : width < 1 ? '' : `${text.slice(0, width - 1)}…`;
	}

	let columns = 0;
	let whole = '';
	/** As much of `whole` as leaves one column for the …. */
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

/** Cuts or pads a text to an exact number of columns. */
export function pad(text: string, width: number): string {
	const kept = cut(text, width);
	return kept + ' '.repeat(Math.max(0, width - columnsOf(kept)));
}
