import {once} from 'node:events';
import {setTimeout as pause} from 'node:timers/promises';
import {render, useApp} from 'ink';
import {useLayoutEffect} from 'react';
import type {Keyboard} from '../keyboard.ts';
import type {Store} from '../store.ts';
import type {ViewAt} from '../view.ts';
import {App} from './app.tsx';
import {Boundary} from './boundary.tsx';

/** What Ink draws, and on what. */
export type WindowOptions = {
	store: Store;
	viewAt: ViewAt;
	keyboard: Keyboard;
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
	/** Gives the terminal back, stops the program until it is continued, and takes the terminal again. */
	suspend(): Promise<void>;
	/** Ends Ink. */
	close(): void;
};

/** Has Ink draw the store from now on. */
export function openWindow({store, viewAt, keyboard, stdout, spoken, onError}: WindowOptions): Window {
	let suspend = async () => {};
	const instance = render(
		<Boundary onError={onError}>
			<Suspension
				onMount={way => {
					suspend = way;
				}}
			/>
			<App store={store} viewAt={viewAt} />
		</Boundary>,
		{
			stdin: keyboard as unknown as NodeJS.ReadStream,
			stdout,
			alternateScreen: true,
			interactive: true,
			exitOnCtrlC: false,
			patchConsole: false,
			maxFps: 120,
			isScreenReaderEnabled: spoken,
		},
	);
	return {closed: instance.waitUntilExit(), suspend: async () => suspend(), close: () => instance.unmount()};
}

/** Hands out Ink's way to give the terminal back for a while. */
function Suspension({onMount}: {onMount(way: () => Promise<void>): void}) {
	const {suspendTerminal} = useApp();
	useLayoutEffect(() => onMount(async () => suspendTerminal(stopHere)), [suspendTerminal, onMount]);
	return null;
}

/** Stops the whole foreground job, as Ctrl-Z does outside of raw mode; returns when it is continued. */
async function stopHere(): Promise<void> {
	if (process.platform === 'win32') {
		return;
	}

	const continued = once(process, 'SIGCONT');
	process.kill(0, 'SIGTSTP');
	// Without a shell that does jobs nothing stops, and nothing continues: then the screen comes back at once.
	await Promise.race([continued, pause(200)]);
}
