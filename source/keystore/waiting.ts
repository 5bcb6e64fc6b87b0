import {rm} from 'node:fs/promises';
import path from 'node:path';
import {FlockError} from '../flock/error.ts';
import {emptyRecord, type FreshKey} from '../flock/key.ts';
import {failureOf} from './disk/failures.ts';
import {leftoversOf, makeFolder, sweep, syncFolder, writeDurably} from './disk/files.ts';
import {defaultPatience, withLock} from './disk/lock.ts';
import {readBytes} from './disk/read.ts';
import {safePathOf} from './disk/safety.ts';
import {type Fault, isObject, objectOf, oneOf, orNull, text, where} from './form/fault.ts';
import {recordFault} from './form/fields.ts';
import type {Waiting, WaitingKey} from './keystore.ts';

/** Seals what is to be safe outside of a keystore which is elsewhere, so that only this flock's key opens it. */
export type Sealer = Readonly<{
	/** Names the flock; drawn nowhere. */
	id: string;
	seal(plain: Buffer): string;
	/** @throws `Damage` */
	open(sealed: string): Buffer;
}>;

/** What is in the file, for `doctor`. */
export type WaitingCount = Readonly<{
	/** The keys that wait for this flock; `null` where the flock's key is not to be had now. */
	keys: number | null;
	/** The lines that are not known to be such: damaged, or of a flock of this name that was elsewhere. */
	strange: number;
}>;

/** The keys that wait, and how they are counted. */
export type WaitingFile = Waiting & {count(): Promise<WaitingCount>};

/** A line as it stands in the file, and its key where this flock's key opens it. */
type Line = Readonly<{text: string; found: WaitingKey | null}>;

const waitingFault: Fault = objectOf({
	bot: text,
	fresh: objectOf({
		key: value => recordFault({...emptyRecord, key: value}),
		appKey: objectOf({consumerKey: text, consumerSecret: text}),
		wantedAccess: orNull(oneOf('read', 'write')),
		replaceAccount: where(value => typeof value === 'boolean'),
		late: where(value => typeof value === 'boolean'),
		byCallback: where(value => typeof value === 'boolean'),
		replaces: orNull(text),
	} satisfies Record<keyof FreshKey, Fault>),
});

/**
 * The keys that wait on this computer, in a file of lines, each sealed by itself: what cannot be opened stays as it is, since
 * it may be a key all the same. Nothing is read or made before the first call.
 * @param file an absolute path; its folder is made with the first key
 * @param sealer `null` where the flock is not known yet: then nothing can wait for it
 */
export function openWaiting(file: string, sealer: () => Promise<Sealer | null>): WaitingFile {
	async function read(place: string): Promise<Line[]> {
		const texts = await textsIn(place);
		// Whoever has nothing that waits asks nobody for a key.
		const ours = texts.length === 0 ? null : await sealer();
		return texts.map(line => ({text: line, found: ours && keyIn(line, ours)}));
	}

	/** Replaces the lines under a lock of their own, unless nothing changes. */
	async function change(edit: (lines: readonly Line[]) => readonly string[]): Promise<void> {
		try {
			safePathOf(file, 'save');
			await makeFolder(path.dirname(file));
			const real = safePathOf(file, 'save');
			await withLock(real, defaultPatience, async () => {
				const lines = await read(real);
				const texts = edit(lines);
				if (texts.join('\n') === lines.map(line => line.text).join('\n')) {
					return;
				}

				await sweep(await leftoversOf(real));
				if (texts.length > 0) {
					await writeDurably(real, Buffer.from(`${texts.join('\n')}\n`));
				} else {
					await rm(real);
					await syncFolder(path.dirname(real));
				}
			});
		} catch (error) {
			throw failureOf(error, 'write', file);
		}
	}

	return {
		path: file,
		async add(bot, fresh) {
			const ours = await sealer();
			if (ours === null) {
				throw new FlockError(
					'keystore-unreadable',
					'The flock is not known yet, so no key can wait for it.',
					{
						hint: 'Nothing was changed.',
					},
				);
			}

			const sealed = ours.seal(Buffer.from(JSON.stringify({bot, fresh})));
			const line = JSON.stringify({flock: ours.id, sealed});
			await change(lines => [...without(lines, bot, fresh.key.accessToken), line]);
		},
		async remove(bot, accessToken) {
			await change(lines => without(lines, bot, accessToken));
		},
		async all() {
			return (await read(safePathOf(file))).flatMap(({found}) => found ?? []);
		},
		async count() {
			const place = safePathOf(file);
			const all = await textsIn(place);
			try {
				const keys = (await read(place)).filter(({found}) => found !== null).length;
				return {keys, strange: all.length - keys};
			} catch {
				return {keys: null, strange: all.length};
			}
		},
	};
}

async function textsIn(place: string): Promise<string[]> {
	const read = await readBytes(place);
	return read?.bytes.toString().split('\n').filter(Boolean) ?? [];
}

function without(lines: readonly Line[], bot: string, accessToken: string): string[] {
	return lines
		.filter(({found}) => found?.bot !== bot || found.fresh.key.accessToken !== accessToken)
		.map(line => line.text);
}

function keyIn(line: string, {id, open}: Sealer): WaitingKey | null {
	try {
		const value: unknown = JSON.parse(line);
		if (!isObject(value) || value.flock !== id || typeof value.sealed !== 'string') {
			return null;
		}

		const found: unknown = JSON.parse(open(value.sealed).toString());
		return waitingFault(found) === null ? (found as WaitingKey) : null;
	} catch {
		return null;
	}
}
