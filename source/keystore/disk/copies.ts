import type {Stats} from 'node:fs';
import {lstat, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {isMissing} from '../../system/errors.ts';
import {failureOf} from './failures.ts';
import {compareFile, leftoversOf, makeFolder, namesIn, sweep, writeDurably} from './files.ts';
import {assertSafeCopies} from './safety.ts';

/** How many states are kept besides the one in force. */
const keptBackups = 10;

/** A copy of a state that was good when it was made. */
export type Copy = {
	path: string;
	/** Milliseconds since 1970. */
	savedAt: number;
};

const copyName = /^(\d{4}-\d\d-\d\dT)(\d\d)(\d\d)(\d\d\.\d{3}Z)\.json$/;

/** A copy from further in the future than this is none: a clock is rarely set back by more; milliseconds. */
const mostAhead = 86_400_000;

/** What is in a folder of copies. */
type CopiesFound = {
	/** The newest first. */
	copies: Copy[];
	/** The names of what is no copy of ours: a link, a device, a file of another user's, a date that no clock had. */
	odd: string[];
};

/**
 * Looks through a folder of copies. What is no copy of ours is never restored, counted, changed or removed.
 * @throws `keystore-unsafe` for a folder of somebody else's, or one that others may write to
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

/** The copies in a folder, the newest first. @throws `keystore-unsafe` as `findCopies` does */
export async function copiesIn(folder: string): Promise<Copy[]> {
	return (await findCopies(folder)).copies;
}

/** When the copy of a name was saved; `null` where no clock of ours has given that name. */
function timeOf(name: string): number | null {
	const parts = copyName.exec(name);
	const time = parts === null ? Number.NaN : Date.parse(`${parts[1]}${parts[2]}:${parts[3]}:${parts[4]}`);
	return time <= Date.now() + mostAhead && nameOf(time) === name ? time : null;
}

/** The name of a copy of that time. */
function nameOf(time: number): string {
	return `${new Date(time).toISOString().replaceAll(':', '')}.json`;
}

/** The name of the copy that a temporary file was to become; `null` for every other name. */
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

/** The path of a copy of exactly these bytes; `null` where there is none. */
export async function findCopy(folder: string, bytes: Buffer): Promise<string | null> {
	for (const copy of await copiesIn(folder)) {
		if (holds(copy.path, bytes)) {
			return copy.path;
		}
	}

	return null;
}

/** True where a copy that can be read holds exactly these bytes. */
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

/** Copies a state's bytes, verified and on the disk. @returns the copy's path. */
export async function addCopy(folder: string, bytes: Buffer, now: number): Promise<string> {
	await makeFolder(folder);
	assertSafeCopies(folder, 'save');
	const [newest] = await copiesIn(folder);
	// A clock that went back must not make the newest copy look older than others.
	const copy = path.join(folder, nameOf(Math.max(now, (newest?.savedAt ?? 0) + 1)));
	await writeDurably(copy, bytes);
	return copy;
}

/** Removes copies beyond the newest ones, and what ended programs left half-written. */
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
