import {Readable} from 'node:stream';
import {StringDecoder} from 'node:string_decoder';

/** How long the rest of an escape sequence is waited for, on slow links; milliseconds. */
const patienceMs = 150;

const esc = '\u001B';
const pasteStart = `${esc}[200~`;
const pasteEnd = `${esc}[201~`;

/** The Escape key in a form that cannot be taken for the beginning of a sequence; Ink reads it as Escape. */
const escapeKey = `${esc}[27u`;

/** A whole CSI or SS3 sequence, some terminals' with a second escape before it. */
const wholeSequence = /^\u001B{1,2}(?:\[\[?[0-?]*[ -/]*[@-~]|O[0-9;]*[@-~])/;

/** The beginning of one. */
const beginning = /^\u001B{1,2}(?:\[\[?[0-?]*[ -/]*|O[0-9;]*)?$/;

/** The part of a terminal's input that Ink uses. */
export type TerminalInput = NodeJS.ReadableStream & {
	isTTY?: boolean;
	setRawMode?(mode: boolean): unknown;
	ref?(): unknown;
	unref?(): unknown;
};

/**
 * Puts escape sequences together again whose bytes arrive one by one: an arrow key over a slow link must not
 * act as Escape, nor type into a field. Ink itself waits no longer than 20 ms. A lone Escape is handed on when
 * nothing has followed it for a while. Pastes pass unchanged.
 */
export class Keyboard extends Readable {
	readonly isTTY = true;
	readonly #terminal: TerminalInput;
	readonly #decoder = new StringDecoder('utf8');
	#pending = '';
	#timer: NodeJS.Timeout | null = null;
	#pasting = false;

	constructor(terminal: TerminalInput) {
		super({encoding: 'utf8'});
		this.#terminal = terminal;
		terminal.on('data', this.#onData);
		terminal.on('end', this.#onEnd);
		// An earlier keyboard on the same terminal has paused it.
		terminal.resume();
	}

	/** For Ink: the terminal's own raw mode. */
	setRawMode(mode: boolean): this {
		this.#terminal.setRawMode?.(mode);
		return this;
	}

	/** For Ink: keeps the program alive for input. */
	ref(): this {
		this.#terminal.ref?.();
		return this;
	}

	/** For Ink: lets the program end. */
	unref(): this {
		this.#terminal.unref?.();
		return this;
	}

	override _read(): void {
		// What arrives is pushed by itself.
	}

	override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
		this.#stopTimer();
		this.#terminal.off('data', this.#onData);
		this.#terminal.off('end', this.#onEnd);
		this.#terminal.pause();
		callback(error);
	}

	readonly #onData = (chunk: Buffer | string): void => {
		this.#stopTimer();
		this.#take(this.#pending + (typeof chunk === 'string' ? chunk : this.#decoder.write(chunk)));
		if (this.#pending !== '' && !this.#pasting) {
			this.#timer = setTimeout(() => this.#giveUp(), patienceMs);
		}
	};

	readonly #onEnd = (): void => {
		this.push(null);
	};

	#take(input: string): void {
		let rest = input;
		let ready = '';
		while (rest !== '') {
			if (this.#pasting) {
				const end = rest.indexOf(pasteEnd);
				if (end < 0) {
					break;
				}

				ready += rest.slice(0, end + pasteEnd.length);
				rest = rest.slice(end + pasteEnd.length);
				this.#pasting = false;
				continue;
			}

			const start = rest.indexOf(esc);
			ready += start < 0 ? rest : rest.slice(0, start);
			rest = start < 0 ? '' : rest.slice(start);
			if (rest.startsWith(pasteStart)) {
				this.#pasting = true;
				ready += pasteStart;
				rest = rest.slice(pasteStart.length);
			} else if (beginning.test(rest)) {
				break;
			} else if (rest !== '') {
				const sequence = wholeSequence.exec(rest)?.[0];
				ready += sequence ?? escapeKey;
				rest = rest.slice(sequence?.length ?? 1);
			}
		}

		this.#pending = rest;
		if (ready !== '') {
			this.push(ready);
		}
	}

	/** Nothing has followed: a lone Escape was the key, and half a sequence is nothing. */
	#giveUp(): void {
		const pending = this.#pending;
		this.#pending = '';
		if (pending === esc || pending === esc + esc) {
			this.push(escapeKey.repeat(pending.length));
		}
	}

	#stopTimer(): void {
		if (this.#timer !== null) {
			clearTimeout(this.#timer);
			this.#timer = null;
		}
	}
}
