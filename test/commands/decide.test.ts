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
	await flock.change('ode', {held: [{key: held, reason: 'other-account'}]});
});

afterEach(() => flock.close());

test('keep puts the held key in force, and the one that it replaces becomes the previous one', async () => {
	const {write, all} = collect();
	assert.equal(await keep({bot: 'ode', handle: null}, flock.services, write), 0);
	const record = await flock.services.keystore.get('ode');
	assert.equal(record?.key?.accessToken, held.accessToken);
	assert.equal(record?.previous?.accessToken, old.accessToken);
	assert.deepEqual(record?.held, []);
	assert.match(all(), /ode now uses the key of @owner/);
	assert.match(all(), /@ode_poem .* previous/);
	await assertHarmless(all(), flock.services.keystore);
});

test('discard removes the held key alone', async () => {
	const {write, all} = collect();
	assert.equal(await discard({bot: 'ode', handle: null}, flock.services, write), 0);
	const record = await flock.services.keystore.get('ode');
	assert.deepEqual(record?.held, []);
	assert.equal(record?.key?.accessToken, old.accessToken);
	assert.match(all(), /ode keeps its key of @ode_poem/);
});

test('keep and discard refuse a bot without a held key, and name the bot that was meant', async () => {
	const {write} = collect();
	await assert.rejects(keep({bot: 'kettle', handle: null}, flock.services, write), {code: 'no-held-key'});
	await assert.rejects(discard({bot: 'kettle', handle: null}, flock.services, write), {code: 'no-held-key'});
	await assert.rejects(keep({bot: 'odd', handle: null}, flock.services, write), {
		code: 'unknown-bot',
		hint: 'Did you mean ode?',
	});
});

/** Holds one more key for ode, of this account. */
async function holdToo(account: string): Promise<Key> {
	const more = await flock.authorize('elsewhere', account);
	await flock.services.keystore.update('elsewhere', () => null);
	await flock.change('ode', {
		held: [
			{key: held, reason: 'other-account'},
			{key: more, reason: 'late'},
		],
	});
	return more;
}

const heldTokens = async () =>
	(await flock.services.keystore.get('ode'))?.held.map(({key}) => key.accessToken);

test('with several held keys keep and discard name the accounts, and do nothing until one is picked', async () => {
	const more = await holdToo('stranger');
	const {write} = collect();
	for (const command of [keep, discard]) {
		await assert.rejects(command({bot: 'ode', handle: null}, flock.services, write), {
			code: 'held-several',
			message: /@owner and @stranger/,
			hint: /keep ode --handle NAME/,
		});
		await assert.rejects(command({bot: 'ode', handle: 'nobody'}, flock.services, write), {
			code: 'no-held-key',
			message: /no key of @nobody to decide about, only of @owner and @stranger/,
		});
	}

	assert.deepEqual(await heldTokens(), [held.accessToken, more.accessToken]);
});

test('keep --handle puts the key of that account in force, and the others stay held', async () => {
	await holdToo('stranger');
	const {write, all} = collect();
	assert.equal(await keep({bot: 'ode', handle: '@Stranger'}, flock.services, write), 0);
	const record = await flock.services.keystore.get('ode');
	assert.equal(record?.key?.handle, 'stranger');
	assert.equal(record?.previous?.accessToken, old.accessToken);
	assert.deepEqual(await heldTokens(), [held.accessToken]);
	assert.match(all(), /ode still has a key of @owner to decide about/);
	await assertHarmless(all(), flock.services.keystore);
});

test('discard --handle removes the key of that account alone, by its id too', async () => {
	const more = await holdToo('stranger');
	const {write, all} = collect();
	assert.equal(await discard({bot: 'ode', handle: held.userId}, flock.services, write), 0);
	assert.deepEqual(await heldTokens(), [more.accessToken]);
	assert.match(all(), /Discarded ode’s new key of @owner/);
	assert.match(all(), /ode keeps its key of @ode_poem/);
	assert.match(all(), /ode still has a key of @stranger to decide about/);
});

test('two held keys of one account are not told apart by a handle: nothing is done, and the screen is named', async () => {
	const again = {...held, accessToken: `${held.userId}-not-a-real-token-of-later`};
	await flock.change('ode', {
		held: [
			{key: held, reason: 'other-account'},
			{key: again, reason: 'late'},
		],
	});
	const {write} = collect();
	await assert.rejects(keep({bot: 'ode', handle: 'owner'}, flock.services, write), {
		code: 'held-several',
		hint: /press enter on ode to see each key/,
	});
	assert.deepEqual(await heldTokens(), [held.accessToken, again.accessToken]);
});

for (const command of [keep, discard]) {
	test(`${command.name} does nothing where another program has decided about that key meanwhile`, async () => {
		const {keystore, keymaker} = flock.services;
		const before = await keystore.get('ode');
		const {write} = collect();
		const late = {
			...flock.services,
			keystore: {
				...keystore,
				async list() {
					const contents = await keystore.list();
					const [one] = contents.records.get('ode')?.held ?? [];
					assert.ok(one);
					await keymaker.discard('ode', one.tokenId);
					await flock.change('ode', {
						held: [{key: {...held, accessToken: 'not-a-real-token'}, reason: 'late'}],
					});
					return contents;
				},
			},
		};
		await assert.rejects(command({bot: 'ode', handle: null}, late, write), {code: 'held-changed'});
		const after = await keystore.get('ode');
		assert.deepEqual(after?.key, before?.key);
		assert.deepEqual(await heldTokens(), ['not-a-real-token']);
	});
}

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
	assert.equal(record?.held[0]?.key.accessToken, held.accessToken);
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
