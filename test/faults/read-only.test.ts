import assert from 'node:assert/strict';
import {afterEach, beforeEach, test} from 'node:test';
import type {Bot} from '../../source/flock/flock.ts';
import {readFlock} from '../../source/keymaker/flock.ts';
import {statusHint} from '../../source/tui/draw/words.ts';
import {approve} from '../helpers/approve.ts';
import {type TestServices, testServices} from '../helpers/services.ts';
import {failureOf} from '../x/fixtures.ts';

let flock: TestServices;
beforeEach(async () => {
	flock = await testServices({poems: ['harbour']});
	const {keymaker} = flock.services;
	// The app could only read when this key was made.
	const link = await keymaker.requestLink('harbour', {access: 'read'});
	await keymaker.submitPin(link, await approve(link.url, 'harbour_poem'));
	await flock.change('harbour', {wantedAccess: 'write'});
});
afterEach(() => flock.close());

async function harbour(): Promise<Bot> {
	const [bot] = (await readFlock(flock.services)).flock;
	assert.ok(bot);
	return bot;
}

test('a key from before the app could write is shown as read-only, and to authorize again is offered', async () => {
	const bot = await harbour();
	assert.equal(bot.status, 'read-only');
	assert.match(statusHint(bot) ?? '', /Set the app to read and write at X, then authorize again/);
});

test('the old key stays in force until the new one is there, and is then the previous one', async () => {
	const {keymaker, keystore} = flock.services;
	const old = (await keystore.get('harbour'))?.key;
	const link = await keymaker.requestLink('harbour');
	const pin = await approve(link.url, 'harbour_poem');
	flock.practice.setFault('access_token:reset:1');
	await failureOf(keymaker.submitPin(link, pin));
	assert.deepEqual((await keystore.get('harbour'))?.key, old);
	assert.equal((await harbour()).status, 'read-only');

	const key = await flock.authorize('harbour', 'harbour_poem');
	assert.equal(key.accessLevel, 'read-write');
	assert.notEqual(key.accessToken, old?.accessToken);
	assert.equal((await harbour()).status, 'ready');
	assert.deepEqual((await keystore.get('harbour'))?.previous, old);
});

test('a bot that is to read alone is ready with a key that may only read', async () => {
	await flock.change('harbour', {wantedAccess: 'read'});
	assert.equal((await harbour()).status, 'ready');
});
