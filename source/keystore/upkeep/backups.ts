import {rm} from 'node:fs/promises';
import {type Copy, copiesIn, findCopy} from '../disk/copies.ts';
import {besideOf, writeDurably} from '../disk/files.ts';
import {readBytes} from '../disk/read.ts';
import {Damage} from '../form/damage.ts';
import {readEnvelope} from '../form/envelope.ts';
import {bytesOf, type Open, type Opened} from '../opened.ts';
import {fieldsOf, type State} from '../state.ts';

/**
 * True if the backups contradict a plain-text or missing file: the newest good one is encrypted, and the file
 * is none of them, as after an encryption that was interrupted before it replaced the file.
 * @param bytes the file's; `null` if there is none.
 */
export async function speakAgainst(folder: string, bytes: Buffer | null): Promise<boolean> {
	// Unreadable backups say nothing.
	for (const copy of await copiesIn(folder).catch(() => [])) {
		try {
			const read = await readBytes(copy.path);
			if (read !== null) {
				const {encrypted} = readEnvelope(read.bytes, copy.path);
				return encrypted && (bytes === null || (await findCopy(folder, bytes)) === null);
			}
		} catch {
			// An unreadable one says nothing, but an older one may.
		}
	}

	return false;
}

/** An opened backup, or why it cannot be opened. */
export type OpenedCopy = Copy &
	({opened: Opened; bytes: Buffer} | {opened: null; bytes: Buffer; error: unknown});

/** Opens every backup in a folder, newest first, without those removed meanwhile. */
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
 * Rewrites every backup with a change; `null` keeps it unchanged. Of backups with the same resulting state,
 * the newest stays. An unreadable backup may hold anything, and is removed. Backups under an unknown
 * passphrase stay.
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
				// Under its own name, so that it keeps its place in the order.
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

/** The readable backups, and the unreadable ones. */
export function copiesHolding(copies: readonly OpenedCopy[], holds: (state: State) => boolean): OpenedCopy[] {
	return copies.filter(copy => copy.opened === null || holds(copy.opened.state));
}

/** Damaged files that were moved aside, beside the file that replaced them. */
export async function asidesOf(file: string): Promise<string[]> {
	return await besideOf(file, ending => ending.startsWith('.damaged-'));
}

/** The path for a damaged file. */
export function asidePathOf(file: string, now: number): string {
	return `${file}.damaged-${new Date(now).toISOString().replaceAll(':', '')}`;
}
