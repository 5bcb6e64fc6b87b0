import {randomBytes} from 'node:crypto';
import {closeSync, constants, fstatSync, fsync, openSync, readSync, writeFileSync} from 'node:fs';
import {chmod, readdir, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import {isMissing} from '../system/errors.ts';
import {makeFolders} from '../system/files.ts';

/** The names of temporary files that hold parts of a keystore: atomically's (which conf writes with), and our own. */
const temporary = /^(\.tmp-(\d{10}[0-9a-f]{6}|[0-9a-f]{16}))+$/;

/** Where a file is written before it gets its name. */
export function temporaryPathOf(file: string): string {
	return `${file}.tmp-${randomBytes(8).toString('hex')}`;
}

/**
 * Writes a file that only its owner may read, on the disk before this returns, and reads it back.
 * The file appears whole or not at all.
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

/** Writes a file of this many bytes beside another and removes it again: throws what writing that file would throw. */
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
		// In one piece; a disk that is full makes it throw, where a single write may be cut short in silence.
		writeFileSync(handle, bytes);
		await sync(handle);
	} finally {
		closeSync(handle);
	}

	if (compareFile(file, bytes) !== 'same') {
		throw Object.assign(new Error('What was read back is not what was written.'), {code: 'EIO'});
	}
}

const sync = promisify(fsync);

/** How much of a file is compared at once; bytes. */
const pieceSize = 2 ** 18;

/** Compares what stands in a file with what should; piece by piece, so that nothing of the file's size is thrown away. */
export function compareFile(file: string, bytes: Buffer): 'same' | 'shorter' | 'other' {
	// Not blocking: a FIFO in the file's place must not hold anybody up.
	const handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
	try {
		const {size} = fstatSync(handle);
		if (size !== bytes.length) {
			return size < bytes.length ? 'shorter' : 'other';
		}

		const piece = Buffer.allocUnsafe(Math.min(pieceSize, size));
		for (let at = 0; at < size; ) {
			const length = readSync(handle, piece);
			if (length === 0) {
				return 'shorter';
			}

			if (piece.compare(bytes, at, at + length, 0, length) !== 0) {
				return 'other';
			}

			at += length;
		}

		return 'same';
	} finally {
		closeSync(handle);
	}
}

/** Makes a rename last through a power cut. Not every system can; those need no help. */
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

/** Makes a folder, and those above it that are missing, for its owner alone; leaves one that is there as it is. */
export async function makeFolder(folder: string): Promise<void> {
	if ((await makeFolders(folder)) && process.platform !== 'win32') {
		await chmod(folder, 0o700);
	}
}

/** The names in a folder; none where it is missing. */
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

/** The temporary files beside a file that an ended program left behind, as paths. */
export async function leftoversOf(file: string): Promise<string[]> {
	const {dir, base} = path.parse(file);
	const names = await namesIn(dir);
	return names
		.filter(name => name.startsWith(base) && temporary.test(name.slice(base.length)))
		.map(name => path.join(dir, name));
}

/**
 * Removes them. Only under the lock: then no other program has any in use, whatever their age, and one that
 * lost its lock unnoticed finds its file gone and cannot replace anything with it.
 */
export async function sweep(leftovers: readonly string[]): Promise<void> {
	await Promise.all(leftovers.map(file => rm(file, {force: true})));
}
