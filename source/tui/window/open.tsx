import {render, useApp} from 'ink';
import {useLayoutEffect} from 'react';
import type {Store} from '../store.ts';
import type {ViewAt} from '../view.ts';
import {App} from './app.tsx';
import {Boundary} from './boundary.tsx';

/** What Ink draws, and on what. */
export type WindowOptions = {
	store: Store;
	viewAt: ViewAt;
	/** The terminal, or what paints on it. */
	stdout: NodeJS.WriteStream;
	/** True if a screen reader speaks the screen, with Ink's own output. */
	spoken: boolean;
	/** Called with an exception in a component. */
	onError(error: unknown): void;
};

/** The window that Ink draws. */
export type Window = {
	/** Resolves when Ink has ended by itself. */
	readonly closed: Promise<unknown>;
	/** Enters the screen again, and draws what was there before. */
	drawAnew(): void;
	/** Ends Ink. */
	close(): void;
};

/** Lets Ink draw the store from now on. Ink reads no keys. */
export function openWindow({store, viewAt, stdout, spoken, onError}: WindowOptions): Window {
	let drawAnew = () => {};
	const instance = render(
		<Boundary onError={onError}>
			<Anew
				onMount={way => {
					drawAnew = way;
				}}
			/>
			<App store={store} viewAt={viewAt} />
		</Boundary>,
		{
			stdout,
			alternateScreen: true,
			interactive: true,
			exitOnCtrlC: false,
			patchConsole: false,
			maxFps: 120,
			isScreenReaderEnabled: spoken,
		},
	);
	return {closed: instance.waitUntilExit(), drawAnew: () => drawAnew(), close: () => instance.unmount()};
}

/** Provides Ink's way to redraw everything: it returns from a suspension that lasts no time. */
function Anew({onMount}: {onMount(way: () => void): void}) {
	const {suspendTerminal} = useApp();
	useLayoutEffect(
		() => onMount(() => void suspendTerminal().then(async ({resume}) => resume())),
		[suspendTerminal, onMount],
	);
	return null;
}
