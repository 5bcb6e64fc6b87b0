import {visible} from '../../flock/visible.ts';
import {columnsOf, pad} from '../../flock/width.ts';
import {fieldWindow} from '../draw/field.ts';
import {blank, type Line, line, padded, toned} from '../draw/line.ts';
import type {Overlay, State} from '../model/state.ts';
import {paletteRows} from './palette.ts';

/** The widest that the commands are drawn: the keys are to stand near their names. */
const widest = 76;

/** The commands by name: a field, and under it those that match, each with its key. */
export function paletteLines(state: State, overlay: Overlay & {name: 'palette'}, rows: number): Line[] {
	const width = Math.min(widest, state.size.columns);
	const all = paletteRows(state, overlay);
	const typed = fieldWindow({text: overlay.text, after: state.caret}, visible, Math.max(4, width - 5));
	const field: Line = {
		...line(toned('accent', ' : '), toned('strong', typed.text)),
		role: 'textbox',
		cursor: 3 + typed.cursor,
		say: `Command: ${visible(overlay.text)}, ${all.length} found`,
	};
	const room = Math.max(1, rows - 2);
	const top = Math.max(0, Math.min(overlay.selected - room + 1, all.length - room));
	const shown = all.slice(top, top + room).map(({help, label}, index): Line => {
		const isSelected = top + index === overlay.selected;
		const key = pad(label, 10);
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
		...(rows > 4 ? [blank] : []),
		...(all.length === 0 ? [line(toned('quiet', '   No command matches.'))] : shown),
	];
}
