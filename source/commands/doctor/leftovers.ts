import type {Dirent} from 'node:fs';
import {readdir} from 'node:fs/promises';
import path from 'node:path';
import {sweepLeftovers} from '../../bundles/leftovers.ts';
import {visible} from '../../flock/visible.ts';
import {count} from '../shared/command.ts';
import {type Result, warning} from './result.ts';

/** How deep below the current folder to look for exports, and in how many folders at most. */
const deepest = 3;
const mostFolders = 1000;

/** It holds no exports, but thousands of folders. */
const passedOver = new Set(['.git', 'node_modules']);

/** Removes key files that a killed export left in the current folder or below, and reports them. */
export async function checkLeftovers(cwd: string): Promise<Result[]> {
	const removed: string[] = [];
	for (const folder of await foldersIn(cwd)) {
		removed.push(...(await sweepLeftovers(folder)));
	}

	if (removed.length === 0) {
		return [];
	}

	const places = [...new Set(removed.map(file => path.relative(cwd, path.dirname(file)) || '.'))];
	return [
		warning(
			'leftovers',
			`Removed ${count(removed.length, 'key file')} that a killed export left in ${places.map(visible).join(', ')}.`,
			'If others could read that folder, make new keys: keymaker revoke BOT, then keymaker authorize BOT.',
		),
	];
}

/** A folder and those below it, without links, nearest first. */
async function foldersIn(top: string): Promise<string[]> {
	const folders = [top];
	let level = [top];
	for (let depth = 0; depth < deepest && folders.length < mostFolders; depth += 1) {
		const below: string[] = [];
		for (const folder of level) {
			const entries: Dirent[] = await readdir(folder, {withFileTypes: true}).catch(() => []);
			below.push(
				...entries
					.filter(entry => entry.isDirectory() && !passedOver.has(entry.name))
					.slice(0, mostFolders)
					.map(entry => path.join(folder, entry.name)),
			);
		}

		level = below.slice(0, mostFolders - folders.length);
		folders.push(...level);
	}

	return folders;
}
