import assert from 'node:assert/strict';
import {test} from 'node:test';
import stringWidth from 'string-width';
import {asciiForm, drawsUnicode, statusGlyphs} from '../../source/flock/glyph.ts';

test('each status has a glyph of its own, in ASCII too, one column wide', () => {
	const glyphs = Object.values(statusGlyphs);
	const ascii = glyphs.map(glyph => asciiForm(glyph, stringWidth));
	assert.equal(new Set(glyphs).size, glyphs.length);
	assert.equal(new Set(ascii).size, glyphs.length);
	for (const glyph of ascii) {
		assert.match(glyph, /^[\x21-\x7e]$/);
	}
});

test('ASCII forms are as wide as what they stand for', () => {
	for (const text of ['俳句', 'née', '👩‍👩‍👧 “ok” … —', '✓ ✗ ●']) {
		const ascii = asciiForm(text, stringWidth);
		assert.match(ascii, /^[\x20-\x7e]*$/);
		assert.equal(ascii.length, stringWidth(text), text);
	}
});

test('a UTF-8 locale draws more than ASCII, unless the terminal cannot', () => {
	assert.equal(drawsUnicode({LANG: 'en_GB.UTF-8'}, 'linux'), true);
	assert.equal(drawsUnicode({LANG: 'en_GB.UTF-8', LC_ALL: 'C'}, 'linux'), false);
	assert.equal(drawsUnicode({LANG: 'C.utf8', TERM: 'dumb'}, 'linux'), false);
	assert.equal(drawsUnicode({}, 'linux'), false);
	assert.equal(drawsUnicode({}, 'win32'), true);
});
