import type {AppKey, BotRecord, FreshKey, KeyInfo, RecordInfo, SavedApp} from '../flock/key.ts';
import type {State} from './state.ts';

/** The whole keystore's contents for `list`, without secrets. */
export type KeystoreContents = {
	/** Every bot's record by its exact name. */
	records: ReadonlyMap<string, RecordInfo>;
	/** The consumer keys of apps whose secrets are in the keystore. */
	apps: ReadonlySet<string>;
	/** The keys that wait on this computer for an unreachable keystore, by the bot's name, oldest first. */
	waiting: ReadonlyMap<string, readonly KeyInfo[]>;
	/** On a host, the bots that it cannot open. */
	others?: ReadonlySet<string>;
};

/** A key that waits on this computer, and its owner. */
export type WaitingKey = Readonly<{bot: string; fresh: FreshKey}>;

/**
 * Where new keys are safe on this computer until an unreachable keystore can save them. Everything can throw
 * like the keystore.
 */
export type Waiting = {
	/** The file, an absolute path. */
	readonly path: string;
	/** Stores a key, which replaces an earlier one of the same bot and token; on the disk when this returns. */
	add(bot: string, fresh: FreshKey): Promise<void>;
	/** Removes the key of a token. */
	remove(bot: string, accessToken: string): Promise<void>;
	/** Every key that waits for this flock, oldest first. */
	all(): Promise<readonly WaitingKey[]>;
};

/** What a change can see of the other bots. */
export type OtherRecords = ReadonlyMap<string, BotRecord>;

/**
 * Where keys are kept: conf's file or a database that several computers share. So every operation is
 * asynchronous, concerns one bot's record, and is atomic. Everything can throw a `FlockError` whose code
 * begins with `keystore-`.
 */
export type Keystore = {
	/** The file's absolute path, or the database's address without a password, for messages. */
	readonly path: string;
	/**
	 * True if other computers use it too. Their poems may be elsewhere, so a bot without a poem here is not an
	 * orphan.
	 */
	readonly isShared: boolean;
	/** True on a host: this computer opens only the bots granted to its identity, and saves nothing. */
	readonly isHosts: boolean;
	/**
	 * Where a new key is safe before it is saved; `null` if the keystore itself is on this computer, or
	 * nothing else can be written.
	 */
	readonly waiting: Waiting | null;
	/** Everything but the secrets. Reads the current state, including other programs' changes. */
	list(): Promise<KeystoreContents>;
	/** One bot's record with its secrets; `null` if there is none. */
	get(bot: string): Promise<BotRecord | null>;
	/**
	 * Reads, changes and replaces one bot's record under the lock. `change` is pure, can throw to change
	 * nothing, and gets `null` for a new bot. Returning `null` removes the record.
	 * @param appKey the app of the change's key, stored in the same save.
	 * @returns the record as saved.
	 */
	update(
		bot: string,
		change: (record: BotRecord | null, others: OtherRecords) => BotRecord | null,
		appKey?: AppKey,
	): Promise<BotRecord | null>;
	/** Several bots' records with their secrets, read together, without bots that have none. */
	getAll(bots: Iterable<string>): Promise<ReadonlyMap<string, BotRecord>>;
	/**
	 * Changes several bots' records like `update`, in one replacement of the file. Skips a bot that has no
	 * record any more.
	 */
	updateAll(changes: ReadonlyMap<string, (record: BotRecord) => BotRecord>): Promise<void>;
	/** The bots that also have one of this bot's tokens, by that access token: active, held or previous. */
	sharing(bot: string): Promise<ReadonlyMap<string, readonly string[]>>;
	/**
	 * Moves a record to another name, which must have none (`bot-exists`); `unknown-bot` if there is nothing
	 * to move.
	 */
	rename(from: string, to: string): Promise<void>;
	/** The app of a consumer key, with its secret; `null` if unknown. */
	appKey(consumerKey: string): Promise<AppKey | null>;
	/** The app that the setup screen saved; `null` if there is none. */
	savedAppKey(): Promise<SavedApp | null>;
	/** Saves the setup screen's app, to use from now on. */
	saveAppKey(app: SavedApp): Promise<void>;
	/**
	 * Tries to write, so that nobody is asked for a PIN in vain, and throws what a save would throw. After
	 * that, a save needs no more of this program's own files, which can be replaced while it waits for a PIN.
	 */
	tryWriting(): Promise<void>;
	/** Calls back after any program has changed the keystore; returns how to stop. */
	watch(onChange: () => void): () => void;
};

