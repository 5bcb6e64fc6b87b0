import {FlockError} from '../flock/error.ts';
import {type SecretField, secretFields} from '../flock/near-name.ts';
import {visible} from '../flock/visible.ts';
import {cut} from '../flock/width.ts';

/** The four values that sign requests; all of them secret but the consumer key. */
export type Secrets = Record<SecretField, string>;

/** One key as it stands in a file of another tool, complete in itself. */
export type BundleEntry = Secrets & {
	/** The bot's name; `null` where the file does not say. */
	bot: string | null;
	/** The poem's path as it stands in the file; see `poemFileFrom` for what keymaker writes. */
	poemFile: string | null;
	/** Decimal digits. */
	userId: string | null;
	/** Without @. */
	handle: string | null;
};

/** What a file holds: what could be read, and a sentence about everything that could not. */
export type Reading = {
	entries: BundleEntry[];
	/** Safe to draw; hold no secret. */
	problems: string[];
};

/** Another tool's format. All functions are pure. */
export type Format<Name extends string = string> = {
	/** As `--format` names it. */
	name: Name;
	/** How many keys one file holds. */
	holds: 'one' | 'many';
	/** The ending that a bot's own file gets, where a file holds one key. */
	ending: string;
	/** True for a text that is of this format, though it may be damaged. */
	detect(text: string, fileName: string): boolean;
	/**
	 * Never throws: one bad entry never stops the rest.
	 * @param asItIs whether values are taken that no key of X can have, but that another reader might make something of.
	 */
	read(text: string, asItIs?: boolean): Reading;
	/**
	 * The file's text with these keys.
	 * @param existing a text of this format that the keys are merged into, its other entries kept as they are.
	 * @throws FlockError `export-value` for a value that the format cannot hold, `export-exists` where the
	 * existing text cannot be merged into.
	 */
	write(entries: readonly BundleEntry[], existing: string | null): string;
};

/**
 * A value as it stands in a file: its text, `null` for what is no text, or a text that programs read in different ways,
 * `doubt` being the end of a sentence about it.
 */
export type Value = string | null | {text: string; doubt: string};

/** Printable ASCII, which is all that X's keys, tokens and secrets are made of. */
export const printable = /^[\x20-\x7e]+$/;

/** How an entry is called in sentences. */
export function labelOf(entry: BundleEntry): string {
	return label(entry.bot ?? entry.handle ?? 'the key');
}

/**
 * A name from a file, safe to draw and not too long for a sentence. In a damaged file a secret may stand where a name
 * belongs, so what looks like one of X's is left out.
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

/** Throws where any of the four values is not printable ASCII, or does not please the format. */
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
 * Throws where two keys would take one place in a file.
 * @param placeOf what the place is called.
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
