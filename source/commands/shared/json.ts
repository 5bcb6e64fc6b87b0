import {visible} from '../../flock/visible.ts';

/**
 * JSON that is safe to print on a terminal and reads back equal: whatever `visible` would change, JSON's
 * own escaping of control characters aside, is written as `\uXXXX`.
 */
export function safeJson(value: unknown): string {
	return JSON.stringify(value, null, 2).replace(/[^\n\x20-\x7e]/gu, character =>
		visible(character) === character ? character : escapeUnits(character),
	);
}

function escapeUnits(character: string): string {
	// A character beyond the first plane is two units, each escaped by itself.
	return [...Array(character.length).keys()]
		.map(unit => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`)
		.join('');
}
