import {spawnSync} from 'node:child_process';
import {closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {Variables} from './environment.ts';

const source = path.join(import.meta.dirname, '..', '..', 'test', 'helpers', 'failing-files.c');

/** Which calls fail. */
export type Refusal = {
	/** The first that does, from 1 on. */
	from: number;
	/** How many do from there on. */
	times: number;
	/** The error's number. */
	errno: number;
};

/** A folder in which the system refuses calls as it is told, to programs that are started with `env`. */
export type FailingFiles = {
	/** What a program has to be started with. */
	env: Variables;
	/** Counts calls anew from now on, and lets some of them fail; `null` for none. */
	refuse(refusal: Refusal | null): void;
	/** Counts no more, and lets everything pass. @returns how many calls there were, and how many have failed */
	pass(): {counted: number; failed: number};
	close(): void;
};

/**
 * Makes what a program is preloaded with (a small C library), by the system's compiler.
 * @param folder the folder whose files and folders are meant; it need not exist yet.
 * @returns why not, where this system cannot.
 */
export function failingFiles(folder: string): FailingFiles | string {
	if (process.platform !== 'linux') {
		return 'needs Linux';
	}

	const place = mkdtempSync(path.join(tmpdir(), 'keymaker-failing-'));
	const library = path.join(place, 'failing-files.so');
	const made = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'], {
		encoding: 'utf8',
	});
	if (made.status !== 0) {
		rmSync(place, {recursive: true});
		return made.error === undefined
			? `needs a C compiler that makes a library: ${made.stderr.split('\n')[0]}`
			: 'needs a C compiler (cc)';
	}

	const order = path.join(place, 'order');
	writeFileSync(order, Buffer.alloc(24));
	return {
		env: {LD_PRELOAD: library, FAILING_ORDER: order, FAILING_FOLDER: folder},
		...orderAt(order),
		close: () => rmSync(place, {recursive: true, force: true}),
	};
}

/** The same order, from within a program that was started with it. @param file its `FAILING_ORDER` */
export function orderAt(file: string): Pick<FailingFiles, 'refuse' | 'pass'> {
	function write(...numbers: number[]): void {
		const handle = openSync(file, 'r+');
		writeSync(handle, Buffer.from(Int32Array.from(numbers).buffer), 0, 24, 0);
		closeSync(handle);
	}

	return {
		refuse(refusal) {
			const {from, times, errno} = refusal ?? {from: 0, times: 0, errno: 0};
			write(0, from, times, errno, 0, 1);
		},
		pass() {
			const bytes = Buffer.alloc(24);
			const handle = openSync(file, 'r');
			readSync(handle, bytes, 0, 24, 0);
			closeSync(handle);
			write(0, 0, 0, 0, 0, 0);
			return {counted: bytes.readInt32LE(0), failed: bytes.readInt32LE(16)};
		},
	};
}

/** Numbers of errors that a file system gives; the last ones have no name in Node. */
export const errnos: readonly number[] = [
	1, // EPERM
	2, // ENOENT
	4, // EINTR
	5, // EIO
	9, // EBADF
	11, // EAGAIN
	12, // ENOMEM
	13, // EACCES
	16, // EBUSY
	17, // EEXIST
	18, // EXDEV
	20, // ENOTDIR
	21, // EISDIR
	22, // EINVAL
	24, // EMFILE
	27, // EFBIG
	28, // ENOSPC
	30, // EROFS
	36, // ENAMETOOLONG
	38, // ENOSYS
	40, // ELOOP
	95, // EOPNOTSUPP
	110, // ETIMEDOUT
	116, // ESTALE
	122, // EDQUOT
	126, // ENOKEY
	127, // EKEYEXPIRED
	524, // ENOTSUPP, which the kernel should not give, and NFS does
];
