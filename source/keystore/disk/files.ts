import {randomBytes} from 'node:crypto';
import {closeSync, constants, fstatSync, fsync, openSync, readSync, writeFileSync} from 'node:fs';
import {lstat, readdir, rename, rm} from 'node:fs/promises';
import {constants as osConstants} from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import {codeOf, isMissing} from '../../system/errors.ts';
import {makeFolders} from '../../system/files.ts';
import {isTrusted} from '../../system/places.ts';

/** The names of temporary files that hold parts of a keystore: atomically's (which conf writes with), and ours. */
const temporary = /^(\.tmp-(\d{10}[0-9a-f]{6}|[0-9a-f]{16}))+$/;

/** A file's name before its rename. */
export function temporaryPathOf(file: string): string {
	return `${file}.tmp-${randomBytes(8).toString('hex')}`;
}

/**
 * Writes a file that only its owner can read, syncs it, and reads it back. The file appears completely or not
 * at all.
 */
export async function writeDurably(file: string, bytes: Buffer): Promise<void> {
	const trial = temporaryPathOf(file);
	try {
		await writeThrough(trial, bytes);
		await rename(trial, file);
		await syncFolder(path.dirname(file));
	} catch (error) {
		await rm(trial, {force: true}).catch(() => {});
		throw error;
	}
}

/** Writes a file of this many bytes beside another and removes it, to throw what writing that file would throw. */
export async function tryWriting(file: string, size: number): Promise<void> {
	const trial = temporaryPathOf(file);
	try {
		await writeThrough(trial, randomBytes(size));
	} finally {
		await rm(trial, {force: true}).catch(() => {});
	}
}

async function writeThrough(file: string, bytes: Buffer): Promise<void> {
	const handle = openSync(file, 'wx+', 0o600);
	try {
		// In a loop, so that a full disk throws. A single write can be cut short silently.
		writeFileSync(handle, bytes);
		await sync(handle);
		if (compareOpen(handle, bytes) !== 'same') {
			throw Object.assign(new Error('The file does not match what was written.'), {
				code: 'EIO',
				errno: -osConstants.errno.EIO,
				syscall: 'read',
			});
		}
	} finally {
		closeSync(handle);
	}
}

const sync = promisify(fsync);

/** How many bytes of a file to compare at once. */
const pieceSize = 2 ** 18;

/** How a file's contents compare with the expected ones. */
export type Comparison = 'same' | 'shorter' | 'other';

/** Compares a file's contents with the expected ones. Anything but a regular file, such as a link, is different. */
export function compareFile(file: string, bytes: Buffer): Comparison {
	const {O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0} = constants;
	let handle: number;
	try {
		// Non-blocking: a FIFO in the file's place must not block.
		handle = openSync(file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
	} catch (error) {
		if (codeOf(error) === 'ELOOP') {
			return 'other';
		}

		throw error;
	}

	try {
		return compareOpen(handle, bytes);
	} finally {
		closeSync(handle);
	}
}

/** In pieces, so that no buffer has the file's size. */
function compareOpen(handle: number, bytes: Buffer): Comparison {
	const stat = fstatSync(handle);
	if (!stat.isFile()) {
		return 'other';
	}

	if (stat.size !== bytes.length) {
		return stat.size < bytes.length ? 'shorter' : 'other';
	}

	const piece = Buffer.allocUnsafe(Math.min(pieceSize, stat.size));
	for (let at = 0; at < stat.size; ) {
		const length = readSync(handle, piece, 0, piece.length, at);
		if (length === 0) {
			return 'shorter';
		}

		if (piece.compare(bytes, at, at + length, 0, length) !== 0) {
			return 'other';
		}

		at += length;
	}

	return 'same';
}

/** Makes a rename survive a power cut. Some systems cannot, and do not need to. */
export async function syncFolder(folder: string): Promise<void> {
	if (process.platform === 'win32') {
		return;
	}

	const handle = openSync(folder, 'r');
	try {
		await sync(handle);
	} catch {
		// Some network and FUSE file systems refuse to sync a folder.
	} finally {
		closeSync(handle);
	}
}

/** Creates a folder and its missing parents only for its owner; leaves an existing one unchanged. */
export async function makeFolder(folder: string): Promise<void> {
	// Never by path afterwards: something else may be there by then.
	await makeFolders(folder);
}

/** The names in a folder; none if it is missing. */
export async function namesIn(folder: string): Promise<string[]> {
	try {
		return await readdir(folder);
	} catch (error) {
		if (isMissing(error)) {
			return [];
		}

		throw error;
	}
}

/** The temporary files that a killed program left beside a file, as paths. */
export async function leftoversOf(file: string): Promise<string[]> {
	return await besideOf(file, ending => temporary.test(ending));
}

/**
 * The regular files beside a file whose names are its own name with an extension, as paths. No other users'
 * files, and no links.
 */
export async function besideOf(file: string, isWanted: (ending: string) => boolean): Promise<string[]> {
	const {dir, base} = path.parse(file);
	const found = (await namesIn(dir))
		.filter(name => name.startsWith(base) && isWanted(name.slice(base.length)))
		.map(name => path.join(dir, name));
	const stats = await Promise.all(found.map(one => lstat(one).catch(() => null)));
	return found.filter((_, index) => {
		const stat = stats[index];
		return stat?.isFile() && isTrusted(stat);
	});
}

/**
 * Removes them, only under the lock. Then no other program uses any of them, whatever their age, and one that
 * lost its lock finds its file gone and can replace nothing with it.
 */
export async function sweep(leftovers: readonly string[]): Promise<void> {
	await Promise.all(leftovers.map(file => rm(file, {force: true})));
}
