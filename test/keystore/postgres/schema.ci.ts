import assert from 'node:assert/strict';
import {describe, type TestContext, test} from 'node:test';
import {emptyState} from '../../../source/keystore/state.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {failureOf, keyNumber, sharedAt} from './support.ts';

describe('the schema in a database', {skip: whyNoPostgres}, () => {
	/** A server whose flock has a key, and a look at all that stands in it. */
	async function started(context: TestContext) {
		const server = await startPostgres();
		context.after(() => server.close());
		const open = (role: Parameters<Postgres['address']>[0] = 'owner', flock = 'flock') =>
			sharedAt(server.secretAddress(role), flock);
		await open().update('ode', () => keyNumber(1));
		const whole = async () => {
			const tables = await server.query<{name: string}>(
				"select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'keymaker' order by 1",
			);
			const rows = [];
			for (const {name} of tables) {
				rows.push(name, await server.query(`select * from ${name} order by 1`));
			}

			return JSON.stringify(rows);
		};
		return {server, open, whole};
	}

	test('of a newer keymaker is refused at every call, of a flock that is there or not, and left alone', async context => {
		const {server, open, whole} = await started(context);
		await server.query(
			'insert into keymaker.schema_version select max(version) + 1 from keymaker.schema_version',
		);
		const before = await whole();
		for (const flock of ['flock', 'another flock']) {
			const keystore = open('owner', flock);
			const calls: Readonly<Record<string, () => Promise<unknown>>> = {
				get: () => keystore.get('ode'),
				getAll: () => keystore.getAll(['ode']),
				list: () => keystore.list(),
				sharing: () => keystore.sharing('ode'),
				appKey: () => keystore.appKey('practice-app'),
				savedAppKey: () => keystore.savedAppKey(),
				update: () => keystore.update('ode', () => keyNumber(2)),
				updateAll: () => keystore.updateAll(new Map([['ode', () => keyNumber(2)]])),
				rename: () => keystore.rename('ode', 'song'),
				saveAppKey: () => keystore.saveAppKey({consumerKey: 'a', consumerSecret: 'b'}),
				tryWriting: () => keystore.tryWriting(),
				changePassphrase: () => keystore.changePassphrase('other practice words'),
				history: () => keystore.history(),
				backups: () => keystore.backups(),
				restore: () => keystore.restore(1),
				backupsHolding: () => keystore.backupsHolding('ode'),
				purge: () => keystore.purge('ode'),
				snapshot: () => keystore.snapshot(),
				handOver: () => keystore.handOver('/elsewhere', async () => assert.fail('it was handed over')),
				takeIn: () => keystore.takeIn({...emptyState, records: new Map([['ode', keyNumber(2)]])}),
			};
			for (const [name, call] of Object.entries(calls)) {
				await failureOf(call(), 'keystore-newer').catch(error => {
					throw new Error(`${flock}: ${name}`, {cause: error});
				});
			}
		}

		assert.equal(await whole(), before);
	});

	test('that is older is brought up to date by the next save, in one transaction, and keeps what it holds', async context => {
		const {server, open, whole} = await started(context);
		await server.query('drop table keymaker.history; delete from keymaker.schema_version');
		await server.query(`grant usage on schema keymaker to writer;
			grant select, insert, update on all tables in schema keymaker to writer`);
		const older = await whole();
		// Whose role may not is refused, and leaves no half of it.
		await failureOf(
			open('writer').update('ode', () => keyNumber(2)),
			'keystore-refused',
		);
		assert.equal(await whole(), older);
		assert.deepEqual(await open().get('ode'), keyNumber(1));
		await open().update('ode', () => keyNumber(2));
		assert.deepEqual(await server.query('select version from keymaker.schema_version'), [{version: 1}]);
		assert.deepEqual(
			(await open().history()).map(({bot, what}) => `${bot} ${what}`),
			['ode replaced'],
		);
		assert.deepEqual(await open().get('ode'), keyNumber(2));
	});
});
