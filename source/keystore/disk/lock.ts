import * as fs from 'node:fs';
import {dirname} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {FlockError} from '../../flock/error.ts';
import {visible} from '../../flock/visible.ts';
import {codeOf} from '../../system/errors.ts';
import {failureOf} from './failures.ts';

/** A lock that was not refreshed for this long belongs to a dead program; milliseconds. */
export const staleAfter = 8000;

/** How long a save waits for another program, longer than an abandoned lock lasts; milliseconds. */
export const defaultPatience = 12_000;

/** The lock, while it is held. */
export type HeldLock = {
	/** Checks without waiting that the lock is still ours: a stopped program or a sleeping computer may have lost it. */
	isOurs(): boolean;
};

/**
 * Works while no other program can change the file.
 * @param patience how long to wait for another program, in milliseconds.
 * @throws `keystore-locked` after that, and what the work throws.
 */
export async function withLock<T>(
	path: string,
	patience: number,
	work: (lock: HeldLock) => Promise<T>,
): Promise<T> {
	const folder = `${path}.lock`;
	// The times that the lock's folder can show while it is ours: the last one set, and one just being set.
	// Another program that takes the lock creates the folder again, with its own time. (The folder's inode
	// says nothing: many file systems reuse it at once.)
	const times = new Set<number>();
	let held = false;
	const isMine = () => times.has(timeOf(folder));
	const isOurs = () => held && isMine();
	removeLeftBehind(folder);

	// proper-lockfile's file system. It would remove the lock's folder whoever made it, so ours removes only
	// its own.
	const guarded = {
		mkdir(target: string, done: (error: Error | null) => void) {
			fs.mkdir(target, error => {
				try {
					const isOther = fs.lstatSync(target, {throwIfNoEntry: false})?.isDirectory() === false;
					if (error === null) {
						times.add(timeOf(target));
					}

					done(isOther ? noLockError(target) : error);
				} catch (problem) {
					// Nobody else could catch it here. Leave nothing behind.
					if (error === null) {
						fs.rmdir(target, () => done(problem as Error));
					} else {
						done(problem as Error);
					}
				}
			});
		},
		stat: fs.lstat,
		realpath: fs.realpath,
		utimes(target: string, accessed: Date, modified: Date, done: (error: Error | null) => void) {
			// proper-lockfile first sets 5 ms past a full second, the same for every program within that second.
			const time = modified.getTime() + (held ? 0 : Math.floor(Math.random() * 900));
			times.add(time);
			// Never through a link.
			fs.lutimes(target, accessed, new Date(time), error => {
				const kept = error === null ? [time] : [...times].filter(other => other !== time);
				times.clear();
				for (const other of kept) {
					times.add(other);
				}

				done(error);
			});
		},
		rmdir(target: string, done: (error: Error | null) => void) {
			try {
				if (held && !isOurs()) {
					done(null);
					return;
				}
			} catch (problem) {
				done(problem as Error);
				return;
			}

			fs.rmdir(target, done);
		},
		rmdirSync(target: string) {
			if (isOurs()) {
				fs.rmdirSync(target);
			}
		},
	};
	const release = await acquire(path, patience, {
		fs: guarded,
		onCompromised() {
			times.clear();
		},
	}).catch(error => {
		leftBehind.set(folder, isMine);
		throw error;
	});
	held = true;
	try {
		times.add(timeOf(folder));
		return await work({isOurs: () => isOurs() && !isStale(folder)});
	} finally {
		// A lost lock needs no release, and the next save removes one that the system does not release.
		await release().catch(() => leftBehind.set(folder, isMine));
	}
}

/** This process's locks that the system did not let it remove, by folder. Each tells whether it is still ours. */
const leftBehind = new Map<string, () => boolean>();

/** Otherwise the next try would wait for a lock that nobody holds. */
function removeLeftBehind(folder: string): void {
	const isMine = leftBehind.get(folder);
	if (isMine === undefined) {
		return;
	}

	try {
		if (isMine()) {
			fs.rmdirSync(folder);
		}

		leftBehind.delete(folder);
	} catch {
		// The system still refuses, and will refuse the save, too.
	}
}

/**
 * The error if something else, such as a link, is in the lock's place: waiting would not help, and nothing is
 * done through it.
 */
function noLockError(folder: string): FlockError {
	return new FlockError(
		'keystore-unwritable',
		`${visible(folder)} is not a folder, so the keystore cannot be locked.`,
		{hint: 'Remove it and try again.'},
	);
}

type AcquireOptions = {fs: unknown; onCompromised: () => void};

async function acquire(
	path: string,
	patience: number,
	options: AcquireOptions,
): Promise<() => Promise<void>> {
	// Its default export: a bundler gives a late CommonJS module no other name.
	const {default: lockfile} = await import('proper-lockfile');
	const end = performance.now() + patience;
	for (;;) {
		try {
			return await lockfile.lock(path, {
				...options,
				realpath: false,
				stale: staleAfter,
				update: staleAfter / 4,
			});
		} catch (error) {
			// A program that was stopped while taking the lock finds that others took and released it.
			const wasTakenOver = codeOf(error) === 'ENOENT' && fs.existsSync(dirname(path));
			if (codeOf(error) !== 'ELOCKED' && !wasTakenOver) {
				throw failureOf(error, 'write', path);
			}

			if (performance.now() > end) {
				throw new FlockError('keystore-locked', `Another program is using the keystore ${visible(path)}.`, {
					hint: `Wait for it or stop it, then try again. If none is running, remove the folder ${visible(path)}.lock.`,
				});
			}
		}

		await delay(10 + Math.random() * 60);
	}
}

/** When a folder was last touched, in milliseconds since 1970; `NaN` if it is gone. */
function timeOf(folder: string): number {
	return fs.lstatSync(folder, {throwIfNoEntry: false})?.mtime.getTime() ?? Number.NaN;
}

/** A lock that others can take any moment counts as lost. */
function isStale(folder: string): boolean {
	return !(timeOf(folder) >= Date.now() - staleAfter);
}
