import {isUtf8} from 'node:buffer';
import type {Dirent, Stats} from 'node:fs';
import {readdir, realpath, stat} from 'node:fs/promises';
import {join, resolve, sep} from 'node:path';
import {compareNames, sortedByName} from '../flock/flock.ts';
import {botName, isPoemFile, oneForm, type Poem, type PoemFolder, type PoemNote} from '../flock/poem.ts';
import {codeOf} from '../system/errors.ts';
import {reasonOf, waitFor} from '../system/files.ts';
import type {Poems} from './poems.ts';
import {isOutside, readPoemText} from './text.ts';
import {watchFolder} from './watch.ts';

/** The folder of poems at a path, which need not exist yet. */
export function openPoems(path: string): Poems {
	const folder = resolve(path);
	return {
		path: folder,
		read: () => readFolder(folder),
		text: (poem, lines, agreed) => readPoemText(poem.path, lines, agreed),
		watch: onChange => watchFolder(folder, onChange),
	};
}

async function readFolder(path: string): Promise<PoemFolder> {
	let found: Entry[];
	try {
		found = await waitFor(path, () => entriesIn(path));
	} catch (error) {
		return {path, poems: [], notes: [], problem: problemOf(error)};
	}

	const notes: PoemNote[] = [];
	const files: string[] = [];
	const links: string[] = [];
	for (const {file, isText, entry} of found) {
		if (!isPoemFile(file)) {
			continue;
		}

		if (!isText) {
			notes.push({file, sentence: 'Skipped: its name is not UTF-8. Rename it.'});
		} else if (entry.isFile()) {
			files.push(file);
		} else if (entry.isSymbolicLink()) {
			links.push(file);
		} else {
			notes.push({file, sentence: `Skipped: it is ${kindOf(entry)}.`});
		}
	}

	const outside = new Map<string, string>();
	for (const {file, sentence, leadsTo} of await followLinks(path, links)) {
		if (sentence !== null) {
			notes.push({file, sentence});
		}

		if (leadsTo !== null) {
			outside.set(file, leadsTo);
		}

		if (sentence === null || leadsTo !== null) {
			files.push(file);
		}
	}

	const {poems, clashes} = namePoems(path, files, outside);
	notes.push(...clashes);
	notes.sort((one, other) => compareNames(one.file, other.file));
	return {path, poems, notes, problem: poems.length === 0 ? 'empty' : null};
}

type Entry = {file: string; isText: boolean; entry: Dirent<string> | Dirent<Buffer>};

/** The names in a folder, and whether they are UTF-8: others could not be opened again after decoding. */
async function entriesIn(path: string): Promise<Entry[]> {
	// First as text, which takes half the time. Names that are not UTF-8 contain U+FFFD.
	const entries = await readdir(path, {withFileTypes: true});
	if (!entries.some(({name}) => name.includes('\uFFFD'))) {
		return entries.map(entry => ({file: entry.name, isText: true, entry}));
	}

	const exact = await readdir(path, {withFileTypes: true, encoding: 'buffer'});
	return exact.map(entry => ({file: entry.name.toString(), isText: isUtf8(entry.name), entry}));
}

/**
 * Gives every file its bot's name. `ode.txt` and `ode.TXT` would both be `ode`: the lower-case extension
 * keeps the name, the other gets its whole file name, and a note says so. The same goes for `é` as one
 * character or two: the composed one keeps the name.
 * @param outside the targets of files that are links out of the folder.
 */
export function namePoems(
	folder: string,
	files: readonly string[],
	outside: ReadonlyMap<string, string> = new Map(),
): {poems: Poem[]; clashes: PoemNote[]} {
	const byName = new Map<string, Poem>();
	// Not joined one by one, which takes noticeable time for 10,000 poems.
	const prefix = join(folder, sep);
	const clashes: PoemNote[] = [];
	for (const file of plainestFirst(files)) {
		const plain = botName(file);
		let bot = plain;
		if (byName.has(plain)) {
			const ending = file.slice(file.lastIndexOf('.'));
			do {
				bot += ending;
			} while (byName.has(bot));

			const form = oneForm(file) === file ? '' : ', with its accents encoded differently';
			const sentence = `Another poem is already named ${plain}${form}, so this bot is ${bot}. Rename one of them.`;
			clashes.push({file, sentence});
		}

		const leadsTo = outside.get(file);
		if (bot.startsWith(' ') || bot.endsWith(' ')) {
			clashes.push({
				file,
				sentence: 'Its name begins or ends with an invisible space. Rename it.',
			});
		}

		byName.set(bot, {bot, file, path: prefix + file, ...(leadsTo === undefined ? {} : {leadsTo})});
	}

	const poems = sortedByName([...byName.values()], ({bot}) => bot);
	return {poems, clashes};
}

/** Only the others need sorting, since no two composed names in lower case have the same bot. */
function plainestFirst(files: readonly string[]): string[] {
	const plain = files.filter(isPlain);
	if (plain.length === files.length) {
		return plain;
	}

	const others = files.filter(file => !isPlain(file)).sort(compareNames);
	const lowerCase = others.filter(file => file.endsWith('.txt'));
	return [...plain, ...lowerCase, ...others.filter(file => !file.endsWith('.txt'))];
}

function isPlain(file: string): boolean {
	return file.endsWith('.txt') && oneForm(file) === file;
}

/** What a link in the folder is: a poem if `sentence` is `null` or `leadsTo` is not. */
type Followed = {file: string; sentence: string | null; leadsTo: string | null};

async function followLinks(path: string, links: readonly string[]): Promise<Followed[]> {
	if (links.length === 0) {
		return [];
	}

	// A folder of poems that is itself a link is the person's own choice.
	const folder = await waitFor(path, () => realpath(path)).catch(() => path);
	return Promise.all(links.map(file => followLink(path, folder, file)));
}

async function followLink(path: string, folder: string, file: string): Promise<Followed> {
	const link = join(path, file);
	try {
		const [target, real] = await waitFor(path, async () => [await stat(link), await realpath(link)] as const);
		if (!target.isFile()) {
			return {file, sentence: `Skipped: it is a link to ${kindOf(target)}.`, leadsTo: null};
		}

		return isOutside(folder, real)
			? {file, sentence: `A link to ${real}, outside this folder.`, leadsTo: real}
			: {file, sentence: null, leadsTo: null};
	} catch (error) {
		const sentence =
			codeOf(error) === 'ENOENT' ? 'Skipped: it is a link to nothing.' : `Skipped: ${reasonOf(error)}.`;
		return {file, sentence, leadsTo: null};
	}
}

function kindOf(entry: Entry['entry'] | Stats): string {
	if (entry.isDirectory()) {
		return 'a folder';
	}

	return entry.isFIFO() ? 'a named pipe' : entry.isSocket() ? 'a socket' : 'not a regular file';
}

function problemOf(error: unknown): PoemFolder['problem'] {
	const code = codeOf(error);
	return code === 'ENOENT' ? 'missing' : code === 'ENOTDIR' ? 'not-a-folder' : 'unreadable';
}
