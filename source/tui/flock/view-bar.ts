import type {Flock, Status} from '../../flock/flock.ts';
import {columnsOf} from '../../flock/width.ts';
import {countsInWords, drawnStatusWords} from '../../flock/words.ts';
import {type Line, type Span, toned, widthOf} from '../draw/line.ts';
import {statusGlyph, type Theme} from '../draw/theme.ts';
import {tallyOf} from '../model/tally.ts';

/** The statuses in the bar. */
const words: Readonly<Record<Status, string>> = {...drawnStatusWords, held: 'to decide'};

/** From good to missing. */
const order: readonly Status[] = ['ready', 'read-only', 'other-app', 'rejected', 'held', 'no-key', 'orphan'];

/** A shorter bar shows nothing. */
const shortestBar = 10;

/** The flock by status: a bar in the statuses' colours, if there are any, and the counts. */
export function barLine(flock: Flock, columns: number, {colour}: Theme): Line {
	const {of} = tallyOf(flock);
	const counts = order.flatMap(status => {
		const count = of[status] ?? 0;
		return count === 0 ? [] : [{status, count}];
	});
	const texts = counts.map(({status, count}, index) =>
		toned(statusGlyph[status].tone, `${index === 0 ? '' : '  '}${count} ${words[status]}`),
	);
	const room = columns - widthOf(texts) - 4;
	const bar = colour && room >= shortestBar ? [...barSpans(counts, room), {text: '  '}] : [];
	const fits = columns >= widthOf(texts) + 2;
	const briefly = counts.flatMap(({status, count}): Span[] => [
		toned(statusGlyph[status].tone, `${statusGlyph[status].glyph}${count} `),
	]);
	return {
		spans: [{text: ' '}, ...bar, ...(fits ? texts : fitting(briefly, columns - 1))],
		say: countsInWords(of, words),
	};
}

/** Parts in proportion to the counts, each with at least one cell, filling the width. */
function barSpans(counts: readonly {status: Status; count: number}[], room: number): Span[] {
	const all = counts.reduce((sum, {count}) => sum + count, 0);
	const cells = counts.map(({count}) => Math.max(1, Math.floor((count / all) * room)));
	const largest = counts.reduce(
		(best, {count}, index) => (count > (counts[best]?.count ?? 0) ? index : best),
		0,
	);
	const rest = room - cells.reduce((sum, one) => sum + one, 0);
	return counts.map(({status}, index) =>
		toned(statusGlyph[status].tone, '━'.repeat((cells[index] ?? 0) + (index === largest ? rest : 0))),
	);
}

function fitting(spans: readonly Span[], columns: number): Span[] {
	let left = columns;
	return spans.filter(({text}) => {
		left -= columnsOf(text);
		return left >= 0;
	});
}
