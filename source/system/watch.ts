import {type FSWatcher, watch} from 'node:fs';
import {stat} from 'node:fs/promises';
import {waitFor} from './files.ts';

/** What to watch. */
export type Watched = {
	/** The folder whose events make checks faster. It can be missing, disappear, return, or be replaced. */
	folder: string;
	/** Checks what is watched: another text than last time is a change; `null` if it does not answer. Never throws. */
	look(): Promise<string | null>;
	/** True if an event is always a change: the folder's files are watched, not only the folder. */
	noticesCount: boolean;
	/** How long to collect a burst of events; milliseconds. */
	gatherMs: number;
};

/** How often to check if the system sends no events, as on network file systems; milliseconds. */
const lookMs = 1500;

/**
 * Calls back after a change by any program. Does not keep the program running.
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
		// A hanging share blocks a check forever: one is enough.
		if (isLooking) {
			return;
		}

		isLooking = true;
		const counts = wasNotified && noticesCount;
		wasNotified = false;
		const sight = await look();
		const id = sight === null ? null : await identityOf(folder);
		isLooking = false;
		// If it does not answer, changes are unknown.
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

	/** Watches the current folder. The old one is watched until then, so that nothing is missed. */
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
			// Missing, too many watchers, or a file system without events: the checks continue.
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
