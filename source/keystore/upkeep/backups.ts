import {rm} from 'node:fs/promises';
import {type Copy, copiesIn, findCopy} from '../disk/copies.ts';
import {besideOf, writeDurably} from '../disk/files.ts';
import {readBytes} from '../disk/read.ts';
import {Damage} from '../form/damage.ts';
import {readEnvelope} from '../form/envelope.ts';
import {bytesOf, type Open, type Opened} from '../opened.ts';
import {fieldsOf, type State} from '../state.ts';

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
	return await besideOf(file, ending => ending.startsWith('.damaged-'));
}

/** The path that a damaged file is moved to. */
export function asidePathOf(file: string, now: number): string {
	return `${file}.damaged-${new Date(now).toISOString().replaceAll(':', '')}`;
}
