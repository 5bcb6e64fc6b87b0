import {type FileHandle, lstat, open, rename, rm} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import {codeOf} from '../system/errors.ts';
import {makeFolders, readFileWithin} from '../system/files.ts';
import {type DecodedText, decodeText} from '../system/text.ts';
import {temporaryName} from './leftovers.ts';

/** The largest key file in bytes: the keys of 10,000 bots take 5 MB in the longest format. */
export const largestKeyFile = 8 * 1024 * 1024;

/**
 * The most lines, brackets and commas in a key file: the keys of 10,000 bots have 300,000. Each one takes
 * memory to read.
 */
const mostParts = 600_000;

/** What is at a path, without following a link. */
export type Place = 'nothing' | 'file' | 'folder' | 'link' | 'other';

/** Checks a path without following a link. */
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
 * A file's text; `null` if it is not text, or has more parts than any key file.
 * @param follow whether to follow links.
 * @throws Error with the system's code or a refusal's if it cannot be read
 */
export async function readText(path: string, follow: boolean): Promise<DecodedText | null> {
	return textIn(await readBytes(path, follow));
}

/** Reads a file's bytes. @param follow whether to follow a link. @throws like `readText` */
export async function readBytes(path: string, follow: boolean): Promise<Buffer> {
	return (await readFileWithin(path, {most: largestKeyFile, links: follow})).bytes;
}

/** Decodes bytes as text; `null` like `readText`. */
export function textIn(bytes: Buffer): DecodedText | null {
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

/** A text and its destination. */
export type Writing = {path: string; text: string};

/** A written file that is not in its place yet. */
type Staged = {temporary: string; path: string};

/**
 * Writes files only for their owner (0600), each completely or not at all. It writes all of them beside their
 * places before it moves the first one, which replaces a link instead of following it.
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
		// Files that were moved are no longer there.
		await Promise.all(staged.map(({temporary}) => rm(temporary, {force: true}).catch(() => {})));
	}
}

/** Makes a folder only for its owner, and its missing parents. */
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
		// `wx` creates a new file and follows no link.
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
