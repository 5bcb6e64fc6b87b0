import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {type Workplace, workplace} from '../helpers/program.ts';

let place: Workplace;

before(async () => {
	place = await workplace(['harbour']);
});

after(() => place.close());

for (const words of [
	['keep', 'harbour', 'kettle'],
	['discard', 'harbour', '0012345'],
	['rename', 'one', 'two', 'three'],
	['list', 'harbour'],
	['init', 'here'],
	['encrypt', 'not-a-real-passphrase'],
	['restore', '1', '2'],
	['authorize', 'harbour', '--pin', '0012345'],
	['authorize', 'harbour', '--access', 'everything'],
	['check', '--jsn'],
	['export', 'harbour', '--format', 'bundle'],
	['export', '--format', 'yaml', '--out', 'x'],
	['exec', '--all', '--jobs', '0', '--', 'true'],
	['chekc'],
	['--keystor', 'x'],
] as const) {
	test(`keymaker ${words.join(' ')} is wrong usage, and does nothing`, async () => {
		const {code, out, err} = await place.run(words);
		assert.deepEqual([code, out], [2, '']);
		assert.match(err, /^error: /);
	});
}

test('words too many are not repeated: one may be a passphrase', async () => {
	const {err} = await place.run(['encrypt', 'not-a-real-passphrase']);
	assert.match(err, /too many arguments for 'encrypt'. Expected 0 arguments but got 1\.\n/);
	assert.doesNotMatch(err, /not-a-real-passphrase/);
});

test('the PIN is never an argument: another word is another bot', async () => {
	const {code, out, err} = await place.run(['authorize', 'harbour', '0012345']);
	assert.deepEqual([code, out], [1, '']);
	assert.match(err, /No bot named 0012345/);
});
