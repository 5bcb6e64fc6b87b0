import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {visible} from '../flock/visible.ts';
import type {Services} from '../services.ts';
import type {Environment} from '../system/environment.ts';
import type {Interruption} from '../system/interruption.ts';
import {stopHere} from '../system/job.ts';
import {listenTo, rawAgain, type TerminalInput} from '../system/terminal-input.ts';
import {allFinished, finishingFirst, unfinishedWork} from '../system/unfinished.ts';
import {outcomeSentence} from './authorize/work.ts';
import {themeOf} from './draw/theme.ts';
import {extrasOf} from './extras.ts';
import {cursorOf, drawnFrame} from './frame.ts';
import type {AppExit} from './model/action.ts';
import {initialState, type State} from './model/state.ts';
import {extrasSwitch} from './paint/extras.ts';
import {paintedTerminal, spokenTerminal} from './paint/painter.ts';
import {createRunner} from './runner.ts';
import {createStore, type Store} from './store.ts';
import {lastOf, viewOf} from './view.ts';
import type {Window} from './window/open.tsx';

/** What the full screen depends on. */
export type AppServices = Services;

/** The terminal, and how to start. */
export type AppOptions = {
	stdin: TerminalInput;
	stdout: NodeJS.WriteStream;
	/** Where to print the last words, after the screen closes. */
	stderr: NodeJS.WritableStream;
	/** Says what the terminal can show: `TERM`, the locale, `NO_COLOR`, `INK_SCREEN_READER`. */
	env: Environment;
	/** The flock's name. */
	flock: string;
	/** False if the terminal keeps the mouse. */
	mouse: boolean;
	/** The bot to authorize once the flock has been read. */
	authorizeFirst?: string | null;
	/** Ends the screen; also called for Ctrl-C in raw mode. */
	interruption: Interruption;
};

/**
 * Opens the flock on the full screen, and resolves when the person has left it and the terminal is restored.
 * It paints the first frames from the screens' lines and answers keys while Ink and React load. A screen
 * reader gets Ink's own output from the start. If X is turning a PIN into a key, it waits for that, so that
 * the key is not lost.
 * @throws anything unexpected, after the terminal has been restored.
 */
