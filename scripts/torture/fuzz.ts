import fc from 'fast-check';
import type {Bench} from './bench.ts';

/** Draws values, and checks each; what a check throws is a broken state. */
export async function fuzz<T>(
	bench: Bench,
	full: number,
	values: fc.Arbitrary<T>,
	check: (value: T) => Promise<void> | void,
): Promise<void> {
	for (const value of fc.sample(values, {seed: bench.seed, numRuns: bench.times(full)})) {
		bench.tried();
		try {
			await check(value);
		} catch (error) {
			bench.count('broken', `${String(error)} at ${JSON.stringify(value)?.slice(0, 600)}`);
		}
	}
}

/** What a terminal would obey, and what names mean to JavaScript and to other systems. */
const hostilePieces = [
	'\u001B[2J',
	'\u001B]0;title\u0007',
	'\u001B]52;c;AAAA\u0007',
	'\r',
	'\n',
	'\t',
	'\u0000',
	'\u007F',
	'\u009B31m',
	'\u202Eevil',
	'\u2066',
	'\u200B',
	'\uFEFF',
	'\u2028',
	'\uD800',
	'\uDC00',
	'e\u0301',
	'\u00E9',
	'俳句',
	'👩‍👩‍👧‍👦',
	'__proto__',
	'constructor',
	'CON',
	'../..',
	'a.b',
	'%s',
	"'; rm -rf ~",
	'"$(id)"',
];

/** Any text at all, hostile pieces among it. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
	fc.string({unit: 'binary', maxLength: 16}),
	fc
		.array(fc.oneof(fc.constantFrom(...hostilePieces), fc.string({maxLength: 6})), {maxLength: 5})
		.map(pieces => pieces.join('')),
	fc.array(fc.integer({min: 0, max: 0xffff}), {maxLength: 8}).map(units => String.fromCharCode(...units)),
);

/** A text with something hostile at one place of it. */
export const hostileText: fc.Arbitrary<string> = fc
	.tuple(fc.string({maxLength: 8}), fc.constantFrom(...hostilePieces), fc.string({maxLength: 8}))
	.map(pieces => pieces.join(''));

/** Random damage to bytes. */
export function damageTo(good: Buffer): fc.Arbitrary<Buffer> {
	const at = fc.nat({max: good.length - 1});
	return fc.oneof(
		fc.tuple(at, fc.integer({min: 1, max: 255})).map(([index, flip]) => {
			const bytes = Buffer.from(good);
			bytes[index] = (bytes[index] ?? 0) ^ flip;
			return bytes;
		}),
		at.map(length => good.subarray(0, length)),
		fc
			.tuple(at, fc.uint8Array({minLength: 1, maxLength: 20}))
			.map(([index, more]) => Buffer.concat([good.subarray(0, index), more, good.subarray(index)])),
		fc
			.tuple(at, fc.integer({min: 1, max: 50}))
			.map(([index, length]) => Buffer.concat([good.subarray(0, index), good.subarray(index + length)])),
		fc
			.tuple(at, fc.constantFrom(...hostilePieces))
			.map(([index, piece]) =>
				Buffer.concat([good.subarray(0, index), Buffer.from(piece), good.subarray(index)]),
			),
		fc.uint8Array({maxLength: 200}).map(bytes => Buffer.from(bytes)),
		fc.json().map(text => Buffer.from(text)),
	);
}
