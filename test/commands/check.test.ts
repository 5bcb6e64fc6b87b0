import assert from 'node:assert/strict';
import {afterEach, beforeEach, test} from 'node:test';
import {check} from '../../source/commands/check.ts';
import {FlockError} from '../../source/flock/error.ts';
import type {X} from '../../source/x/x.ts';
import {assertHarmless} from '../helpers/secrets.ts';
import {type TestServices, testServices} from '../helpers/services.ts';
import {collect} from '../helpers/write.ts';

let flock: TestServices;

beforeEach(async () => {
	flock = await testServices({poems: ['harbour', 'kettle', 'moth']});
	await flock.authorize('harbour', 'harbour_poem');
	await flock.authorize('kettle', 'kettle_poem');
});

afterEach(() => flock.close());

const all = {bots: [], json: false};

/** The calls that asked who a key is. */
function calls(): number {
	return flock.practice.log().filter(({path}) => path === '/2/users/me').length;
}

test('check says beforehand how many calls it makes and that X bills them', async () => {
	const run = collect();
	const {x} = flock.services;
	const whoIs: X['whoIs'] = (...asked) => {
		assert.match(run.err[0] ?? '', /2 keys: 2 calls, which X bills \(about \$0\.010 each, \$0\.02 in all\)/);
		return x.whoIs(...asked);
	};
	assert.equal(await check(all, {...flock.services, x: {...x, whoIs}}, run.write), 0);
	assert.equal(calls(), 2);
});

test('check asks X who each key is, says so a line each, and records it', async () => {
	const run = collect();
	assert.equal(await check(all, flock.services, run.write), 0);
	assert.deepEqual(run.out.toSorted(), [
		'● harbour  @harbour_poem  ready, read-write',
		'● kettle  @kettle_poem  ready, read-write',
	]);
	assert.equal(run.err.at(-1), '2 bots checked: 2 ready, 0 not.');
	assert.match((await flock.services.keystore.get('harbour'))?.key?.checkedAt ?? '', /^\d{4}-\d\d-\d\dT.*Z$/);
	assert.equal(run.progress.at(-1), null);
	assert.ok(run.progress.some(line => line?.endsWith(' 2 of 2')));
	await assertHarmless(run.out.join('\n') + run.err.join('\n'), flock.services.keystore);
});

test('check --json gives the fields of the contract in the flock’s order, and one bad key stops none', async () => {
	const key = await flock.authorize('moth', 'moth_poem');
	await flock.change('kettle', {
		key: {...key, accessToken: `${key.userId}-practice-unknown`, userId: key.userId},
	});
	const run = collect();
	assert.equal(await check({bots: [], json: true}, flock.services, run.write), 1);
	const [harbour, kettle, moth] = JSON.parse(run.out.join('\n'));
	const record = await flock.services.keystore.get('harbour');
	assert.deepEqual(harbour, {
		bot: 'harbour',
		status: 'ready',
		handle: 'harbour_poem',
		renamedFrom: null,
		userId: record?.key?.userId,
		accessLevel: 'read-write',
		checkedAt: record?.key?.checkedAt,
		error: null,
	});
	assert.deepEqual([kettle.bot, kettle.status], ['kettle', 'rejected']);
	assert.deepEqual(Object.keys(kettle.error), ['code', 'message', 'hint', 'status', 'xCode']);
	assert.deepEqual([kettle.error.code, kettle.error.status, kettle.error.xCode], ['x-token', 401, 89]);
	assert.deepEqual([moth.bot, moth.status], ['moth', 'ready']);
	assert.equal(run.out.length, 1);
});

test('check notices a renamed account', async () => {
	const key = (await flock.services.keystore.get('harbour'))?.key;
	assert.ok(key);
	await flock.change('harbour', {key: {...key, handle: 'old_name'}});
	const run = collect();
	assert.equal(await check({bots: ['harbour'], json: false}, flock.services, run.write), 0);
	assert.deepEqual(run.out, ['● harbour  @harbour_poem  ready, was @old_name, read-write']);
	assert.equal(calls(), 1);
});

