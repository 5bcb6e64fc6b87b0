import {visible} from '../../flock/visible.ts';
import {columnsOf, pad} from '../../flock/width.ts';
import {fieldWindow} from '../draw/field.ts';
import {blank, type Line, line, padded, toned} from '../draw/line.ts';
import {paletteRoom, widestPalette} from '../model/room.ts';
import type {Overlay, State} from '../model/state.ts';
import {paletteRows} from './palette.ts';

/** The commands by name: a field, and below it the matching ones, each with its key. */
export function paletteLines(state: State, overlay: Overlay & {name: 'palette'}, rows: number): Line[] {
	const width = Math.min(widestPalette, state.size.columns);
	const all = paletteRows(state, overlay);
	const typed = fieldWindow({text: overlay.text, after: state.caret}, visible, Math.max(4, width - 5));
	const field: Line = {
		...line(toned('accent', ' : '), toned('strong', typed.text)),
		role: 'textbox',
		cursor: 3 + typed.cursor,
		say: `Command: ${visible(overlay.text)}, ${all.length} found`,
	};
	const keyWidth = Math.max(...all.map(({label}) => columnsOf(label) + 1));
	const {top} = overlay;
	const room = paletteRoom({body: rows});
	const shown = all.slice(top, top + room.rows).map(({help, label}, index): Line => {
		const isSelected = top + index === overlay.selected;
		const key = pad(label, keyWidth);
		const spans = padded([{text: `${isSelected ? ' ❯ ' : '   '}${help}`}], width - columnsOf(key) - 1);
		const text = `${spans.map(one => one.text).join('')} `;
		return {
			spans: isSelected ? [toned('selected', `${text}${key}`)] : [{text}, toned('accent', key)],
			role: 'option',
			selected: isSelected,
			say: `${help}, ${label}`,
		};
	});
	return [
		field,
		...(room.first > 2 ? [blank] : []),
		...(all.length === 0 ? [line(toned('quiet', '   No command matches.'))] : shown),
	];
}
