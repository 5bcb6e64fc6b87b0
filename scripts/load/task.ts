/** What a program of the load does, given as JSON. */
export type Task = {
	address: string;
	flock: string;
	passphrase: string;
	/** For how long; milliseconds. */
	lasts: number;
	/** The bots that each read their key every second. */
	read?: readonly string[];
	/** The bot whose key is saved over and over, with a pause of so many milliseconds. */
	save?: {bot: string; pause: number};
};

/** What it tells at its end. Times are milliseconds. */
export type Told = {
	/** How long each read, or each save, took. */
	took: number[];
	/** What went wrong, in words. */
	errors: string[];
	/** The number of the key that was saved last. */
	last: number;
	/** The processor time that it has used since it was ready. */
	processor: number;
};

/** The key of a bot that is saved for the n-th time; it opens nothing. */
export function tokenOf(bot: string, number: number): string {
	return `12-practice-token-${bot}-${number}`;
}
