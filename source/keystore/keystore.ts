import type {AppKey, BotRecord, RecordInfo} from '../flock/key.ts';
import type {State} from './state.ts';

/** What `list` tells of the whole keystore; holds no secret. */
export type KeystoreContents = {
	/** Every bot's record by its exact name. */
	records: ReadonlyMap<string, RecordInfo>;
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
	/** The file, as an absolute path, or the database's address without a password: for messages. */
	readonly path: string;
	/** True where other computers use it too, whose poems may lie elsewhere: a bot without a poem here is no orphan. */
	readonly isShared: boolean;
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
	/** Several bots' records with their secrets, read at once; without those that have none. */
	getAll(bots: Iterable<string>): Promise<ReadonlyMap<string, BotRecord>>;
	/**
	 * Changes several bots' records as `update` changes one, in one replacement of the file.
	 * A bot that has no record by then is left out.
	 */
	updateAll(changes: ReadonlyMap<string, (record: BotRecord) => BotRecord>): Promise<void>;
	/** The bots that carry a token of this bot's too, by that access token: in force, held or previous. */
	sharing(bot: string): Promise<ReadonlyMap<string, readonly string[]>>;
	/** Moves a record to another name, which must have none (`bot-exists`); `unknown-bot` where there is nothing to move. */
	rename(from: string, to: string): Promise<void>;
	/** The app that a consumer key names, with its secret; `null` where it is not known. */
	appKey(consumerKey: string): Promise<AppKey | null>;
	/** The app that the setup screen saved; `null` where there is none. */
	savedAppKey(): Promise<AppKey | null>;
	/** Saves what the setup screen was given, to be used from now on. */
	saveAppKey(appKey: AppKey): Promise<void>;
	/**
	 * Tries the place for writing, so that nobody is asked for a PIN in vain; throws what a save would throw.
	 * From then on a save needs no more of this program's own files, which may be exchanged while a PIN is awaited.
	 */
	tryWriting(): Promise<void>;
	/** Calls back after another program (or this one) has changed the keystore; returns how to stop. */
	watch(onChange: () => void): () => void;
};

/** An earlier good state of the keystore: a file's copy, or what a database had before a change. */
export type Backup = {
	/** What `restore` calls it: of copies 1 is the newest, of a database the change's own number. */
	number: number;
	/** When that state was saved, or the change that followed it; ISO 8601 in UTC. */
	savedAt: string;
	/** How many bots have a key in force in it; `null` where it cannot be opened, and for a database. */
	bots: number | null;
	/** Why it cannot be opened, in one sentence; `null` where it can. */
	problem: string | null;
	/** What was done to that state, in a database; `null` for a file's copy. */
	changes: readonly Change[] | null;
};

/** What was done to a bot. `renamed` is told of both names; `expected` is any other setting than a key; `moved` came here from another keystore. */
export type What =
	| 'made'
	| 'replaced'
	| 'held'
	| 'kept'
	| 'discarded'
	| 'expected'
	| 'renamed'
	| 'revoked'
	| 'forgotten'
	| 'moved'
	| 'restored';

/** One change of a flock. Holds no secret. */
export type Change = {
	/** ISO 8601 in UTC. */
	at: string;
	bot: string;
	what: What;
	/** The database's role; `null` for a file. */
	role: string | null;
	/** The person and the computer, as they call themselves; `null` for a file. */
	by: string | null;
};

/** Something about the keystore's place or file that is not as it should be. */
export type KeystoreFinding = {
	/** What is wrong, in one sentence. */
	sentence: string;
	/** What to do about it. */
	hint: string;
	/** True where keys cannot be used, or are open to others. */
	serious: boolean;
};

/** What `restore` did besides. */
export type Restored = {
	/** Where the file is kept that the copy took the place of, and that could not be used; `null` where it could. */
	keptAside: string | null;
	/** The number of the change that it is itself; `null` for a file, and where nothing differs. */
	change: number | null;
};

