import {scrolled} from './list.ts';
import type {Room, Size, State} from './state.ts';

/** The smallest supported window. */
export const smallest: Size = {columns: 30, rows: 6};

/** From this many columns the selected poem is beside the list. */
const wideFrom = 100;

/** From this many columns the list has headers. */
export const headsFrom = 60;

/** True if the window is too small for more than a sentence. */
export function tooSmall({columns, rows}: Size): boolean {
	return columns < smallest.columns || rows < smallest.rows;
}

/** True if the selected poem is beside the list. */
export function previewShown({size, screen, problem, fixed}: State): boolean {
	return (
		!fixed.spoken &&
		size.columns >= wideFrom &&
		!tooSmall(size) &&
		screen.name === 'flock' &&
		problem === null
	);
}

/** The list's largest width beside a poem. */
const widestList = 80;

/** The list's width beside a poem. */
export function listWidth(columns: number): number {
	return Math.min(widestList, Math.floor(columns * (columns < 110 ? 0.55 : 0.57)));
}

/** True if the filter has its own line. */
export function filterShown({list, overlay}: State): boolean {
	return overlay?.name === 'filter' || list.filter !== '';
}

/** Which lines around the list have room; each is a number of rows. */
export type FlockParts = {
	/** The flock by status. */
	bar: number;
	/** An empty line under it. */
	gap: number;
	filter: number;
	/** The columns' headers. */
	heads: number;
	/** Which rows are shown, of how many. */
	place: number;
};

/** Which lines around the list have room. */
export function flockParts(state: State): FlockParts {
	const {size, screen, problem, flock, list} = state;
	const isThere = screen.name === 'flock' && problem === null && flock !== null && flock.length > 0;
	const rowsFrom = (rows: number) => (isThere && size.rows >= rows ? 1 : 0);
	const hasRows = list.shown.length > 0;
	return {
		bar: rowsFrom(10),
		gap: rowsFrom(18),
		filter: screen.name === 'flock' && filterShown(state) ? 1 : 0,
		heads: hasRows && size.columns >= headsFrom ? rowsFrom(12) : 0,
		place: hasRows ? rowsFrom(14) : 0,
	};
}

/** The state fitted to its frame: the selected bot is visible, and the help ends at the last row. */
export function inRoom(state: State, room: Room): State {
	const list = scrolled(state.list, room.list);
	const overlay = scrolledPalette(scrolledHelp(state.overlay, room), room);
	return list === state.list && overlay === state.overlay && isSameRoom(room, state.room)
		? state
		: {...state, list, overlay, room};
}

/** The first row of the help nearest to a wanted one, in a room known once the help has been drawn. */
export function helpTop(wanted: number, {body, help}: Room): number {
	const last = help === 0 ? Infinity : help - Math.max(1, body);
	return Math.max(0, Math.min(last, wanted));
}

/** How far a long help has been read, for its screen's last row; `null` if all of it is visible. */
export function helpPlace({overlay, room}: State): string | null {
	return overlay?.name !== 'help' || room.help <= room.body || room.body === 0
		? null
		: `${overlay.top + 1}–${Math.min(room.help, overlay.top + room.body)} of ${room.help}`;
}

function scrolledHelp(overlay: State['overlay'], room: Room): State['overlay'] {
	if (overlay?.name !== 'help') {
		return overlay;
	}

	const top = helpTop(overlay.top, room);
	return top === overlay.top ? overlay : {...overlay, top};
}

/** The widest that the commands are drawn, so that keys are near their names. */
export const widestPalette = 76;

/** The commands' place on the screen: the first one's row, and how many there is room for. */
export function paletteRoom({body}: Pick<Room, 'body'>): {first: number; rows: number} {
	return {first: body > 4 ? 3 : 2, rows: Math.max(1, body - 2)};
}

/** Keeps the selected command visible. */
function scrolledPalette(overlay: State['overlay'], room: Room): State['overlay'] {
	if (overlay?.name !== 'palette' || room.body === 0) {
		return overlay;
	}

	const {selected, top} = overlay;
	const {rows} = paletteRoom(room);
	const next = Math.max(selected - rows + 1, Math.min(top, selected));
	return next === top ? overlay : {...overlay, top: next};
}

function isSameRoom(one: Room, other: Room): boolean {
	return (
		one.list === other.list &&
		one.listTop === other.listTop &&
		one.body === other.body &&
		one.panelEnd === other.panelEnd &&
		one.help === other.help
	);
}
