import {StringDecoder} from 'node:string_decoder';

/** The part of a terminal's input that is needed here. */
export type HiddenInput = NodeJS.ReadableStream & {
	isRaw?: boolean;
	setRawMode?(mode: boolean): unknown;
};

/** How lines are asked for. */
export type HiddenOptions = {
	input: HiddenInput;
	output: NodeJS.WritableStream;
	/** Shown for each character. */
	mask: string;
	/** Ends a question. */
	signal: AbortSignal;
	/** Told of a Ctrl-C, which makes no signal meanwhile. */
	onInterrupt(): void;
};

/** A line, or why there is none: Ctrl-C, or the end of the input (Ctrl-D). */
export type HiddenAnswer = {line: string} | 'interrupted' | 'ended';

/** A terminal that shows nothing of what is typed, from the first question until it is closed. */
export type HiddenTerminal = {
	/** Asks for a line. What was typed since the last answer belongs to it. @param question short enough for one row. */
	ask(question: string): Promise<HiddenAnswer>;
	/**
	 * Lets go of the input: what was typed since the last answer is thrown away, since it may be a secret.
	 * @param mode `restored` as it was before; `hidden` for a screen that takes over, and shows nothing itself.
	 */
	close(mode: 'restored' | 'hidden'): void;
};

/** More masks than this would say nothing more, and a row is only so wide. */
const mostMasks = 32;

/** As much as a terminal itself keeps of what is typed early; characters. */
const mostEarly = 4096;

/**
 * Hides what is typed at a terminal: also between questions, while an answer is tried, which takes a while. The
 * terminal is as it was before when it is closed, and at the program's end.
 */
export function openHiddenTerminal(options: HiddenOptions): HiddenTerminal {
	const {input, output, mask, signal, onInterrupt} = options;
	const decoder = new StringDecoder('utf8');
	const wasRaw = input.isRaw ?? false;
	let early = '';
	let hasEnded = false;
	let asking: {take(text: string): void; end(): void} | null = null;

	const restore = () => input.setRawMode?.(wasRaw);
	const onData = (chunk: Buffer | string) => {
		const text = typeof chunk === 'string' ? chunk : decoder.write(chunk);
		if (asking === null) {
			keep(text);
		} else {
			asking.take(text);
		}
	};
	const onEnd = () => {
		hasEnded = true;
		asking?.end();
	};

	function keep(text: string): void {
		early = (early + text).slice(0, mostEarly);
		if (text.includes('\u0003')) {
			early = '';
			onInterrupt();
		}
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
		asking = {
			take(text) {
				const answer = line.take(text);
				if (answer === null) {
					draw();
					return;
				}

				settle(answer);
				keep(line.rest);
				if (answer === 'interrupted') {
					onInterrupt();
				}
			},
			end: () => settle('ended'),
		};
		draw();
		signal.addEventListener('abort', interrupt);
		if (signal.aborted) {
			settle('interrupted');
		} else if (early !== '') {
			const text = early;
			early = '';
			asking.take(text);
		} else if (hasEnded) {
			settle('ended');
		}

		return promise;
	}

	input.setRawMode?.(true);
	input.on('data', onData).on('end', onEnd).resume();
	process.on('exit', restore);
	return {
		ask,
		close(mode) {
			input.off('data', onData).off('end', onEnd).pause();
			early = '';
			if (mode === 'restored') {
				process.off('exit', restore);
				restore();
			}
		},
	};
}

/** A line as it is typed in raw mode, where a terminal edits nothing by itself. */
export class HiddenLine {
	/** What came after the line's end. */
	rest = '';
	#line: string[] = [];
	#sequence: 'none' | 'escape' | 'csi' | 'ss3' = 'none';

	/** How many characters there are. */
	get length(): number {
		return this.#line.length;
	}

	/** Takes what was typed or pasted; `null` until the line has ended. */
	take(text: string): HiddenAnswer | null {
		const characters = [...text];
		for (const [index, character] of characters.entries()) {
			const answer = this.#isOfSequence(character) ? null : this.#takeOne(character);
			if (answer !== null) {
				this.rest = characters
					.slice(index + 1)
					.join('')
					.replace(character === '\r' ? /^\n/ : '', '');
				return answer;
			}
		}

		return null;
	}

	/** Arrow keys, and the marks of a bracketed paste, are no part of the line. */
	#isOfSequence(character: string): boolean {
		switch (this.#sequence) {
			case 'none':
				this.#sequence = character === '\u001B' ? 'escape' : 'none';
				return this.#sequence !== 'none';
			case 'escape':
				this.#sequence = character === '[' ? 'csi' : character === 'O' ? 'ss3' : 'none';
				return this.#sequence !== 'none';
			case 'csi':
				this.#sequence = /[@-~]/.test(character) ? 'none' : 'csi';
				return true;
			case 'ss3':
				this.#sequence = 'none';
				return true;
		}
	}

	#takeOne(character: string): HiddenAnswer | null {
		switch (character) {
			case '\r':
			case '\n':
				return {line: this.#line.join('')};
			case '\u0003':
				return 'interrupted';
			case '\u0004':
				return this.#line.length === 0 ? 'ended' : null;
			case '\b':
			case '\u007F':
				this.#line.pop();
				return null;
			case '\u0015':
				this.#line = [];
				return null;
			default:
				if (!/\p{Cc}/u.test(character)) {
					this.#line.push(character);
				}

				return null;
		}
	}
}
