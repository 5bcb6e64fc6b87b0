import {constants} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {visible} from '../flock/visible.ts';
import type {PoemText} from './poems.ts';

/** How much of a poem is ever read, in bytes. */
const limit = 64 * 1024;

/**
 * Reads the beginning of a poem. Never waits for a FIFO that took the poem's place, and never throws:
 * what stands in the way is the note.
 */
export async function readPoemText(path: string, lines: number): Promise<PoemText> {
	try {
		// A FIFO without a writer blocks the open itself; O_NONBLOCK means nothing to a regular file.
		const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
		try {
			const {size, isFile} = await file.stat().then(found => ({size: found.size, isFile: found.isFile()}));
			if (!isFile) {
				return nothing('cannot be read: it is not a file');
			}

			const bytes = await readBeginning(file);
			return poemText(bytes, size > bytes.length, lines);
		} finally {
			await file.close();
		}
	} catch (error) {
		return nothing(`cannot be read: ${reasonOf(error)}`);
	}
}

/**
 * The first lines of a poem's bytes.
 * @param cutOff true where the file goes on after these bytes.
 */
export function poemText(bytes: Uint8Array, cutOff: boolean, lines: number): PoemText {
	if (bytes.length === 0) {
		return nothing('empty');
	}

	const decoded = decode(bytes, cutOff);
	if (decoded === null) {
		return nothing('not text');
	}

	const all = decoded.text.trimEnd().split(/\r\n|\n|\r/);
	if (all.every(line => line.trim() === '')) {
		return {lines: [], note: 'only blank lines', more: cutOff};
	}

	return {
		lines: all.slice(0, lines).map(line => visible(line.replaceAll('\t', '    ')).trimEnd()),
		note: decoded.note,
		more: cutOff || all.length > lines,
	};
}

/** Why a file or folder cannot be read, from the system's error code. */
export function reasonOf(error: unknown): string {
	const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
	return reasons.get(code) ?? code;
}

const reasons: ReadonlyMap<string, string> = new Map([
	['ENOENT', 'it is gone'],
	['EACCES', 'no permission'],
	['EPERM', 'no permission'],
	['ELOOP', 'a link that leads back to itself'],
	['ENXIO', 'it is not a file'],
	['ENOTDIR', 'it is not in a folder'],
]);

function nothing(note: string): PoemText {
	return {lines: [], note, more: false};
}

async function readBeginning(file: FileHandle): Promise<Buffer> {
	const buffer = Buffer.alloc(limit);
	let length = 0;
	while (length < limit) {
		const {bytesRead} = await file.read(buffer, length, limit - length);
		if (bytesRead === 0) {
			break;
		}

		length += bytesRead;
	}

	return buffer.subarray(0, length);
}

function decode(bytes: Uint8Array, cutOff: boolean): {text: string; note: string | null} | null {
	// A cut can go through a character: a streaming decoder keeps its first half back.
	const read = (encoding: string): string | null => {
		try {
			return new TextDecoder(encoding, {fatal: true}).decode(bytes, {stream: cutOff});
		} catch {
			return null;
		}
	};

	const [first, second] = bytes;
	if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
		const text = read(first === 0xff ? 'utf-16le' : 'utf-16be');
		return text === null || binary.test(text) ? null : {text, note: null};
	}

	const text = read('utf-8');
	if (text !== null) {
		return text.includes('\0') ? null : {text, note: null};
	}

	const old = read('windows-1252');
	return old === null || binary.test(old) ? null : {text: old, note: 'not UTF-8: shown as Windows-1252'};
}

/** Controls that no text in an older encoding holds. */
const binary = /[\0-\x08\x0e-\x1a\x1c-\x1f]/;
