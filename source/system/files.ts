import * as fs from 'node:fs';
import {mkdir, stat} from 'node:fs/promises';
import {dirname} from 'node:path';
import {promisify} from 'node:util';
import {leaveThreads} from './end.ts';
import {codeOf, isMissing} from './errors.ts';

/** Which files to read. */
export type FileLimits = {
	/** The most bytes to read. */
	most: number;
	/** True to read only the beginning of a longer file. Otherwise a longer file is refused. */
	beginning?: boolean;
	/** False refuses a link in the file's place. Links in the path to it are still followed. */
	links?: boolean;
	/** True refuses a file of another user than this process's and root. */
	ours?: boolean;
	/** How long the file can take, in milliseconds. */
	patience?: number;
};

/** What was read. */
export type FileRead = {
	bytes: Buffer;
	/** The file's stats when it was opened. */
	stats: fs.BigIntStats;
	/** True if the file is longer. */
	more: boolean;
};

/** Why a file is refused, as the error's `code`, besides the system's own codes (a folder is `EISDIR`). */
export type Refusal = 'not-a-file' | 'a-link' | 'too-large' | 'too-slow' | 'other-user';

/** How long a file can take. A share whose server is gone takes forever. Milliseconds. */
const patienceMs = 10_000;

/** How much to read at once from a file that does not say its size, as in `/proc`; bytes. */
const pieceSize = 64 * 1024;

// Not with a file handle, for which Node loads its code for lines, folders and watching.
const openFile = promisify(fs.open);
const statFile = promisify(fs.fstat);
const readPiece = promisify(fs.read);
const closeFile = promisify(fs.close);

/**
 * Reads a file that may be anything: does not wait for a FIFO, reads no device, and stops at its limits,
 * whatever size the file claims and however it grows.
 * @throws Error whose code is a `Refusal` or the system's.
 */
export async function readFileWithin(path: string, limits: FileLimits): Promise<FileRead> {
	return waitFor(dirname(path), () => readAnyFile(path, limits), limits.patience);
}

/**
 * Waits for work on a folder's files, but not forever. The work cannot be ended: it keeps one of Node's four
 * threads for files, host names and encryption. So work on one folder runs one after the other, and once
 * something took too long, nothing else starts there until that returns. Other folders continue.
 * @param work starts it; must not wait for the same folder itself.
 * @throws Error with the code `too-slow`, or what the work throws
 */
export async function waitFor<T>(folder: string, work: () => Promise<T>, patience = patienceMs): Promise<T> {
	if (hanging.has(folder)) {
		throw refusal('too-slow', folder);
	}

	const {promise: late, reject} = Promise.withResolvers<never>();
	let isLate = false;
	const before = hands.get(folder);
	const doing = (async () => {
		await before;
		return isLate ? late : work();
	})();
	const done = doing.then(nothing, nothing);
	hands.set(folder, done);
	done.then(() => {
		if (hands.get(folder) === done) {
			hands.delete(folder);
		}
	});
	const timer = setTimeout(() => {
		// If this process itself was stopped meanwhile, the answer is already there, and comes first.
		setImmediate(() => {
			isLate = true;
			hang(folder, done);
			reject(refusal('too-slow', folder));
		});
	}, patience);
	try {
		return await Promise.race([doing, late]);
	} finally {
		clearTimeout(timer);
	}
}

/** Each folder's latest work, which waits for the earlier ones. */
const hands = new Map<string, Promise<void>>();

function nothing(): void {}

/** Why a file cannot be read or is refused, to follow a colon. */
export function reasonOf(error: unknown): string {
	const code = codeOf(error) || 'unknown';
	return reasons.get(code) ?? code;
}

const reasons: ReadonlyMap<string, string> = new Map([
	['not-a-file', 'it is not a file'],
	['a-link', 'it is a link'],
	['too-large', 'it is too large'],
	['too-slow', 'its disk or network share does not respond'],
	['other-user', 'it belongs to another user'],
	['EISDIR', 'it is not a file'],
	['ENOENT', 'it is gone'],
	['EACCES', 'permission denied'],
	['EPERM', 'permission denied'],
	['ELOOP', 'it is a link to itself'],
	['ENOTDIR', 'it is not in a folder'],
]);

async function readAnyFile(path: string, limits: FileLimits): Promise<FileRead> {
	const file = await openAnyFile(path, limits.links ?? true);
	try {
		const stats = await statFile(file, {bigint: true});
		assertAllowed(stats, limits, path);
		return {...(await readUpTo(file, stats, limits, path)), stats};
	} finally {
		await closeFile(file);
	}
}

