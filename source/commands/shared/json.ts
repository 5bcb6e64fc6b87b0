import {visible} from '../../flock/visible.ts';

/**
 * JSON that is safe to print on a terminal and parses back unchanged: every character that `visible` would
 * change, besides JSON's own escapes, becomes `\uXXXX`.
 */
export function safeJson(value: unknown): string {
	return JSON.stringify(value, null, 2).replace(/[^\n\x20-\x7e]/gu, character =>
		visible(character) === character ? character : escapeUnits(character),
	);
}

function escapeUnits(character: string): string {
	// A character beyond the first plane has two units, each escaped.
	return [...Array(character.length).keys()]
		.map(unit => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`)
		.join('');
}
