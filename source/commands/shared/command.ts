import type {Readable} from 'node:stream';
import {withTimeLeft} from '../../flock/duration.ts';
import {errorLabel, FlockError} from '../../flock/error.ts';
import type {X} from '../../x/x.ts';

/** Where a command's words go and come from. Lines are given without their line end. */
export type Write = {
	/** A line on standard output: the result that a script reads. */
	out(line: string): void;
	/** A line on standard error: what is said to the person. */
	err(line: string): void;
	/** Bytes on standard output as they are, for `export --out -`. */
	raw(text: string): void;
	/** A line on standard error that the next one replaces, on a terminal; nothing elsewhere. `null` clears it. */
	progress(line: string | null): void;
	/** Standard input; touched only where a command asks something, so that `exec` leaves it to its child. */
	readonly input: Readable;
	/** True where a person can be asked: standard input and standard error are a terminal. */
	interactive: boolean;
	/**
	 * Asks for a line that is not shown while it is typed.
	 * @returns `null` at the end of the input (Ctrl-D). Only where `interactive`.
	 * @throws FlockError `cancelled` after Ctrl-C
	 */
	askHidden(question: string): Promise<string | null>;
	/**
	 * Lets go of the terminal after hidden questions, for a program or a screen that takes it over. `out`, `raw`, `progress`
	 * and `input` do so too.
	 * @param mode `hidden` for a screen that shows nothing of what is typed; `restored` as it was before.
	 */
	handOver(mode: 'restored' | 'hidden'): void;
	/** The width of the terminal, 80 where there is none. */
	columns: number;
	/** False where the locale or the terminal has ASCII only. */
	unicode: boolean;
	/** True where a person sees standard output: it is a terminal. */
	seen: boolean;
	/** True where standard output may hold colours. */
	colour: boolean;
	/** Aborted by Ctrl-C. */
	signal: AbortSignal;
};

/** The exit codes of every command: the contract with scripts. */
export const exitCode = {done: 0, failed: 1, usage: 2, interrupted: 130} as const;

/** The exit code that an error ends the program with. */
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

/** Says an error on standard error: its sentence, the next step, and the codes for whoever searches for them. */
export function sayError(error: FlockError, write: Write): void {
	for (const line of linesOf(error)) {
		write.err(line);
	}
}

/** Says what is wrong with the way to X, before it is gone. */
export function sayWarningOf({warning}: Pick<X, 'warning'>, write: Write): void {
	if (warning !== null) {
		write.err(warning);
	}
}

/** An error as the lines that are said of it. */
export function linesOf(error: FlockError): string[] {
	const message = withTimeLeft(error.message, error.retryAt, Date.now());
	const sentence = error.code === 'usage' ? `error: ${message}` : `${message} (${errorLabel(error)})`;
	return [sentence, `  ${error.hint}`];
}

/** The error of a command that was ended by Ctrl-C. */
export function cancelledError(): FlockError {
	return new FlockError('cancelled', 'Stopped.', {hint: 'Finished work is kept.'});
}

/** A number with its noun: `1 bot`, `2 bots`. */
export function count(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
