import {access, constants, stat} from 'node:fs/promises';
import path from 'node:path';
import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import {copiesIn, rewriteCopies} from './backups.ts';
import {changeOf} from './change.ts';
import {type EditOf, editEach, type Loaded, type Outcome, resultOf} from './edit.ts';
import type {DerivedKey, ScryptCost} from './encryption.ts';
import {Damage, failureOf, isMissing, isSystemError} from './failures.ts';
import {makeFolder} from './files.ts';
import {type Keyring, openKeyring, type PassphraseProvider} from './keyring.ts';
import {defaultPatience, type HeldLock, withLock} from './lock.ts';
import {fileNameOf} from './place.ts';
import {bytesOf, openBytes, readBytes, stampNow} from './read.ts';
import {replaceFile} from './replace.ts';
import {isSameFolder, safePathOf} from './safety.ts';
import {splice} from './splice.ts';
import {emptyState} from './state.ts';

/** What opening a keystore needs. */
export type KeystoreOptions = {
	/** The folder that holds it, an absolute path; made at the first save where it is missing. */
	folder: string;
	/** The flock's name, which the file is named after. */
	flock: string;
	/** The poems folder, an absolute real path; `null` for a reader that has none, which opens any flock's keystore. */
	poems: string | null;
	/** Asked only where the file is encrypted. */
	passphrase?: PassphraseProvider | undefined;
	/** How often it is asked before a wrong passphrase is an error; once unless given. */
	passphraseTries?: number | undefined;
	/** Milliseconds since 1970. */
	now?: (() => number) | undefined;
	/** How long a save waits for another program; milliseconds. */
	patience?: number | undefined;
	/** What deriving a new encryption key costs. */
	scrypt?: ScryptCost | undefined;
};

/** Saves that go into the file together. */
type Group = {edits: EditOf<unknown>[]; outcomes: Promise<readonly Outcome[]>};

/** Reading and saving one keystore file as a whole. */
export type Core = {
	/** The file as the options name it. */
	path: string;
	/** The folder of its copies. */
	backups: string;
	keyring: Keyring;
	now(): number;
	/** What is there now. */
	load(): Promise<Loaded>;
	/**
	 * Reads, changes and replaces under the lock; `edit` is pure, and may run twice. Saves nothing where nothing changes.
	 * Saves that come together share one replacement of the file; an edit that throws spoils none of the others.
	 * @param after runs while the lock is still held; such a save shares with no other.
	 */
	save<T>(edit: EditOf<T>, after?: (file: string) => Promise<void>): Promise<T>;
	/** Does something under the lock, with the real path of the file. */
	locked<T>(work: (lock: HeldLock, file: string) => Promise<T>): Promise<T>;
	/** Reads under the lock, without asking anybody, and as `load` does otherwise. */
	loadLocked(): Promise<Loaded>;
};

