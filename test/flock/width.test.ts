import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import stringWidth from 'string-width';
import {narrow} from '../../source/flock/graphemes.ts';
import {cut, pad} from '../../source/flock/width.ts';

const family = '👩‍👩‍👧‍👦';

test('a text that fits is left whole', () => {
	assert.equal(cut('harbour', 7), 'harbour');
	assert.equal(cut('俳句', 4), '俳句');
	assert.equal(cut('', 0), '');
});

test('a text that does not fit ends in …', () => {
	assert.equal(cut('harbour', 6), 'harbo…');
	assert.equal(cut('harbour', 1), '…');
	assert.equal(cut('harbour', 0), '');
});

test('wide characters are never cut through', () => {
	assert.equal(cut('俳句', 3), '俳…');
	assert.equal(cut('俳句', 2), '…');
	assert.equal(cut(`${family}${family}`, 3), `${family}…`);
});

test('columns are aligned whatever the names are made of', () => {
	for (const name of ['harbour', '俳句', family, 'x'.repeat(300), family.repeat(40), 'é́'.repeat(50), '']) {
		assert.equal(stringWidth(pad(name, 20)), 20, name);
	}
});

test('a padded text is exactly as wide as asked, and a cut one never wider', () => {
	const text = fc.string({unit: fc.constantFrom('a', '俳', family, 'é', '❤️', ' ', '🇬🇧')});
	fc.assert(
		fc.property(text, fc.nat(30), (given, width) => {
			assert.equal(stringWidth(pad(given, width)), width);
			assert.ok(stringWidth(cut(given, width)) <= width);
		}),
	);
});

test('the first columns of a very long text are found without reading all of it', () => {
	assert.equal(cut('x'.repeat(5_000_000), 5), 'xxxx…');
});

test('characters that are taken to be one column wide are, and never join with each other', () => {
	const taken = Array.from({length: 0x1_00_00}, (_, code) => String.fromCharCode(code)).filter(one =>
		narrow.test(one),
	);
	assert.deepEqual(
		taken.filter(one => stringWidth(one) !== 1),
		[],
	);
	fc.assert(
		fc.property(fc.array(fc.constantFrom(...taken)), characters => {
			const text = characters.join('');
			assert.equal(stringWidth(text), text.length);
			assert.equal([...new Intl.Segmenter().segment(text)].length, text.length);
		}),
	);
});
