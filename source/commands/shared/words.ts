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

/** A time for everybody, wherever they read it: `2026-11-25 01:31:07 UTC`. @param at ISO 8601 in UTC */
export function utcText(at: string): string {
	return `${at.slice(0, 19).replace('T', ' ')} UTC`;
}
