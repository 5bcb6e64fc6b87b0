import assert from 'node:assert/strict';
import {rename as renameFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {discard} from '../../source/commands/discard.ts';
import {keep} from '../../source/commands/keep.ts';
import {rename} from '../../source/commands/rename.ts';
import type {Key} from '../../source/flock/key.ts';
import {assertHarmless} from '../helpers/secrets.ts';
import {type TestServices, testServices} from '../helpers/services.ts';
import {collect} from '../helpers/write.ts';

let flock: TestServices;
let old: Key;
let held: Key;

beforeEach(async () => {
	flock = await testServices({poems: ['ode', 'kettle']});
	old = await flock.authorize('ode', 'ode_poem');
	held = await flock.authorize('elsewhere', 'owner');
	await flock.services.keystore.update('elsewhere', () => null);
	await flock.change('ode', {held: {key: held, reason: 'other-account'}});
});

afterEach(() => flock.close());

test('keep puts the held key in force, and the one that it replaces becomes the previous one', async () => {
	const {write, all} = collect();
	assert.equal(await keep({bot: 'ode'}, flock.services, write), 0);
	const record = await flock.services.keystore.get('ode');
	assert.equal(record?.key?.accessToken, held.accessToken);
	assert.equal(record?.previous?.accessToken, old.accessToken);
	assert.equal(record?.held, null);
	assert.match(all(), /ode now has the key of @owner/);
	assert.match(all(), /@ode_poem .* previous/);
	await assertHarmless(all(), flock.services.keystore);
});

test('discard removes the held key alone', async () => {
	const {write, all} = collect();
	assert.equal(await discard({bot: 'ode'}, flock.services, write), 0);
	const record = await flock.services.keystore.get('ode');
	assert.equal(record?.held, null);
	assert.equal(record?.key?.accessToken, old.accessToken);
	assert.match(all(), /ode keeps its key of @ode_poem/);
});

test('keep and discard refuse a bot without a held key, and name the bot that was meant', async () => {
	const {write} = collect();
	await assert.rejects(keep({bot: 'kettle'}, flock.services, write), {code: 'no-held-key'});
	await assert.rejects(discard({bot: 'kettle'}, flock.services, write), {code: 'no-held-key'});
	await assert.rejects(keep({bot: 'odd'}, flock.services, write), {
		code: 'unknown-bot',
		hint: 'Did you mean ode?',
	});
});

test('rename moves the key to a poem whose file was renamed', async () => {
	await renameFile(
		path.join(flock.folder, 'poems', 'ode.txt'),
		path.join(flock.folder, 'poems', 'ode II.txt'),
	);
	const {write} = collect();
	assert.equal(await rename({from: 'ode', to: 'ode II'}, flock.services, write), 0);
	assert.equal(await flock.services.keystore.get('ode'), null);
	const record = await flock.services.keystore.get('ode II');
	assert.equal(record?.key?.accessToken, old.accessToken);
	assert.equal(record?.held?.key.accessToken, held.accessToken);
});

test('rename refuses while the old poem is still there, and changes nothing', async () => {
	const {write} = collect();
	await assert.rejects(rename({from: 'ode', to: 'kettle'}, flock.services, write), {code: 'bot-exists'});
	assert.equal((await flock.services.keystore.get('ode'))?.key?.accessToken, old.accessToken);
	assert.equal(await flock.services.keystore.get('kettle'), null);
});

test('rename refuses a new name that is no poem, or that has a key of its own', async () => {
	await flock.authorize('kettle', 'kettle_poem');
	await renameFile(path.join(flock.folder, 'poems', 'ode.txt'), path.join(flock.folder, 'poems', 'hymn.txt'));
	const {write} = collect();
	await assert.rejects(rename({from: 'ode', to: 'hymns'}, flock.services, write), {
		code: 'unknown-bot',
		hint: /did you mean hymn\?/,
	});
	await assert.rejects(rename({from: 'ode', to: 'kettle'}, flock.services, write), {code: 'bot-exists'});
	await assert.rejects(rename({from: 'hymn', to: 'kettle'}, flock.services, write), {code: 'no-key'});
});