/** What `doctor` tells of a keystore. Holds no secret. */
export type KeystoreHealth = {
	/** The file, as an absolute path. */
	path: string;
	exists: boolean;
	encrypted: boolean;
	/** How many bots have a key in force; `null` where it cannot be opened, for which there is a finding then. */
	bots: number | null;
	/** How many copies of earlier states there are. */
	backups: number;
	findings: KeystoreFinding[];
};

/** How a flock as a whole leaves a keystore, and comes into another one. Everything may throw a `FlockError` whose code begins with `keystore-`. */
export type Moving = {
	/** Where the keystore is, as `--keystore` takes it: a folder's absolute path, or an address without a password. */
	place(): Promise<string>;
	/** All that it holds, with the secrets, read anew; `null` where it holds no flock, or only says where that is. */
	snapshot(): Promise<State | null>;
	/** Has the passphrase ready that the flock is sealed by from its first save on: a new one, where there is none yet. */
	askPassphrase(): Promise<void>;
	/**
	 * Gives away all that it holds, while nobody else can change it, and then keeps only where it went. Its copies stay.
	 * @param to as `place` has it. @param take what it throws changes nothing here.
	 */
	handOver(to: string, take: (state: State) => Promise<void>): Promise<void>;
	/** Saves a flock in one piece. `keystore-exists` where there is another one; the very same is left as it is. */
	takeIn(state: State): Promise<void>;
};

/** A flock's way from its keystore to another one. */
export type Move = {
	/** Looks whether it can be gone; changes nothing. @throws FlockError `keystore-empty`, `keystore-exists`, `keystore-…` */
	look(): Promise<{bots: number; from: string; to: string; place: string}>;
	/** Goes it: asks for a new passphrase, moves everything, and reads it back. An end at any instant loses nothing. @throws as `look` does */
	run(): Promise<void>;
};

/**
 * What concerns the keystore as a whole, where it is a file with copies beside it.
 * Everything but `health` may throw a `FlockError` whose code begins with `keystore-`.
 */
export type KeystoreUpkeep = Moving & {
	/** True where the file is encrypted; asks for no passphrase. */
	isEncrypted(): Promise<boolean>;
	/** Encrypts the keystore, the app's secrets and every copy. `keystore-encrypted` where it is encrypted already. */
	encrypt(passphrase: string): Promise<void>;
	/** Keeps it, and every copy, in plain text again. `keystore-not-encrypted` where it is not encrypted. */
	decrypt(): Promise<void>;
	/** Encrypts it, and every copy, with another passphrase. `keystore-not-encrypted` where it is not encrypted. */
	changePassphrase(passphrase: string): Promise<void>;
	/** The copies of earlier states, the newest first. */
	backups(): Promise<Backup[]>;
	/**
	 * Puts a copy in the keystore's place; what it replaces becomes a copy too, and a file that cannot be used is kept beside it.
	 * `keystore-no-backup` where there is none of that number.
	 * @param number as in `Backup.number`.
	 */
	restore(number: number): Promise<Restored>;
	/** What was done, the newest first: all that a database knows, or what a file's copies tell. */
	history(): Promise<Change[]>;
	/**
	 * How many copies hold, or may hold, keys of a bot.
	 * @param tokens access tokens that the bot had, to be found under earlier names of the bot too.
	 */
	backupsHolding(bot: string, tokens?: Iterable<string>): Promise<number>;
	/**
	 * Takes a bot's keys out of every copy; copies that cannot be read, and damaged files kept aside, are removed.
	 * A token that another bot has now stays that bot's.
	 * @returns how many copies were changed or removed.
	 */
	purge(bot: string, tokens?: Iterable<string>): Promise<number>;
	/**
	 * Makes it the keystore of the folder of poems that it was opened for, where the one that it belongs to is gone.
	 * `keystore-other-poems` where that is still there, or cannot be looked at.
	 */
	adoptPoems(): Promise<void>;
	/**
	 * Takes what is there as it is, whatever this computer has seen of it: older, in plain text, another one, or nothing.
	 * `keystore-damaged` and `keystore-newer` for what cannot be read.
	 */
	forgetSeen(): Promise<void>;
	/** Looks at the place, the file and the copies; never throws. */
	health(): Promise<KeystoreHealth>;
};
