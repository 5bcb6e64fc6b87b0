import type {Stats} from 'node:fs';
import {lstat, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {isMissing} from '../../system/errors.ts';
import {failureOf} from './failures.ts';
import {compareFile, leftoversOf, makeFolder, namesIn, sweep, writeDurably} from './files.ts';
import {assertSafeCopies} from './safety.ts';

/** How many states to keep besides the current one. */
const keptBackups = 10;

/** A backup of a state that was good when it was made. */
export type Copy = {
	path: string;
	/** Milliseconds since 1970. */
	savedAt: number;
};

const copyName = /^(\d{4}-\d\d-\d\dT)(\d\d)(\d\d)(\d\d\.\d{3}Z)\.json$/;

/** A backup dated further in the future is not one: clocks are rarely set back by more; milliseconds. */
const mostAhead = 86_400_000;

/** The contents of a folder of backups. */
type CopiesFound = {
	/** Newest first. */
	copies: Copy[];
	/** The names of other files: links, devices, other users' files, dates that no clock had. */
	odd: string[];
};

/**
 * Reads a folder of backups. Other files in it are never restored, counted, changed or removed.
 * @throws `keystore-unsafe` for a folder that others own or can write to
 */
export async function findCopies(folder: string): Promise<CopiesFound> {
	assertSafeCopies(folder);
	const names = (await namesIn(folder)).filter(
		name => !name.startsWith('.') && baseOfLeftover(name) === null,
	);
	const owner = names.length === 0 ? null : (await stat(folder)).uid;
	const found: CopiesFound = {copies: [], odd: []};
	for (const name of names) {
		const copy = path.join(folder, name);
		const savedAt = timeOf(name);
		const about = savedAt === null ? null : await lstatOf(copy);
		if (savedAt !== null && about?.isFile() && [owner, process.getuid?.(), 0].includes(about.uid)) {
			found.copies.push({path: copy, savedAt});
		} else if (savedAt === null || about !== null) {
			found.odd.push(name);
		}
	}

	found.copies.sort((a, b) => b.savedAt - a.savedAt);
	return found;
}

/** The backups in a folder, newest first. @throws `keystore-unsafe` as `findCopies` does */
export async function copiesIn(folder: string): Promise<Copy[]> {
	return (await findCopies(folder)).copies;
}

/** When a backup was saved, by its name; `null` if our clock never made that name. */
function timeOf(name: string): number | null {
	const parts = copyName.exec(name);
	const time = parts === null ? Number.NaN : Date.parse(`${parts[1]}${parts[2]}:${parts[3]}:${parts[4]}`);
	return time <= Date.now() + mostAhead && nameOf(time) === name ? time : null;
}

/** The name of a backup made at that time. */
function nameOf(time: number): string {
	return `${new Date(time).toISOString().replaceAll(':', '')}.json`;
}

/** The name that a temporary backup would have got; `null` for every other name. */
function baseOfLeftover(name: string): string | null {
	const base = name.replace(/\.tmp-.*$/, '');
	return base !== name && copyName.test(base) ? base : null;
}

async function lstatOf(file: string): Promise<Stats | null> {
	return await lstat(file).catch(error => {
		if (isMissing(error)) {
			return null;
		}

		throw failureOf(error, 'read', file);
	});
}

/** The path of a backup of exactly these bytes; `null` if there is none. */
export async function findCopy(folder: string, bytes: Buffer): Promise<string | null> {
	for (const copy of await copiesIn(folder)) {
		if (holds(copy.path, bytes)) {
			return copy.path;
		}
	}

	return null;
}

/** True if a readable backup holds exactly these bytes. */
function holds(copy: string, bytes: Buffer): boolean {
	try {
		return compareFile(copy, bytes) === 'same';
	} catch (error) {
		if (isMissing(error)) {
			return false;
		}

		throw failureOf(error, 'read', copy);
	}
}

/** Copies a state's bytes to the disk and verifies them. @returns the backup's path. */
export async function addCopy(folder: string, bytes: Buffer, now: number): Promise<string> {
	await makeFolder(folder);
	assertSafeCopies(folder, 'save');
	const [newest] = await copiesIn(folder);
	// A clock that went back must not make the newest backup look older than others.
	const copy = path.join(folder, nameOf(Math.max(now, (newest?.savedAt ?? 0) + 1)));
	await writeDurably(copy, bytes);
	return copy;
}

/** Removes old backups, and what killed programs left half-written. */
export async function rotate(folder: string): Promise<void> {
	const copies = await copiesIn(folder);
	await Promise.all(copies.slice(keptBackups + 1).map(copy => rm(copy.path, {force: true})));
	for (const name of await namesIn(folder)) {
		const base = baseOfLeftover(name);
		if (base !== null) {
			await sweep(await leftoversOf(path.join(folder, base)));
		}
	}
}
