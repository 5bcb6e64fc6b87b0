import {isAbsolute, relative, sep} from 'node:path';

/** The text file that is one bot. */
export type Poem = {
	/** The bot's name: the file's base name without its final `.txt`, in its one form (`oneForm`). */
	bot: string;
	/** The file's own name inside the folder, byte for byte. */
	file: string;
	/** The absolute path. */
	path: string;
	/** Where it leads, an absolute path, where it is a link out of the folder of poems. */
	leadsTo?: string;
};

/** Something in the folder of poems that is no bot, or not quite, and why. */
export type PoemNote = {
	/** The file's own name, as it is; make it visible before drawing it. */
	file: string;
	/** A short sentence for the person. */
	sentence: string;
};

/** What reading a folder of poems found. */
export type PoemFolder = {
	/** The absolute path. */
	path: string;
	/** In order. */
	poems: Poem[];
	/** What was passed over, or renamed because of a clash. */
	notes: PoemNote[];
	/** Why there are no poems, where there are none. */
	problem: 'missing' | 'not-a-folder' | 'unreadable' | 'empty' | null;
};

// Not by the flag `i`, for which V8 makes sets of Unicode's letters.
const ending = /\.[Tt][Xx][Tt]$/;

/** True where a file's name makes it a poem; hidden files, macOS's `._` companions among them, never are. */
export function isPoemFile(file: string): boolean {
	return ending.test(file) && !file.startsWith('.');
}

/** The name of the bot whose poem is this file: the base name without its final `.txt`, in its one form. */
export function botName(file: string): string {
	return oneForm(file.replace(ending, ''));
}

/**
 * The one form of a bot's name, whoever wrote it. `é` is one character or two, as the system and the program like it that
 * made a file, typed a name or wrote a bundle; it is the same bot. Every name that comes from outside goes through this.
 */
export function oneForm(name: string): string {
	return name.normalize('NFC');
}

/**
 * A poem's path as an export writes it: relative to the folder that the export was run in, with slashes.
 * So the 2014 script wrote it (`poems/harbour.txt`), and the bots that read it run in that folder; a path relative
 * to the bundle would be found by none of them, and an absolute one would break when the folder moves.
 * Absolute only where no relative path leads there (another drive).
 */
export function poemFileFrom(cwd: string, poemPath: string): string {
	const path = relative(cwd, poemPath);
	return isAbsolute(path) ? poemPath : path.split(sep).join('/');
}
