import {access, constants} from 'node:fs/promises';
import path from 'node:path';
import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import type {unfinished} from '../system/unfinished.ts';
import {rewriteCopies} from './backups.ts';
import {changeOf} from './change.ts';
import type {Core, KeystoreOptions} from './core.ts';
import {type EditOf, editEach, type Outcome, resultOf} from './edit.ts';
import type {DerivedKey} from './encryption.ts';
import {failureOf, isSystemError} from './failures.ts';
import {makeFolder} from './files.ts';
import type {Keyring} from './keyring.ts';
import {defaultPatience, type HeldLock, withLock} from './lock.ts';
import {bytesOf, stampNow} from './read.ts';
import type {Reader} from './reader.ts';
import {replaceFile} from './replace.ts';
import {safeToSave} from './safety.ts';
import {splice} from './splice.ts';

/** Saves that go into the file together. */
type Group = {edits: EditOf<unknown>[]; outcomes: Promise<readonly Outcome[]>};

/** Replaces one keystore file, under its lock. */
export type Writer = Pick<Core, 'save' | 'locked'>;

/** What writing needs. */
export type WriterOptions = Pick<KeystoreOptions, 'folder' | 'poems' | 'patience'> & {
	file: string;
	/** The folder of its copies. */
	backups: string;
	keyring: Keyring;
	/** Milliseconds since 1970. */
	now(): number;
	/** Does what a signal to end the program waits for. */
	unfinished: typeof unfinished;
};

/** Nothing is made before the first call. */
export function openWriter(
	{folder, poems, patience = defaultPatience, file, backups, keyring, now, unfinished}: WriterOptions,
	reader: Reader,
): Writer {
	let copiesAreEncrypted = false;
	let last: Promise<unknown> = Promise.resolve();
	let group: Group | null = null;

	async function prepare(): Promise<string> {
		safeToSave(file, backups);
		try {
			await makeFolder(folder);
			const real = safeToSave(file, backups);
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
			return await withLock(real, patience, lock => work(lock, real));
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
		await reader.refresh();
		return await unfinished('The keystore is being saved', () => commitNow(edits, after));
	}

	async function commitNow(
		edits: Group['edits'],
		after?: (file: string) => Promise<void>,
	): Promise<readonly Outcome[]> {
		for (let tries = 1; ; tries += 1) {
			const done = await locked(async (lock, real) => {
				closeGroup(edits);
				const loaded = await reader.read(false);
				const {
					loaded: {state, key},
					outcomes,
				} = editEach(edits, loaded);
				const {bots, onlyLearnt} = changeOf(loaded.state, state);
				if (key !== loaded.key || bots?.length !== 0) {
					const written = {...state, poems: poems ?? state.poems};
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

					// Whether another program has come between, stamp and bytes tell.
					const stamp = (await stampNow(real)) ?? '';
					reader.written({file: {bytes, stamp, fresh: true}, state: written, key});
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

	return {save, locked};
}
