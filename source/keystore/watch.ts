import path from 'node:path';
import {watchFor} from '../system/watch.ts';
import {stampNow} from './disk/read.ts';

/**
 * Calls back after a file was replaced, changed, removed or made, by any program. Keeps no program alive.
 * @returns how to stop.
 */
export function watchFile(file: string, onChange: () => void): () => void {
	const look = async () => (await stampNow(file).catch(() => null)) ?? 'missing';
	return watchFor({folder: path.dirname(file), look, noticesCount: false, gatherMs: 40}, onChange);
}
