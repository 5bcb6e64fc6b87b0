import {randomUUID} from 'node:crypto';
import {constants} from 'node:fs';
import {type FileHandle, lstat, mkdir, open, rename, rm} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import {codeOf} from '../system/errors.ts';

/** No file of keys is as large as this, in bytes. */
const largest = 16 * 1024 * 1024;

/** What a path leads to, without following a link. */
export type Place = 'nothing' | 'file' | 'folder' | 'link' | 'other';

/** Looks at a path without following a link there. */
export async function placeOf(path: string): Promise<Place> {
	try {
		const found = await lstat(path);
		return found.isSymbolicLink()
			? 'link'
			: found.isFile()
				? 'file'
				: found.isDirectory()
					? 'folder'
					: 'other';
	} catch (error) {
		if (codeOf(error) === 'ENOENT') {
			return 'nothing';
		}

		throw unwritable(path, error);
	}
}

/**
 * A file's text; `null` for what is no UTF-8 or far too large. Waits for no FIFO.
 * @param follow whether a link is followed.
 * @throws the system's error where it cannot be read, or `null` as well where it is no file.
 */
export async function readText(path: string, follow: boolean): Promise<string | null> {
	const {O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0} = constants;
	const file = await open(path, O_RDONLY | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW));
	try {
		const found = await file.stat();
		if (!found.isFile() || found.size > largest) {
			return null;
		}

		return new TextDecoder('utf-8', {fatal: true}).decode(await file.readFile());
	} catch (error) {
		if (error instanceof TypeError) {
			return null;
		}

		throw error;
	} finally {
		await file.close();
	}
}

/** A text and where it goes. */
export type Writing = {path: string; text: string};

/** A file that is written, but not in its place yet. */
type Staged = {temporary: string; path: string};

/**
 * Writes files for their owner alone (0600), each whole or not at all: all of them are written out beside their
 * places before the first is moved there, which replaces a link instead of following it.
 */
export async function writeAll(writings: readonly Writing[]): Promise<void> {
	const staged: Staged[] = [];
	try {
		for (const {path, text} of writings) {
			const temporary = join(dirname(path), `.keymaker-${randomUUID()}.tmp`);
			staged.push({temporary, path});
			await writeNew(temporary, path, text);
		}

		for (const {temporary, path} of staged) {
			await rename(temporary, path).catch(error => {
				throw unwritable(path, error);
			});
		}
	} finally {
		// Those that were moved are not there any more.
		await Promise.all(staged.map(({temporary}) => rm(temporary, {force: true}).catch(() => {})));
	}
}

/** Makes a folder for its owner alone, and those above it that are missing. */
export async function makeFolder(path: string): Promise<void> {
	try {
		await mkdir(path, {recursive: true, mode: 0o700});
	} catch (error) {
		throw unwritable(path, error);
	}
}

async function writeNew(temporary: string, path: string, text: string): Promise<void> {
	let file: FileHandle | null = null;
	try {
		// `wx` makes a new file and follows no link.
		file = await open(temporary, 'wx', 0o600);
		await file.chmod(0o600);
		await file.writeFile(text);
		await file.sync();
	} catch (error) {
		throw unwritable(path, error);
	} finally {
		await file?.close();
	}
}

function unwritable(path: string, error: unknown): FlockError {
	return new FlockError(
		'export-unwritable',
		`${visible(path)} cannot be written (${codeOf(error) || 'unknown error'}).`,
		{
			hint: 'Choose another place with --out. Nothing there was changed.',
			cause: error,
		},
	);
}
