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
	/** The real path of the file. */
	file: string;
	/** The folder of its copies. */
	backups: string;
	/** What was read under this lock; `null` where there is no file yet. */
	base: FileBytes | null;
	/** True where the base is a good keystore, of which a copy is worth keeping. */
	baseIsGood: boolean;
	/** True where the new state differs from the base only in what X said of the keys: of the base no copy stays. */
	onlyLearnt?: boolean;
	/** What is to stand in the file. */
	bytes: Buffer;
	lock: HeldLock;
	/** Milliseconds since 1970. */
	now: number;
};

/**
 * Replaces the file, so that at every instant, a power cut included, the old state or the new one stands in it.
 * 1. Leftovers of programs that were ended are removed, which also disarms one that lost its lock.
 * 2. A verified copy of the old state is there, else one is made.
 * 3. A verified copy of the new state is made: a disk that is full stops here, before anything is touched.
 * 4. conf writes the new state beside the file, and it is read back (conf does not notice a short write).
 * 5. Whether lock and file are still as they were is looked at again, and what was written takes the file's place.
 *    Whoever takes the lock over between the two begins with 1, after which there is nothing that could take it.
 * @returns false where lock or file were another program's by then, and nothing was touched.
 * @throws `keystore-full`, `keystore-unwritable`
 */
export async function replaceFile(replacement: Replacement): Promise<boolean> {
	try {
		return await replace(replacement);
	} catch (error) {
		// Whoever has taken the lock over may have swept away what was being written.
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
		// From here on nothing else of this process comes between.
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
			// Else the checks of one afternoon would drive out every copy of earlier keys.
			await rm(baseCopy, {force: true});
		}

		await rotate(backups);
	}

	return replaced;
}

/**
 * Writes so many bytes as a save does, beside the file and among the copies, and removes them again: throws what a save
 * would throw, and loads what a save needs, which then no longer hangs on this program's own files.
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

/** The path of a copy of what was read; made where there is none. */
async function copyOf({bytes}: FileBytes, backups: string, now: number): Promise<string> {
	return (await findCopy(backups, bytes)) ?? (await addCopy(backups, bytes, now));
}

function isUnchanged(file: string, base: FileBytes | null): boolean {
	const stat = statSync(file, {bigint: true, throwIfNoEntry: false});
	return (stat === undefined ? null : stampOf(stat)) === (base?.stamp ?? null);
}

type ConfClass = typeof import('conf').default;

/** Steps 4 and 5. @returns false where another program has come between. */
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
 * Writes by conf: synced, and for the owner alone.
 * conf's own reading is not used: it makes the folder where it is missing, and takes an array or `null` for an empty store.
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
		// The very bytes that were copied to the backups before.
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
