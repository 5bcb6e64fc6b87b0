import fc from 'fast-check';
import type {BundleEntry} from '../../source/bundles/format.ts';
import type {FormatName} from '../../source/bundles/formats.ts';

/** Every printable character of ASCII, but for the space at its beginning. */
export const everyPrintable = Array.from({length: 0x7e - 0x20}, (_, index) =>
	String.fromCharCode(0x21 + index),
).join('');

/** A key that is plainly for practice. */
export function entryOf(changes: Partial<BundleEntry> = {}): BundleEntry {
	return {
		bot: 'harbour',
		poemFile: 'poems/harbour.txt',
		consumerKey: 'practice-app',
		consumerSecret: 'practice-not-a-real-secret',
		accessToken: '12-practice-token',
		accessSecret: 'practice-not-a-real-token-secret',
		userId: '12',
		handle: 'harbour_poem',
		...changes,
	};
}

/** An entry as far as a format keeps it. */
export function keptBy(format: FormatName, entry: BundleEntry): BundleEntry {
	return format === 'bundle' ? {...entry, bot: null} : entry;
}

/** Values of printable ASCII that a format has to keep; `hold` leaves out what it refuses. */
export function values(holds: (value: string) => boolean): fc.Arbitrary<string> {
	const character = fc.integer({min: 0x20, max: 0x7e}).map(code => String.fromCharCode(code));
	return fc
		.string({unit: character, minLength: 1, maxLength: 60})
		.filter(value => value.trim() !== '' && !/^\d+-/.test(value) && holds(value));
}

/** Entries with such values. */
export function entries(holds: (value: string) => boolean): fc.Arbitrary<BundleEntry> {
	const value = values(holds);
	return fc
		.record({consumerKey: value, consumerSecret: value, accessToken: value, accessSecret: value})
		.map(entryOf);
}
