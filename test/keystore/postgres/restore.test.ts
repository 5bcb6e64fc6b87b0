import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {restore} from '../../../source/commands/restore.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {collect} from '../../helpers/write.ts';
import {coded, practiceKey, practiceRecord} from '../support.ts';
import {ownersKeystore} from './hosts.ts';

describe('what a database had before', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	before(async () => {
		server = await startPostgres();
	});
	after(async () => server?.close());

	const flockOf = (flock: string) => ownersKeystore(server.secretAddress('owner'), flock);

	/** The number of the last change. */
	async function lastOf(keystore: ReturnType<typeof flockOf>): Promise<number> {
		return (await keystore.backups())[0]?.number ?? 0;
	}

	test('is put back as a change of its own, which can be undone as well', async () => {
		const keystore = flockOf('undone');
		const held = practiceRecord('ode', {held: [{key: practiceKey('other'), reason: 'late'}]});
		await keystore.update('ode', () => held);
		await keystore.update('elegy', () => practiceRecord('elegy'));
		const before = await lastOf(keystore);
		await keystore.update('ode', () => practiceRecord('newer'));
		await keystore.rename('ode', 'song');
		await keystore.update('elegy', () => null);
		await keystore.update('hymn', () => practiceRecord('hymn'));
		const {change} = await keystore.restore(before + 1);
		const other = flockOf('undone');
		assert.deepEqual([...(await other.list()).records.keys()].sort(), ['elegy', 'ode']);
		assert.deepEqual(await other.get('ode'), held);
		assert.deepEqual(await other.get('elegy'), practiceRecord('elegy'));
		assert.deepEqual(
			(await other.history()).slice(0, 4).map(({bot, what}) => `${bot} ${what}`),
			['elegy restored', 'hymn restored', 'ode restored', 'song restored'],
		);
		assert.ok(change !== null);
		await other.restore(change);
		assert.deepEqual([...(await keystore.list()).records.keys()].sort(), ['hymn', 'song']);
		assert.deepEqual(await keystore.get('song'), practiceRecord('newer'));
	});

	test('keeps what has only been learnt of other keys since, and their apps', async () => {
		const keystore = flockOf('learnt');
		const app = {consumerKey: 'practice-app', consumerSecret: 'practice-app-secret'};
		await keystore.update('elegy', () => practiceRecord('elegy'));
		await keystore.update('ode', () => practiceRecord('ode'), app);
		const number = await lastOf(keystore);
		const checked = practiceRecord('elegy', {
			key: practiceKey('elegy', {checkedAt: '2026-11-27T00:00:00.000Z'}),
		});
		await keystore.update('elegy', () => checked);
		await keystore.restore(number);
		assert.deepEqual(await keystore.get('elegy'), checked);
		assert.equal(await keystore.get('ode'), null);
		assert.deepEqual(await keystore.appKey('practice-app'), app);
	});

	test('is gone where it was purged, and a bot that was made again since stays as it is', async () => {
		const keystore = flockOf('purged');
		await keystore.update('ode', () => practiceRecord('ode'));
		const first = await lastOf(keystore);
		await keystore.update('ode', () => practiceRecord('newer'));
		await keystore.update('ode', () => null);
		assert.equal(await keystore.backupsHolding('ode'), 2);
		assert.equal(await keystore.purge('ode'), 2);
		assert.equal(await keystore.backupsHolding('ode'), 0);
		await keystore.update('ode', () => practiceRecord('again'));
		for (const number of [first + 1, first + 2]) {
			assert.deepEqual(await keystore.restore(number), {keptAside: null, change: null});
			assert.deepEqual(await keystore.get('ode'), practiceRecord('again'));
		}
	});

	test('comes from rows of its own flock and bot alone', async () => {
		const keystore = flockOf('exchanged');
		for (const name of ['ode', 'elegy']) {
			await keystore.update(name, () => practiceRecord(name));
			await keystore.update(name, () => practiceRecord(`newer ${name}`));
		}

		const number = await lastOf(keystore);
		await server.query(`update keymaker.history h set old_bot_key = o.old_bot_key,
			old_record_sealed = o.old_record_sealed from keymaker.history o
			where h.bot = 'elegy' and o.bot = 'ode' and o.flock = h.flock and o.old_bot_key is not null
			and h.old_bot_key is not null and h.flock = (select id from keymaker.flock where name = 'exchanged')`);
		await assert.rejects(keystore.restore(number), coded('keystore-damaged'));
		assert.deepEqual(await keystore.get('elegy'), practiceRecord('newer elegy'));
	});

	test('is listed by keymaker restore, the last ten changes by their numbers, and put back by number', async () => {
		const keystore = flockOf('listed');
		const said = async (number: number | null) => {
			const {write, out, err} = collect({columns: 200});
			assert.equal(await restore({number}, {keystore}, write), 0);
			return {out, err};
		};
		assert.match((await said(null)).err.join('\n'), /No change .* is known yet/);
		for (let number = 0; number < 12; number += 1) {
			await keystore.update('ode', () => practiceRecord(`ode ${number}`));
		}

		const {out} = await said(null);
		assert.equal(out.length, 10);
		assert.match(out[0] ?? '', /^12 +\S+ \S+ UTC +ode replaced +\S+@\S+$/);
		assert.deepEqual((await said(12)).out, [
			'Restored the state before change 12.',
			'That is change 13; keymaker restore 13 undoes it.',
		]);
		assert.deepEqual(await keystore.get('ode'), practiceRecord('ode 10'));
		assert.match((await said(null)).out[0] ?? '', /^13 .* ode restored /);
		await assert.rejects(keystore.restore(99), coded('keystore-no-backup'));
		await assert.rejects(flockOf('nobody').restore(1), coded('keystore-no-backup'));
	});
});
