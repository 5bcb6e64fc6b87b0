import assert from 'node:assert/strict';
import {afterEach, beforeEach, test} from 'node:test';
import {checkKeys} from '../../source/keymaker/check.ts';
import {type TestServices, testServices} from '../helpers/services.ts';

let flock: TestServices;
beforeEach(async () => {
	flock = await testServices({poems: ['harbour', 'kettle']});
	await flock.authorize('harbour', 'harbour_poem');
});
afterEach(() => flock.close());

test('a key that X refuses is rejected from then on, and one that X says nothing of stays as it was', async () => {
	const kept = async () => {
		const key = (await flock.services.keystore.get('harbour'))?.key;
		return [key?.rejected, key?.checkedAt];
	};
	flock.practice.setFault('users_me:500:1');
	const [unknown] = await checkKeys(['harbour'], flock.services);
	assert.equal(unknown?.error?.code, 'x-trouble');
	assert.deepEqual([unknown?.key?.rejected, unknown?.key?.checkedAt], [false, null]);
	assert.deepEqual(await kept(), [false, null]);

	flock.practice.setFault('users_me:401-89:1');
	const [refused] = await checkKeys(['harbour'], flock.services);
	assert.equal(refused?.error?.code, 'x-token');
	assert.deepEqual([refused?.key?.rejected, typeof refused?.key?.checkedAt], [true, 'string']);
	assert.deepEqual(await kept(), [true, refused?.key?.checkedAt]);

	const [taken] = await checkKeys(['harbour'], flock.services);
	assert.equal(taken?.error, null);
	assert.deepEqual(await kept(), [false, taken?.key?.checkedAt]);
});

test('a check that waits for the end of X’s pause stops at once when it is left', async () => {
	flock.practice.setFault('users_me:429:1');
	const left = new AbortController();
	let waits = 0;
	const results = await checkKeys(['harbour'], flock.services, {
		signal: left.signal,
		onWait() {
			waits += 1;
			setImmediate(() => left.abort());
		},
	});
	assert.equal(waits, 1);
	assert.deepEqual(results, []);
});