export async function runApp(services: AppServices, options: AppOptions): Promise<AppExit> {
	const {stdin, stdout, stderr, env, interruption} = options;
	const ending = Promise.withResolvers<AppExit>();
	// A second failure can come while the first one is being handled.
	ending.promise.catch(() => {});
	const spoken = isSpoken(env);
	const theme = themeOf(env);
	const viewAt = viewOf(services, theme);
	// Needed by each change, and by the frame that follows.
	const cursorIn = lastOf((state: State) => cursorOf(state, viewAt(0)));
	const terminal = spoken ? spokenTerminal(stdout) : paintedTerminal(stdout, () => cursorIn(store.get()));
	const extras = extrasSwitch(text => stdout.write(text));
	let window: Window | null = null;
	const store = createStore(
		initialState(fixedOf(services, options), sizeOf(stdout)),
		services.now,
		dispatch =>
			createRunner(services, dispatch, {
				end,
				suspend,
				fail: ending.reject,
			}),
	);
	function end(exit: AppExit): void {
		if (exit.kind === 'ended' && exit.exitCode === interrupted) {
			interruption.interrupt('SIGINT');
		}

		ending.resolve(exit);
	}

	const onResize = () => store.dispatch({type: 'resize', size: sizeOf(stdout)});
	const onSignal = () => ending.resolve({kind: 'ended', exitCode: interruption.exitCode ?? interrupted});
	const showExtras = () => extras.show(extrasOf(store.get(), theme.hyperlinks));
	const giveBack = () => {
		extras.off();
		terminal.giveBack();
		stdin.setRawMode?.(false);
	};
	const draw = () => terminal.stream.write(drawnFrame(store.get(), viewAt(0)));
	/** A shell has used the terminal during the stop, so nothing is known about it. */
	const comeBack = () => {
		extras.off();
		terminal.giveBack();
		rawAgain(stdin);
		if (!spoken) {
			terminal.take();
			draw();
		} else if (window !== null) {
			terminal.take();
			window.drawAnew();
		}

		showExtras();
	};

	/** Releases the terminal, and stops the program until it is continued. */
	async function suspend(): Promise<void> {
		giveBack();
		stopHere();
		comeBack();
	}

	let [stopListening, stopPlacing, stopExtras] = [() => {}, () => {}, () => {}];
	const followExtras = () => {
		stopExtras = store.subscribe(showExtras);
		showExtras();
	};
	// A closed window takes the terminal along: writing to it then fails, now and later, as expected.
	stdout.on('error', () => {});
	stderr.on('error', () => {});
	stdout.on('resize', onResize);
	interruption.signal.addEventListener('abort', onSignal);
	// An unhandled rejection comes here, too.
	process.on('uncaughtException', ending.reject);
	process.on('exit', giveBack);
	process.on('SIGCONT', comeBack);

	const stopWatching = [services.poems, services.keystore].map(one =>
		one.watch(() => store.dispatch({type: 'changed'})),
	);
	interruption.screenIs(true);
	try {
		// Keys pressed before the first frame would be echoed into it.
		stdin.setRawMode?.(true);
		store.dispatch({type: 'start'});
		const early = await Promise.race([ending.promise, readOrLate(store)]);
		if (early !== null) {
			return early;
		}

		let stopDrawing = () => {};
		if (!spoken) {
			followExtras();
			terminal.take();
			draw();
			stopDrawing = store.subscribe(draw);
		}

		// An arrow key in a field changes nothing that is drawn.
		stopPlacing = store.subscribe(terminal.placeCursor);
		stopListening = listenTo(stdin, {onStroke: store.dispatch});
		const loaded = await Promise.race([ending.promise, import('./window/open.tsx')]);
		stopDrawing();
		if ('kind' in loaded) {
			return loaded;
		}

		terminal.take();
		window = loaded.openWindow({
			store,
			viewAt,
			stdout: terminal.stream,
			spoken,
			onError: ending.reject,
		});
		if (spoken) {
			followExtras();
		}

		// Ink's own exit comes with a component's error, which it has caught.
		return await Promise.race([ending.promise, window.closed.then(() => endedByInk)]);
	} finally {
		for (const stop of stopWatching) {
			stop();
		}

		store.stop();
		stopListening();
		stopPlacing();
		stopExtras();
		process.off('SIGCONT', comeBack);
		window?.close();
		giveBack();
		interruption.screenIs(false);
		await lastWords(services, stderr);
		stdout.off('resize', onResize);
		process.off('exit', giveBack);
		process.off('uncaughtException', ending.reject);
		interruption.signal.removeEventListener('abort', onSignal);
	}
}

/** The exit code after Ctrl-C. */
const interrupted = 130;

/** How long the first frame waits for the flock; milliseconds. */
const readingMs = 100;

/** Resolves with `null` when the flock has been read, or if that takes long. */
async function readOrLate(store: Store): Promise<null> {
	const {promise, resolve} = Promise.withResolvers<null>();
	const look = () => {
		const {flock, problem} = store.get();
		if (flock !== null || problem !== null) {
			resolve(null);
		}
	};
	const stop = store.subscribe(look);
	const timer = setTimeout(resolve, readingMs, null);
	look();
	await promise;
	clearTimeout(timer);
	stop();
	return null;
}

const endedByInk: AppExit = {kind: 'ended', exitCode: 1};

/** Waits for unfinished work, and reports its result on the earlier screen. */
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
			`Lost without being saved: the key of ${unsaved.map(visible).join(', ')}. Authorize again.\n`,
		);
	}
}

function fixedOf(
	{poems, keystore, x, desktop, callbackPort, practice, cwd}: Services,
	{authorizeFirst = null, env, flock, mouse}: AppOptions,
) {
	return {
		flock,
		mouse,
		poemsPath: poems.path,
		poemsName: nameFrom(cwd, poems.path),
		keystorePath: keystore.path,
		practice,
		shared: keystore.isShared,
		deadlineSeconds: x.deadlineSeconds,
		warning: x.warning,
		callbackPort,
		whyNotOpen: desktop.whyNotOpen,
		spoken: isSpoken(env),
		authorizeFirst,
	};
}

/** A path as a person would type it in a folder. */
function nameFrom(cwd: string, place: string): string {
	const relative = path.relative(cwd, place);
	return relative === '' || relative.startsWith('..') || path.isAbsolute(relative) ? place : `./${relative}`;
}

/** True if the person has told Ink that a screen reader is in use. */
function isSpoken(env: Environment): boolean {
	return env.INK_SCREEN_READER === 'true';
}

function sizeOf({columns = 80, rows = 24}: NodeJS.WriteStream) {
	return {columns: columns || 80, rows: rows || 24};
}
