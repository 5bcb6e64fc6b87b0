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
		assert.match(run.err[0] ?? '', /^Checking 2 keys with X: 2 calls, billed about \$0\.02\.$/m);
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
		'● kettle   @kettle_poem   ready, read-write',
	]);
	assert.equal(run.err.at(-1), '2 bots checked: 2 ready.');
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

for (const {fault, code} of [
	{fault: '403-64', code: 'x-account-suspended'},
	{fault: '403-user-suspended', code: 'x-account-suspended'},
	{fault: '403-326', code: 'x-account-locked'},
]) {
	test(`check calls a key rejected after ${fault}, until X takes it again`, async () => {
		flock.practice.setFault(`users_me:${fault}:1`);
		const run = collect();
		assert.equal(await check({bots: ['harbour'], json: true}, flock.services, run.write), 1);
		const [harbour] = JSON.parse(run.out.join('\n'));
		assert.deepEqual([harbour.status, harbour.error.code], ['rejected', code]);
		assert.equal((await flock.services.keystore.get('harbour'))?.key?.rejected, true);
		assert.equal(await check({bots: ['harbour'], json: true}, flock.services, collect().write), 0);
		assert.equal((await flock.services.keystore.get('harbour'))?.key?.rejected, false);
	});
}

for (const {fault, words} of [
	{fault: '403-453', words: /does not include this call\. X says “You currently have access to a subset/},
	{fault: '402-credits', words: /is out of credits\. X says “Your enrolled account/},
	{
		fault: '429-usage-capped',
		words: /has used up its plan at X\. X says “Usage cap exceeded: Monthly/,
	},
]) {
	test(`check tells ${fault} from the plan’s other two, in X’s words, and waits for nothing`, async () => {
		flock.practice.setFault(`users_me:${fault}`);
		const run = collect();
		assert.equal(await check(all, flock.services, run.write), 1);
		assert.equal(run.out.filter(line => words.test(line)).length, 2, run.out.join('\n'));
		assert.equal(run.out.filter(line => line.includes('  ready')).length, 2);
		assert.doesNotMatch(run.err.join('\n'), /continues|Not checked/);
	});
}

/** Puts so many more bots into the flock, with keys that X has no objection to. */
async function addBots(number: number): Promise<void> {
	const key = (await flock.services.keystore.get('harbour'))?.key ?? null;
	for (let index = 0; index < number; index += 1) {
		await flock.addPoem(`bot ${index}.txt`);
		await flock.change(`bot ${index}`, {key});
	}
}

/** Services whose X has a limit at the calls that are picked by their number, counted from 1; it ends in so many milliseconds. */
function withLimit(ms: number, now: number, isReached: (call: number) => boolean) {
	const {x} = flock.services;
	const asked = {number: 0};
	const whoIs: X['whoIs'] = async (...call) => {
		asked.number += 1;
		if (isReached(asked.number)) {
			throw new FlockError('x-rate-limit', 'X’s rate limit is reached. Try again at 12:34.', {
				hint: 'Wait.',
				status: 429,
				limit: 'window',
				retryAt: now + ms,
			});
		}

		return x.whoIs(...call);
	};
	return {services: {...flock.services, x: {...x, whoIs}, now: () => now}, asked};
}

const noon = new Date(2026, 10, 25, 12, 0).getTime();

test('check waits for a limit of minutes, says until when, and asks again', async () => {
	const run = collect();
	const {services, asked} = withLimit(5, noon, call => call === 1);
	assert.equal(await check({bots: ['harbour'], json: false}, services, run.write), 0);
	assert.match(
		run.err.join('\n'),
		/^X’s rate limit is reached\. keymaker continues at 12:00 \(0:00 left\)\. Press Ctrl-C to stop and keep the results\.$/m,
	);
	assert.equal(run.out.length, 1);
	assert.equal(asked.number, 2);
	assert.equal(run.progress.at(-1), null);
});

test('check waits again where X has answered something since, however many windows that takes', async () => {
	await addBots(20);
	const {services, asked} = withLimit(1, noon, call => [1, 12, 20].includes(call));
	assert.equal(await check(all, services, collect().write), 0);
	assert.equal(asked.number, 22 + 3);
});

