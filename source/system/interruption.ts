import os from 'node:os';
import {endNow} from './end.ts';
import {ignored} from './ignored.ts';
import {allFinished, finishingFirst, signalsAreLent, unfinishedWork} from './unfinished.ts';

/** The signals that end the program. */
export type EndingSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT';

/** Ctrl-C, and the other signals that end the program. */
export type Interruption = {
	/** Aborted by the first one. */
	readonly signal: AbortSignal;
	/** 128 and the latest signal's number; `null` if none came, or the programs of `exec` got it. */
	readonly exitCode: number | null;
	/** Acts like the signal, for a typed Ctrl-C that sends none. */
	interrupt(signal: EndingSignal): void;
	/** The screen itself says what finishes first. @param up false once it is closed. */
	screenIs(up: boolean): void;
};

/** How long anything that ends by itself has for its last words; milliseconds. */
const graceMs = 200;

/**
 * A signal so soon after another is the same one: a held key, or npm, which passes on what the terminal sent
 * to both; milliseconds.
 */
const sameMs = 150;

/**
 * How long the warning about the next Ctrl-C must have been shown. Nobody reads it sooner, and a busy
 * computer delivers signals late; milliseconds.
 */
const readingMs = 1000;

/**
 * Listens to the signals that end the program. If nothing is unfinished, the first one ends it, wherever it
 * is. Otherwise that finishes first. A second Ctrl-C then says what a third one loses. Other signals come
 * twice when a window closes, so they lose nothing, however often they come.
 * @param say prints a line for the person.
 * @param now milliseconds that only increase.
 */
export function openInterruption(
	say: (line: string) => void,
	now: () => number = () => performance.now(),
): Interruption {
	const controller = new AbortController();
	let exitCode: number | null = null;
	let presses = 0;
	let warnedAt = 0;
	let ending = false;
	let screenIsUp = false;
	let last = {signal: '', at: 0};

	function interrupt(signal: EndingSignal): void {
		const at = now();
		const isSame = last.signal === signal && at - last.at < sameMs;
		last = {signal, at};
		if (isSame) {
			return;
		}

		if (signalsAreLent()) {
			controller.abort();
			return;
		}

		exitCode = 128 + os.constants.signals[signal];
		const work = unfinishedWork();
		const isFirst = !ending;
		controller.abort();
		if (isFirst) {
			ending = true;
			endSoon();
		}

		if (work.length === 0) {
			if (!isFirst) {
				endNow(exitCode);
			}

			return;
		}

		presses += signal === 'SIGINT' ? 1 : 0;
		if (presses > 2 && at - warnedAt >= readingMs) {
			endNow(exitCode);
		}

		if (presses === 2) {
			warnedAt = at;
			say(`Still ${work.join('; ')}. Press Ctrl-C once more to stop and lose it.`);
		} else if (!screenIsUp && (isFirst || presses === 1)) {
			say(finishingFirst(work));
		}
	}

	async function endSoon(): Promise<void> {
		await allFinished();
		setTimeout(() => {
			if (unfinishedWork().length > 0) {
				endSoon();
			} else {
				endNow(exitCode ?? 0);
			}
		}, graceMs);
	}

	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) {
		// These stay: without a listener, a library ends the program in the middle of an exchange. Node can
		// only ignore a signal by listening to it.
		process.on(signal, ignored.has(signal) ? () => {} : interrupt);
	}

	return {
		signal: controller.signal,
		get exitCode() {
			return exitCode;
		},
		interrupt,
		screenIs(up) {
			screenIsUp = up;
		},
	};
}
