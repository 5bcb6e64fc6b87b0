import {useAnimation} from 'ink';
import type {View} from '../draw/line.ts';
import type {State} from '../model/state.ts';
import {isWaiting, type ViewAt} from '../view.ts';

/** A spinner's speed; milliseconds per frame. */
const spinnerMs = 120;

/** What drawing depends on besides the state; it moves only while something is waited for. */
export function useView(state: State, viewAt: ViewAt): View {
	const {frame} = useAnimation({interval: spinnerMs, isActive: isWaiting(state)});
	return viewAt(frame);
}
