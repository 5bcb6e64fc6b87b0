import assert from 'node:assert/strict';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import path from 'node:path';
import {type TestContext, test} from 'node:test';
import {setTimeout} from 'node:timers/promises';
import {generator} from '../../../scripts/torture/bench.ts';
import {startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {practiceApp, practiceKey, temporaryFolder} from '../support.ts';
import {freshKey, startChild, startKeyMaking} from './keymaking.ts';

/** How often a program is killed. */
const kills = 20;

/** A flock with an app, and the program that looks at it between the kills. */
async function startFlock(context: TestContext) {
	const server = await startPostgres();
	context.after(() => server.close());
	const waitingFile = path.join(temporaryFolder(context), 'flock.waiting');
	const place = {address: server.secretAddress('owner'), flock: 'flock', waitingFile};
	const {keystore, keymaker, close} = await startKeyMaking(place);
	context.after(close);
	await keystore.saveAppKey(practiceApp);
	return {server, place, keystore, keymaker};
}

test('a program that is killed while it saves what waits loses none of it, and saves none twice', {
	skip: whyNoPostgres,
}, async context => {
	const {place, keystore, keymaker} = await startFlock(context);
	const seed = Math.floor(Math.random() * 2 ** 31);
	context.diagnostic(`seed ${seed}`);
	const random = generator(seed);
	const seen = {before: 0, between: 0, after: 0};
	// The first one is let be, and says how long all of it takes here.
	let longest = Number.POSITIVE_INFINITY;
	for (let round = 0; round < kills; round += 1) {
		const bots = ['a', 'b', 'c', 'd'].map(name => `${name} ${round}`);
		for (const bot of bots) {
			await keystore.waiting?.add(bot, freshKey(practiceKey(bot, {userId: bot})));
		}

		const child = startChild(place, null);
		await once(child.stdout, 'data');
		const startedAt = performance.now();
		const exited = once(child, 'exit');
		child.stdin.write('\n');
		await Promise.race(
			longest === Number.POSITIVE_INFINITY ? [exited] : [setTimeout(random() * longest), exited],
		);
		longest = Math.min(longest, child.exitCode === null ? longest : performance.now() - startedAt);
		child.kill('SIGKILL');
		await exited;
		const saved = await keystore.getAll(bots);
		const left = new Set((await keystore.waiting?.all())?.map(({bot}) => bot));
		for (const bot of bots) {
			assert.ok(saved.get(bot)?.key != null || left.has(bot), `${bot} is lost`);
		}

		seen[left.size === bots.length ? 'before' : left.size > 0 ? 'between' : 'after'] += 1;
		await keymaker.saveWaiting();
		for (const record of (await keystore.getAll(bots)).values()) {
			assert.deepEqual(
				[record.key?.accessSecret.startsWith('practice-secret'), record.held, record.previous],
				[true, [], null],
			);
		}

		assert.equal((await keystore.getAll(bots)).size, bots.length);
		assert.equal(existsSync(place.waitingFile), false);
	}

	context.diagnostic(JSON.stringify(seen));
	const made = (await keystore.history()).filter(({what}) => what !== 'made');
	assert.deepEqual(made, []);
});

test('a program that is killed at any instant of making a key has it saved, waiting, or not yet had it from X', {
	skip: whyNoPostgres,
}, async context => {
	const {server, place, keystore, keymaker} = await startFlock(context);
	const seen = {saved: 0, waited: 0};
	for (const frozen of [true, false]) {
		const bot = `bot_${seen.saved + seen.waited}`;
		const child = startChild(place, bot);
		await once(child.stdout, 'data');
		const exited = once(child, 'exit');
		if (frozen) {
			server.freeze();
		}

		child.stdin.write('\n');
		// From the moment on at which the key is on the disk, nothing loses it.
		while (!existsSync(place.waitingFile) && child.exitCode === null) {
			await setTimeout(1);
		}

		child.kill('SIGKILL');
		await exited;
		if (frozen) {
			server.thaw();
		}

		const waits = ((await keystore.waiting?.all()) ?? []).length;
		seen[waits === 0 ? 'saved' : 'waited'] += 1;
		await keymaker.saveWaiting();
		assert.equal((await keystore.get(bot))?.key?.handle, bot);
		assert.equal(existsSync(place.waitingFile), false);
	}

	context.diagnostic(JSON.stringify(seen));
	assert.ok(seen.waited >= 1);
});
