/** The text file that is one bot. */
export type Poem = {
	/** The bot's name: the file's base name without its final `.txt`. */
	bot: string;
	/** The file's own name inside the folder. */
	file: string;
	/** The absolute path. */
	path: string;
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

const ending = /\.txt$/i;

/** True where a file's name makes it a poem; hidden files, macOS's `._` companions among them, never are. */
export function isPoemFile(file: string): boolean {
	return ending.test(file) && !file.startsWith('.');
}

/** The name of the bot whose poem is this file: the base name without its final `.txt`. */
export function botName(file: string): string {
	return file.replace(ending, '');
}
