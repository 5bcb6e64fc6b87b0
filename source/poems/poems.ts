import type {Poem, PoemFolder} from '../flock/poem.ts';

/** A poem's text, as far as it can be shown. */
export type PoemText = {
	/** The first lines, made visible, without line ends. */
	lines: string[];
	/** Why there is nothing to show, or what is unusual: `empty`, `not text`, `cannot be read: …`. */
	note: string | null;
	/** True if the file is longer. */
	more: boolean;
	/** The real path of the file outside the folder that the poem links to, if it was not read for that reason. */
	elsewhere?: string;
};

/** The folder of poems. Listing it never reads a poem's text. Nothing here throws. */
export type Poems = {
	/** The folder as an absolute path. */
	readonly path: string;
	/** Reads the folder again. */
	read(): Promise<PoemFolder>;
	/** Reads the beginning of one poem; of a file outside the folder only if the person agreed to its real path. */
	text(poem: Poem, lines: number, agreed?: ReadonlySet<string>): Promise<PoemText>;
	/**
	 * Calls back, at most a few times a second, after the folder has changed, disappeared or returned; returns
	 * how to stop.
	 */
	watch(onChange: () => void): () => void;
};
