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

/** Says whether poems that are gone have moved to the folder that the keystore was opened for. */
export type HaveMoved = (moved: Moved) => Promise<boolean>;

/** What opening a keystore needs. */
export type KeystoreOptions = {
	/** The folder that holds it, an absolute path; made at the first save where it is missing. */
	folder: string;
	/** The flock's name, which the file is named after. */
	flock: string;
	/** Whose keys it holds; those of X's accounts unless given. */
	kind?: Kind | undefined;
	/** The poems folder, an absolute real path; `null` for a reader that has none, which opens any flock's keystore. */
	poems: string | null;
	/** Asked only where the file is encrypted. */
	passphrase?: PassphraseProvider | undefined;
	/** Asks for a new passphrase where there is none to open anything with yet; `passphrase` answers without it. */
	newPassphrase?: (() => Promise<string>) | undefined;
	/** How often it is asked before a wrong passphrase is an error; once unless given. */
	passphraseTries?: number | undefined;
	/** Asked where the folder of poems that it belongs to is gone; without it, that is an error. */
	haveMoved?: HaveMoved | undefined;
	/** True where a passphrase is given beforehand: then one that is made is encrypted from the start, and one in plain text is refused. */
	passphraseGiven?: boolean | undefined;
	/** The file in which this computer remembers what it has seen of keystores, an absolute path; nothing is remembered without. */
	seen?: string | null | undefined;
	/** Milliseconds since 1970. */
	now?: (() => number) | undefined;
	/** How long a save waits for another program; milliseconds. */
	patience?: number | undefined;
	/** What deriving a new encryption key costs. */
	scrypt?: ScryptCost | undefined;
};

/** Reading and saving one keystore file as a whole. */
export type Core = Writer & {
	/** The file as the options name it. */
	path: string;
	/** The folder of its copies. */
	backups: string;
	keyring: Keyring;
	label: Label;
	/** Opens the file's bytes, or a copy's. */
	open: Open;
	memory: Memory;
	now(): number;
	/** What is there now. @param takesPlain as `Memory.check` has it. */
	load(takesPlain?: boolean): Promise<Loaded>;
	/** Makes it the keystore of the folder that it was opened for, where the one that it belongs to is gone. */
	adoptPoems(): Promise<void>;
	/** Reads under the lock, without asking anybody, and as `load` does otherwise. @param takesPlain as `Memory.check` has it. */
	loadLocked(takesPlain?: boolean): Promise<Loaded>;
};

/** Nothing is read or made before the first call. */
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

	/** Loaded when it is needed: whatever only reads does without. */
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

	/** Does something again after the person has said that the poems have moved here, which is recorded at once. */
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
					hint: 'Nothing was changed. Give this flock a name of its own with --flock NAME.',
				});
			}

			// Where it cannot be recorded, it can be read all the same.
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
