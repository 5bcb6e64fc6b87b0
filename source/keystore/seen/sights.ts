import {readBytes} from '../disk/read.ts';
import {safePathOf} from '../disk/safety.ts';
import {isObject} from '../form/fault.ts';

/** What this computer has seen of a keystore. */
export type Sight = {
	/** The keystore's id; `null` if there was none and the person accepted that. */
	id: string | null;
	encrypted: boolean;
	/** The newest state seen, as `Identity.counter`. */
	counter: number;
};

/** What this computer has seen, by the path of the keystore's file, most recent last. */
export type Sights = ReadonlyMap<string, Sight>;

/**
 * Reads what this computer has seen. A missing, damaged or untrusted file counts as empty: it must never stop
 * anybody's work.
 */
export async function readSights(file: string): Promise<Sights> {
	try {
		const read = await readBytes(safePathOf(file));
		const value: unknown = read && JSON.parse(read.bytes.toString());
		return isObject(value) && isObject(value.keystores) ? sightsIn(value.keystores) : new Map();
	} catch {
		return new Map();
	}
}

function sightsIn(keystores: Record<string, unknown>): Sights {
	const sights = new Map<string, Sight>();
	for (const [path, value] of Object.entries(keystores)) {
		if (isObject(value)) {
			const {id, encrypted, counter} = value;
			if ((id === null || typeof id === 'string') && typeof encrypted === 'boolean' && isCounter(counter)) {
				sights.set(path, {id, encrypted, counter});
			}
		}
	}

	return sights;
}

function isCounter(value: unknown): value is number {
	return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** What was seen at a path; if nothing, the newest sight of that keystore elsewhere, since it was moved. */
export function sightOf(sights: Sights, path: string, id: string | null): Sight | null {
	const there = sights.get(path);
	if (there !== undefined || id === null) {
		return there ?? null;
	}

	const elsewhere = [...sights.values()].filter(sight => sight.id === id);
	return elsewhere.reduce<Sight | null>(
		(newest, sight) => (newest !== null && newest.counter >= sight.counter ? newest : sight),
		null,
	);
}

/** True if a sight is news about the keystore at a path: another one, or a newer save. */
export function isNews(sights: Sights, path: string, sight: Sight): boolean {
	const known = sights.get(path);
	return known === undefined || known.id !== sight.id || known.counter < sight.counter;
}
