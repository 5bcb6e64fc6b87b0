import {type FSWatcher, watch} from 'node:fs';
import {stat} from 'node:fs/promises';
import {waitFor} from './files.ts';

/** What is watched. */
export type Watched = {
	/** The folder whose notices from the system hasten the looks; it may be missing, go, come back, or be another one. */
	folder: string;
	/** Looks at what is watched: another text than the last time is a change; `null` where it does not answer. Never throws. */
	look(): Promise<string | null>;
	/** True where a notice is a change, whatever the look says: the files in a folder are watched, not the folder alone. */
	noticesCount: boolean;
	/** How long a burst of notices is gathered; milliseconds. */
	gatherMs: number;
};

/** How often it is looked at where the system gives no notice, as on network file systems; milliseconds. */
const lookMs = 1500;

/**
 * Calls back after a change, by any program. Keeps no program alive.
 * @returns how to stop.
 */
export function watchFor({folder, look, noticesCount, gatherMs}: Watched, onChange: () => void): () => void {
	let stopped = false;
	let isLooking = false;
	let wasNotified = false;
	let seen: string | null = null;
	let listening: {id: string | null; watcher: FSWatcher} | null = null;
	let gathering: NodeJS.Timeout | null = null;

	function onNotice(): void {
		gathering ??= setTimeout(() => {
			gathering = null;
			wasNotified = true;
			void check();
		}, gatherMs).unref();
	}

	async function check(): Promise<void> {
		// A share that hangs keeps a look for ever: one is enough.
		if (isLooking) {
			return;
		}

		isLooking = true;
		const counts = wasNotified && noticesCount;
		wasNotified = false;
		const sight = await look();
		const id = sight === null ? null : await identityOf(folder);
		isLooking = false;
		// Whether it has changed is not known where it does not answer.
		if (stopped || sight === null) {
			return;
		}

		listen(id);
		const isChanged = seen !== null && sight !== seen;
		seen = sight;
		if (isChanged || counts) {
			onChange();
		}

		if (wasNotified) {
			void check();
		}
	}

	/** Listens to the folder that is there now; the one before is heard until then, so that nothing is missed. */
	function listen(id: string | null): void {
		if (listening?.id === id) {
			return;
		}

		const before = listening;
		listening = null;
		try {
			const watcher = watch(folder, {persistent: false}, onNotice);
			watcher.on('error', () => watcher.close());
			listening = {id, watcher};
		} catch {
			// Missing, too many watchers, or a file system without any: the looks go on.
		}

		before?.watcher.close();
	}

	listen(null);
	void check();
	const looks = setInterval(check, lookMs).unref();
	return () => {
		stopped = true;
		clearInterval(looks);
		clearTimeout(gathering ?? undefined);
		listening?.watcher.close();
	};
}

async function identityOf(folder: string): Promise<string | null> {
	try {
		const {dev, ino} = await waitFor(folder, () => stat(folder, {bigint: true}));
		return `${dev}:${ino}`;
	} catch {
		return null;
	}
}