async function openAnyFile(path: string, links: boolean): Promise<number> {
	// Non-blocking: opening a FIFO waits for a writer. Not the terminal that this process listens to.
	const {O_RDONLY, O_NONBLOCK = 0, O_NOCTTY = 0, O_NOFOLLOW = 0} = fs.constants;
	if (!links && O_NOFOLLOW === 0 && (await promisify(fs.lstat)(path)).isSymbolicLink()) {
		throw refusal('a-link', path);
	}

	try {
		return await openFile(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | (links ? 0 : O_NOFOLLOW));
	} catch (error) {
		const code = codeOf(error);
		// A socket cannot be opened, nor a missing device.
		throw code === 'ENXIO' || code === 'ENODEV'
			? refusal('not-a-file', path)
			: code === 'ELOOP' && !links
				? refusal('a-link', path)
				: error;
	}
}

function assertAllowed(stats: fs.BigIntStats, {most, beginning, ours}: FileLimits, path: string): void {
	if (stats.isDirectory()) {
		throw Object.assign(new Error(`${path} is a folder`), {code: 'EISDIR'});
	}

	if (!stats.isFile()) {
		throw refusal('not-a-file', path);
	}

	const user = process.getuid?.();
	if (ours && user !== undefined && stats.uid !== 0n && stats.uid !== BigInt(user)) {
		throw refusal('other-user', path);
	}

	if (!beginning && stats.size > BigInt(most)) {
		throw refusal('too-large', path);
	}
}

/** Reads until the file ends or the limit is passed: its size may already have changed. */
async function readUpTo(
	file: number,
	stats: fs.BigIntStats,
	{most, beginning}: FileLimits,
	path: string,
): Promise<{bytes: Buffer; more: boolean}> {
	const size = Math.min(Number(stats.size), most);
	// One more byte than expected, to see that there is none.
	let buffer = Buffer.allocUnsafe(size === 0 ? Math.min(pieceSize, most + 1) : size + 1);
	for (let length = 0; ; ) {
		const room = buffer.length - length;
		const {bytesRead} = await readPiece(file, buffer, length, room, null);
		length += bytesRead;
		if (length > most) {
			if (beginning) {
				return {bytes: buffer.subarray(0, most), more: true};
			}

			throw refusal('too-large', path);
		}

		// A regular file returns less than requested only at its end; files in `/proc` do so anywhere.
		if (bytesRead === 0 || (bytesRead < room && size > 0 && length >= size)) {
			return {bytes: buffer.subarray(0, length), more: false};
		}

		if (length === buffer.length) {
			const larger = Buffer.allocUnsafe(Math.min(length * 2, most + 1));
			buffer.copy(larger, 0, 0, length);
			buffer = larger;
		}
	}
}

/** The folders that do not answer, and the work that must return first. */
const hanging = new Map<string, Promise<void>>();

function hang(folder: string, work: Promise<void>): void {
	if (hanging.size === 0) {
		process.on('exit', leaveHanging);
	}

	hanging.set(folder, work);
	work.then(() => {
		if (hanging.get(folder) === work) {
			hanging.delete(folder);
		}

		if (hanging.size === 0) {
			process.off('exit', leaveHanging);
		}
	});
}

/** Ends this process although one of its threads hangs, for which Node would wait forever. Keeps the exit code. */
function leaveHanging(code: number): void {
	if (process.platform !== 'win32') {
		leaveThreads(code);
		process.kill(process.pid, 'SIGKILL');
	}
}

function refusal(code: Refusal, path: string): Error {
	return Object.assign(new Error(`${path}: ${code}`), {code});
}

/**
 * Creates a folder and its missing parents only for its owner. Not with Node's `recursive`, which loops
 * forever where the system allows no folders, as in `/proc`.
 * @returns true if it was created, false if it existed.
 * @throws the system's error
 */
export async function makeFolders(path: string, mode = 0o700): Promise<boolean> {
	try {
		await mkdir(path, {mode});
		return true;
	} catch (error) {
		if (codeOf(error) === 'EEXIST' && (await stat(path)).isDirectory()) {
			return false;
		}

		if (!isMissing(error) || codeOf(error) === 'ENOTDIR' || (await isThere(dirname(path)))) {
			throw error;
		}
	}

	await makeFolders(dirname(path), mode);
	await mkdir(path, {mode}).catch(error => {
		// Another program may have created it meanwhile.
		if (codeOf(error) !== 'EEXIST') {
			throw error;
		}
	});
	return true;
}

async function isThere(path: string): Promise<boolean> {
	return stat(path).then(
		() => true,
		error => {
			if (isMissing(error)) {
				return false;
			}

			throw error;
		},
	);
}
