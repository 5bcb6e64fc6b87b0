import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {until} from '../../helpers/until.ts';
import {failureOf, keyNumber, numberOf, sharedAt} from './support.ts';

describe('a standby', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	let standby: Postgres;
	before(async () => {
		server = await startPostgres();
		await sharedAt(server.secretAddress('owner'), 'flock').update('ode', () => keyNumber(1));
		standby = await server.standby();
	});
	after(async () => {
		await Promise.all([standby?.close(), server?.close()]);
	});

	test('is read by bots, tells who watches of a colleague’s key, and refuses a save in one sentence', async context => {
		const bot = sharedAt(standby.secretAddress('owner'), 'flock');
		assert.equal(numberOf(await bot.get('ode')), 1);
		let told = 0;
		context.after(bot.watch(() => (told += 1)));
		const isWatching = "select 1 from pg_stat_activity where query like 'select id ||%' and state = 'idle'";
		await until(async () => (await standby.query(isWatching)).length === 1);
		await sharedAt(server.secretAddress('owner'), 'flock').update('ode', () => keyNumber(2));
		await until(() => told > 0);
		assert.equal(numberOf(await bot.get('ode')), 2);
		for (const call of [
			() => bot.tryWriting(),
			() => bot.update('ode', () => keyNumber(3)),
			() => bot.purge('ode'),
		]) {
			assert.match((await failureOf(call(), 'keystore-read-only')).hint, /accepts writes/);
		}

		const unknown = sharedAt(standby.secretAddress('owner'), 'another flock');
		await failureOf(
			unknown.update('ode', () => keyNumber(1)),
			'keystore-read-only',
		);
	});

	test('takes over: who has read from it saves there once it is promoted, and nothing is missing', async () => {
		const keystore = sharedAt(standby.secretAddress('owner'), 'flock');
		const [{lsn} = {lsn: ''}] = await server.query<{lsn: string}>('select pg_current_wal_lsn() as lsn');
		const caughtUp = `select pg_last_wal_replay_lsn() >= '${lsn}' as is`;
		await until(async () => (await standby.query<{is: boolean}>(caughtUp))[0]?.is === true);
		await server.kill();
		assert.equal(numberOf(await keystore.get('ode')), 2);
		await standby.query('select pg_promote()');
		await keystore.update('ode', () => keyNumber(3));
		const records = await sharedAt(standby.secretAddress('owner'), 'flock').getAll(['ode']);
		assert.equal(numberOf(records.get('ode')), 3);
	});
});
