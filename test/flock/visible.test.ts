import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {visible} from '../../source/flock/visible.ts';

/** What a terminal obeys or hides, written independently of the code under test. */
function isUnsafe(character: string): boolean {
	const code = character.codePointAt(0) ?? 0;
	const between = (from: number, to: number) => code >= from && code <= to;
	return (
		between(0, 0x1f) ||
		between(0x7f, 0x9f) ||
		between(0xd800, 0xdfff) ||
		between(0x2028, 0x202e) ||
		between(0x2066, 0x2069) ||
		between(0xe0000, 0xe007f) ||
		[0x61c, 0xad, 0x180e, 0x200b, 0x200e, 0x200f, 0x2060, 0xfeff].includes(code)
	);
}

const nasty = fc.constantFrom(
	...'\0\u001b\u0007\r\n\t\u007f\u0085\u009b\u009d\u200e\u200f\u202e\u2028\u2029\u2066\u061c\ufeff\u00ad',
	'\ud800',
	'\udc00',
	'\u{e0041}',
	'俳句',
	'👩‍👩‍👧',
	'a',
);

test('no character that a terminal obeys or hides comes through', () => {
	const text = fc.oneof(
		fc.string({unit: 'binary'}),
		fc.array(nasty).map(parts => parts.join('')),
	);
	fc.assert(
		fc.property(text, given => {
			assert.deepEqual([...visible(given)].filter(isUnsafe), []);
		}),
		{numRuns: 2000},
	);
});

test('every single unsafe character is replaced', () => {
	for (let code = 0; code <= 0x10ffff; code++) {
		const character = String.fromCodePoint(code);
		if (isUnsafe(character)) {
			assert.deepEqual([...visible(character)].filter(isUnsafe), [], code.toString(16));
		}
	}
});

test('text that is made visible stays as it is when made visible again', () => {
	fc.assert(
		fc.property(fc.string({unit: 'binary'}), given => {
			const once = visible(given);
			assert.equal(visible(once), once);
		}),
	);
});

test('ordinary names stay as they are', () => {
	for (const name of ['harbour', '俳句', 'night train', '👩‍👩‍👧‍👦', '❤️', 'שלום', 'مرحبا', 'é', 'é']) {
		assert.equal(visible(name), name);
	}
});

test('an escape sequence is shown rather than obeyed', () => {
	assert.equal(visible('a\u001b]0;title\u0007b'), 'a␛]0;title␇b');
	assert.equal(visible('txt.\u202Eedo'), 'txt.‹U+202E›edo');
	assert.equal(visible('\u009b31m'), '‹U+009B›31m');
});
