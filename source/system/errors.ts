import os from 'node:os';
import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';

/**
 * True for an error of the system: it has a number and the failed call. Its name says nothing, since Node has
 * none for some of them (`Unknown system error -126`).
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

/**
 * An error's system code, such as `ENOENT`, or `system error 126` if Node does not name its number; empty if
 * there is none.
 */
export function codeOf(error: unknown): string {
	const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
	return isSystemError(error) && !/^[A-Z][A-Z0-9_]+$/.test(code) ? nameOf(Math.abs(error.errno)) : code;
}

/** Node's own table has some numbers that its errors lack, such as `EDQUOT`. */
function nameOf(errno: number): string {
	const known = Object.entries(os.constants.errno).find(([, number]) => number === errno);
	return known?.[0] ?? `system error ${errno}`;
}

/** True if an error says that nothing is at a path. */
export function isMissing(error: unknown): boolean {
	const code = codeOf(error);
	return code === 'ENOENT' || code === 'ENOTDIR';
}

/**
 * A safe description of an unexpected error; passes a `FlockError` through. It leaves out the message, which
 * may quote anything.
 */
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
