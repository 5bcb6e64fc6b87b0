import assert from 'node:assert/strict';
import {test} from 'node:test';
import {FlockError} from '../../source/flock/error.ts';
import {cleanAppKey} from '../../source/keymaker/app-key.ts';

const clean = (consumerKey: string, consumerSecret = 'not-a-real-secret') =>
	cleanAppKey({consumerKey, consumerSecret});

function refusal(work: () => unknown): FlockError {
	try {
		work();
	} catch (error) {
		assert.ok(error instanceof FlockError);
		return error;
	}

	assert.fail('it was taken');
}

test('space, line ends, invisible characters and quotes around an app key go, and nothing else', () => {
	for (const text of [
		' not-a-real-key\r\n',
		'"not-a-real-key"',
		"' not-a-real-key '",
		'\u200bnot-a-real-key\ufeff',
		'"not-a-real-key\n"',
	]) {
		assert.deepEqual(
			clean(text),
			{consumerKey: 'not-a-real-key', consumerSecret: 'not-a-real-secret'},
			JSON.stringify(text),
		);
	}
});

test('an app key that cannot be one is refused by the name of its field, and never repeated', () => {
	for (const [text, reason] of [
		['', / is empty\./],
		['""', / is empty\./],
		['"not-a-real-key', / has a space or a character that X never uses\./],
		['"not-a-real-key\'', / has a space or a character that X never uses\./],
		['not-a-real key', / has a space or a character that X never uses\./],
		['ключ', / has a space or a character that X never uses\./],
		['not-a-real-key-é', / has a space or a character that X never uses\./],
		['é-not-a-real-key', / has a space or a character that X never uses\./],
		[`${'A'.repeat(20)}${'not-a-real-token'.repeat(6)}`, / is the app’s Bearer Token\./],
	] as const) {
		for (const [name, work] of [
			['API Key (consumer key)', () => clean(text)],
			['API Key Secret (consumer secret)', () => clean('not-a-real-key', text)],
		] as const) {
			const error = refusal(work);
			assert.equal(error.code, 'bad-app-key');
			assert.ok(error.message.startsWith(name), error.message);
			assert.match(error.message, reason);
			assert.ok(text === '' || !`${error.message}${error.hint}`.includes(text));
		}
	}
});

test('only what is as long as a Bearer Token, and begins as one, is taken for one', () => {
	assert.equal(clean('A'.repeat(80)).consumerKey, 'A'.repeat(80));
	assert.match(refusal(() => clean('A'.repeat(81))).message, /Bearer Token/);
	assert.equal(clean(`b${'A'.repeat(90)}`).consumerKey.length, 91);
});
