import {FlockError} from '../../flock/error.ts';
import {visible} from '../../flock/visible.ts';
import {codeOf} from '../../system/errors.ts';

/** What failed: reading or writing a file or folder. */
export type Doing = 'read' | 'write';

/** Turns the system's error into a `FlockError` with the path and a fix; passes a `FlockError` through. */
export function failureOf(error: unknown, doing: Doing, path: string): FlockError {
	if (error instanceof FlockError) {
		return error;
	}

	const code = codeOf(error);
	const shown = visible(path);
	if (code === 'ENOSPC' || code === 'EDQUOT') {
		return new FlockError('keystore-full', `No space is left for the keystore ${shown}.`, {
			hint: 'Nothing in it was changed. Free up space on that disk and try again, or choose another folder with --keystore DIR.',
			cause: error,
		});
	}

	const subject = doing === 'read' ? 'cannot be read' : 'cannot be written';
	const kind = doing === 'read' ? 'keystore-unreadable' : 'keystore-unwritable';
	return new FlockError(kind, `The keystore ${shown} ${subject}${reasonOf(code)}.`, {
		hint: remedyOf(code, doing),
		cause: error,
	});
}

function reasonOf(code: string): string {
	switch (code) {
		case 'EACCES':
		case 'EPERM':
			return ': permission denied';
		case 'EROFS':
			return ': its file system is read-only';
		case 'ENOENT':
			return ': its folder is gone';
		case 'ENOTDIR':
			return ': part of its path is a file, not a folder';
		case 'EISDIR':
			return ': it is a folder';
		case 'ELOOP':
			return ': its path has a loop of links';
		case 'ESTALE':
			return ': its network share was replaced';
		case 'ENAMETOOLONG':
			return ': its path is too long';
		case 'EMFILE':
		case 'ENFILE':
			return ': too many files are open';
		case 'not-a-file':
			return ': it is not a file';
		case 'too-large':
			return ': it is too large';
		case 'too-slow':
			return ': its disk or network share does not respond';
		default:
			return code === '' ? '' : ` (${code})`;
	}
}

function remedyOf(code: string, doing: Doing): string {
	switch (code) {
		case 'EACCES':
		case 'EPERM':
			return `Give yourself permission to ${doing} the file and its folder (chmod u+rw, and u+rwx for the folder), or choose another folder with --keystore DIR.`;
		case 'ENOENT':
			return 'Restore the folder (is a disk or network share not mounted?) and try again, or choose another folder with --keystore DIR.';
		case 'EMFILE':
		case 'ENFILE':
			return 'Close some programs and try again.';
		default:
			return 'Fix that and try again, or choose another folder with --keystore DIR.';
	}
}
