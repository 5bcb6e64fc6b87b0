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
	/** True where a screen reader speaks the screen, in Ink's own way. */
	spoken: boolean;
	/** Told of an exception in a component. */
	onError(error: unknown): void;
};

/** The window that Ink draws. */
export type Window = {
	/** Resolves when Ink has ended by itself. */
	readonly closed: Promise<unknown>;
	/** Enters the screen once more, and draws what was drawn before. */
	drawAnew(): void;
	/** Ends Ink. */
	close(): void;
};

/** Has Ink draw the store from now on. Keys are not Ink's: it reads nothing. */
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

/** Hands out Ink's way to draw everything anew: it comes back from a suspension that lasts no time. */
function Anew({onMount}: {onMount(way: () => void): void}) {
	const {suspendTerminal} = useApp();
	useLayoutEffect(
		() => onMount(() => void suspendTerminal().then(async ({resume}) => resume())),
		[suspendTerminal, onMount],
	);
	return null;
}
