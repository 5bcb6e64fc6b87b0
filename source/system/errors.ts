import os from 'node:os';
import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';

/**
 * True for a refusal of the system: it has a number, and the call that was refused. Its name says nothing, since Node
 * has none for some of them (`Unknown system error -126`).
 */
export function isSystemError(error: unknown): error is Error & {errno: number; syscall: string} {
	return (
		error instanceof Error &&
		'errno' in error &&
		typeof error.errno === 'number' &&
		'syscall' in error &&
		typeof error.syscall === 'string'
	);
}

/** The system's code of an error, such as `ENOENT`, or `system error 126` where its number has no name; empty where it has none. */
export function codeOf(error: unknown): string {
	const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
	return isSystemError(error) && !/^[A-Z][A-Z0-9_]+$/.test(code) ? nameOf(Math.abs(error.errno)) : code;
}

/** Node's own table of numbers knows some that its errors do not, such as `EDQUOT`. */
function nameOf(errno: number): string {
	const known = Object.entries(os.constants.errno).find(([, number]) => number === errno);
	return known?.[0] ?? `system error ${errno}`;
}

/** True where an error says that there is nothing at a path. */
export function isMissing(error: unknown): boolean {
	const code = codeOf(error);
	return code === 'ENOENT' || code === 'ENOTDIR';
}

/** An error that nobody foresaw, as it may be said; a `FlockError` passes through. Its message is left out: nobody knows what it quotes. */
export function foreseen(error: unknown): FlockError {
	if (error instanceof FlockError) {
		return error;
	}

	if (/^ERR_(MODULE_NOT_FOUND|LOAD_\w+)$|^MODULE_NOT_FOUND$/.test(codeOf(error))) {
		return new FlockError(
			'program-changed',
			'Part of keymaker is gone: it was moved, updated or removed while running.',
			{
				hint: 'Restore it, or start keymaker again.',
			},
		);
	}

	const {name, stack = ''} = error instanceof Error ? error : new Error('not an error');
	const place = visible(`${name} ${/^ +at .*$/m.exec(stack)?.[0].trim() ?? ''}`);
	return new FlockError('unexpected', `Unexpected error in keymaker: ${place}`, {
		hint: 'Please report it and say what you did.',
	});
}
