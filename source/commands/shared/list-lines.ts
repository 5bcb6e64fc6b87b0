import {ago} from '../../flock/duration.ts';
import {type Bot, countStatuses, type Flock} from '../../flock/flock.ts';
import {statusGlyphs} from '../../flock/glyph.ts';
import {visible} from '../../flock/visible.ts';
import {accountsOf, countsInWords} from '../../flock/words.ts';
import {inStatus, styled} from './colour.ts';
import {count, type Write} from './command.ts';
import {table} from './table.ts';
import {drawing, statusText} from './words.ts';

/** How to write a list. */
type ListWrite = Pick<Write, 'unicode' | 'columns' | 'seen' | 'colour'>;

/**
 * The flock as lines: for a person with headers, the times of the last checks and counts, else in the form
 * that scripts know. @param now milliseconds since 1970
 */
export function listLines(flock: Flock, write: ListWrite, now: number): string[] {
	const rows = flock.map(bot => cells(bot, write));
	if (!write.seen || flock.length === 0) {
		return table(rows, write.columns, (cell, row, column) => inColour(cell, flock[row], column, write));
	}

	const checked = flock.map(({key}) => (key?.checkedAt == null ? '' : ago(key.checkedAt, now)));
	const header = ['  BOT', 'ACCOUNT', 'STATUS', 'CHECKED'];
	const lines = table(
		[header, ...rows.map((row, index) => [...row, checked[index] ?? ''])],
		write.columns,
		(cell, row, column) =>
			row === 0 ? styled('dim', cell, write) : inColour(cell, flock[row - 1], column, write),
	);
	const counts = countsInWords(countStatuses(flock.map(({status}) => status)));
	return [...lines, '', `${count(flock.length, 'bot')}: ${counts}`];
}

function inColour(cell: string, bot: Bot | undefined, column: number, write: ListWrite): string {
	if (bot === undefined || column === 1) {
		return cell;
	}

	const glyph = /^\S+/.exec(cell)?.[0] ?? '';
	switch (column) {
		case 0:
			return `${inStatus(bot.status, glyph, write)}${cell.slice(glyph.length)}`;
		case 2:
			return inStatus(bot.status, cell, write);
		default:
			return styled('dim', cell, write);
	}
}

function cells(bot: Bot, write: ListWrite): string[] {
	const glyph = drawing(statusGlyphs[bot.status], write);
	return [
		`${glyph} ${visible(bot.name)}`,
		accountsOf(bot) ?? drawing('—', write),
		statusText(bot, write.seen),
	];
}
