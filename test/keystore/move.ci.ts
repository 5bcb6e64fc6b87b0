import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {after, before, describe, test} from 'node:test';
import {setTimeout} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {generator} from '../../scripts/torture/bench.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {isEmpty} from '../../source/keystore/state.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../helpers/postgres.ts';
import {type AnyKeystore, contentsOf, databaseAt, fill, moved} from './move-support.ts';
import {passphrase} from './postgres/support.ts';
import {newPlace} from './support.ts';

const worker = fileURLToPath(new URL('move-worker.ts', import.meta.url));
const kills = 16;

describe('a flock that moves', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	before(async () => {
		server = await startPostgres();
	});
	after(async () => server?.close());

	test('with 10,000 bots is the same, byte for byte, there and back', async context => {
		const place = newPlace(context);
		const folder = () => openKeystore({...place, passphrase: () => passphrase, passphraseGiven: true});
		const database = () => databaseAt(server.secretAddress('owner'));
		await fill(folder(), 10_000);
		const contents = await contentsOf(folder());
		for (const [from, to] of [
			[folder, database],
			[database, folder],
		] as const) {
			const startedAt = performance.now();
			await moved(from(), to());
			context.diagnostic(`${Math.round(performance.now() - startedAt)} ms`);
			assert.ok((await contentsOf(to())) === contents);
		}
	});

	test('and is killed at any instant is whole in one place, and the next move finishes it', async context => {
		await server.query('create database killed owner owner');
		const address = server.secretAddress('owner').replace(/[^/]*$/, 'killed');
		const place = newPlace(context);
		const folder = {
			place,
			open: (): AnyKeystore => openKeystore({...place, passphrase: () => passphrase, passphraseGiven: true}),
		};
		const database = {place: address, open: (): AnyKeystore => databaseAt(address)};
		const seed = Math.floor(Math.random() * 2 ** 31);
		context.diagnostic(`seed ${seed}`);
		const random = generator(seed);
		await fill(folder.open(), 500);
		const contents = await contentsOf(folder.open());
		const start = async (from: object | string, to: object | string) => {
			const child = spawn(process.execPath, ['--import', 'tsx', worker, JSON.stringify({from, to})], {
				stdio: ['ignore', 'pipe', 'inherit'],
			});
			const ended = once(child, 'close');
			await once(child.stdout, 'data');
			return {child, ended};
		};
		const whole = await start(folder.place, database.place);
		const startedAt = performance.now();
		await once(whole.child.stdout, 'data');
		const longest = performance.now() - startedAt;
		await whole.ended;
		const seen = {'before it went': 0, 'in both': 0, 'after it went': 0};
		let [from, to] = [database, folder] as [typeof folder | typeof database, typeof folder | typeof database];
		for (let kill = 0; kill < kills; kill += 1) {
			const {child, ended} = await start(from.place, to.place);
			// The first at once, so that one meets the beginning even where the measured move was a slow one.
			await setTimeout(kill === 0 ? 0 : random() * longest);
			child.kill('SIGKILL');
			await ended;
			const [left, come] = [await from.open().snapshot(), await to.open().snapshot()];
			const hasCome = come !== null && !isEmpty(come);
			for (const [isWhole, {open}] of [
				[left !== null, from],
				[hasCome, to],
			] as const) {
				assert.ok(!isWhole || (await contentsOf(open())) === contents);
			}

			assert.ok(left !== null || hasCome, 'the flock is gone');
			seen[left === null ? 'after it went' : hasCome ? 'in both' : 'before it went'] += 1;
			if (left !== null) {
				await moved(from.open(), to.open());
				assert.ok((await contentsOf(to.open())) === contents);
			}

			[from, to] = [to, from];
		}

		context.diagnostic(JSON.stringify(seen));
		assert.ok(seen['before it went'] > 0);
	});
});