test('check of a bot without a key says so and exits with 1; an unknown bot is refused before X is asked', async () => {
	const run = collect();
	assert.equal(await check({bots: ['moth', 'moth'], json: true}, flock.services, run.write), 1);
	const results = JSON.parse(run.out.join('\n'));
	assert.deepEqual(
		results.map(({bot, status, error}: {bot: string; status: string; error: {code: string}}) => [
			bot,
			status,
			error.code,
		]),
		[['moth', 'no-key', 'no-key']],
	);
	await assert.rejects(check({bots: ['kettel'], json: false}, flock.services, run.write), {
		code: 'unknown-bot',
	});
	assert.equal(calls(), 0);
});

test('check keeps a key that the app’s plan keeps X from naming, and does not call it bad', async () => {
	flock.practice.setFault('users_me:403-453');
	const run = collect();
	assert.equal(await check({bots: ['harbour'], json: true}, flock.services, run.write), 1);
	const [harbour] = JSON.parse(run.out.join('\n'));
	assert.deepEqual([harbour.status, harbour.error.code], ['ready', 'x-plan']);
});

/** Services whose X wants a pause of so many milliseconds at its first answer. */
function withPause(ms: number, now: number) {
	const {x} = flock.services;
	let asked = 0;
	const whoIs: X['whoIs'] = async (...call) => {
		asked += 1;
		if (asked === 1) {
			throw new FlockError('x-rate-limit', 'X wants a pause.', {
				hint: 'Wait.',
				status: 429,
				retryAt: now + ms,
			});
		}

		return x.whoIs(...call);
	};
	return {...flock.services, x: {...x, whoIs}, now: () => now};
}

test('check waits out a pause that X wants, says so, and asks again', async () => {
	const run = collect();
	const services = withPause(5, Date.UTC(2026, 10, 25, 12, 0));
	assert.equal(await check({bots: ['harbour'], json: false}, services, run.write), 0);
	assert.match(run.err.join('\n'), /pause of 1 minute: waiting until 12:00 UTC/);
	assert.equal(run.out.length, 1);
});

test('check does not wait longer than a quarter of an hour, but says when to come back', async () => {
	const run = collect();
	const services = withPause(16 * 60_000, Date.UTC(2026, 10, 25, 12, 0));
	assert.equal(await check({bots: ['harbour'], json: false}, services, run.write), 1);
	assert.match(run.err.join('\n'), /pause of 16 minutes\. Run the check again after 12:16 UTC/);
});

test('Ctrl-C stops a check, and what was learnt is kept', async () => {
	const run = collect();
	const {x} = flock.services;
	const whoIs: X['whoIs'] = (appKey, token, signal) => {
		if (token.accessToken.startsWith(harbourId ?? 'none')) {
			return x.whoIs(appKey, token, signal);
		}

		const stopped = new FlockError('cancelled', 'Stopped.', {hint: 'Again.'});
		return new Promise((_, reject) => {
			if (signal?.aborted) {
				reject(stopped);
			}

			signal?.addEventListener('abort', () => reject(stopped));
		});
	};
	const harbourId = (await flock.services.keystore.get('harbour'))?.key?.userId;
	const done = check(all, {...flock.services, x: {...x, whoIs}}, run.write);
	await run.until(() => run.out.length === 1);
	run.interrupt();
	assert.equal(await done, 130);
	assert.match(run.err.at(-1) ?? '', /^Stopped\. 1 bot checked: 1 ready, 0 not, 1 not asked\./);
	assert.notEqual((await flock.services.keystore.get('harbour'))?.key?.checkedAt, null);
});

test('check asks X about no further key once what it learns cannot be kept', async () => {
	for (let number = 0; number < 40; number += 1) {
		const bot = `bot ${number}`;
		await flock.addPoem(`${bot}.txt`);
		await flock.change(bot, {key: (await flock.services.keystore.get('harbour'))?.key ?? null});
	}

	const {keystore} = flock.services;
	const full = new FlockError('keystore-full', 'There is no room.', {hint: 'Make room.'});
	const services = {...flock.services, keystore: {...keystore, updateAll: () => Promise.reject(full)}};
	await assert.rejects(check(all, services, collect().write), {code: 'keystore-full'});
	assert.ok(calls() <= 16, `X was asked ${calls()} times`);
});
