import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {startPgbouncer, whyNoPgbouncer} from '../../helpers/pgbouncer.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {until} from '../../helpers/until.ts';
import {failureOf, keyNumber, numberOf, sharedAt} from './support.ts';

describe('through pgbouncer, which gives each transaction another connection', {
	skip: whyNoPostgres || whyNoPgbouncer,
}, () => {
	let server: Postgres;
	let bouncer: Awaited<ReturnType<typeof startPgbouncer>>;
	before(async () => {
		server = await startPostgres();
		bouncer = await startPgbouncer(server);
	});
	after(async () => {
		await bouncer?.close();
		await server?.close();
	});

	const pooled = () => sharedAt(server.secretAddress('owner', bouncer.port), 'flock');
	const direct = () => sharedAt(server.secretAddress('owner'), 'flock');

	test('a flock is made, saved, read, renamed and purged as it is without', async () => {
		const keystore = pooled();
		await keystore.tryWriting();
		await keystore.update('ode', () => keyNumber(1));
		await keystore.update('ode', () => keyNumber(2));
		assert.equal(numberOf(await direct().get('ode')), 2);
		assert.equal(numberOf(await pooled().get('ode')), 2);
		assert.deepEqual(
			(await pooled().history()).map(({what}) => what),
			['replaced', 'made'],
		);
		await keystore.rename('ode', 'elegy');
		assert.equal(await pooled().purge('elegy', ['12-practice-token-1', '12-practice-token-2']), 2);
	});

	test('a colleague’s key is found all the same, though nothing that is told arrives', async context => {
		const keystore = pooled();
		let told = 0;
		context.after(keystore.watch(() => (told += 1)));
		const looks = "select 1 from pg_stat_activity where query like 'select id ||%'";
		await until(async () => (await server.query(looks)).length > 0);
		// What has listened is now somebody else's connection, or nobody's.
		await direct().update('song', () => keyNumber(1));
		await until(() => told > 0);
		assert.equal(numberOf(await keystore.get('song')), 1);
	});

	test('nobody’s settings stay on a connection for whoever has it next', async () => {
		const hasty = sharedAt(server.secretAddress('owner', bouncer.port), 'flock', 20_000);
		await hasty.update('ode', () => keyNumber(3));
		const settings = "select name from pg_settings where source = 'session' and name ~ 'timeout|isolation'";
		const {default: pg} = await import('pg');
		const client = new pg.Client(server.secretAddress('owner', bouncer.port));
		await client.connect();
		try {
			assert.deepEqual((await client.query(settings)).rows, []);
		} finally {
			await client.end();
		}
	});

	test('a server that is away behind it is one sentence', async () => {
		const hasty = sharedAt(server.secretAddress('owner', bouncer.port), 'flock', 3000);
		await server.end();
		try {
			await failureOf(hasty.get('ode'), 'keystore-unreachable');
		} finally {
			await server.start();
		}

		await until(async () =>
			pooled()
				.get('ode')
				.then(
					record => numberOf(record) === 3,
					() => false,
				),
		);
	});
});
