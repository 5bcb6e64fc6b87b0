import assert from 'node:assert/strict';
import {keysOf} from '../../source/flock/key.ts';
import type {Keystore} from '../../source/keystore/keystore.ts';

/** Whatever a terminal would obey instead of showing, line ends aside. */
const raw = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

/** Asserts that a text holds no control character and none of a keystore's secrets. */
export async function assertHarmless(text: string, keystore: Keystore): Promise<void> {
	assert.doesNotMatch(text, raw);
	const {records, apps} = await keystore.list();
	const secrets: string[] = [];
	for (const bot of records.keys()) {
		const record = await keystore.get(bot);
		secrets.push(
			...(record === null ? [] : keysOf(record).flatMap(key => [key.accessToken, key.accessSecret])),
		);
	}

	for (const app of apps) {
		secrets.push((await keystore.appKey(app))?.consumerSecret ?? '');
	}

	assert.ok(secrets.length > 0, 'there was no secret that could have been found');
	for (const secret of secrets) {
		assert.ok(secret.length > 10 && !text.includes(secret), 'a secret is in the output');
	}
}
