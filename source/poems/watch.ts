import {type BigIntStats, type FSWatcher, watch} from 'node:fs';
import {stat} from 'node:fs/promises';
import {codeOf} from '../system/errors.ts';
import {waitFor} from '../system/files.ts';

/** Changes that come together are told of once: so many milliseconds after the first. */
const gatherMs = 150;

/** How often the folder itself is looked at, in milliseconds: one `stat`. */
const lookMs = 1500;

/** A folder at one moment: which one it is, and when names in it last changed. */
type Sight = {folder: string | null; changed: bigint};

/**
 * Watches a folder that may vanish, come back, be replaced by another, or lie where the system cannot watch.
 * The system's own events make it prompt; a look at the folder now and then catches what they miss.
 * Keeps no program alive.
 * @returns how to stop.
 */
export function watchFolder(path: string, onChange: () => void): () => void {
	let stopped = false;
	let looking = false;
	let seen: Sight | null = null;
	let watcher: FSWatcher | null = null;
	let gathering: NodeJS.Timeout | null = null;

	const listen = (): void => {
		watcher?.close();
		watcher = null;
		try {
			watcher = watch(path, {persistent: false}, gather);
			watcher.on('error', () => watcher?.close());
		} catch {
			// Missing, unreadable or not watchable: the looks go on.
		}
	};

	const gather = (): void => {
		gathering ??= setTimeout(tell, gatherMs).unref();
	};

	const tell = async (): Promise<void> => {
		const now = await look(path);
		gathering = null;
		if (stopped || now === null) {
			return;
		}

		if (now.folder !== seen?.folder) {
			listen();
		}

		seen = now;
		onChange();
	};

	const check = async (): Promise<void> => {
		// A share that hangs keeps a look for ever: one is enough.
		if (looking) {
			return;
		}

		looking = true;
		const now = await look(path);
		looking = false;
		if (stopped || now === null) {
			return;
		}

		if (seen === null) {
			seen = now;
		} else if (now.folder !== seen.folder || now.changed !== seen.changed) {
			gather();
		}
	};

	listen();
	void check();
	const looks = setInterval(check, lookMs).unref();
	return () => {
		stopped = true;
		clearInterval(looks);
		clearTimeout(gathering ?? undefined);
		watcher?.close();
	};
}

/** @returns `null` where the folder does not answer: whether it has changed is not known then. */
async function look(path: string): Promise<Sight | null> {
	try {
		const found: BigIntStats = await waitFor(path, () => stat(path, {bigint: true}));
		return {folder: `${found.dev}:${found.ino}`, changed: found.mtimeNs};
	} catch (error) {
		return codeOf(error) === 'too-slow' ? null : {folder: null, changed: 0n};
	}
}
