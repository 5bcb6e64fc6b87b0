import {useSyncExternalStore} from 'react';
import type {Services} from '../services.ts';
import {Frame} from './components/frame.tsx';
import {useTerminal} from './hooks/use-terminal.ts';
import {useView} from './hooks/use-view.ts';
import type {Store} from './store.ts';
import type {Theme} from './theme.ts';

/** The program's window: draws the store's state and feeds it with what the terminal sends. */
export function App({store, services, theme}: {store: Store; services: Services; theme: Theme}) {
	const state = useSyncExternalStore(store.subscribe, store.get);
	useTerminal(store);
	return <Frame state={state} view={useView(state, services, theme)} />;
}
