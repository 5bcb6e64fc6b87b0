import type {Bot, Flock} from '../../flock/flock.ts';
import {statusGlyphs} from '../../flock/glyph.ts';
import {visible} from '../../flock/visible.ts';
import {accountsOf} from '../../flock/words.ts';
import type {Write} from './command.ts';
import {table} from './table.ts';
import {drawing, statusText} from './words.ts';

/** The flock as lines for a person. */
export function listLines(flock: Flock, write: Pick<Write, 'unicode' | 'columns'>): string[] {
	return table(
		flock.map(bot => cells(bot, write)),
		write.columns,
	);
}

function cells(bot: Bot, write: Pick<Write, 'unicode'>): string[] {
	const glyph = drawing(statusGlyphs[bot.status], write);
	return [`${glyph} ${visible(bot.name)}`, accountsOf(bot) ?? drawing('—', write), statusText(bot)];
}
