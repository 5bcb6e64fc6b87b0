import path from 'node:path';
import {watchFor} from '../system/watch.ts';
import {stampNow} from './disk/read.ts';

/**
 * Calls back after any program has replaced, changed, removed or created a file. Does not keep the program
 * running.
 * @returns how to stop.
 */
export function watchFile(file: string, onChange: () => void): () => void {
	const look = async () => (await stampNow(file).catch(() => null)) ?? 'missing';
	return watchFor({folder: path.dirname(file), look, noticesCount: false, gatherMs: 40}, onChange);
}
