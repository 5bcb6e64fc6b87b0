import {rm} from 'node:fs/promises';
import path from 'node:path';
import {isMissing} from '../system/errors.ts';
import {Damage, failureOf} from './failures.ts';
import {compareFile, leftoversOf, makeFolder, namesIn, sweep, writeDurably} from './files.ts';
import {readEnvelope} from './form/envelope.ts';
import {bytesOf, type Open, type Opened, readBytes} from './read.ts';
import {fieldsOf, type State} from './state.ts';

/** How many states are kept besides the one in force. */
export const keptBackups = 10;

/** A copy of a state that was good when it was made. */
export type Copy = {
	path: string;
	/** Milliseconds since 1970. */
	savedAt: number;
};

const copyName = /^(\d{4}-\d\d-\d\dT)(\d\d)(\d\d)(\d\d\.\d{3}Z)\.json$/;

/** The copies in a folder, the newest first. */
export async function copiesIn(folder: string): Promise<Copy[]> {
	const copies = (await namesIn(folder)).flatMap(name => {
		const parts = copyName.exec(name);
		return parts
			? [
					{
						path: path.join(folder, name),
						savedAt: Date.parse(`${parts[1]}${parts[2]}:${parts[3]}:${parts[4]}`),
					},
				]
			: [];
	});
	return copies.sort((a, b) => b.savedAt - a.savedAt);
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
	const [newest] = await copiesIn(folder);
	// A clock that went back must not make the newest copy look older than others.
	const time = new Date(Math.max(now, (newest?.savedAt ?? 0) + 1)).toISOString();
	const copy = path.join(folder, `${time.replaceAll(':', '')}.json`);
	await writeDurably(copy, bytes);
	return copy;
}

/** Removes copies beyond the newest ones, and what ended programs left half-written. */
export async function rotate(folder: string): Promise<void> {
	const copies = await copiesIn(folder);
	await Promise.all(copies.slice(keptBackups + 1).map(copy => rm(copy.path, {force: true})));
	for (const name of await namesIn(folder)) {
		const base = name.replace(/\.tmp-.*$/, '');
		if (base !== name && copyName.test(base)) {
			await sweep(await leftoversOf(path.join(folder, base)));
		}
	}
}

/**
 * True where the copies speak against a file in plain text, or against none: the newest that is whole is encrypted, and the
 * file is none of them, as it is where an encryption was ended before it took the file's place.
 * @param bytes the file's; `null` where there is none.
 */
export async function speakAgainst(folder: string, bytes: Buffer | null): Promise<boolean> {
	// Copies that nobody may look at tell nothing.
	for (const copy of await copiesIn(folder).catch(() => [])) {
		try {
			const read = await readBytes(copy.path);
			if (read !== null) {
				const {encrypted} = readEnvelope(read.bytes, copy.path);
				return encrypted && (bytes === null || (await findCopy(folder, bytes)) === null);
			}
		} catch {
			// What cannot be read tells nothing; an older one may.
		}
	}

	return false;
}

/** A copy as it was opened, or why it cannot be. */
export type OpenedCopy = Copy &
	({opened: Opened; bytes: Buffer} | {opened: null; bytes: Buffer; error: unknown});

/** Opens every copy in a folder, the newest first; a copy that was removed meanwhile is left out. */
export async function openCopies(folder: string, open: Open, ask: boolean): Promise<OpenedCopy[]> {
	const found: OpenedCopy[] = [];
	for (const copy of await copiesIn(folder)) {
		const read = await readBytes(copy.path);
		if (read !== null) {
			const {bytes} = read;
			try {
				found.push({...copy, bytes, opened: await open(bytes, copy.path, ask)});
			} catch (error) {
				found.push({...copy, bytes, opened: null, error});
			}
		}
	}

	return found;
}

/**
 * Writes every copy anew as a change says; `null` keeps it as it is. Of copies that hold the same state then, the newest stays. A copy that cannot be read holds who knows what, and is removed.
 * Copies under a passphrase that is not known stay.
 * @returns how many were changed or removed.
 */
export async function rewriteCopies(
	folder: string,
	open: Open,
	change: (opened: Opened) => Opened | null | Promise<Opened | null>,
): Promise<number> {
	let count = 0;
	const seen = new Set<string>();
	for (const copy of await openCopies(folder, open, false)) {
		if (copy.opened !== null) {
			const changed = await change(copy.opened);
			const contents = JSON.stringify(fieldsOf((changed ?? copy.opened).state));
			if (seen.has(contents)) {
				await rm(copy.path, {force: true});
				count += changed === null ? 0 : 1;
			} else if (changed !== null) {
				// Under its own name, so that it keeps its place among the others.
				await writeDurably(copy.path, bytesOf(changed));
				count += 1;
			}

			seen.add(contents);
		} else if (copy.error instanceof Damage) {
			await rm(copy.path, {force: true});
			count += 1;
		}
	}

	return count;
}

/** The copies that hold something, and those of which nobody can tell. */
export function copiesHolding(copies: readonly OpenedCopy[], holds: (state: State) => boolean): OpenedCopy[] {
	return copies.filter(copy => copy.opened === null || holds(copy.opened.state));
}

/** Damaged files that were moved aside, beside the file that took their place. */
export async function asidesOf(file: string): Promise<string[]> {
	const {dir, base} = path.parse(file);
	const names = await namesIn(dir);
	return names.filter(name => name.startsWith(`${base}.damaged-`)).map(name => path.join(dir, name));
}

/** The path that a damaged file is moved to. */
export function asidePathOf(file: string, now: number): string {
	return `${file}.damaged-${new Date(now).toISOString().replaceAll(':', '')}`;
}
