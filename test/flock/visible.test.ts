import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {legible, visible} from '../../source/flock/visible.ts';
import {columnsOf} from '../../source/flock/width.ts';
import {runs, thorough} from '../helpers/thorough.ts';

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
		{numRuns: runs(2000)},
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

/** The characters that leave no mark, written independently of the code under test; a space alone is known as a space. */
const unseen = [
	...'\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u2000\u2003\u2009\u200a\u200b\u200c\u200d',
	...'\u200e\u200f\u202a\u202e\u202f\u205f\u2060\u2061\u2064\u206f\u2800\u3000\u3164\ufe00\ufe0e\ufe0f\ufeff\uffa0\ufff0\ufff9\uffff',
	...'\u{1bca0}\u{1d159}\u{1d173}\u{13441}\u{16fe4}\u{e0001}\u{e0041}\u{e007f}\u{e0100}\u{e01ef}\u{e0fff}\ue000\u{f0000}\u{10ffff}\u0378',
];

test('no character that leaves no mark comes through by itself, in a word, or beside another', () => {
	const forms = new Set<string>();
	for (const character of unseen) {
		const form = `‹U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}›`;
		assert.equal(visible(character), form);
		assert.equal(visible(`har${character}bour`), `har${form}bour`);
		assert.equal(visible(`${character}${character}`), form + form);
		assert.equal(visible(`句${character}`), `句${form}`);
		forms.add(form);
	}

	assert.equal(forms.size, unseen.length);
});

test('bots whose names differ in what cannot be seen alone are drawn apart, and as wide as is counted', () => {
	const names = ['', ...unseen].flatMap(character => [
		`har${character}bour`,
		`${character}ode`,
		`ode${character}`,
	]);
	const drawn = names.map(visible);
	assert.equal(new Set(drawn).size, new Set(names).size);
	for (const name of drawn) {
		// The forms are of characters of one column each.
		assert.equal(columnsOf(name), [...name].length, name);
	}
});

/** What a visible form was made of: there is one answer at most, so no two texts have the same form. */
function invisible(form: string): string {
	return form.replace(/‹U\+([0-9A-F]{4,6})›|[\u2400-\u2421]/g, (picture, code?: string) => {
		const found = picture.codePointAt(0) ?? 0;
		return code === undefined
			? String.fromCodePoint(found === 0x2421 ? 0x7f : found - 0x2400)
			: String.fromCodePoint(Number.parseInt(code, 16));
	});
}

const parts = fc.constantFrom(
	...unseen,
	...'\0\u001b\u007f\u0085\u2400\u241b\u2421\u2039\u203aU+1AFé é‹›',
	'U+202E›',
	'‹U+2039›',
	'‹U+',
	'\ud83d',
	'\udc69',
	'👩',
	'👩‍👩‍👧',
	'❤️',
	'❤',
	'1️⃣',
	'🏴',
	'🏴󠁧󠁢󠁥󠁮󠁧󠁿',
	'🇬🇧',
	'می',
	'د',
	'क्',
	'ष',
	'a',
	' ',
);

test('no two texts look alike for what cannot be seen: each can be had back from its visible form', () => {
	const text = fc.oneof(
		fc.array(parts).map(found => found.join('')),
		fc.string({unit: 'binary'}),
	);
	fc.assert(
		fc.property(text, given => {
			assert.equal(invisible(visible(given)), given);
		}),
		{numRuns: runs(5000)},
	);
	for (let code = 0; code <= 0x10ffff; code += thorough ? 1 : 7) {
		const character = String.fromCodePoint(code);
		if (invisible(visible(character)) !== character) {
			assert.fail(code.toString(16));
		}
	}
});

test('what is made visible twice is safe still', () => {
	fc.assert(
		fc.property(fc.string({unit: 'binary'}), given => {
			assert.deepEqual([...visible(visible(given))].filter(isUnsafe), []);
		}),
	);
});

test('joiners and selectors stay where they change what is drawn, and are shown where they do not', () => {
	for (const name of ['👩‍👩‍👧‍👦', '❤️', '🏳️‍🌈', '👩🏽‍🚀', '1️⃣', '🇬🇧', 'می‌خواهم', 'क्‌ष', 'क्‍ष', 'ශ්‍රී']) {
		assert.equal(visible(name), name);
	}

	const shown = {
		'😀\ufe0f': '😀‹U+FE0F›',
		'a\ufe0f': 'a‹U+FE0F›',
		'👩\u200d👩': '👩‹U+200D›👩',
		'a\u200db': 'a‹U+200D›b',
		'د\u200cر': 'د‹U+200C›ر',
		'می\u200c': 'می‹U+200C›',
		'क\u200dष': 'क‹U+200D›ष',
		'🏴\u{e0067}\u{e007f}': '🏴‹U+E0067›‹U+E007F›',
	};
	for (const [name, form] of Object.entries(shown)) {
		assert.equal(visible(name), form);
	}
});

test('a poem’s text keeps its spaces and joiners, and obeys nothing', () => {
	assert.equal(
		legible('«\u00a0句\u3000é\u00a0» می\u200cخ ‹U+202E› ␛'),
		'«\u00a0句\u3000é\u00a0» می\u200cخ ‹U+202E› ␛',
	);
	assert.equal(legible('\u001b[31m\u202e\u3164'), '␛[31m‹U+202E›‹U+3164›');
	fc.assert(
		fc.property(fc.string({unit: 'binary'}), given => {
			assert.deepEqual([...legible(given)].filter(isUnsafe), []);
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
