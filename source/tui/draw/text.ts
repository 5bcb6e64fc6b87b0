import {graphemes} from '../../flock/graphemes.ts';
import {columnsOf, cut} from '../../flock/width.ts';

/** Breaks a sentence into lines of at most so many columns, between words where it can. */
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

/** Chops a text into pieces of at most so many columns, between graphemes. */
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

/** The end of a text that fits so many columns: what one sees of a field while typing at its end. */
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

/** A text without its last grapheme. */
export function erased(text: string): string {
	return [...graphemes(text)]
		.slice(0, -1)
		.map(({segment}) => segment)
		.join('');
}

/** Some names in a sentence: all of a few, the first and a number of many. */
export function names(list: readonly string[], width = 60): string {
	const all = list.join(', ');
	if (columnsOf(all) <= width || list.length < 2) {
		return cut(all, width);
	}

	return `${cut(list[0] ?? '', Math.floor(width / 2))} and ${list.length - 1} more`;
}

/** A number with its noun: `1 key`, `12 keys`. */
export function count(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
