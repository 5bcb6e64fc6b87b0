import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import {type BotRecord, emptyRecord, type Key} from '../../source/flock/key.ts';
import type {Keystore} from '../../source/keystore/keystore.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import type {Bench, Column} from './bench.ts';

/** Where a keystore is, and where its computer remembers what it has seen. */
export type Place = {folder: string; flock: string; poems: null; seen: string};

/** A place of its own. */
export function placeIn(folder: string): Place {
	return {
		folder: path.join(folder, 'keys'),
		flock: 'harbour',
		poems: null,
		seen: path.join(folder, 'state', 'seen.json'),
	};
}

/** Cheap enough to encrypt a thousand times. */
export const scrypt = {N: 1024, r: 8, p: 1};

/** Opens a keystore, with a passphrase where it needs one. */
export function openAt(place: Place, passphrase: string | null = null, patience = 600_000) {
	return openKeystore({
		...place,
		patience,
		scrypt,
		...(passphrase === null ? {} : {passphrase: () => passphrase}),
	});
}

/** Stands in every secret of the bench. */
export const mark = 'not-a-real-';

/** The app of every key of the bench. */
export const app = {consumerKey: 'practice-app', consumerSecret: `${mark}app-secret`};

/** A bot's key of this number. */
export function keyOf(bot: string, number: number): Key {
	return {
		accessToken: `12-${mark}token ${number} of ${bot}`,
		accessSecret: `${mark}secret ${number} of ${bot}`,
		userId: '12',
		handle: 'harbour_poem',
		consumerKey: app.consumerKey,
		accessLevel: 'read-write',
		authorizedAt: '2026-11-25T00:00:00.000Z',
		checkedAt: null,
		rejected: false,
	};
}

/** The numbers of a bot's keys: the one in force, and the one before. */
export type Numbers = {key: number; previous: number | null};

/** The record that these numbers stand for. */
export function recordOf(bot: string, {key, previous}: Numbers): BotRecord {
	return {
		...emptyRecord,
		key: keyOf(bot, key),
		previous: previous === null ? null : keyOf(bot, previous),
	};
}

/** What a keystore holds, by bot. */
export type Known = ReadonlyMap<string, Numbers>;

/**
 * Reads every record, and compares every field with what its numbers stand for.
 * @returns the numbers; `null` for a record that is not exactly one of ours.
 */
export async function read(keystore: Keystore): Promise<Map<string, Numbers | null>> {
	const found = new Map<string, Numbers | null>();
	for (const bot of (await keystore.list()).records.keys()) {
		const record = await keystore.get(bot);
		const key = numberIn(record?.key?.accessToken);
		const previous = numberIn(record?.previous?.accessToken);
		const numbers = key === null ? null : {key, previous};
		found.set(bot, numbers && isDeepStrictEqual(record, recordOf(bot, numbers)) ? numbers : null);
	}

	return found;
}

/** Which of a bot's keys a token belongs to; `null` for one that is none of ours. */
export function numberIn(token: string | undefined): number | null {
	const number = /token (\d+) of /.exec(token ?? '')?.[1];
	return number === undefined ? null : Number(number);
}

/** A state as text, for comparisons. */
export function textOf(known: ReadonlyMap<string, Numbers | null>): string {
	const entries = [...known].map(([bot, numbers]) => [bot, numbers?.key ?? null, numbers?.previous ?? null]);
	return JSON.stringify(entries.sort(([one], [other]) => (String(one) < String(other) ? -1 : 1)));
}

/** How many keys of a state are missing or older in another. */
export function missing(wanted: Known, found: ReadonlyMap<string, Numbers | null>): number {
	let count = 0;
	for (const [bot, numbers] of wanted) {
		const there = found.get(bot);
		const has = new Set([there?.key, there?.previous]);
		count += has.has(numbers.key) ? 0 : 1;
		count +=
			numbers.previous === null || there?.previous === numbers.previous || has.has(numbers.key) ? 0 : 1;
	}

	return count;
}

/** Every file below a folder; none where a program was killed before it made the folder. */
export function filesBelow(folder: string): string[] {
	if (!existsSync(folder)) {
		return [];
	}

	return readdirSync(folder, {recursive: true, withFileTypes: true})
		.filter(entry => entry.isFile())
		.map(entry => path.join(entry.parentPath, entry.name));
}

/** Counts files that others may read, and, where nothing may stand in plain text, secrets that do. */
export function lookForSecrets(bench: Bench, folder: string, sought: string | null): void {
	for (const file of filesBelow(folder)) {
		const name = path.basename(file);
		if ((statSync(file).mode & 0o077) !== 0) {
			bench.count('leaked', `others may read ${name}`);
		}

		if (sought !== null && readFileSync(file).includes(sought)) {
			bench.count('leaked', `${name} holds a secret in plain text`);
		}
	}
}

/** Whatever a terminal would obey instead of showing, line ends aside. */
export const rawControl =
	/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\p{Cs}]/u;

/** Counts raw control characters and secrets in what a person or a log would be shown. */
export function lookAt(bench: Bench, shown: string, secrets: readonly string[], what: string): void {
	const column: Column[] = [];
	if (rawControl.test(shown)) {
		column.push('raw');
	}

	if (secrets.some(secret => secret !== '' && shown.includes(secret))) {
		column.push('leaked');
	}

	for (const one of column) {
		bench.count(one, what);
	}
}
