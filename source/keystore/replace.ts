import {copyFileSync, readFileSync, renameSync, rmSync, statSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import path from 'node:path';
import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import {addCopy, findCopy, rotate} from './backups.ts';
import {failureOf} from './failures.ts';
import {leftoversOf, sweep, syncFolder} from './files.ts';
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
 * 4. Whether lock and file are still as they were is looked at again, and conf replaces the file.
 * 5. The file is read back. Where it is not what was meant (conf does not notice a short write), the old copy takes its place again.
 * @returns false where lock or file were another program's by then, and nothing was touched.
 * @throws `keystore-lock-lost` where another program saved in the midst of step 4, and `keystore-full`.
 */
export async function replaceFile(replacement: Replacement): Promise<boolean> {
	const {file, backups, base, baseIsGood, bytes, lock, now} = replacement;
	await sweep(await leftoversOf(file));
	const oldCopy =
		base !== null && baseIsGood
			? ((await findCopy(backups, base.bytes)) ?? (await addCopy(backups, base.bytes, now)))
			: null;
	const newCopy = await addCopy(backups, bytes, now);
	const {default: Conf} = await import('conf');
	try {
		// From here on nothing else of this process comes between.
		if (!lock.isOurs() || !isUnchanged(file, base)) {
			await rm(newCopy, {force: true});
			return false;
		}

		writeByConf(Conf, file, bytes);
		readBack(file, bytes, oldCopy);
	} catch (error) {
		await rm(newCopy, {force: true}).catch(() => {});
		throw error;
	}

	syncFolder(path.dirname(file));
	if (!lock.isOurs()) {
		// Stopped for long in the midst of it: another program may have saved meanwhile, and been replaced.
		throw new FlockError(
			'keystore-lock-lost',
			`Another program saved to the keystore ${visible(file)} at the same moment.`,
			{
				hint: 'Look at the keys with `keymaker list`; `keymaker restore` lists every state that was saved of late.',
			},
		);
	}

	await rotate(backups);
	return true;
}

function isUnchanged(file: string, base: FileBytes | null): boolean {
	const stat = statSync(file, {bigint: true, throwIfNoEntry: false});
	return (stat === undefined ? null : stampOf(stat)) === (base?.stamp ?? null);
}

/**
 * Writes by conf: one temporary file beside the file, synced, and renamed over it; for the owner alone.
 * conf's own reading is not used: it makes the folder where it is missing, and takes an array or `null` for an empty store.
 */
function writeByConf(Conf: typeof import('conf').default, file: string, bytes: Buffer): void {
	const snap = process.env.SNAP;
	// With SNAP in the environment conf writes in place instead of renaming.
	delete process.env.SNAP;
	try {
		const conf = new Conf<Record<string, unknown>>({
			cwd: path.dirname(file),
			configName: path.basename(file),
			fileExtension: '',
			configFileMode: 0o600,
			accessPropertiesByDotNotation: false,
			clearInvalidConfig: false,
			deserialize: () => ({}),
			// The very bytes that were copied to the backups before.
			serialize: () => bytes.toString(),
		});
		conf.store = {};
	} finally {
		if (snap !== undefined) {
			process.env.SNAP = snap;
		}
	}
}

function readBack(file: string, bytes: Buffer, oldCopy: string | null): void {
	const written = readFileSync(file);
	if (written.equals(bytes)) {
		return;
	}

	putBack(file, oldCopy);

	throw written.length < bytes.length
		? failureOf(Object.assign(new Error('The file was cut short.'), {code: 'ENOSPC'}), 'write', file)
		: new FlockError(
				'keystore-unwritable',
				`What was read back from ${visible(file)} is not what was saved.`,
				{
					hint: 'The keys from before are back in place. Check that disk, and try again.',
				},
			);
}

function putBack(file: string, oldCopy: string | null): void {
	if (oldCopy === null) {
		rmSync(file);
		return;
	}

	try {
		renameSync(oldCopy, file);
	} catch {
		// The file is a link to another disk than its copies are on.
		copyFileSync(oldCopy, file);
	}
}
