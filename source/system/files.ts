import * as fs from 'node:fs';
import {mkdir, stat} from 'node:fs/promises';
import {dirname} from 'node:path';
import {promisify} from 'node:util';
import {leaveThreads} from './end.ts';
import {codeOf, isMissing} from './errors.ts';

/** What a file may be for it to be read. */
export type FileLimits = {
	/** The bytes that are read at most. */
	most: number;
	/** True where the beginning of a longer file will do; otherwise a longer one is refused. */
	beginning?: boolean;
	/** False refuses a link in the file's place; links in the path to it are followed all the same. */
	links?: boolean;
	/** True refuses a file that belongs to another user than this process's, and not to root. */
	ours?: boolean;
	/** How long the file may take, in milliseconds. */
	patience?: number;
};

/** What was read. */
export type FileRead = {
	bytes: Buffer;
	/** The file as it was when it was opened. */
	stats: fs.BigIntStats;
	/** True where the file goes on after these bytes. */
	more: boolean;
};

/** Why a file is refused, as the `code` of the error; besides the system's own codes (a folder is `EISDIR`). */
export type Refusal = 'not-a-file' | 'a-link' | 'too-large' | 'too-slow' | 'other-user';

/** How long a file may take; a share whose server is gone takes for ever. Milliseconds. */
const patienceMs = 10_000;

/** How much of a file is read at once where it does not say its size, as those of `/proc` do not; bytes. */
const pieceSize = 64 * 1024;

// Not by a file handle: for that Node loads its parts for lines, folders and watching.
const openFile = promisify(fs.open);
const statFile = promisify(fs.fstat);
const readPiece = promisify(fs.read);
const closeFile = promisify(fs.close);

/**
 * Reads a file that may be anything: waits for no FIFO, reads no device, and stops at its limits, whatever size the
 * file gives itself and however it grows meanwhile.
 * @throws Error whose code is a `Refusal` or the system's.
 */
export async function readFileWithin(path: string, limits: FileLimits): Promise<FileRead> {
	return waitFor(dirname(path), () => readAnyFile(path, limits), limits.patience);
}

/**
 * Waits for work on a folder's files, but not for ever. The work cannot be ended: it keeps one of the four threads that
 * Node has for files, names in the network and encryption. So a folder has one hand: work on it is done one after the
 * other, and once something has taken too long, nothing else there is begun until that comes back. Other folders go on.
 * @param work begins it; does not wait for the same folder itself.
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
		// Where this process itself was stopped meanwhile, the answer is there already, and comes before this.
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

/** What is under way in each folder: the latest work, which waits for those before it. */
const hands = new Map<string, Promise<void>>();

function nothing(): void {}

/** Why a file cannot be read or is refused, in words that follow a colon. */
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
	// Not blocking: the open of a FIFO waits for whoever writes. Not the terminal that this process listens to.
	const {O_RDONLY, O_NONBLOCK = 0, O_NOCTTY = 0, O_NOFOLLOW = 0} = fs.constants;
	if (!links && O_NOFOLLOW === 0 && (await promisify(fs.lstat)(path)).isSymbolicLink()) {
		throw refusal('a-link', path);
	}

	try {
		return await openFile(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | (links ? 0 : O_NOFOLLOW));
	} catch (error) {
		const code = codeOf(error);
		// A socket cannot be opened, nor a device that is not there.
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

/** Reads on until the file ends or the limit is passed: its size is only what it was a moment ago. */
async function readUpTo(
	file: number,
	stats: fs.BigIntStats,
	{most, beginning}: FileLimits,
	path: string,
): Promise<{bytes: Buffer; more: boolean}> {
	const size = Math.min(Number(stats.size), most);
	// A byte more than it should have, to see that there is none.
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

		// A regular file gives less than is asked for at its end alone; those of `/proc` do so anywhere.
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

/** The folders that are waited for in vain, and the work that has to come back first. */
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

/** Ends this process although a thread of it hangs: Node would wait for that thread for ever. Keeps the exit code. */
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
 * Makes a folder, and those above it that are missing, for its owner alone. Not by Node's own `recursive`, which goes
 * round and round for ever where the system says that nothing can be made, as in `/proc`.
 * @returns true where it was made, false where it was there already.
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
		// Another program may have made it meanwhile.
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