/** An earlier good state of the keystore: a file's backup, or a database's state before a change. */
export type Backup = {
	/** Its number in `restore`: 1 is a file's newest; a database's is that of the change. */
	number: number;
	/** When that state was saved, or the change that followed it; ISO 8601 in UTC. */
	savedAt: string;
	/** How many of its bots have an active key; `null` if it cannot be opened, and for a database. */
	bots: number | null;
	/** Why it cannot be opened, in one sentence; `null` if it can. */
	problem: string | null;
	/** What was done to that state, in a database; `null` for a file's copy. */
	changes: readonly Change[] | null;
};

/** What happened to a bot. `renamed` is recorded under both names; `expected` is any setting other than a key; `moved` came here from another keystore. */
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
	| 'granted'
	| 'ungranted'
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
	/** The person and the computer, by their own names; `null` for a file. */
	by: string | null;
};

/** A grant whose row in the database is not as keymaker wrote it. Holds no secret. */
export type StrayGrant = {
	bot: string;
	/** The host's name. */
	name: string;
	recipient: string;
	/** `added`: keymaker did not write it, and sealed nothing to it; `gone`: the host can no longer open the bot. */
	kind: 'added' | 'gone';
};

/** A problem with the keystore's folder or file. */
export type KeystoreFinding = {
	/** The problem, in one sentence. */
	sentence: string;
	/** What to do about it. */
	hint: string;
	/** True if keys cannot be used, or others can read them. */
	serious: boolean;
};

/** What else `restore` did. */
export type Restored = {
	/** The path of the replaced file if it was unusable; else `null`. */
	keptAside: string | null;
	/** The number of the change that it is itself; `null` for a file, and where nothing differs. */
	change: number | null;
};

/** One finding about a keystore in a database, or about keys that wait for it here. */
export type KeystoreLook = {
	about: 'tls' | 'server' | 'role' | 'schema' | 'clock' | 'read' | 'listen' | 'seen' | 'waiting' | 'identity';
	state: 'ok' | 'warning' | 'problem';
	sentence: string;
	/** What to do about it; `null` if nothing. */
	hint: string | null;
};

/** A keystore's state for `doctor`, without secrets. */
export type KeystoreHealth = {
	/** The file, as an absolute path. */
	path: string;
	exists: boolean;
	encrypted: boolean;
	/** How many bots have an active key; `null` if it cannot be opened, which is also a finding. */
	bots: number | null;
	/** How many backups there are. */
	backups: number;
	findings: KeystoreFinding[];
	/** The other findings, of a database only. */
	looks?: readonly KeystoreLook[];
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
 * Operations on the whole keystore, if it is a file with backups beside it. Everything but `health` can throw
 * a `FlockError` whose code begins with `keystore-`.
 */
export type KeystoreUpkeep = Moving & {
	/** True if the file is encrypted; asks for no passphrase. */
	isEncrypted(): Promise<boolean>;
	/** Encrypts the keystore, the app's secrets and every backup. `keystore-encrypted` if it is already encrypted. */
	encrypt(passphrase: string): Promise<void>;
	/** Stores it and every backup in plain text again. `keystore-not-encrypted` if it is not encrypted. */
	decrypt(): Promise<void>;
	/** Encrypts it and every backup with another passphrase. `keystore-not-encrypted` if it is not encrypted. */
	changePassphrase(passphrase: string): Promise<void>;
	/** The backups, newest first. */
	backups(): Promise<Backup[]>;
	/**
	 * Restores a backup. The replaced keystore becomes a backup, too, and an unusable file is kept beside it.
	 * `keystore-no-backup` if there is none with that number.
	 * @param number as in `Backup.number`.
	 */
	restore(number: number): Promise<Restored>;
	/** The grants whose rows are not as keymaker wrote them; none with a file. */
	strayGrants(): Promise<StrayGrant[]>;
	/** The changes, newest first: all that a database knows, or what a file's backups show. */
	history(): Promise<Change[]>;
	/**
	 * How many backups hold, or may hold, a bot's keys.
	 * @param tokens the bot's access tokens, to find them under its earlier names, too.
	 */
	backupsHolding(bot: string, tokens?: Iterable<string>): Promise<number>;
	/**
	 * Removes a bot's keys from every backup, and deletes unreadable backups and damaged files. A token that
	 * another bot has now stays there.
	 * @returns how many backups were changed or removed.
	 */
	purge(bot: string, tokens?: Iterable<string>): Promise<number>;
	/**
	 * Gives it to the folder of poems that it was opened for, if the one that it belongs to is gone.
	 * `keystore-other-poems` if that still exists or cannot be checked.
	 */
	adoptPoems(): Promise<void>;
	/**
	 * Accepts the current state, whatever this computer has seen of it: older, in plain text, another one, or
	 * nothing. `keystore-damaged` and `keystore-newer` for an unreadable one.
	 */
	forgetSeen(): Promise<void>;
	/** Checks the folder, the file and the backups; never throws. */
	health(): Promise<KeystoreHealth>;
};
