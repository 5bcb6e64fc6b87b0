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
	/** 128 and the latest signal's number; `null` where none came, or the programs that `exec` runs got it. */
	readonly exitCode: number | null;
	/** Acts as the signal does, for a Ctrl-C that was typed where it makes none. */
	interrupt(signal: EndingSignal): void;
	/** The screen says itself what is finished first. @param up false once it has been left. */
	screenIs(up: boolean): void;
};

/** How long whatever ends by itself, with its own last words, has for it; milliseconds. */
const graceMs = 200;

/** What comes again so soon is the same: a key that is held down, or npm's, which hands on what the terminal has sent to both; milliseconds. */
const sameMs = 150;

/**
 * How long it has to have been said what the next Ctrl-C loses. Nobody has read it sooner, and what others hand on comes
 * late on a busy computer; milliseconds.
 */
const readingMs = 1000;

/**
 * Listens to the signals that end the program. Where nothing is unfinished the first one ends it, wherever it is; else
 * that is finished first. A second Ctrl-C then says what a third one loses. Other signals come in twos
 * when a window is closed, so they lose nothing, however often they come.
 * @param say says a line to the person.
 * @param now milliseconds that only go on.
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
		// They stay: where nobody listens any more, a library ends the program in the middle of an exchange.
		// Node cannot ignore a signal but by listening to it.
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
