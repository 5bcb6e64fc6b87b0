import {graphemes} from '../../flock/graphemes.ts';
import {columnsOf} from '../../flock/width.ts';

/** Wraps a sentence to a number of columns, between words if possible. */
export function wrap(text: string, width: number): string[] {
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(' ')) {
		const longer = line === '' ? word : `${line} ${word}`;
		if (columnsOf(longer) <= width) {
			line = longer;
			continue;
		}

		if (line !== '') {
			lines.push(line);
		}

		const pieces = chop(word, width);
		lines.push(...pieces.slice(0, -1));
		line = pieces.at(-1) ?? '';
	}

	return line === '' && lines.length > 0 ? lines : [...lines, line];
}

/** Splits a text between graphemes into pieces of a number of columns. */
export function chop(text: string, width: number): string[] {
	if (columnsOf(text) <= width) {
		return [text];
	}

	const pieces: string[] = [];
	let piece = '';
	let columns = 0;
	for (const {segment} of graphemes(text)) {
		const segmentWidth = columnsOf(segment);
		if (columns + segmentWidth > width && piece !== '') {
			pieces.push(piece);
			piece = '';
			columns = 0;
		}

		piece += segment;
		columns += segmentWidth;
	}

	return [...pieces, piece];
}

/** The end of a text that fits a number of columns, as in a field while typing at its end. */
export function tail(text: string, width: number): string {
	let kept = '';
	for (const {segment} of [...graphemes(text)].reverse()) {
		if (columnsOf(segment + kept) > width) {
			return kept;
		}

		kept = segment + kept;
	}

	return kept;
}
