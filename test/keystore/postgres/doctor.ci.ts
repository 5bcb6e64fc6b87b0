import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {checkKeystore} from '../../../source/commands/doctor/place.ts';
import {startPgbouncer, whyNoPgbouncer} from '../../helpers/pgbouncer.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {practiceRecord} from '../support.ts';
import {startKeyMaking} from './keymaking.ts';
import {sharedAt} from './support.ts';

test('a pooler that swallows LISTEN, and a standby that only reads, are told', {
	skip: whyNoPostgres || whyNoPgbouncer,
}, async context => {
	const server = await startPostgres();
	context.after(() => server.close());
	await sharedAt(server.secretAddress('owner'), 'flock').update('ode', () => practiceRecord('ode'));
	const standby = await server.standby();
	context.after(() => standby.close());
	const pooler = await startPgbouncer(server);
	context.after(() => pooler.close());
	const looksAt = async (port: number) => {
		const {
			looks = [],
			bots,
			findings,
		} = await sharedAt(server.secretAddress('owner', port), 'flock').health();
		assert.deepEqual([bots, findings], [1, []]);
		return looks.filter(({state}) => state !== 'ok').map(({about}) => about);
	};
	assert.deepEqual(await looksAt(pooler.port), ['listen']);
	assert.deepEqual(await looksAt(standby.port), ['server', 'listen']);
	assert.deepEqual(await looksAt(server.port), []);
});

describe('doctor over a database', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	before(async () => {
		server = await startPostgres();
	});
	after(async () => server?.close());

	const states = async (address: string, flock: string) => {
		const {looks = [], ...health} = await sharedAt(address, flock).health();
		return {
			health,
			looks: new Map(looks.map(({about, state, sentence}) => [about, `${state}: ${sentence}`])),
		};
	};

	test('TLS, the server, the role, the schema, the clock, LISTEN and a read have a line each', async () => {
		await sharedAt(server.secretAddress('owner'), 'flock').update('ode', () => practiceRecord('ode'));
		const plain = await states(server.secretAddress('owner'), 'flock');
		assert.deepEqual([plain.health.exists, plain.health.bots, plain.health.findings], [true, 1, []]);
		assert.deepEqual(
			[...plain.looks].map(([about, text]) => `${about} ${text.replaceAll(/\d+/g, 'N')}`),
			[
				'tls ok: The connection is in plain text: the database is on this computer.',
				`server ok: ${plain.looks.get('server')?.slice(4).replaceAll(/\d+/g, 'N')}`,
				'role ok: The role owner may read and save.',
				'schema ok: The schema has version N.',
				'clock ok: Its clock and the one here agree.',
				'read ok: Connecting and reading the flock takes N ms.',
				'listen ok: Changes arrive at once (LISTEN).',
			],
		);
		const way = `${server.secretAddress('owner')}?sslrootcert=${encodeURIComponent(server.certPath)}`;
		const secure = await states(way, 'flock');
		assert.match(
			secure.looks.get('tls') ?? '',
			/^ok: The connection is TLSv1\.\d, and the certificate is checked\.$/,
		);
	});

	test('rights that are missing are named, and a newer schema stops nothing but itself', async context => {
		await sharedAt(server.secretAddress('owner'), 'flock').update('ode', () => practiceRecord('ode'));
		const none = await states(server.secretAddress('reader'), 'flock');
		assert.match(
			none.looks.get('role') ?? '',
			/^warning: The role reader may not read: it lacks select on flock, /,
		);
		assert.equal(none.health.findings[0]?.serious, true);
		await server.query('grant usage on schema keymaker to reader');
		await server.query('grant select on all tables in schema keymaker to reader');
		const reads = await states(server.secretAddress('reader'), 'flock');
		assert.match(
			reads.looks.get('role') ?? '',
			/^warning: The role reader may read, and not save: it lacks update on flock, /,
		);
		assert.deepEqual([reads.health.bots, reads.health.findings], [1, []]);
		// So it is on a bots' computer, where nothing is wrong with it.
		const place = {
			address: server.secretAddress('reader'),
			flock: 'flock',
			waitingFile: '/nowhere/flock.waiting',
		};
		const {keystore, close} = await startKeyMaking(place);
		context.after(close);
		const told = await checkKeystore({keystore});
		assert.deepEqual(
			told.filter(({state}) => state !== 'ok').map(({check, state}) => `${check} ${state}`),
			['keystore-role warning'],
		);
		await server.query('insert into keymaker.schema_version values (99)');
		try {
			const newer = await states(server.secretAddress('owner'), 'flock');
			assert.match(newer.looks.get('schema') ?? '', /^problem: The schema has version 99/);
			assert.equal(newer.health.bots, null);
		} finally {
			await server.query('delete from keymaker.schema_version where version = 99');
		}
	});
});
