import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {test} from 'node:test';
import fc from 'fast-check';
import {shellWord} from '../../source/flock/shell-word.ts';
import {visible} from '../../source/flock/visible.ts';
import {runs} from '../helpers/thorough.ts';

/** What a shell makes of words, one a line of NUL-ended texts. */
function readBy(shell: string, words: readonly string[]): string[] {
	const script = `printf '%s\\0' ${words.join(' ')}`;
	return execFileSync(shell, ['-c', script], {env: {...process.env, LC_ALL: 'C.UTF-8'}})
		.toString()
		.split('\0')
		.slice(0, -1);
}

test('ordinary names are words as they are', () => {
	for (const name of ['harbour', '俳句', 'état-2', 'v1.2', 'Ode_No+1']) {
		assert.equal(shellWord(name), name);
	}
});

test('names that mean something to a shell are read back by it as they are', () => {
	const names = [
		'the sea',
		"it's",
		'"quoted"',
		'a$HOME`id`',
		'back\\slash',
		'* ? [x] {a,b} ~',
		'a;b|c&d>e<f(g)',
		'!bang #hash',
		'',
		'👩‍👩‍👧',
	];
	assert.deepEqual(readBy('sh', names.map(shellWord)), names);
	assert.deepEqual(readBy('bash', names.map(shellWord)), names);
	assert.equal(shellWord('the sea'), "'the sea'");
});

test('what a terminal would obey is spelt out, and read back by bash', () => {
	const names = ['a\u001b[2Jb', "line\nend 'quoted' \\", '\u202egnp.txt', '\u0007f', '\u0085c'];
	for (const name of names) {
		assert.equal(visible(shellWord(name)), shellWord(name));
	}

	assert.deepEqual(readBy('bash', names.map(shellWord)), names);
});

test('whatever a name is, one word comes back, and it is safe to draw', () => {
	fc.assert(
		fc.property(
			fc.array(
				fc.string({unit: 'binary'}).map(text => text.replaceAll(/[\0\p{Cs}]/gu, '')),
				{minLength: 1, maxLength: 30},
			),
			names => {
				const words = names.map(shellWord);
				assert.deepEqual(readBy('bash', words), names);
				assert.equal(visible(words.join(' ')), words.join(' '));
			},
		),
		{numRuns: runs(20)},
	);
});
