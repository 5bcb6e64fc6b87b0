import path from 'node:path';
import {FlockError} from '../flock/error.ts';
import {unfinished} from '../system/unfinished.ts';
import {fileNameOf} from './disk/place.ts';
import {type Moved, PoemsGone} from './disk/poems-folder.ts';
import type {Loaded} from './edit.ts';
import type {ScryptCost} from './form/encryption.ts';
import type {Kind, Label} from './form/identity.ts';
import {type Keyring, openKeyring, type PassphraseProvider} from './keyring.ts';
import {type Open, openerOf} from './opened.ts';
import {openReader} from './reader.ts';
import {type Memory, openMemory} from './seen/memory.ts';
import type {Writer} from './writer.ts';

/** Says whether missing poems moved to the folder that the keystore was opened for. */
export type HaveMoved = (moved: Moved) => Promise<boolean>;

/** What opening a keystore needs. */
export type KeystoreOptions = {
	/** The folder that holds it, an absolute path; created at the first save if missing. */
	folder: string;
	/** The flock's name, which is also the file's. */
	flock: string;
	/** Whose keys it holds; by default those of X's accounts. */
	kind?: Kind | undefined;
	/** The poems folder, an absolute real path; `null` for a reader without one, which opens any flock's keystore. */
	poems: string | null;
	/** Called only if the file is encrypted. */
	passphrase?: PassphraseProvider | undefined;
	/** Asks for a new passphrase, for a new keystore that has to be encrypted; else `passphrase` answers. */
	newPassphrase?: (() => Promise<string>) | undefined;
	/** How many attempts a passphrase has; by default one. */
	passphraseTries?: number | undefined;
	/** Called if the folder of poems that it belongs to is gone; without it, that is an error. */
	haveMoved?: HaveMoved | undefined;
	/**
	 * True if a passphrase is already set: then a new keystore is encrypted from the start, and one in plain
	 * text is refused.
	 */
	passphraseGiven?: boolean | undefined;
	/**
	 * The file in which this computer remembers the keystores it has seen, an absolute path; without it,
	 * nothing is remembered.
	 */
	seen?: string | null | undefined;
	/** Milliseconds since 1970. */
	now?: (() => number) | undefined;
	/** How long a save waits for another program; milliseconds. */
	patience?: number | undefined;
	/** The cost of deriving a new encryption key. */
	scrypt?: ScryptCost | undefined;
};

/** Reads and saves one keystore file as a whole. */
export type Core = Writer & {
	/** The file's path in the options. */
	path: string;
	/** The folder of its backups. */
	backups: string;
	keyring: Keyring;
	label: Label;
	/** Opens the bytes of the file or of a backup. */
	open: Open;
	memory: Memory;
	now(): number;
	/** The current contents. @param takesPlain as in `Memory.check`. */
	load(takesPlain?: boolean): Promise<Loaded>;
	/** Gives the keystore to the folder that it was opened for, if the one that it belongs to is gone. */
	adoptPoems(): Promise<void>;
	/** Reads under the lock, without asking anybody, otherwise like `load`. @param takesPlain as in `Memory.check` */
	loadLocked(takesPlain?: boolean): Promise<Loaded>;
};

/** Nothing is read or created before the first call. */
export function openCore(options: KeystoreOptions): Core {
	const name = fileNameOf(options.flock);
	const file = path.join(options.folder, `${name}.json`);
	const backups = path.join(options.folder, 'backups', name);
	const now = options.now ?? Date.now;
	const keyring = openKeyring({
		provider: options.passphrase,
		file,
		tries: options.passphraseTries,
		cost: options.scrypt,
		newPassphrase: options.newPassphrase,
	});
	const label: Label = {flock: options.flock, kind: options.kind ?? 'x'};
	const open = openerOf(label, keyring);
	const memory = openMemory({
		seen: options.seen ?? null,
		file,
		label,
		passphraseGiven: options.passphraseGiven ?? false,
		copiesSpeakAgainst: async bytes => (await import('./upkeep/backups.ts')).speakAgainst(backups, bytes),
	});
	const reader = openReader({file, backups, open, memory, poems: options.poems});
	let opening: Promise<Writer> | null = null;
	let answer: Promise<boolean> | null = null;

	/** Loaded when needed: reading does not need it. */
	function writer(): Promise<Writer> {
		opening ??= import('./writer.ts').then(({openWriter}) =>
			openWriter({...options, file, backups, keyring, label, open, memory, now, unfinished}, reader),
		);
		return opening;
	}

	async function adoptPoems(): Promise<void> {
		reader.follow();
		await (await writer()).save(({file: there, state}) => ({
			state: there === null ? state : {...state, poems: options.poems ?? state.poems},
			result: undefined,
		}));
	}

	/** Tries again after the person says that the poems moved here, which is recorded at once. */
	async function following<T>(work: () => Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (error) {
			if (!(error instanceof PoemsGone) || options.haveMoved === undefined) {
				throw error;
			}

			answer ??= options.haveMoved(error.moved);
			if (!(await answer)) {
				throw new FlockError('keystore-other-poems', error.message, {
					hint: 'Nothing was changed. Name this flock with --flock NAME.',
				});
			}

			// If it cannot be recorded, it can still be read.
			await adoptPoems().catch(() => {});
			return await work();
		}
	}

	return {
		path: file,
		backups,
		keyring,
		label,
		open,
		memory,
		now,
		adoptPoems,
		load: takesPlain => following(() => reader.load(takesPlain)),
		loadLocked: takesPlain => reader.read(false, takesPlain),
		save: (edit, whole) => following(async () => (await writer()).save(edit, whole)),
		locked: work => following(async () => (await writer()).locked(work)),
	};
}
