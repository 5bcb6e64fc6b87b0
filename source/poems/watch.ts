import {stat} from 'node:fs/promises';
import {codeOf} from '../system/errors.ts';
import {waitFor} from '../system/files.ts';
import {watchFor} from '../system/watch.ts';

/**
 * Calls back after a file in a folder, or the folder itself, appeared, disappeared or changed. Does not keep
 * the program running.
 * @returns how to stop.
 */
export function watchFolder(folder: string, onChange: () => void): () => void {
	return watchFor({folder, look: () => sightOf(folder), noticesCount: true, gatherMs: 150}, onChange);
}

async function sightOf(folder: string): Promise<string | null> {
	try {
		const {dev, ino, mtimeNs} = await waitFor(folder, () => stat(folder, {bigint: true}));
		return `${dev}:${ino} ${mtimeNs}`;
	} catch (error) {
		return codeOf(error) === 'too-slow' ? null : 'missing';
	}
}
