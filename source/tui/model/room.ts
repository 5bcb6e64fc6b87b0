import {scrolled} from './list.ts';
import type {Room, Size, State} from './state.ts';

/** The smallest window that the screens are made for. */
export const smallest: Size = {columns: 30, rows: 6};

/** From so many columns up the selected poem stands beside the list. */
const wideFrom = 100;

/** True where the window is too small to draw anything but a sentence. */
export function tooSmall({columns, rows}: Size): boolean {
	return columns < smallest.columns || rows < smallest.rows;
}

/** True where the selected poem stands beside the list. */
export function previewShown({size, screen, problem, fixed}: State): boolean {
	return (
		!fixed.spoken &&
		size.columns >= wideFrom &&
		!tooSmall(size) &&
		screen.name === 'flock' &&
		problem === null
	);
}

/** True where the filter has a line of its own. */
export function filterShown({list, overlay}: State): boolean {
	return overlay?.name === 'filter' || list.filter !== '';
}

/** The state in the room that its frame has for it: the selected bot is in sight, and the help ends at the last row. */
export function inRoom(state: State, room: Room): State {
	const list = scrolled(state.list, room.list);
	const overlay = scrolledHelp(state.overlay, room);
	return list === state.list && overlay === state.overlay && isSameRoom(room, state.room)
		? state
		: {...state, list, overlay, room};
}

/** The first row of the help nearest to a wanted one, in a room that is known as soon as the help has been drawn. */
export function helpTop(wanted: number, {body, help}: Room): number {
	const last = help === 0 ? Infinity : help - Math.max(1, body);
	return Math.max(0, Math.min(last, wanted));
}

function scrolledHelp(overlay: State['overlay'], room: Room): State['overlay'] {
	if (overlay?.name !== 'help') {
		return overlay;
	}

	const top = helpTop(overlay.top, room);
	return top === overlay.top ? overlay : {...overlay, top};
}

function isSameRoom(one: Room, other: Room): boolean {
	return one.list === other.list && one.body === other.body && one.help === other.help;
}
