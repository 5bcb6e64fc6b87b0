import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type Stroke, strokesOf} from '../../source/system/terminal-keys.ts';
import {Tokenizer} from '../../source/system/terminal-tokens.ts';

/** What a sequence means, given whole and byte by byte. */
function meaning(sequence: string): Stroke[] {
	const [whole, apart] = [new Tokenizer(), new Tokenizer()];
	const strokes = whole.push(Buffer.from(sequence)).flatMap(strokesOf);
	const others = Array.from(Buffer.from(sequence), byte => apart.push(Uint8Array.of(byte))).flat();
	assert.deepEqual(others.flatMap(strokesOf), strokes, JSON.stringify(sequence));
	assert.equal(whole.waiting, 'nothing', JSON.stringify(sequence));
	return strokes;
}

/** The forms in which terminals send a key, without the escape before them. */
const forms: Readonly<Record<string, readonly string[]>> = {
	up: ['[A', 'OA', '[1;1A', '[1;1:1A', '[1;5A', '[1;3:2A', '[57419u', 'Oa', '\u001B[A', '\u001BOA'],
	down: ['[B', 'OB', '[57420u', 'Ob', '\u001B[B'],
	'shift+up': ['[1;2A', '[a'],
	'shift+down': ['[1;2B', '[b', '[1;66B'],
	f1: ['OP', '[11~', '[[A', '[1;1P', '[57364u'],
	right: ['[C', 'OC', '[1;5C', '[57418u'],
	left: ['[D', 'OD', '[1;5D', '[57417u'],
	home: ['[H', 'OH', '[1~', '[7~', '[1;5H', '[7$', '[7^', '[7@', '[57423u'],
	end: ['[F', 'OF', '[4~', '[8~', '[8$', '[57424u'],
	pageup: ['[5~', '[[5~', '[5;2~', '[5$', '[57421u'],
	pagedown: ['[6~', '[[6~', '[6^', '[57422u'],
	delete: ['[3~', '[3;5~', '[3$', '[57426u'],
	backspace: ['[127u', '[8u', '[127;3u'],
	tab: ['[9u'],
	backtab: ['[Z', '[9;2u', '[1;2Z'],
	enter: ['[13u', '[57414u', 'OM', '[27;1;13~'],
	escape: ['[27u', '[27;1:1u', '[27;2;27~'],
	space: ['[32u', '[32;1;32u'],
	'ctrl+c': ['[99;5u', '[99;5:1u', '[27;5;99~', '[99;133u', '[67;6u'],
	'ctrl+u': ['[117;5u'],
	S: ['[115;2u', '[115:83;2u', '[115;65u', '[115;2;83u', '[115:83;2:1;83u'],
	s: ['[115u', '[115;1:2u', '[115;129u', '[115;66u'],
	'!': ['[49:33;2u', '[49;2;33u'],
	5: ['[57404u', '[57404;129;53u', '[53;1u'],
	é: ['[233u', '[101;1;233u'],
};

for (const [key, sequences] of Object.entries(forms)) {
	test(`${key} is ${key} in every form in which terminals send it`, () => {
		for (const sequence of sequences) {
			assert.deepEqual(meaning(`\u001B${sequence}`), [{type: 'key', key}], JSON.stringify(sequence));
		}
	});
}

test('keys that mean nothing here, keys that are released, and what modifiers make of letters, are nothing', () => {
	for (const sequence of [
		'[27;1:3u',
		'[106;1:3u',
		'[1;1:3A',
		'[3;1:3~',
		'[OP',
		'[24~',
		'[2~',
		'[E',
		'[102;3u',
		'[102;9u',
		'[102;7u',
		'[57441u',
		'[57428u',
		'[1114112u',
		'[55296u',
		'[32;5u',
		'[u',
		'[;u',
		'[27;5~',
	]) {
		const strokes = meaning(`\u001B${sequence}`);
		// `ESC [ O` is a focus report, and P then a letter.
		assert.deepEqual(strokes, sequence === '[OP' ? [{type: 'key', key: 'P'}] : [], JSON.stringify(sequence));
	}
});

test('a text of the kitty protocol is a text', () => {
	assert.deepEqual(meaning('\u001B[0;;97:98u'), [{type: 'text', text: 'ab'}]);
});

test('a click and the wheel are told with the cell that they were at, and no other report of a mouse is anything', () => {
	assert.deepEqual(meaning('\u001B[<0;5;7M'), [{type: 'mouse', what: 'click', column: 4, row: 6}]);
	assert.deepEqual(meaning('\u001B[<64;1;1M'), [{type: 'mouse', what: 'wheel-up', column: 0, row: 0}]);
	assert.deepEqual(meaning('\u001B[<65;200;60M'), [
		{type: 'mouse', what: 'wheel-down', column: 199, row: 59},
	]);
	for (const report of ['[<0;5;7m', '[<1;5;7M', '[<2;5;7M', '[<35;5;7M', '[<0;5M', '[<;;M']) {
		assert.deepEqual(meaning(`\u001B${report}`), [], report);
	}
});
