import {once} from 'node:events';
import {setTimeout as pause} from 'node:timers/promises';
import {type Instance, render, useApp} from 'ink';
import {useLayoutEffect} from 'react';
import {visible} from '../flock/visible.ts';
import type {Services} from '../services.ts';
import type {Interruption} from '../system/interruption.ts';
import {allFinished, finishingFirst, unfinishedWork} from '../system/unfinished.ts';
import type {AppExit} from './action.ts';
import {App} from './app.tsx';
import {Boundary} from './components/boundary.tsx';
import {createRunner} from './effects.ts';
import {Keyboard, type TerminalInput} from './input/keyboard.ts';
import {outcomeSentence} from './last-words.ts';
import {paintedTerminal} from './paint/painter.ts';
import {initialState} from './state.ts';
import {createStore, type Store} from './store.ts';
import {type Environment, type Theme, themeOf} from './theme.ts';

/** What the full screen works with. */
export type AppServices = Services;

/** The terminal, and how to begin. */
export type AppOptions = {
	stdin: TerminalInput;
	stdout: NodeJS.WriteStream;
	/** Where the last words go, after the screen has been left. */
	stderr: NodeJS.WritableStream;
	/** Says what the terminal can show: `TERM`, the locale, `NO_COLOR`, `INK_SCREEN_READER`. */
	env: Environment;
	/** The bot to authorize as soon as the flock has been read. */
	authorizeFirst?: string | null;
	/** Ends the screen; Ctrl-C in raw mode is told to it. */
	interruption: Interruption;
};

/**
 * Opens the flock on the full screen, and resolves when the person has left it: the terminal is as it was by then.
 * Where X is still turning a PIN into a key, that is waited for, so that the key is not lost.
 * @throws whatever nobody foresaw, after the terminal has been restored.
 */
export async function runApp(services: AppServices, options: AppOptions): Promise<AppExit> {
	const {stdin, stdout, stderr, env, interruption} = options;
	const theme = themeOf(env);
	const ending = Promise.withResolvers<AppExit>();
	// A second failure may come while the first one is on its way out.
	ending.promise.catch(() => {});
	const keyboard = new Keyboard(stdin);
	let suspend = async () => {};
	const store = createStore(
		initialState(fixedOf(services, options), sizeOf(stdout)),
		services.now,
		dispatch =>
			createRunner(services, dispatch, {
				end,
				suspend: async () => suspend(),
				fail: ending.reject,
			}),
	);
	function end(exit: AppExit): void {
		if (exit.kind === 'ended' && exit.exitCode === interrupted) {
			interruption.interrupt('SIGINT');
		}

		ending.resolve(exit);
	}

	const onSignal = () => ending.resolve({kind: 'ended', exitCode: interruption.exitCode ?? interrupted});
	// A window that is closed takes the terminal along: writing to it then fails, now and later, which is no news.
	stdout.on('error', () => {});
	stderr.on('error', () => {});
	interruption.signal.addEventListener('abort', onSignal);
	// A rejection that nobody handles comes here too.
	process.on('uncaughtException', ending.reject);

	const stopWatching = [services.poems, services.keystore].map(one =>
		one.watch(() => store.dispatch({type: 'changed'})),
	);
	let instance: Instance | null = null;
	const leave = () => {
		instance?.unmount();
		keyboard.setRawMode(false);
	};
	process.on('exit', leave);
	interruption.screenIs(true);
	try {
		// Ink does so only after its first frame: keys pressed by then would be echoed into it.
		keyboard.setRawMode(true);
		store.dispatch({type: 'start'});
		await readOrLate(store);
		instance = render(
			<Root
				store={store}
				services={services}
				theme={theme}
				onError={ending.reject}
				onSuspend={way => {
					suspend = way;
				}}
			/>,
			{
				stdin: keyboard as unknown as NodeJS.ReadStream,
				stdout: isSpoken(env) ? stdout : paintedTerminal(stdout),
				alternateScreen: true,
				interactive: true,
				exitOnCtrlC: false,
				patchConsole: false,
				maxFps: 120,
				isScreenReaderEnabled: isSpoken(env),
			},
		);
		// Ink's own exit comes with an error of a component, which it has caught.
		return await Promise.race([ending.promise, instance.waitUntilExit().then(() => endedByInk)]);
	} finally {
		for (const stop of stopWatching) {
			stop();
		}

		store.stop();
		leave();
		process.off('exit', leave);
		keyboard.destroy();
		interruption.screenIs(false);
		await lastWords(services, stderr);
		process.off('uncaughtException', ending.reject);
		interruption.signal.removeEventListener('abort', onSignal);
	}
}

/** The exit code after Ctrl-C. */
const interrupted = 130;

/** How long the first frame waits for the flock; milliseconds. */
const readingMs = 100;

/** Resolves when the flock has been read, or when that takes long: a frame before the flock's own costs 13 ms. */
async function readOrLate(store: Store): Promise<void> {
	const {promise, resolve} = Promise.withResolvers<void>();
	const look = () => {
		const {flock, problem} = store.get();
		if (flock !== null || problem !== null) {
			resolve();
		}
	};
	const stop = store.subscribe(look);
	const timer = setTimeout(resolve, readingMs);
	look();
	await promise;
	clearTimeout(timer);
	stop();
}

const endedByInk: AppExit = {kind: 'ended', exitCode: 1};

type RootProps = {
	store: Store;
	services: Services;
	theme: Theme;
	onError(error: unknown): void;
	onSuspend(way: () => Promise<void>): void;
};

function Root({store, services, theme, onError, onSuspend}: RootProps) {
	const {suspendTerminal} = useApp();
	useLayoutEffect(() => onSuspend(async () => suspendTerminal(stopHere)), [suspendTerminal, onSuspend]);
	return (
		<Boundary onError={onError}>
			<App store={store} services={services} theme={theme} />
		</Boundary>
	);
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

/** Waits for what is unfinished, and says what came of it, on the screen that was there before. */
async function lastWords({keymaker}: Services, stderr: NodeJS.WritableStream): Promise<void> {
	const settled = keymaker.settled();
	const finished = allFinished().then(() => 'finished');
	if ((await Promise.race([finished, pause(20, 'waiting')])) === 'waiting') {
		stderr.write(`${finishingFirst(unfinishedWork())}\n`);
		await finished;
	}

	for (const one of await settled) {
		stderr.write(`${outcomeSentence(one)}\n`);
	}

	const unsaved = keymaker.unsaved();
	if (unsaved.length > 0) {
		stderr.write(
			`Not saved, and lost now: the key of ${unsaved.map(visible).join(', ')}. Authorize again.\n`,
		);
	}
}

function fixedOf(
	{poems, keystore, x, desktop, practice}: Services,
	{authorizeFirst = null, env}: AppOptions,
) {
	return {
		poemsPath: poems.path,
		keystorePath: keystore.path,
		practice,
		deadlineSeconds: x.deadlineSeconds,
		warning: x.warning,
		whyNotOpen: desktop.whyNotOpen,
		spoken: isSpoken(env),
		authorizeFirst,
	};
}

/** True where the person has told Ink that a screen reader is in use. */
function isSpoken(env: Environment): boolean {
	return env.INK_SCREEN_READER === 'true';
}

function sizeOf({columns = 80, rows = 24}: NodeJS.WriteStream) {
	return {columns: columns || 80, rows: rows || 24};
}
