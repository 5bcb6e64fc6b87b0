import type {Bot} from '../../flock/flock.ts';
import {asciiForm} from '../../flock/glyph.ts';
import {columnsOf} from '../../flock/width.ts';
import {drawnStatusWords, namesOfHeld, statusWords} from '../../flock/words.ts';
import type {Write} from './command.ts';

/** A drawing of this program in what the terminal can show. Not for names, which never change to ASCII. */
export function drawing(text: string, {unicode}: Pick<Write, 'unicode'>): string {
	return unicode ? text : asciiForm(text, columnsOf);
}

/** A bot's status in words, with any keys to decide about. @param seen by a person, not by a script */
export function statusText({status, key, held}: Bot, seen: boolean): string {
	const word = (seen ? drawnStatusWords : statusWords)[status];
	return key === null || held.length === 0 ? word : `${word}, ${namesOfHeld(held)} to decide`;
}
