import {styleText} from 'node:util';
import type {Status} from '../../flock/flock.ts';
import {statusTones} from '../../flock/glyph.ts';
import type {Write} from './command.ts';

/** The terminal's own colours, so the person's theme applies. */
type Style = Parameters<typeof styleText>[0];

const toneStyles = {good: 'green', quiet: 'dim', warn: 'yellow', bad: 'red', accent: 'cyan'} as const;

/** A text in a style, if colours are allowed. */
export function styled(style: Style, text: string, {colour}: Pick<Write, 'colour'>): string {
	// Already checked, and for another stream than Node would check.
	return colour ? styleText(style, text, {validateStream: false}) : text;
}

/** A text in the colour of a status. */
export function inStatus(status: Status, text: string, write: Pick<Write, 'colour'>): string {
	return styled(toneStyles[statusTones[status]], text, write);
}
