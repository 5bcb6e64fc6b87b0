import assert from 'node:assert/strict';
import {afterEach, beforeEach, test} from 'node:test';
import {forget} from '../../source/commands/forget.ts';
import {revoke} from '../../source/commands/revoke.ts';
import type {Key} from '../../source/flock/key.ts';
import {assertHarmless} from '../helpers/secrets.ts';
import {type TestServices, testServices} from '../helpers/services.ts';
import {collect} from '../helpers/write.ts';

let flock: TestServices;
let key: Key;

beforeEach(async () => {
	flock = await testServices({poems: ['harbour', 'kettle', 'moth']});
	key = await flock.authorize('harbour', 'harbour_poem');
	await flock.authorize('kettle', 'kettle_poem');
});

afterEach(() => flock.close());

const harbour = {bots: ['harbour'], yes: false, purge: false};

/** How often X was told of a revocation. */
function revocations(): number {
	return flock.practice.log().filter(({path}) => path === '/1.1/oauth/invalidate_token').length;
}

test('forget asks with the bot’s and the account’s name, and removes the key from the keystore alone', async () => {
	const run = collect({interactive: true, input: 'y\n'});
	assert.equal(await forget(harbour, flock.services, run.write), 0);
	assert.match(
		run.err[0] ?? '',
		new RegExp(`^Forget the key of harbour \\(@harbour_poem, account ${key.userId}\\)\\?`),
	);
	assert.equal(await flock.services.keystore.get('harbour'), null);
	assert.equal(revocations(), 0);
	assert.match(run.out.join('\n'), /harbour: forgotten\. The key still works at X/);
	await assertHarmless(run.all(), flock.services.keystore);
});

test('everything but a yes changes nothing', async () => {
	const run = collect({interactive: true, input: '\n'});
	assert.equal(await forget(harbour, flock.services, run.write), 1);
	assert.equal(await revoke(harbour, flock.services, collect({interactive: true, input: 'n\n'}).write), 1);
	assert.equal((await flock.services.keystore.get('harbour'))?.key?.accessToken, key.accessToken);
	assert.equal(revocations(), 0);
});

test('without a terminal and without --yes both refuse, and name --yes', async () => {
	for (const command of [forget, revoke]) {
		await assert.rejects(command(harbour, flock.services, collect({input: 'y\n'}).write), {
			code: 'usage',
			hint: /--yes/,
		});
	}

	assert.equal((await flock.services.keystore.get('harbour'))?.key?.accessToken, key.accessToken);
});

test('several bots are listed and asked about once', async () => {
	const run = collect({interactive: true, input: 'y\n'});
	assert.equal(await forget({...harbour, bots: ['harbour', 'kettle']}, flock.services, run.write), 0);
	assert.deepEqual(
		run.err.slice(0, 3).map(line => line.replace(/account \d+/, 'account N')),
		[
			'  harbour (@harbour_poem, account N)',
			'  kettle (@kettle_poem, account N)',
			'Forget the keys of these 2 bots? It still works at X. Use keymaker revoke to end it there. [y/N]',
		],
	);
	assert.equal((await flock.services.keystore.list()).records.size, 0);
});

test('forget says what backups still hold, and --purge takes it out there, even afterwards', async () => {
	const run = collect();
	assert.equal(await forget({...harbour, yes: true}, flock.services, run.write), 0);
	assert.match(run.err.join('\n'), /\d backups? may still have it\. .*keymaker forget harbour --purge/);
	assert.ok((await flock.services.keystore.backupsHolding('harbour')) > 0);

	const purged = collect();
	assert.equal(await forget({...harbour, yes: true, purge: true}, flock.services, purged.write), 0);
	assert.match(purged.out.join('\n'), /^harbour: removed from \d backups?\.$/);
	assert.equal(await flock.services.keystore.backupsHolding('harbour'), 0);
	assert.ok((await flock.services.keystore.get('kettle'))?.key);
});

test('forget --purge removes a key here and in the backups at once, an orphan’s too', async () => {
	await flock.authorize('gone', 'gone_poem');
	const gone = {bots: ['gone'], yes: true, purge: true};
	assert.equal(await forget(gone, flock.services, collect().write), 0);
	assert.equal(await flock.services.keystore.get('gone'), null);
	assert.equal(await flock.services.keystore.backupsHolding('gone'), 0);
	await assert.rejects(forget(gone, flock.services, collect().write), {code: 'unknown-bot'});
});

test('an orphan that was forgotten can still be purged', async () => {
	await flock.authorize('gone', 'gone_poem');
	const gone = {bots: ['gone'], yes: true, purge: false};
	await forget(gone, flock.services, collect().write);
	await assert.rejects(forget(gone, flock.services, collect().write), {code: 'unknown-bot'});
	assert.equal(await forget({...gone, purge: true}, flock.services, collect().write), 0);
	assert.equal(await flock.services.keystore.backupsHolding('gone'), 0);
});

