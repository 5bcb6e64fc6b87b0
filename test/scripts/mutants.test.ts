import assert from 'node:assert/strict';
import {test} from 'node:test';
import {mutantsOf} from '../../scripts/mutate/mutants.ts';

/** A source as each of its mutants leaves it. */
const mutated = (source: string) =>
	mutantsOf(source).map(({start, end, put}) => source.slice(0, start) + put + source.slice(end));

test('conditions, operators, constants, statements and lists each become a mistake, one at a time', () => {
	for (const [source, expected] of [
		['if (a) b();', ['if (!(a)) b();', 'if (a) ;']],
		['const x = a && !b;', ['const x = ((a) || (!b));', 'const x = a && b;']],
		['const x = a < 1;', ['const x = ((a) <= (1));', 'const x = a < 2;']],
		['const x = a ?? b;', ['const x = (a);', 'const x = (b);']],
		["const x = [a, 'name'];", ['const x = [];', "const x = [a, ''];"]],
		['const x = /^a$/i;', ['const x = /^a$/;', 'const x = /a$/i;', 'const x = /^a/i;']],
		['const x = a.some(b).trim();', ['const x = a.some(b);', 'const x = a.every(b).trim();']],
		['throw error;', [';']],
	] as const) {
		assert.deepEqual(mutated(source), expected, source);
	}
});

test('prose, types, names of properties and what names other modules stay as they are', () => {
	for (const source of [
		"import {a} from 'a';",
		"export * from 'a';",
		"type A = {b: 'c' | 1};",
		"const x: 'a' = b as 'a';",
		"const x = {'a-b': c};",
		'const x = `It is a.`;',
		"const x = a + ' and more';",
	]) {
		assert.deepEqual(mutated(source), [], source);
	}
});

test('a source that cannot be read is refused', () => {
	assert.throws(() => mutantsOf('const = ;'), SyntaxError);
});