/** Nothing is read or made before the first call. */
export function openCore(options: KeystoreOptions): Core {
	const name = fileNameOf(options.flock);
	const file = path.join(options.folder, `${name}.json`);
	const backups = path.join(options.folder, 'backups', name);
	const now = options.now ?? Date.now;
	const keyring = openKeyring(options.passphrase, file, options.passphraseTries);
	let cached: Loaded | null = null;
	let wasThere = false;
	let copiesAreEncrypted = false;
	let last: Promise<unknown> = Promise.resolve();
	let group: Group | null = null;

	async function read(ask: boolean): Promise<Loaded> {
		const bytes = await readBytes(safePathOf(file));
		if (bytes === null) {
			if (wasThere) {
				throw goneError(file);
			}

			return {file: null, state: emptyState, key: null};
		}

		// The same bytes are not parsed again: 60 ms less at 10,000 keys, for each save and each look shortly after one.
		if (cached?.file?.bytes.equals(bytes.bytes)) {
			const {state, key} = cached;
			await assertPoems(state.poems);
			return {file: bytes, state, key};
		}

		try {
			const {state, key} = await openBytes(bytes.bytes, file, keyring, ask);
			await assertPoems(state.poems);
			wasThere = true;
			return {file: bytes, state, key};
		} catch (error) {
			throw error instanceof Damage ? await damagedError(file, backups, error) : error;
		}
	}

	async function load(): Promise<Loaded> {
		// Kept in hand, since another reader may replace it meanwhile.
		const known = cached;
		if (known?.file && !known.file.fresh && (await stampNow(safePathOf(file))) === known.file.stamp) {
			await assertPoems(known.state.poems);
			return known;
		}

		const loaded = await read(true);
		cached = loaded;
		return loaded;
	}

	async function assertPoems(recorded: string | null): Promise<void> {
		if (options.poems === null || recorded === null || isSameFolder(recorded, options.poems)) {
			return;
		}

		const isThere = await stat(recorded).then(
			() => true,
			error => !isMissing(error),
		);
		if (isThere) {
			throw new FlockError(
				'keystore-other-poems',
				`The keystore ${visible(file)} belongs to the poems in ${visible(recorded)}.`,
				{hint: 'Give this flock a name of its own with --flock NAME, or open those poems with --poems DIR.'},
			);
		}
	}

	async function prepare(): Promise<string> {
		safePathOf(file);
		try {
			await makeFolder(options.folder);
			const real = safePathOf(file);
			// conf would try for a whole second, with the program standing still, where it may not write.
			await access(path.dirname(real), constants.W_OK | constants.X_OK);
			return real;
		} catch (error) {
			throw failureOf(error, 'write', file);
		}
	}

	function locked<T>(work: (lock: HeldLock, file: string) => Promise<T>): Promise<T> {
		// One after the other within this program, so that its own saves need not wait for the lock by polling.
		const turn = last.then(async () => {
			const real = await prepare();
			return await withLock(real, options.patience ?? defaultPatience, lock => work(lock, real));
		});
		last = turn.catch(() => {});
		return turn.catch(error => {
			throw isSystemError(error) ? failureOf(error, 'write', file) : error;
		});
	}

	async function save<T>(edit: EditOf<T>, after?: (file: string) => Promise<void>): Promise<T> {
		if (after !== undefined) {
			return resultOf(await commit([edit], after), 0);
		}

		group ??= newGroup();
		const place = group.edits.push(edit) - 1;
		return resultOf(await group.outcomes, place);
	}

	/** Saves that are asked for while others are under way go into the file together, in the order in which they were asked for. */
	function newGroup(): Group {
		const edits: Group['edits'] = [];
		const outcomes = commit(edits).finally(() => closeGroup(edits));
		return {edits, outcomes};
	}

	function closeGroup(edits: Group['edits']): void {
		if (group?.edits === edits) {
			group = null;
		}
	}

	async function commit(
		edits: Group['edits'],
		after?: (file: string) => Promise<void>,
	): Promise<readonly Outcome[]> {
		// Before the lock: a damaged file is found without waiting, and whoever is asked for a passphrase holds up nobody.
		if (cached?.file?.stamp !== (await stampNow(safePathOf(file)))) {
			await load();
		}

		for (let tries = 1; ; tries += 1) {
			const done = await locked(async (lock, real) => {
				closeGroup(edits);
				const loaded = await read(false);
				const {
					loaded: {state, key},
					outcomes,
				} = editEach(edits, loaded);
				const {bots, onlyLearnt} = changeOf(loaded.state, state);
				if (key !== loaded.key || bots?.length !== 0) {
					const written = {...state, poems: options.poems ?? state.poems};
					const base = loaded.file;
					const isPlain = key === null && loaded.key === null && written.poems === loaded.state.poems;
					const bytes =
						(base && bots && isPlain ? splice(base.bytes, loaded.state, written, bots) : null) ??
						bytesOf({state: written, key});
					if (
						!(await replaceFile({
							file: real,
							backups,
							base,
							baseIsGood: true,
							onlyLearnt: onlyLearnt && key === loaded.key,
							bytes,
							lock,
							now: now(),
						}))
					) {
						return null;
					}

					wasThere = true;
					// What was written is what is read next, unless another program comes between: stamp and bytes tell.
					cached = {file: {bytes, stamp: (await stampNow(real)) ?? '', fresh: true}, state: written, key};
					await encryptCopies(key);
				}

				if (outcomes.every(({ok}) => ok)) {
					await after?.(real);
				}

				return outcomes;
			});
			if (done !== null) {
				return done;
			}

			if (tries === 2) {
				throw new FlockError(
					'keystore-lock-lost',
					`Another program took over the keystore ${visible(file)} during the save.`,
					{
						hint: 'Nothing was overwritten. Try again.',
					},
				);
			}
		}
	}

	/** Finishes, once in a run, what an encryption that was ended midway has left in plain text. */
	async function encryptCopies(key: DerivedKey | null): Promise<void> {
		if (key !== null && !copiesAreEncrypted) {
			await rewriteCopies(backups, keyring, ({state, key: old}) => (old === null ? {state, key} : null));
			copiesAreEncrypted = true;
		}
	}

	return {path: file, backups, keyring, now, load, save, locked, loadLocked: () => read(false)};
}

/** The error of a damaged file, with the copy that can be put back. */
async function damagedError(file: string, backups: string, damage: Damage): Promise<FlockError> {
	const [newest] = await copiesIn(backups).catch(() => []);
	const hint =
		newest === undefined
			? 'There is no copy to put back. Move the file away to begin anew, and keep it: a part of it may be readable.'
			: `\`keymaker restore 1\` puts back the copy of ${new Date(newest.savedAt).toISOString()}; the damaged file is kept beside it.`;
	return new FlockError(
		'keystore-damaged',
		`The keystore ${visible(file)} is damaged: ${damage.message}. It was left untouched.`,
		{
			hint,
		},
	);
}

function goneError(file: string): FlockError {
	return new FlockError('keystore-unreadable', `The keystore ${visible(file)} is gone.`, {
		hint: 'Bring its folder back (is a disk or a network share not mounted?) and try again; or put a copy back with `keymaker restore`, or start keymaker again to begin anew.',
	});
}
