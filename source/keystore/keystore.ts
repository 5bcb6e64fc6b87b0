import type {AppKey, BotRecord, KeyInfo} from '../flock/key.ts';

/** What `list` tells of the whole keystore; holds no secret. */
export type KeystoreContents = {
	/** Every bot's record by its exact name. */
	records: ReadonlyMap<string, BotRecord<KeyInfo>>;
	/** The consumer keys of the apps whose secrets the keystore holds. */
	apps: ReadonlySet<string>;
};

/** What a change sees of the other bots while it decides about one. */
export type OtherRecords = ReadonlyMap<string, BotRecord>;

/**
 * Where keys are kept. The seam behind which conf stands today and a keystore shared by several machines
 * may stand later: so every operation is asynchronous, concerns one bot's record, and is atomic.
 * Everything may throw a `FlockError` whose code begins with `keystore-`.
 */
export type Keystore = {
	/** The file, as an absolute path, for messages. */
	readonly path: string;
	/** Everything but the secrets. Reads what is there now, other programs' changes included. */
	list(): Promise<KeystoreContents>;
	/** One bot's record with its secrets; `null` where there is none. */
	get(bot: string): Promise<BotRecord | null>;
	/**
	 * Reads, changes and replaces one bot's record under the lock.
	 * `change` is pure, may throw to change nothing, and gets `null` for a bot that is not there yet; returning `null` removes the record.
	 * @param appKey the app that the change's key was made with, kept in the same save.
	 * @returns the record as saved.
	 */
	update(
		bot: string,
		change: (record: BotRecord | null, others: OtherRecords) => BotRecord | null,
		appKey?: AppKey,
	): Promise<BotRecord | null>;
	/** Moves a record to another name, which must have none (`bot-exists`); `unknown-bot` where there is nothing to move. */
	rename(from: string, to: string): Promise<void>;
	/** The app that a consumer key names, with its secret; `null` where it is not known. */
	appKey(consumerKey: string): Promise<AppKey | null>;
	/** The app that the setup screen saved; `null` where there is none. */
	savedAppKey(): Promise<AppKey | null>;
	/** Saves what the setup screen was given, to be used from now on. */
	saveAppKey(appKey: AppKey): Promise<void>;
	/** Tries the place for writing, so that nobody is asked for a PIN in vain; throws what a save would throw. */
	tryWriting(): Promise<void>;
	/** Calls back after another program (or this one) has changed the keystore; returns how to stop. */
	watch(onChange: () => void): () => void;
};
