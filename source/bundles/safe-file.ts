import {type FileHandle, lstat, open, rename, rm} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import {codeOf} from '../system/errors.ts';
import {makeFolders, readFileWithin} from '../system/files.ts';
import {type DecodedText, decodeText} from '../system/text.ts';
import {temporaryName} from './leftovers.ts';

/** No file of keys is larger, in bytes: the keys of 10,000 bots take 5 MB in the longest format. */
export const largestKeyFile = 8 * 1024 * 1024;

/** A file of keys has no more lines, brackets and commas together: the keys of 10,000 bots have 300,000. Each takes memory when it is read. */
const mostParts = 600_000;

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
 * A file's text; `null` for what is no text, or made of more parts than any file of keys.
 * @param follow whether a link is followed.
 * @throws Error with the system's code or a refusal's where it cannot be read
 */
export async function readText(path: string, follow: boolean): Promise<DecodedText | null> {
	const {bytes} = await readFileWithin(path, {most: largestKeyFile, links: follow});
	const decoded = decodeText(bytes);
	return decoded === null || hasMoreParts(decoded.text) ? null : decoded;
}

function hasMoreParts(text: string): boolean {
	const part = /[\n\r[\]{},?!&*]|[:-](?=\s)/g;
	for (let parts = 0; part.test(text); parts += 1) {
		if (parts === mostParts) {
			return true;
		}
	}

	return false;
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
			const temporary = join(dirname(path), temporaryName());
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
		await makeFolders(path);
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
		`Cannot write ${visible(path)} (${codeOf(error) || 'unknown error'}).`,
		{
			hint: 'Nothing was changed. Choose another --out.',
			field: 'out',
			cause: error,
		},
	);
}
