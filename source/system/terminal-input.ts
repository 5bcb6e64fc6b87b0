import {type Stroke, strokesOf} from './terminal-keys.ts';
import {type Token, Tokenizer, type Waiting} from './terminal-tokens.ts';

/** The part of a terminal's input that is needed here. */
export type TerminalInput = NodeJS.ReadableStream & {
	isRaw?: boolean;
	setRawMode?(mode: boolean): unknown;
};

/** How long to wait for the rest of a sequence after each read; milliseconds. */
export const patience: Readonly<Record<Exclude<Waiting, 'nothing'>, number>> = {key: 150, report: 1000};

/** The events of a terminal's input. */
export type TerminalListener = {
	/** The person's input, key by key. */
	onStroke(stroke: Stroke): void;
	/** There is no more. */
	onEnd?(): void;
};

/**
 * Listens to a terminal in raw mode: joins what comes slowly or in pieces, and leaves out what the terminal
 * says itself.
 * @returns how to stop; what has not been read yet is left to the next listener.
 */
export function listenTo(
	terminal: TerminalInput,
	{onStroke, onEnd}: TerminalListener,
	patienceMs = patience,
): () => void {
	const tokenizer = new Tokenizer();
	let timer: NodeJS.Timeout | undefined;
	let reads = 0;
	let isOver = false;

	const give = (tokens: readonly Token[]) => {
		for (const stroke of tokens.flatMap(strokesOf)) {
			if (!isOver) {
				onStroke(stroke);
			}
		}
	};
	const onData = (chunk: Buffer | string) => {
		reads += 1;
		clearTimeout(timer);
		give(tokenizer.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk));
		const {waiting} = tokenizer;
		if (waiting !== 'nothing' && !isOver) {
			timer = setTimeout(onSilence, patienceMs[waiting], reads);
		}
	};
	/** A timer runs before input that arrived while the program was busy or stopped, so check for that first. */
	const onSilence = (before: number) =>
		setImmediate(() => {
			if (reads === before && !isOver) {
				give(tokenizer.giveUp());
			}
		});
	const end = () => onEnd?.();

	terminal.on('data', onData).on('end', end);
	// An earlier listener has paused it.
	terminal.resume();
	return () => {
		isOver = true;
		clearTimeout(timer);
		terminal.off('data', onData).off('end', end).pause();
	};
}

/**
 * Sets raw mode again after the program was stopped: a shell has set its own meanwhile, which the terminal's
 * own record does not know.
 */
export function rawAgain(terminal: TerminalInput): void {
	terminal.setRawMode?.(false);
	terminal.setRawMode?.(true);
}
