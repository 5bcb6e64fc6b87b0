import {isUtf8} from 'node:buffer';
import type {Dirent, Stats} from 'node:fs';
import {readdir, stat} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {compareNames} from '../flock/flock.ts';
import {botName, isPoemFile, type Poem, type PoemFolder, type PoemNote} from '../flock/poem.ts';
import type {Poems} from './poems.ts';
import {readPoemText, reasonOf} from './text.ts';
import {watchFolder} from './watch.ts';

/** The folder of poems at this path, which need not exist (yet). */
export function openPoems(path: string): Poems {
	const folder = resolve(path);
	return {
		path: folder,
		read: () => readFolder(folder),
		text: (poem, lines) => readPoemText(poem.path, lines),
		watch: onChange => watchFolder(folder, onChange),
	};
}

async function readFolder(path: string): Promise<PoemFolder> {
	let found: Dirent<Buffer>[];
	try {
		// As bytes, since a name that is not UTF-8 could not be opened again after decoding.
		found = await readdir(path, {withFileTypes: true, encoding: 'buffer'});
	} catch (error) {
		return {path, poems: [], notes: [], problem: problemOf(error)};
	}

	const notes: PoemNote[] = [];
	const files: string[] = [];
	const links: string[] = [];
	for (const entry of found) {
		const file = entry.name.toString();
		if (!isPoemFile(file)) {
			continue;
		}

		if (!isUtf8(entry.name)) {
			notes.push({file, sentence: 'Skipped: its name is not UTF-8. Rename it.'});
		} else if (entry.isFile()) {
			files.push(file);
		} else if (entry.isSymbolicLink()) {
			links.push(file);
		} else {
			notes.push({file, sentence: `Skipped: it is ${kindOf(entry)}.`});
		}
	}

	for (const {file, problem} of await Promise.all(links.map(file => followLink(path, file)))) {
		if (problem === null) {
			files.push(file);
		} else {
			notes.push({file, sentence: problem});
		}
	}

	const {poems, clashes} = namePoems(path, files);
	notes.push(...clashes);
	notes.sort((one, other) => compareNames(one.file, other.file));
	return {path, poems, notes, problem: poems.length === 0 ? 'empty' : null};
}

/**
 * Gives every file its bot's name. `ode.txt` and `ode.TXT` would both be `ode`: the lower-case ending
 * keeps the name, the other is called by its whole file name, and a note says so.
 */
export function namePoems(folder: string, files: readonly string[]): {poems: Poem[]; clashes: PoemNote[]} {
	const byName = new Map<string, Poem>();
	const clashes: PoemNote[] = [];
	for (const file of [...files].sort(lowerCaseEndingFirst)) {
		const plain = botName(file);
		let bot = plain;
		if (byName.has(plain)) {
			bot = file;
			while (byName.has(bot)) {
				bot += file.slice(plain.length);
			}

			const sentence = `Another poem is called ${plain} already; this one is the bot ${bot}. Rename one of the two.`;
			clashes.push({file, sentence});
		}

		byName.set(bot, {bot, file, path: join(folder, file)});
	}

	const poems = [...byName.values()].sort((one, other) => compareNames(one.bot, other.bot));
	return {poems, clashes};
}

function lowerCaseEndingFirst(one: string, other: string): number {
	return Number(other.endsWith('.txt')) - Number(one.endsWith('.txt')) || compareNames(one, other);
}

async function followLink(folder: string, file: string): Promise<{file: string; problem: string | null}> {
	try {
		const target = await stat(join(folder, file));
		return {file, problem: target.isFile() ? null : `Skipped: it is a link to ${kindOf(target)}.`};
	} catch (error) {
		const gone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
		return {file, problem: gone ? 'Skipped: it is a link to nothing.' : `Skipped: ${reasonOf(error)}.`};
	}
}

function kindOf(entry: Dirent<Buffer> | Stats): string {
	if (entry.isDirectory()) {
		return 'a folder';
	}

	return entry.isFIFO() ? 'a named pipe' : entry.isSocket() ? 'a socket' : 'no ordinary file';
}

function problemOf(error: unknown): PoemFolder['problem'] {
	const code = error instanceof Error && 'code' in error ? error.code : null;
	return code === 'ENOENT' ? 'missing' : code === 'ENOTDIR' ? 'not-a-folder' : 'unreadable';
}