test('revoke tells X first, and then removes the key here', async () => {
	const run = collect();
	assert.equal(await revoke({...harbour, yes: true}, flock.services, run.write), 0);
	assert.equal(revocations(), 1);
	assert.equal(await flock.services.keystore.get('harbour'), null);
	await assert.rejects(flock.services.x.whoIs(flock.practice.appKey, key), {code: 'x-token'});
	assert.match(run.out.join('\n'), /harbour: revoked 1 token at X, and removed here/);
});

test('where X cannot be reached the key stays, and the other bots are gone on with', async () => {
	flock.practice.setFault('invalidate_token:500:1');
	const run = collect();
	const both = {...harbour, bots: ['harbour', 'kettle'], yes: true};
	assert.equal(await revoke(both, flock.services, run.write), 1);
	assert.equal((await flock.services.keystore.get('harbour'))?.key?.accessToken, key.accessToken);
	assert.equal(await flock.services.keystore.get('kettle'), null);
	assert.match(run.err.join('\n'), /harbour: nothing was changed:\n.*x-trouble/);
});

test('a token that another bot carries is not revoked, and the person is told', async () => {
	await flock.change('moth', {key});
	const run = collect();
	assert.equal(await revoke({...harbour, yes: true}, flock.services, run.write), 0);
	assert.equal(revocations(), 0);
	assert.match(run.out.join('\n'), /harbour: not revoked at X.* moth uses the same token/);
	assert.equal((await flock.services.keystore.get('moth'))?.key?.accessToken, key.accessToken);
});

test('a token that another bot holds, or had before, is not revoked either; this bot’s own held ones are', async () => {
	const mine = await flock.authorize('moth', 'stranger');
	await flock.services.keystore.update('moth', () => null);
	const other = {...key, accessToken: 'not-a-real-token'};
	for (const carried of [
		{
			held: [
				{key: other, reason: 'late' as const},
				{key, reason: 'late' as const},
			],
		},
		{previous: key},
	]) {
		const told = revocations();
		await flock.change('harbour', {key, held: [{key: mine, reason: 'late'}]});
		await flock.change('moth', {held: [], previous: null, ...carried});
		const run = collect();
		assert.equal(await revoke({...harbour, yes: true}, flock.services, run.write), 0);
		assert.equal(revocations(), told + 1);
		assert.match(run.out.join('\n'), /revoked 1 token at X.* moth uses the same token/);
		await flock.services.x.whoIs(flock.practice.appKey, key);
		assert.equal(await flock.services.keystore.get('harbour'), null);
	}

	await assert.rejects(flock.services.x.whoIs(flock.practice.appKey, mine), {code: 'x-token'});
});

for (const command of [forget, revoke]) {
	test(`${command.name} leaves a key alone that came while the question stood, and says so`, async () => {
		const run = collect({interactive: true});
		const done = command(harbour, flock.services, run.write);
		await run.until(() => run.err.some(line => line.endsWith('[y/N]')));
		const came = {...key, accessToken: 'not-a-real-token', handle: 'stranger'};
		await flock.change('harbour', {held: [{key: came, reason: 'late'}]});
		run.type('y');
		assert.equal(await done, 0);
		const record = await flock.services.keystore.get('harbour');
		assert.equal(record?.key, null);
		assert.deepEqual(record?.held, [{key: came, reason: 'late'}]);
		assert.match(run.out.join('\n'), /saved after the question stays/);
	});

	test(`${command.name} changes nothing where another program has replaced the key meanwhile`, async () => {
		const run = collect({interactive: true});
		const done = command(harbour, flock.services, run.write);
		await run.until(() => run.err.some(line => line.endsWith('[y/N]')));
		const came = {...key, accessToken: 'not-a-real-token'};
		await flock.change('harbour', {key: came});
		run.type('y');
		assert.equal(await done, 1);
		assert.deepEqual((await flock.services.keystore.get('harbour'))?.key, came);
		assert.match(run.err.join('\n'), /harbour’s keys changed/);
		assert.equal(revocations(), 0);
	});
}

test('the question names the accounts of held keys too', async () => {
	await flock.change('harbour', {held: [{key: {...key, handle: 'stranger'}, reason: 'late'}]});
	const run = collect({interactive: true, input: 'n\n'});
	await forget(harbour, flock.services, run.write);
	assert.match(run.err[0] ?? '', /harbour \(@harbour_poem, account \d+; waiting: @stranger\)/);
});

test('bots without a key and unknown ones are refused before anything is done', async () => {
	for (const [bots, code] of [
		[['harbour', 'moth'], 'no-key'],
		[['harbour', 'harbor'], 'unknown-bot'],
	] as const) {
		await assert.rejects(forget({bots, yes: true, purge: false}, flock.services, collect().write), {code});
		await assert.rejects(revoke({bots, yes: true, purge: false}, flock.services, collect().write), {code});
	}

	assert.equal((await flock.services.keystore.get('harbour'))?.key?.accessToken, key.accessToken);
});
