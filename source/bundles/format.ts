import {FlockError} from '../flock/error.ts';
import {type SecretField, secretFields} from '../flock/near-name.ts';
import {visible} from '../flock/visible.ts';
import {cut} from '../flock/width.ts';

/** The four values that sign requests. All but the consumer key are secret. */
export type Secrets = Record<SecretField, string>;

/** One key in another tool's file, complete in itself. */
export type BundleEntry = Secrets & {
	/** The bot's name; `null` if the file does not say. */
	bot: string | null;
	/** The poem's path as in the file; see `poemFileFrom` for what keymaker writes. */
	poemFile: string | null;
	/** Decimal digits. */
	userId: string | null;
	/** Without @. */
	handle: string | null;
};

/** A file's contents: the keys that could be read, and a sentence for each problem. */
export type Reading = {
	entries: BundleEntry[];
	/** Safe to draw, and without secrets. */
	problems: string[];
};

/** Another tool's format. All functions are pure. */
export type Format<Name extends string = string> = {
	/** Its name in `--format`. */
	name: Name;
	/** How many keys a file holds. */
	holds: 'one' | 'many';
	/** The extension of a bot's own file, if a file holds one key. */
	ending: string;
	/** True for a text of this format, even a damaged one. */
	detect(text: string, fileName: string): boolean;
	/**
	 * Never throws: a bad entry does not stop the rest.
	 * @param asItIs accepts values that no key of X can have, but that another reader might accept.
	 */
	read(text: string, asItIs?: boolean): Reading;
	/**
	 * The file's text with these keys.
	 * @param existing a text of this format to merge the keys into. Its other entries stay unchanged.
	 * @throws FlockError `export-value` for a value that the format cannot hold, `export-exists` if it cannot
	 * merge.
	 */
	write(entries: readonly BundleEntry[], existing: string | null): string;
};

/**
 * A value in a file: its text, `null` if it is not text, or a text that programs read differently. `doubt` is
 * the end of a sentence about that.
 */
export type Value = string | null | {text: string; doubt: string};

/** Printable ASCII, the only characters in X's keys, tokens and secrets. */
export const printable = /^[\x20-\x7e]+$/;

/** An entry's name in messages. */
export function labelOf(entry: BundleEntry): string {
	return label(entry.bot ?? entry.handle ?? 'the key');
}

/**
 * A name from a file, safe to draw and short enough for a message. A damaged file can have a secret in a
 * name's place, so anything that looks like one is left out.
 */
export function label(name: string): string {
	return cut(visible(name.replace(/[A-Za-z0-9]{20,}/g, '•••')), 60);
}

/** The only entry, for a format that holds one. */
export function onlyEntry(entries: readonly BundleEntry[], format: string): BundleEntry {
	const [entry] = entries;
	if (entry === undefined || entries.length > 1) {
		throw new FlockError('usage', `One ${format} file holds the key of one bot, not ${entries.length}.`, {
			hint: 'Name one bot, or use --out with a folder for one file each.',
			field: 'out',
		});
	}

	return entry;
}

/** Throws if one of the four values is not printable ASCII, or if the format cannot hold it. */
export function requireValues(
	entry: BundleEntry,
	format: string,
	fits: (value: string) => boolean = () => true,
): void {
	for (const name of secretFields) {
		if (!printable.test(entry[name]) || !fits(entry[name])) {
			throw cannotHold(labelOf(entry), valueNames[name], format);
		}
	}
}

/**
 * Throws if two keys would share a place in a file.
 * @param placeOf names the place.
 */
export function requireOwnPlaces(
	entries: readonly BundleEntry[],
	format: string,
	placeOf: (entry: BundleEntry) => string,
): void {
	const places = new Map<string, BundleEntry>();
	for (const entry of entries) {
		const place = placeOf(entry);
		const other = places.get(place);
		if (other !== undefined) {
			const both = `${labelOf(other)} and ${labelOf(entry)}`;
			throw new FlockError('export-value', `${both} would overwrite each other in a ${format} file.`, {
				hint: 'Export one of them, or choose another format: bundle and json hold everything.',
			});
		}

		places.set(place, entry);
	}
}

/** The error for a value that a format cannot hold. */
export function cannotHold(who: string, what: string, format: string): FlockError {
	return new FlockError(
		'export-value',
		`${who}: a ${format} file cannot hold some characters of its ${what}.`,
		{
			hint: 'Choose another format: bundle and json hold everything.',
		},
	);
}

/** The error for a file that looks like the format, but that nothing can be added to. */
export function cannotMerge(format: string, why: string): FlockError {
	return new FlockError('export-exists', `Cannot add to the existing ${format} file: ${why}.`, {
		hint: 'Fix the file, choose another --out, or replace it with --force.',
		field: 'out',
		replaceable: true,
	});
}

const valueNames = {
	consumerKey: 'consumer key',
	consumerSecret: 'consumer secret',
	accessToken: 'access token',
	accessSecret: 'access token secret',
} as const;
