import {visible} from '../../flock/visible.ts';
import {columnsOf, cut} from '../../flock/width.ts';

/** Typed or pasted text for a field of one line: without line ends and trailing spaces. */
export function oneLine(text: string): string {
	return text.replace(/[\r\n]+/g, ' ').replace(/ +$/, '');
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

/** Bots in a sentence. */
export function namesOf(bots: readonly string[]): string {
	return bots.length > 3
		? `${bots.slice(0, 2).map(visible).join(', ')} and ${bots.length - 2} more`
		: bots.map(visible).join(', ');
}
