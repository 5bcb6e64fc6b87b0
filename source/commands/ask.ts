import {createInterface} from 'node:readline';
import {FlockError} from '../flock/error.ts';
import {cancelledError, type Write} from './command.ts';

/** Standard input, line by line. */
export type Lines = {
	/** The next line; `null` at the input's end. @throws FlockError `cancelled` after Ctrl-C */
	next(): Promise<string | null>;
	/** Lets go of the input. */
	close(): void;
};

/** Begins to read lines; those that come before they are asked for wait their turn. */
export function openLines(write: Write): Lines {
	const reader = createInterface({
		input: write.input,
		crlfDelay: Number.POSITIVE_INFINITY,
		terminal: false,
		signal: write.signal,
	});
	const lines = reader[Symbol.asyncIterator]();
	return {
		async next() {
			const line = write.signal.aborted ? null : await lines.next();
			if (write.signal.aborted) {
				throw cancelledError();
			}

			return line === null || line.done ? null : line.value;
		},
		close: () => reader.close(),
	};
}

/**
 * Asks a yes or no; everything but yes is no.
 * @throws FlockError `usage` where there is nobody to ask, `cancelled` after Ctrl-C
 */
export async function confirm(question: string, write: Write): Promise<boolean> {
	if (!write.interactive) {
		throw new FlockError('usage', `There is no terminal to ask at: ${question}`, {
			hint: 'Add --yes to do it without being asked.',
		});
	}

	const lines = openLines(write);
	try {
		write.err(`${question} [y/N]`);
		const answer = await lines.next();
		return /^y(es)?$/i.test(answer?.trim() ?? '');
	} finally {
		lines.close();
	}
}
