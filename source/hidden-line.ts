import {StringDecoder} from 'node:string_decoder';

/** The part of a terminal's input that is needed here. */
export type HiddenInput = NodeJS.ReadableStream & {
	isRaw?: boolean;
	setRawMode?(mode: boolean): unknown;
};

/** How a line is asked for. */
export type HiddenLineOptions = {
	input: HiddenInput;
	output: NodeJS.WritableStream;
	/** Short enough for one row. */
	question: string;
	/** Shown for each character. */
	mask: string;
	/** Ends the question. */
	signal: AbortSignal;
};

/** A line, or why there is none: Ctrl-C, or the end of the input (Ctrl-D). */
export type HiddenAnswer = {line: string} | 'interrupted' | 'ended';

/** More masks than this would say nothing more, and a row is only so wide. */
const mostMasks = 32;

/**
 * Reads a line from a terminal without showing it. What was typed after the line stays in the input; the
 * terminal is as it was before, whatever the answer.
 */
export async function readHiddenLine(options: HiddenLineOptions): Promise<HiddenAnswer> {
	const {input, output, question, mask, signal} = options;
	const {promise, resolve} = Promise.withResolvers<HiddenAnswer>();
	const decoder = new StringDecoder('utf8');
	const line = new HiddenLine();
	const draw = () => output.write(`\r\u001B[2K${question} ${mask.repeat(Math.min(line.length, mostMasks))}`);
	const onData = (chunk: Buffer | string) => {
		const answer = line.take(typeof chunk === 'string' ? chunk : decoder.write(chunk));
		if (answer === null) {
			draw();
			return;
		}

		input.off('data', onData);
		input.pause();
		if (line.rest !== '') {
			input.unshift(Buffer.from(line.rest));
		}

		resolve(answer);
	};
	const onEnd = () => resolve('ended');
	const onAbort = () => resolve('interrupted');
	const wasRaw = input.isRaw ?? false;
	input.setRawMode?.(true);
	draw();
	input.on('data', onData).on('end', onEnd).resume();
	signal.addEventListener('abort', onAbort);
	try {
		return signal.aborted ? 'interrupted' : await promise;
	} finally {
		signal.removeEventListener('abort', onAbort);
		input.off('data', onData).off('end', onEnd).pause();
		input.setRawMode?.(wasRaw);
		output.write('\n');
	}
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