test('check waits once for a limit that never ends, then says that, and what it has not asked', async () => {
	await addBots(20);
	const run = collect();
	const {services, asked} = withLimit(1, noon, () => true);
	assert.equal(await check(all, services, run.write), 1);
	assert.ok(asked.number <= 16, `X was asked ${asked.number} times`);
	assert.equal(run.err.filter(line => line.includes('continues')).length, 1);
	assert.match(
		run.err.join('\n'),
		/^Not checked: .* and 4 more\. X’s rate limit is reached\. Try again at 12:34 \(0:00 left\)\.$/m,
	);
	assert.match(run.err.at(-1) ?? '', /^8 bots checked: 8 failed \(x-rate-limit\), 14 not checked\.$/);
});

test('check does not wait longer than for a window, and says when to come back', async () => {
	await addBots(20);
	const run = collect();
	const {services, asked} = withLimit(34 * 60_000, noon, call => call > 4);
	assert.equal(await check(all, services, run.write), 1);
	assert.ok(asked.number <= 16, `X was asked ${asked.number} times`);
	assert.doesNotMatch(run.err.join('\n'), /continues/);
	assert.match(
		run.err.join('\n'),
		/^Not checked: .*\. X’s rate limit is reached\. Try again at 12:34 \(34:00 left\)\.$/m,
	);
	assert.match(run.err.at(-1) ?? '', /, 14 not checked\.$/);
});

test('a day’s limit of one account stops that bot alone', async () => {
	flock.practice.setFault('users_me:429-account-day:1');
	const run = collect();
	assert.equal(await check(all, flock.services, run.write), 1);
	assert.equal(calls(), 2);
	assert.match(
		run.out.join('\n'),
		/^ {4}This account has reached X’s limit for 24 hours\. Try again (tomorrow )?at \d\d:\d\d \((21:59:5\d|22:00:00) left\)\./m,
	);
	assert.equal(run.err.at(-1), '2 bots checked: 1 ready, 1 failed (x-rate-limit).');
});

test('a day’s limit of the app stops the check, which says what it has not asked, and knows what it knew', async () => {
	await addBots(20);
	flock.practice.setFault('users_me:429-app-day');
	const run = collect();
	assert.equal(await check({bots: [], json: true}, flock.services, run.write), 1);
	assert.equal(calls(), 8);
	assert.match(
		run.err.join('\n'),
		/^Not checked: .*\. The app has reached X’s limit for 24 hours\. Try again .* \((21:59:5\d|22:00:00) left\)\.$/m,
	);
	const rows = JSON.parse(run.out.join('\n'));
	assert.equal(rows.length, 22);
	const notAsked = rows.filter(({error}: {error: {message: string}}) =>
		/ was not checked\./.test(error.message),
	);
	assert.equal(notAsked.length, 14);
	for (const {status, handle, error} of rows) {
		assert.deepEqual([status, error.code], ['ready', 'x-rate-limit']);
		assert.match(handle, /_poem$/);
		assert.ok(Date.parse(error.retryAt) > Date.now() + 21 * 3_600_000);
	}
});

test('a limit of an app leaves the bots of another app alone', async () => {
	await addBots(20);
	const key = (await flock.services.keystore.get('kettle'))?.key;
	assert.ok(key);
	const other = {consumerKey: 'practice-other-app-key', consumerSecret: 'practice-other-app-secret-not-real'};
	await flock.services.keystore.saveAppKey(other);
	await flock.addPoem('zebra.txt');
	await flock.change('zebra', {key: {...key, consumerKey: other.consumerKey}});
	const {x} = flock.services;
	const asked: string[] = [];
	const whoIs: X['whoIs'] = async (appKey, ...rest) => {
		asked.push(appKey.consumerKey);
		if (appKey.consumerKey !== other.consumerKey) {
			return x.whoIs(appKey, ...rest);
		}

		return {userId: key.userId, handle: key.handle, accessLevel: null};
	};
	flock.practice.setFault('users_me:429-app-day');
	await check(all, {...flock.services, x: {...x, whoIs}}, collect().write);
	assert.equal(asked.length, 9);
	assert.equal(asked.at(-1), other.consumerKey);
});

test('Ctrl-C ends a wait, and those that were waited for count as not asked', async () => {
	const run = collect();
	const {services} = withLimit(15 * 60_000, noon, () => true);
	const done = check(all, services, run.write);
	await run.until(() => run.err.some(line => line.includes('keymaker continues at 12:15 (15:00 left).')));
	run.interrupt();
	assert.equal(await done, 130);
	assert.match(run.err.at(-1) ?? '', /^Stopped\. 0 bots checked: 2 not checked\./);
	assert.equal(run.progress.at(-1), null);
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
	assert.match(run.err.at(-1) ?? '', /^Stopped\. 1 bot checked: 1 ready, 1 not checked\./);
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
