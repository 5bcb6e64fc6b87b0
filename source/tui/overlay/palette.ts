import {bindingsOf} from '../keymap.ts';
import type {Binding} from '../model/binding.ts';
import {edits} from '../model/field.ts';
import type {Overlay, State} from '../model/state.ts';

/** A command to choose by name. */
export type PaletteRow = Pick<Binding, 'label' | 'command'> & {help: string};

/** The palette's own commands, and every list's, which have only keys. */
const unlisted: ReadonlySet<Binding['command']> = new Set([
	'palette',
	'close',
	'up',
	'down',
	'page-up',
	'page-down',
	'first',
	'last',
	...edits,
]);

/** The commands of the place under the palette, best match first. */
export function paletteRows(state: State, {text, over}: Overlay & {name: 'palette'}): PaletteRow[] {
	const rows = bindingsOf({...state, overlay: over}).flatMap(({label, help, command}) =>
		help === null || unlisted.has(command) ? [] : [{label, help, command}],
	);
	const wanted = text.toLowerCase().replaceAll(/\s+/g, '');
	return rows
		.map(row => ({row, score: score(`${row.help} ${row.label}`.toLowerCase(), wanted)}))
		.filter(({score: one}) => one !== null)
		.sort((one, other) => (one.score ?? 0) - (other.score ?? 0))
		.map(({row}) => row);
}

/**
 * How well a text matches: lower is better. The letters must come in order, close together and at the
 * beginnings of words; `null` if one is missing.
 */
function score(text: string, wanted: string): number | null {
	const found = text.replaceAll(' ', '').indexOf(wanted);
	const word = ` ${text}`.indexOf(` ${wanted}`);
	if (word >= 0 || found >= 0) {
		return word >= 0 ? word / 1000 : 1 + found / 1000;
	}

	let at = -1;
	let gaps = 2;
	for (const letter of wanted) {
		const next = text.indexOf(letter, at + 1);
		if (next < 0) {
			return null;
		}

		gaps += at < 0 ? 0 : next - at - 1;
		at = next;
	}

	return gaps;
}
