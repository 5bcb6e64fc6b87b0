import {type FSWatcher, statSync, watch} from 'node:fs';
import path from 'node:path';
import {stampOf} from './disk/read.ts';

/** How often the file is looked at where the system does not tell of changes; milliseconds. Each look takes 0.3 ms. */
const pollEvery = 1500;

/** How long a burst of the system's notices is gathered; milliseconds. */
const gatherFor = 40;

/**
 * Calls back after a file was replaced, changed, removed or made, by any program. The folder may be missing, go and come back.
 * Keeps no program from ending.
 * @returns how to stop.
 */
export function watchFile(file: string, onChange: () => void): () => void {
	const folder = path.dirname(file);
	let last = stampNow(file);
	let watched: {watcher: FSWatcher; folder: string} | null = null;
	let gathering: NodeJS.Timeout | null = null;

	function look(): void {
		const stamp = stampNow(file);
		if (stamp !== last) {
			last = stamp;
			onChange();
		}
	}

	function gather(): void {
		gathering ??= setTimeout(() => {
			gathering = null;
			look();
		}, gatherFor).unref();
	}

	// The system's notices only hasten the looking: they are missing on network file systems, and with a folder that was exchanged.
	function attach(): void {
		const identity = folderNow(folder);
		if (watched?.folder === identity) {
			return;
		}

		watched?.watcher.close();
		watched = null;
		if (identity === null) {
			return;
		}

		try {
			const watcher = watch(folder, {persistent: false}, gather);
			watcher.on('error', () => watcher.close());
			watched = {watcher, folder: identity};
		} catch {
			// Too many watchers, or a file system without any: then looking every second has to do.
		}
	}

	attach();
	const poll = setInterval(() => {
		attach();
		look();
	}, pollEvery).unref();
	return () => {
		clearInterval(poll);
		if (gathering !== null) {
			clearTimeout(gathering);
		}

		watched?.watcher.close();
	};
}

function stampNow(file: string): string | null {
	try {
		return stampOf(statSync(file, {bigint: true}));
	} catch {
		return null;
	}
}

function folderNow(folder: string): string | null {
	try {
		const {dev, ino} = statSync(folder);
		return `${dev}:${ino}`;
	} catch {
		return null;
	}
}
