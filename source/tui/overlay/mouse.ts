import {paletteRoom, widestPalette} from '../model/room.ts';
import type {Overlay, State} from '../model/state.ts';
import {paletteRows} from './palette.ts';
import {forgetChoices} from './reduce-forget.ts';

/** The state after a click in an overlay's list: selects that row. */
export function withRowClicked(state: State, overlay: Overlay, column: number, row: number): State {
	if (overlay.name === 'palette') {
		const {first, rows} = paletteRoom(state.room);
		const place = row - first;
		const selected = overlay.top + place;
		const isRow =
			place >= 0 && place < rows && column < widestPalette && selected < paletteRows(state, overlay).length;
		return isRow ? {...state, overlay: {...overlay, selected}} : state;
	}

	// The choices are the panel's last lines.
	const choice = forgetChoices[row - state.room.panelEnd + forgetChoices.length];
	return overlay.name === 'forget' && choice !== undefined
		? {...state, overlay: {...overlay, choice}}
		: state;
}
