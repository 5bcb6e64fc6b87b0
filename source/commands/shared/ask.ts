import {createInterface} from 'node:readline';
import {FlockError} from '../../flock/error.ts';
import {longestLine} from '../../system/lines.ts';
import {cancelledError, type Write} from './command.ts';

/** Standard input, line by line. */
export type Lines = {
	/**
	 * The next line; `null` at the input's end. @throws FlockError `cancelled` after Ctrl-C, `usage` for an
	 * endless line
	 */
	next(): Promise<string | null>;
	/** Releases the input. */
	close(): void;
};

/** Starts to read lines. Lines that come before they are asked for wait. */
export function openLines(write: Write): Lines {
	const reader = createInterface({
		input: write.input,
		crlfDelay: Number.POSITIVE_INFINITY,
		terminal: false,
		signal: write.signal,
	});
	const lines = reader[Symbol.asyncIterator]();
	let begun = 0;
	let isTooLong = false;
	const onData = (chunk: Buffer | string) => {
		const text = String(chunk);
		const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'));
		begun = end < 0 ? begun + text.length : text.length - end - 1;
		if (begun > longestLine) {
			// An endless line would be read forever.
			isTooLong = true;
			close();
		}
	};
	const close = () => {
		write.input.off('data', onData);
		reader.close();
	};
	write.input.on('data', onData);
	return {
		async next() {
			const line = write.signal.aborted ? null : await lines.next();
			if (write.signal.aborted) {
				throw cancelledError();
			}

			if (isTooLong) {
				throw new FlockError('usage', 'A line of standard input is too long.', {
					hint: 'Put each answer on its own line.',
				});
			}

			return line === null || line.done ? null : line.value;
		},
		close,
	};
}

/** Lines of which the next one can be waited for beside something else, without being lost where that comes first. */
export type PatientLines = Lines & {
	/** The next line; the same one until it is taken. */
	peek(): Promise<string | null>;
	/** Takes the line that was waited for. */
	taken(): void;
};

/** Makes lines patient. */
export function patient(lines: Lines): PatientLines {
	let waiting: Promise<string | null> | null = null;
	function peek(): Promise<string | null> {
		if (waiting === null) {
			waiting = lines.next();
			// Nobody may wait for it any more by then.
			waiting.catch(() => {});
		}

		return waiting;
	}

	function taken(): void {
		waiting = null;
	}

	return {
		peek,
		taken,
		async next() {
			const line = await peek();
			taken();
			return line;
		},
		close: lines.close,
	};
}

/**
 * Asks yes or no. Anything but yes is no.
 * @throws FlockError `usage` if there is nobody to ask, `cancelled` after Ctrl-C
 */
export async function confirm(question: string, write: Write): Promise<boolean> {
	if (!write.interactive) {
		throw new FlockError('usage', `Cannot ask without a terminal: ${question}`, {
			hint: 'Add --yes to answer yes.',
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
