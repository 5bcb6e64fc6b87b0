import {stopHere} from '../system/job.ts';
import {listenTo, rawAgain, type TerminalInput} from '../system/terminal-input.ts';
import type {Stroke} from '../system/terminal-keys.ts';

/** How to ask for lines. */
export type HiddenOptions = {
	input: TerminalInput;
	output: NodeJS.WritableStream;
	/** Shown for each character. */
	mask: string;
	/** Ends a question. */
	signal: AbortSignal;
	/** Called at a Ctrl-C, which sends no signal meanwhile. */
	onInterrupt(): void;
};

/** A line, or why there is none: Ctrl-C, or the end of the input (Ctrl-D). */
export type HiddenAnswer = {line: string} | 'interrupted' | 'ended';

/** A terminal that shows nothing that is typed, from the first question until it is closed. */
export type HiddenTerminal = {
	/** Asks for a line, starting with what was typed since the last answer. @param question short enough for one row. */
	ask(question: string): Promise<HiddenAnswer>;
	/**
	 * Releases the input and discards what was typed since the last answer, since it may be a secret.
	 * @param mode `restored` restores its earlier state; `hidden` is for a screen that takes over and echoes
	 * nothing.
	 */
	close(mode: 'restored' | 'hidden'): void;
};

/** More masks say nothing more, and must fit in one row after a question. */
const mostMasks = 16;

/** The most keys to keep of what is typed early, as many as a terminal keeps. */
const mostEarly = 4096;

/**
 * Hides what is typed at a terminal, also between questions, while a slow check of the answer runs. Restores
 * the terminal when closed and at the program's end.
 */
export function openHiddenTerminal(options: HiddenOptions): HiddenTerminal {
	const {input, output, mask, signal, onInterrupt} = options;
	const wasRaw = input.isRaw ?? false;
	/** Keys typed since the last answer. */
	let early: string[] = [];
	let hasEnded = false;
	let asking: {take(): void; draw(): void; end(): void} | null = null;

	const restore = () => input.setRawMode?.(wasRaw);

	function type(stroke: Stroke): void {
		for (const key of keysOf(stroke)) {
			if (key === 'ctrl+z') {
				suspend();
			} else if (key === 'ctrl+c' && asking === null) {
				early = [];
				onInterrupt();
			} else if (early.length < mostEarly || key === 'ctrl+c') {
				early.push(key);
			}
		}

		asking?.take();
	}

	function suspend(): void {
		restore();
		stopHere();
		comeBack();
	}

	/** A shell used the terminal while the program was stopped. */
	function comeBack(): void {
		rawAgain(input);
		asking?.draw();
	}

	async function ask(question: string): Promise<HiddenAnswer> {
		const {promise, resolve} = Promise.withResolvers<HiddenAnswer>();
		const line = new HiddenLine();
		const draw = () =>
			output.write(`\r\u001B[2K${question} ${mask.repeat(Math.min(line.length, mostMasks))}`);
		const settle = (answer: HiddenAnswer) => {
			asking = null;
			signal.removeEventListener('abort', interrupt);
			output.write('\n');
			resolve(answer);
		};
		const interrupt = () => settle('interrupted');
		const take = () => {
			for (let key = early.shift(); key !== undefined; key = early.shift()) {
				const answer = line.take(key);
				if (answer === 'interrupted') {
					early = [];
					settle(answer);
					onInterrupt();
					return;
				}

				if (answer !== null) {
					settle(answer);
					return;
				}
			}

			draw();
		};
		asking = {take, draw, end: () => settle('ended')};
		signal.addEventListener('abort', interrupt);
		draw();
		if (signal.aborted) {
			settle('interrupted');
		} else if (early.length > 0) {
			take();
		} else if (hasEnded) {
			settle('ended');
		}

		return promise;
	}

	input.setRawMode?.(true);
	const stopListening = listenTo(input, {
		onStroke: type,
		onEnd() {
			hasEnded = true;
			asking?.end();
		},
	});
	process.on('exit', restore);
	process.on('SIGCONT', comeBack);
	return {
		ask,
		close(mode) {
			stopListening();
			process.off('SIGCONT', comeBack);
			early = [];
			if (mode === 'restored') {
				process.off('exit', restore);
				restore();
			}
		},
	};
}

/** The keys of a text or paste, character by character. A line end is one key, however it is encoded. */
function keysOf(stroke: Stroke): string[] {
	if (stroke.type === 'mouse') {
		return [];
	}

	return stroke.type === 'key'
		? [stroke.key]
		: Array.from(stroke.text.matchAll(/\r\n|./gsu), ([character]) =>
				/[\r\n]/.test(character) ? 'enter' : character,
			);
}

/** A line typed in raw mode, where a terminal edits nothing itself. */
export class HiddenLine {
	#line: string[] = [];

	/** The number of characters. */
	get length(): number {
		return this.#line.length;
	}

	/** Takes a key: a character, or a name such as `enter`. Returns `null` until the line ends. */
	take(key: string): HiddenAnswer | null {
		switch (key) {
			case 'enter':
				return {line: this.#line.join('')};
			case 'ctrl+c':
				return 'interrupted';
			case 'ctrl+d':
				return this.#line.length === 0 ? 'ended' : null;
			case 'backspace':
			case 'delete':
				this.#line.pop();
				return null;
			case 'ctrl+u':
				this.#line = [];
				return null;
			case 'space':
				this.#line.push(' ');
				return null;
			default:
				// Names have several letters, and a paste can contain control characters.
				if (!/^[\x20-\x7E]{2,}$|\p{Cc}/u.test(key)) {
					this.#line.push(...key);
				}

				return null;
		}
	}
}
