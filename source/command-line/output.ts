import {fstatSync, type Stats, writeSync} from 'node:fs';
import {isatty} from 'node:tty';
import {FlockError} from '../flock/error.ts';
import {codeOf} from '../system/errors.ts';
import {isNullDevice} from '../system/null-device.ts';

/** Standard output or standard error of this process. */
export type Output = {
	/** Writes text. Errors go to the listener, as Node's stream would report them. */
	write(text: string): void;
	/** True if it is a terminal. */
	readonly isTerminal: boolean;
	/** Node's own stream, for code that needs one. Its errors go to the listener, too. */
	stream(): NodeJS.WriteStream;
	/** Resolves once everything has left the process. */
	flushed(): Promise<void>;
};

/**
 * Writes immediately, like Node's stream on Unix, but without loading it: with its sockets it takes a large
 * part of a short command's start. The stream takes over where it knows better: on Windows, and if a
 * non-blocking output is full.
 * @param onError called if nobody reads any more (`EPIPE`, `EIO`), or if nothing more can be written.
 */
export function openOutput(
	name: 'stdout' | 'stderr',
	onError: (error: NodeJS.ErrnoException) => void,
): Output {
	const fd = name === 'stdout' ? 1 : 2;
	let opened: NodeJS.WriteStream | null = null;

	function stream(): NodeJS.WriteStream {
		opened ??= process[name].on('error', onError);
		return opened;
	}

	return {
		write(text) {
			const rest = opened === null && process.platform !== 'win32' ? writeNow(fd, text, onError) : text;
			if (rest.length > 0) {
				stream().write(rest);
			}
		},
		get isTerminal() {
			return isTerminal(fd);
		},
		stream,
		async flushed() {
			await new Promise<void>(resolve => {
				if (opened?.writable) {
					opened.write('', () => resolve());
				} else {
					resolve();
				}
			});
		},
	};
}

/** True if standard input (0), output (1) or error (2) is a terminal. */
export function isTerminal(fd: 0 | 1 | 2): boolean {
	// Node's terminal code loads its sockets: use it only for a possible terminal.
	return (process.platform === 'win32' || mayBeTerminal(fstatSync(fd))) && isatty(fd);
}

function mayBeTerminal(stats: Stats): boolean {
	return stats.isCharacterDevice() && !isNullDevice(stats);
}

/** True if nobody reads any more: a pipe's reader ended, or the terminal is gone. Other errors may be the disk's. */
export function readerIsGone(fd: 1 | 2, error: unknown): boolean {
	const code = codeOf(error);
	return code === 'EPIPE' || (code === 'EIO' && fstatSync(fd).isCharacterDevice());
}

/** The error of a standard output that accepts no more. */
export function outputError(error: unknown): FlockError {
	const code = codeOf(error) || 'unknown error';
	return new FlockError(
		'output-unwritable',
		`Cannot write standard output: ${reasons[code] ?? code}. The output is incomplete.`,
		{hint: 'Free up space or write elsewhere, then run the command again.'},
	);
}

const reasons: Readonly<Record<string, string>> = {
	ENOSPC: 'no space is left',
	EDQUOT: 'your quota is used up',
	EFBIG: 'the file size limit is reached',
	EIO: 'the disk has an error',
};

/** Writes as much as possible without waiting. @returns the rest. */
function writeNow(fd: number, text: string, onError: (error: NodeJS.ErrnoException) => void): Buffer {
	let rest = Buffer.from(text);
	try {
		while (rest.length > 0) {
			rest = rest.subarray(writeSync(fd, rest));
		}

		return rest;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
			return rest;
		}

		onError(error as NodeJS.ErrnoException);
		return Buffer.alloc(0);
	}
}
