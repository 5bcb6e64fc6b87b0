import assert from 'node:assert/strict';
import {statSync} from 'node:fs';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {type Workplace, workplace} from '../helpers/program.ts';

let place: Workplace;
before(async () => {
	place = await workplace([]);
});
after(() => place?.close());

test('host init prints only the recipient, and keeps the identity in the settings folder', async () => {
	const home = path.join(place.folder, 'home');
	const env = {HOME: home, XDG_CONFIG_HOME: path.join(home, 'settings')};
	const {code, out, err} = await place.run(['host', 'init'], '', env);
	assert.equal(code, 0, err);
	assert.match(out, /^age1[a-z0-9]{58}\n$/);
	assert.equal(err.includes('AGE-SECRET'), false);
	assert.match(err, /keymaker grant BOT --to age1/);
	if (process.platform === 'linux') {
		const file = path.join(home, 'settings', 'keymaker', 'identity.txt');
		assert.equal(statSync(file).mode & 0o777, 0o600);
	}

	const again = await place.run(['host', 'init'], '', env);
	assert.deepEqual([again.code, again.out], [1, '']);
	assert.match(again.err, /identity-exists/);
	assert.ok(again.err.includes(out.trim()));
});

test('KEYMAKER_IDENTITY names another file, even without a home folder', async () => {
	const env = {HOME: undefined, XDG_CONFIG_HOME: undefined, KEYMAKER_IDENTITY: 'own/identity'};
	const {code, err} = await place.run(['host', 'init'], '', env);
	assert.equal(code, 0, err);
	assert.match(await place.read('own/identity'), /AGE-SECRET-KEY-1/);
	const {code: without, err: why} = await place.run(['host', 'init'], '', {
		...env,
		KEYMAKER_IDENTITY: undefined,
	});
	assert.equal(without, 1);
	assert.match(why, /KEYMAKER_IDENTITY/);
});

test('host has no action but init', async () => {
	const {code, out} = await place.run(['host', 'remove']);
	assert.deepEqual([code, out], [2, '']);
});
