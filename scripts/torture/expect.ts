import {readFileSync} from 'node:fs';
import path from 'node:path';
import {FlockError} from '../../source/flock/error.ts';
import type {Bench} from './bench.ts';
import {filesBelow, type Known, lookAt, mark, missing, openAt, type Place, read} from './keys.ts';

/** The error of a save; `null` where there was none. */
export async function failure(save: Promise<unknown>): Promise<unknown> {
	return save.then(
		() => null,
		(error: unknown) => error,
	);
}

/** Counts a save that did not fail, or not with a message that names the path and what to do. */
export function assertFailed(bench: Bench, error: unknown, code: RegExp, place: Place): void {
	if (error instanceof FlockError) {
		assertNamed(bench, error.code, error.message, error.hint, code, place);
	} else {
		bench.count('broken', error === null ? 'it did not fail' : `it failed with ${error}`);
	}
}

/** Counts a message that does not name the path and what to do. */
export function assertNamed(
	bench: Bench,
	code: unknown,
	message: unknown,
	hint: unknown,
	wanted: RegExp,
	place: Place,
): void {
	const named = String(message).includes(place.folder) && String(hint).length > 10;
	if (!wanted.test(String(code)) || !named) {
		bench.count('broken', `${code}: ${message} ${hint}`);
	}

	lookAt(bench, `${message} ${hint}`, [mark], 'a message');
}

/** Counts the keys that are not there, and a keystore that does not open. */
export async function assertThere(bench: Bench, place: Place, known: Known): Promise<void> {
	try {
		const found = await read(openAt(place));
		const lost = missing(known, found);
		bench.count('lost', `of ${JSON.stringify([...known])}, found ${JSON.stringify([...found])}`, lost);
		if ([...found.values()].includes(null)) {
			bench.count('broken', 'a record is not as it was saved');
		}
	} catch (error) {
		bench.count('broken', `it does not open: ${error}`);
		bench.count('lost', 'every key', known.size);
	}

	for (const file of filesBelow(place.folder)) {
		if (file.endsWith('.json') && readFileSync(file).length === 0) {
			bench.count('broken', `${path.basename(file)} is empty`);
		}
	}
}
