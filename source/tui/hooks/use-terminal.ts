import {useInput, usePaste, useWindowSize} from 'ink';
import {useEffect} from 'react';
import {actionOf} from '../input/keys.ts';
import type {Store} from '../store.ts';

/** Hands keys, pastes and the window's size to the store, in the order in which they come. */
export function useTerminal(store: Store): void {
	const {columns, rows} = useWindowSize();
	useInput((input, key) => {
		const action = actionOf(input, key);
		if (action !== null) {
			store.dispatch(action);
		}
	});
	usePaste(text => store.dispatch({type: 'paste', text}));
	useEffect(() => {
		store.dispatch({type: 'resize', size: {columns, rows}});
	}, [store, columns, rows]);
}
