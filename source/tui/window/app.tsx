import {useSyncExternalStore} from 'react';
import type {Store} from '../store.ts';
import type {ViewAt} from '../view.ts';
import {Frame} from './frame.tsx';
import {useView} from './hooks.ts';

/** The program's window: draws the store's state. */
export function App({store, viewAt}: {store: Store; viewAt: ViewAt}) {
	const state = useSyncExternalStore(store.subscribe, store.get);
	return <Frame state={state} view={useView(state, viewAt)} />;
}
