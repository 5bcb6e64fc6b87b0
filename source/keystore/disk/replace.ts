import {randomBytes} from 'node:crypto';
import {renameSync, rmSync, statSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import path from 'node:path';
import {FlockError} from '../../flock/error.ts';
import {visible} from '../../flock/visible.ts';
import {isMissing} from '../../system/errors.ts';
import {addCopy, findCopy, rotate} from './copies.ts';
import {failureOf} from './failures.ts';
import {
	compareFile,
	leftoversOf,
	makeFolder,
	sweep,
	syncFolder,
	temporaryPathOf,
	tryWriting,
} from './files.ts';
import type {HeldLock} from './lock.ts';
import {type FileBytes, stampOf} from './read.ts';

/** What replacing a keystore's file needs. */
export type Replacement = {
	/** The file's real path. */
	file: string;
	/** The folder of its backups. */
	backups: string;
	/** What was read under this lock; `null` if there is no file yet. */
	base: FileBytes | null;
	/** True if the base is a good keystore and worth a backup. */
	baseIsGood: boolean;
	/** True if the new state differs from the base only in X's answers about keys: then the base needs no backup. */
	onlyLearnt?: boolean;
	/** The file's new contents. */
	bytes: Buffer;
	lock: HeldLock;
	/** Milliseconds since 1970. */
	now: number;
};

/**
 * Replaces the file so that at every instant, even in a power cut, it has the old or the new state.
 * 1. Remove leftovers of killed programs, which also disarms one that lost its lock.
 * 2. Make a verified backup of the old state, unless there is one.
 * 3. Make a verified backup of the new state. A full disk stops here, before anything changes.
 * 4. conf writes the new state beside the file, and it is read back, because conf does not notice a short
 * write.
 * 5. Check again that lock and file are unchanged, and rename the new file. Whoever takes the lock between
 * the two begins with 1, after which there is nothing to rename.
 * @returns false if the lock or file was another program's by then, and nothing changed.
 * @throws `keystore-full`, `keystore-unwritable`
 */
export async function replaceFile(replacement: Replacement): Promise<boolean> {
	try {
		return await replace(replacement);
	} catch (error) {
		// A program that took the lock may have removed what was being written.
		if (replacement.lock.isOurs()) {
			throw error;
		}

		return false;
	}
}

async function replace(replacement: Replacement): Promise<boolean> {
	const {file, backups, base, baseIsGood, onlyLearnt = false, bytes, lock, now} = replacement;
	await sweep(await leftoversOf(file));
	const baseCopy = base === null || !baseIsGood ? null : await copyOf(base, backups, now);

	const newCopy = await addCopy(backups, bytes, now);
	const written = temporaryPathOf(file);
	const {default: Conf} = await import('conf');
	let replaced = false;
	try {
		// From here on nothing else in this process intervenes.
		replaced = lock.isOurs() && isUnchanged(file, base) && putInPlace(Conf, written, replacement);
	} finally {
		if (!replaced) {
			rmSync(written, {force: true});
			await rm(newCopy, {force: true}).catch(() => {});
		}
	}

	if (replaced) {
		await syncFolder(path.dirname(file));
		if (onlyLearnt && baseCopy !== null) {
			// Otherwise one afternoon's checks would push out every backup of earlier keys.
			await rm(baseCopy, {force: true});
		}

		await rotate(backups);
	}

	return replaced;
}

/**
 * Writes as many bytes as a save, beside the file and among the backups, and removes them: throws what a save
 * would throw, and loads what a save needs, which then no longer depends on this program's own files.
 */
export async function tryReplacing(file: string, backups: string, size: number): Promise<void> {
	await makeFolder(backups);
	await tryWriting(path.join(backups, path.basename(file)), size);
	const trial = temporaryPathOf(file);
	const bytes = randomBytes(size);
	const {default: Conf} = await import('conf');
	try {
		writeByConf(Conf, trial, bytes);
		readBack(trial, bytes, file);
	} finally {
		rmSync(trial, {force: true});
	}
}

/** The path of a backup of what was read; created if there is none. */
async function copyOf({bytes}: FileBytes, backups: string, now: number): Promise<string> {
	return (await findCopy(backups, bytes)) ?? (await addCopy(backups, bytes, now));
}

function isUnchanged(file: string, base: FileBytes | null): boolean {
	const stat = statSync(file, {bigint: true, throwIfNoEntry: false});
	return (stat === undefined ? null : stampOf(stat)) === (base?.stamp ?? null);
}

type ConfClass = typeof import('conf').default;

/** Steps 4 and 5. @returns false if another program intervened. */
function putInPlace(Conf: ConfClass, written: string, {file, base, bytes, lock}: Replacement): boolean {
	writeByConf(Conf, written, bytes);
	readBack(written, bytes, file);
	if (!lock.isOurs() || !isUnchanged(file, base)) {
		return false;
	}

	try {
		renameSync(written, file);
		return true;
	} catch (error) {
		if (isMissing(error)) {
			return false;
		}

		throw error;
	}
}

/**
 * Writes with conf: synced, and only for the owner. Does not use conf's reading, which creates a missing
 * folder and treats an array or `null` as an empty store.
 */
function writeByConf(Conf: ConfClass, written: string, bytes: Buffer): void {
	const conf = new Conf<Record<string, unknown>>({
		cwd: path.dirname(written),
		configName: path.basename(written),
		fileExtension: '',
		configFileMode: 0o600,
		accessPropertiesByDotNotation: false,
		clearInvalidConfig: false,
		deserialize: () => ({}),
		// The exact bytes that were copied to the backups.
		serialize: () => bytes,
	});
	conf.store = {};
}

/** @param file for messages. */
function readBack(written: string, bytes: Buffer, file: string): void {
	const found = compareFile(written, bytes);
	if (found === 'same') {
		return;
	}

	throw found === 'shorter'
		? failureOf(Object.assign(new Error('The file was cut short.'), {code: 'ENOSPC'}), 'write', file)
		: new FlockError(
				'keystore-unwritable',
				`The new copy beside ${visible(file)} does not match what was saved.`,
				{
					hint: 'The earlier keys are still in place. Check that disk and try again.',
				},
			);
}
