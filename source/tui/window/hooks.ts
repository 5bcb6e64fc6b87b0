import {useAnimation} from 'ink';
import type {View} from '../draw/line.ts';
import type {State} from '../model/state.ts';
import {isWaiting, type ViewAt} from '../view.ts';

/** How fast a spinner turns; milliseconds a picture. */
const spinnerMs = 120;

/** What drawing needs besides the state; it moves only while something is waited for. */
export function useView(state: State, viewAt: ViewAt): View {
	const {frame} = useAnimation({interval: spinnerMs, isActive: isWaiting(state)});
	return viewAt(frame);
}
