import {realpath} from 'node:fs/promises';
import {dirname, sep} from 'node:path';
import {legible} from '../flock/visible.ts';
import {readFileWithin, reasonOf, waitFor} from '../system/files.ts';
import {decodeText} from '../system/text.ts';
import type {PoemText} from './poems.ts';

/** How much of a poem to read, in bytes. */
const limit = 64 * 1024;

/**
 * Reads the beginning of a poem. Never throws: the note says what went wrong.
 * @param path of the poem itself, in the folder of poems.
 * @param agreed the real paths of files outside that folder that can be read. Links to others are not
 * followed.
 */
export async function readPoemText(
	path: string,
	lines: number,
	agreed: ReadonlySet<string> = new Set(),
): Promise<PoemText> {
	try {
		const [real, folder] = await waitFor(
			dirname(path),
			async () => [await realpath(path), await realpath(dirname(path))] as const,
		);
		if (isOutside(folder, real) && !agreed.has(real)) {
			return {...nothing(null), elsewhere: real};
		}

		// Reads exactly what was checked: a link that replaced the file meanwhile is not followed.
		const {bytes, more} = await readFileWithin(real, {most: limit, beginning: true, links: false});
		return poemText(bytes, more, lines);
	} catch (error) {
		return nothing(`cannot be read: ${reasonOf(error)}`);
	}
}

/** True if a file is neither in a folder nor below it; both are real paths. */
export function isOutside(folder: string, file: string): boolean {
	return !file.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/**
 * The first lines of a poem's bytes.
 * @param cutOff true if the file is longer than these bytes.
 */
export function poemText(bytes: Uint8Array, cutOff: boolean, lines: number): PoemText {
	if (bytes.length === 0) {
		return nothing('empty');
	}

	const decoded = decodeText(bytes, cutOff);
	if (decoded === null) {
		return nothing('not text');
	}

	const all = decoded.text.trimEnd().split(/\r\n|\n|\r/);
	if (all.every(line => line.trim() === '')) {
		return {lines: [], note: 'only blank lines', more: cutOff};
	}

	return {
		lines: all.slice(0, lines).map(line => legible(line.replaceAll('\t', '    ')).trimEnd()),
		note: decoded.encoding === 'Windows-1252' ? 'not UTF-8: shown as Windows-1252' : null,
		more: cutOff || all.length > lines,
	};
}

function nothing(note: string | null): PoemText {
	return {lines: [], note, more: false};
}
