import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Action} from '../../source/tui/model/action.ts';
import {Secret} from '../../source/tui/model/secret.ts';
import {createRunner} from '../../source/tui/runner.ts';
import {type TestServices, testServices} from '../helpers/services.ts';

/** Tries the practice app with a port as it was typed, as the setup screen does. */
async function tryWith({services, practice}: TestServices, callback: string): Promise<Action> {
	const {consumerKey, consumerSecret} = practice.appKey;
	const {promise, resolve} = Promise.withResolvers<Action>();
	const host = {end() {}, async suspend() {}, fail: assert.ifError};
	createRunner(services, resolve, host).run({
		type: 'try-app',
		attempt: 1,
		consumerKey: new Secret(consumerKey),
		consumerSecret: new Secret(consumerSecret),
		callback,
	});
	return promise;
}

test('setup tries the address at X before it saves the port with the app', async () => {
	const flock = await testServices({callbacks: ['http://127.0.0.1:8765/keymaker']});
	try {
		const {keystore} = flock.services;
		const refused = await tryWith(flock, '8766');
		assert.ok(refused.type === 'app-refused');
		assert.deepEqual([refused.problem.code, refused.problem.field], ['x-callback', 'callback']);
		assert.match(refused.problem.sentence, /http:\/\/127\.0\.0\.1:8766\/keymaker/);
		assert.match(refused.problem.hint, /Developer Console.*empty the field/);
		assert.equal(await keystore.savedAppKey(), null);

		const saved = await tryWith(flock, ' 8765 ');
		assert.ok(saved.type === 'app-saved');
		assert.equal(saved.app.callbackPort, 8765);
		assert.deepEqual(await keystore.savedAppKey(), {...flock.practice.appKey, callbackPort: 8765});

		const emptied = await tryWith(flock, '');
		assert.ok(emptied.type === 'app-saved');
		assert.deepEqual(await keystore.savedAppKey(), flock.practice.appKey);
	} finally {
		await flock.close();
	}
});

test('what is no port is said before X is asked', async () => {
	const flock = await testServices();
	try {
		for (const bad of ['0', '65536', 'localhost', '87 65', '-1']) {
			const refused = await tryWith(flock, bad);
			assert.ok(refused.type === 'app-refused', bad);
			assert.deepEqual([refused.problem.code, refused.problem.field], ['bad-app-key', 'callback']);
		}

		assert.deepEqual(flock.practice.log(), []);
	} finally {
		await flock.close();
	}
});
