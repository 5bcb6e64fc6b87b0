import type {Bot} from '../../flock/flock.ts';
import {listWidth, previewShown} from './room.ts';
import {type Mode, modeOf, type State} from './state.ts';

/** The places where the mouse selects and scrolls. Elsewhere people select text with it: a link, a PIN, a key. */
const ours: ReadonlySet<Mode> = new Set(['flock', 'filter', 'help', 'palette', 'forget']);

/** True if the program has the mouse: in the flock, and in lists over it. */
export function mouseIsOurs(state: State): boolean {
	return state.fixed.mouse && !state.fixed.spoken && state.screen.name === 'flock' && ours.has(modeOf(state));
}

/** The bot in a cell's row; `null` if there is none. */
export function botAt(state: State, column: number, row: number): Bot | null {
	const {list, room, size, overlay} = state;
	const isList = overlay === null || overlay.name === 'filter';
	const place = row - room.listTop;
	const width = previewShown(state) ? listWidth(size.columns) : size.columns;
	return !isList || place < 0 || place >= room.list || column >= width
		? null
		: (list.shown[list.top + place] ?? null);
}
