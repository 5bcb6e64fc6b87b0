import {useAnimation, useInput, usePaste} from 'ink';
import type {View} from '../draw/line.ts';
import type {State} from '../model/state.ts';
import type {Store} from '../store.ts';
import {isWaiting, type ViewAt} from '../view.ts';
import {actionOf} from './keys.ts';

/** How fast a spinner turns; milliseconds a picture. */
const spinnerMs = 120;

/** Hands keys and pastes to the store, in the order in which they come. */
export function useTerminal(store: Store): void {
	useInput((input, key) => {
		const action = actionOf(input, key);
		if (action !== null) {
			store.dispatch(action);
		}
	});
	usePaste(text => store.dispatch({type: 'paste', text}));
}

/** What drawing needs besides the state; it moves only while something is waited for. */
export function useView(state: State, viewAt: ViewAt): View {
	const {frame} = useAnimation({interval: spinnerMs, isActive: isWaiting(state)});
	return viewAt(frame);
}
