import {randomBytes} from 'node:crypto';
import {access, constants} from 'node:fs/promises';
import path from 'node:path';
import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import {isSystemError} from '../system/errors.ts';
import type {unfinished} from '../system/unfinished.ts';
import {failureOf} from './disk/failures.ts';
import {makeFolder} from './disk/files.ts';
import {defaultPatience, type HeldLock, withLock} from './disk/lock.ts';
import {stampNow} from './disk/read.ts';
import {replaceFile} from './disk/replace.ts';
import {safeToSave} from './disk/safety.ts';
import {type EditOf, editEach, type Loaded, type Outcome, resultOf} from './edit.ts';
import {changeOf} from './form/change.ts';
import type {DerivedKey} from './form/encryption.ts';
import type {Identity, Label} from './form/identity.ts';
import type {Keyring} from './keyring.ts';
import {bytesOf, type Open} from './opened.ts';
import type {Reader} from './reader.ts';
import type {Memory} from './seen/memory.ts';
import {rewriteCopies} from './upkeep/backups.ts';

/** Saves that go into the file together. */
type Group = {edits: EditOf<unknown>[]; outcomes: Promise<readonly Outcome[]>};

/** Replaces one keystore file, under its lock. */
export type Writer = {
	/**
	 * Reads, changes and replaces under the lock. `edit` is pure, and can run twice. Saves nothing if nothing
	 * changes. Saves that come together share one replacement of the file, and an edit that throws spoils none
	 * of the others.
	 */
	save<T>(edit: EditOf<T>, whole?: WholeSave): Promise<T>;
	/** Works under the lock, with the file's real path. */
	locked<T>(work: (lock: HeldLock, file: string) => Promise<T>): Promise<T>;
};

/** A save of the whole keystore, which shares with no other. */
export type WholeSave = {
	/** Runs while the lock is still held. */
	after(file: string): Promise<void>;
	/** As in `Memory.check`. */
	takesPlain?: boolean;
};

/** What writing needs. */
export type WriterOptions = {
	/** The folder of the file, an absolute path; created at the first save if missing. */
	folder: string;
	/** The poems folder, an absolute real path; `null` for none. */
	poems: string | null;
	/** How long a save waits for another program; milliseconds. */
	patience?: number | undefined;
	/** True if a passphrase is already set: then a new keystore is encrypted. */
	passphraseGiven?: boolean | undefined;
	file: string;
	/** The folder of its backups. */
	backups: string;
	keyring: Keyring;
	label: Label;
	open: Open;
	memory: Memory;
	/** Milliseconds since 1970. */
	now(): number;
	/** Does work that a signal waits for. */
	unfinished: typeof unfinished;
};

/** Nothing is created before the first call. */
export function openWriter(options: WriterOptions, reader: Reader): Writer {
	const {
		folder,
		poems,
		patience = defaultPatience,
		file,
		backups,
		keyring,
		label,
		open,
		memory,
		now,
		unfinished,
	} = options;
	const isMadeEncrypted = options.passphraseGiven === true && label.kind === 'x';
	let copiesAreEncrypted = false;
	let last: Promise<unknown> = Promise.resolve();
	let group: Group | null = null;

	async function prepare(): Promise<string> {
		safeToSave(file, backups);
		try {
			await makeFolder(folder);
			const real = safeToSave(file, backups);
			// Without write permission, conf would try for a whole second and block the program.
			await access(path.dirname(real), constants.W_OK | constants.X_OK);
			return real;
		} catch (error) {
			throw failureOf(error, 'write', file);
		}
	}

	function locked<T>(work: (lock: HeldLock, file: string) => Promise<T>): Promise<T> {
		// One after the other within this program, so that its own saves do not poll for the lock.
		const turn = last.then(async () => {
			const real = await prepare();
			return await withLock(real, patience, lock => work(lock, real));
		});
		last = turn.catch(() => {});
		return turn.catch(error => {
			throw isSystemError(error) ? failureOf(error, 'write', file) : error;
		});
	}

	async function save<T>(edit: EditOf<T>, whole?: WholeSave): Promise<T> {
		if (whole !== undefined) {
			return resultOf(await commit([edit], whole), 0);
		}

		group ??= newGroup();
		const place = group.edits.push(edit) - 1;
		return resultOf(await group.outcomes, place);
	}

	/** Saves that are requested while others run go into the file together, in the order of the requests. */
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
		{after, takesPlain = false}: Partial<WholeSave> = {},
	): Promise<readonly Outcome[]> {
		// Before the lock: a damaged file is found without waiting, and asking for a passphrase holds up
		// nobody.
		const known = await reader.refresh(takesPlain);
		const keyIfMade = known.file === null && isMadeEncrypted ? await keyring.makeGiven() : null;
		if (known.key !== null) {
			await keyring.successorOf(known.key);
		}

		return await unfinished('saving the keystore', () => commitNow(edits, keyIfMade, after, takesPlain));
	}

	async function commitNow(
		edits: Group['edits'],
		keyIfMade: DerivedKey | null,
		after: WholeSave['after'] | undefined,
		takesPlain: boolean,
	): Promise<readonly Outcome[]> {
		for (let tries = 1; ; tries += 1) {
			const done = await locked(async (lock, real) => {
				closeGroup(edits);
				const before = await reader.read(false, takesPlain);
				const {loaded, outcomes} = editEach(edits, before);
				if (!(await replace(before, loaded, keyIfMade, lock, real))) {
					return null;
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
					`Another program took the lock of the keystore ${visible(file)} during the save.`,
					{
						hint: 'Nothing was overwritten. Try again.',
					},
				);
			}
		}
	}

	/** Saves the edits' result, unless they changed nothing. @returns false if another program intervened. */
	async function replace(
		before: Loaded,
		{state, key: chosen}: Loaded,
		keyIfMade: DerivedKey | null,
		lock: HeldLock,
		real: string,
	): Promise<boolean> {
		const change = changeOf(before.state, state);
		if (change === 'none' && chosen === before.key) {
			return true;
		}

		const key =
			chosen === null ? (before.file === null ? keyIfMade : null) : await keyring.successorOf(chosen);
		const identity = nextIdentity(before.identity);
		const written = {identity, state: {...state, poems: poems ?? state.poems}, key};
		const bytes = bytesOf(written);
		const onlyLearnt = change === 'learnt' && key === before.key;
		const base = before.file;
		if (
			!(await replaceFile({
				file: real,
				backups,
				base,
				baseIsGood: true,
				onlyLearnt,
				bytes,
				lock,
				now: now(),
			}))
		) {
			return false;
		}

		// Stamp and bytes tell whether another program intervened.
		const stamp = (await stampNow(real)) ?? '';
		reader.written({file: {bytes, stamp, fresh: true}, ...written});
		await memory.learn({identity, encrypted: key !== null});
		await encryptCopies(key);
		return true;
	}

	function nextIdentity(before: Identity | null): Identity {
		return before === null
			? {id: randomBytes(16).toString('hex'), ...label, counter: 1}
			: {...before, counter: before.counter + 1};
	}

	/** Finishes, once per run, what an interrupted encryption left in plain text, or under a weak key. */
	async function encryptCopies(key: DerivedKey | null): Promise<void> {
		if (key !== null && !copiesAreEncrypted) {
			await rewriteCopies(backups, open, async copy =>
				copy.key !== key && (copy.key === null || (await keyring.successorOf(copy.key)) === key)
					? {...copy, key}
					: null,
			);
			copiesAreEncrypted = true;
		}
	}

	return {save, locked};
}
