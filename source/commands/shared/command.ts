import type {Readable} from 'node:stream';
import {withTimeLeft} from '../../flock/duration.ts';
import {errorLabel, FlockError} from '../../flock/error.ts';
import type {X} from '../../x/x.ts';

/** Where a command reads and writes. Lines have no line ends. */
export type Write = {
	/** A line on standard output: the result for scripts. */
	out(line: string): void;
	/** A line on standard error: a message for the person. */
	err(line: string): void;
	/** Raw bytes on standard output, for `export --out -`. */
	raw(text: string): void;
	/** A line on standard error that the next one replaces, on a terminal only. `null` clears it. */
	progress(line: string | null): void;
	/** Standard input, used only if a command asks something, so `exec` leaves it to its program. */
	readonly input: Readable;
	/** True if a person can be asked: standard input and standard error are terminals. */
	interactive: boolean;
	/**
	 * Asks for a hidden line.
	 * @returns `null` at the end of the input (Ctrl-D). Only if `interactive`.
	 * @throws FlockError `cancelled` after Ctrl-C
	 */
	askHidden(question: string): Promise<string | null>;
	/**
	 * Releases the terminal after hidden questions, for a program or screen that takes over. `out`, `raw`,
	 * `progress` and `input` do so too.
	 * @param mode `hidden` for a screen that echoes nothing; `restored` for the earlier state.
	 */
	handOver(mode: 'restored' | 'hidden'): void;
	/** The terminal's width; 80 without one. */
	columns: number;
	/** False if the locale or the terminal only has ASCII. */
	unicode: boolean;
	/** True if a person sees standard output: it is a terminal. */
	seen: boolean;
	/** True if standard output can have colours. */
	colour: boolean;
	/** Aborted by Ctrl-C. */
	signal: AbortSignal;
};

/** The exit codes of every command, the contract with scripts. */
export const exitCode = {done: 0, failed: 1, usage: 2, interrupted: 130} as const;

/** The exit code for an error. */
export function exitCodeOf(error: FlockError): number {
	switch (error.code) {
		case 'usage':
			return exitCode.usage;
		case 'cancelled':
			return exitCode.interrupted;
		default:
			return exitCode.failed;
	}
}

/** Prints an error on standard error: its sentence, the next step, and the codes to search for. */
export function sayError(error: FlockError, write: Write): void {
	for (const line of linesOf(error)) {
		write.err(line);
	}
}

/** Prints the warning about the connection to X, before the variable is removed. */
export function sayWarningOf({warning}: Pick<X, 'warning'>, write: Write): void {
	if (warning !== null) {
		write.err(warning);
	}
}

/** An error as lines to print. */
export function linesOf(error: FlockError): string[] {
	const message = withTimeLeft(error.message, error.retryAt, Date.now());
	const sentence = error.code === 'usage' ? `error: ${message}` : `${message} (${errorLabel(error)})`;
	return [sentence, `  ${error.hint}`];
}

/** The error of a command that Ctrl-C ended. */
export function cancelledError(): FlockError {
	return new FlockError('cancelled', 'Stopped.', {hint: 'Finished work is kept.'});
}

/** A number with its noun: `1 bot`, `2 bots`. */
export function count(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
