import {isAbsolute, relative, sep} from 'node:path';

/** The text file that is one bot. */
export type Poem = {
	/** The bot's name: the file's base name without its final `.txt`, in normal form (`oneForm`). */
	bot: string;
	/** The file's exact name in the folder. */
	file: string;
	/** The absolute path. */
	path: string;
	/** Its absolute target, if it is a link out of the folder of poems. */
	leadsTo?: string;
};

/** A file in the folder of poems that is not quite a bot, and why. */
export type PoemNote = {
	/** The file's exact name. Make it visible before you draw it. */
	file: string;
	/** A short sentence for the person. */
	sentence: string;
};

/** The result of reading a folder of poems. */
export type PoemFolder = {
	/** The absolute path. */
	path: string;
	/** In order. */
	poems: Poem[];
	/** Files that were skipped, or renamed because of a clash. */
	notes: PoemNote[];
	/** Why there are no poems, if there are none. */
	problem: 'missing' | 'not-a-folder' | 'unreadable' | 'empty' | null;
};

// Not with the flag `i`, for which V8 builds sets of Unicode letters.
const ending = /\.[Tt][Xx][Tt]$/;

/** True if a file's name makes it a poem. Hidden files, including macOS's `._` companions, never are. */
export function isPoemFile(file: string): boolean {
	return ending.test(file) && !file.startsWith('.');
}

/** The name of a poem's bot: the file's base name without its final `.txt`, in normal form. */
export function botName(file: string): string {
	return oneForm(file.replace(ending, ''));
}

/**
 * The normal form of a bot's name. `é` can be one character or two, depending on the system and program that
 * made a file, typed a name or wrote a bundle, but it is the same bot. Every name from outside goes through
 * this.
 */
export function oneForm(name: string): string {
	return name.normalize('NFC');
}

/**
 * A poem's path for an export: relative to the current folder, with slashes. The 2014 script wrote it like
 * this (`poems/harbour.txt`), and its bots run in that folder. A path relative to the bundle would not work
 * for them, and an absolute one would break when the folder moves. Absolute only if no relative path exists
 * (another drive).
 */
export function poemFileFrom(cwd: string, poemPath: string): string {
	const path = relative(cwd, poemPath);
	return isAbsolute(path) ? poemPath : path.split(sep).join('/');
}
