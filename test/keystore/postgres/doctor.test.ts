import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {checkKeystore} from '../../../source/commands/doctor/place.ts';
import {type Facts, looksAt} from '../../../source/keystore/postgres/health.ts';
import {withoutNetwork} from '../../helpers/environment.ts';
import {giveKey} from '../../helpers/key-file.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {workplace} from '../../helpers/program.ts';
import {practiceApp, practiceKey, practiceRecord} from '../support.ts';
import {startKeyMaking} from './keymaking.ts';
import {passphrase, sharedAt} from './support.ts';

const good: Facts = {
	version: '15.3',
	role: 'owner',
	reads_only: false,
	is_standby: false,
	may_make: true,
	clock: 0,
	lacking: [],
	schema: 1,
	tls: 'TLSv1.3',
	ahead: 0,
};

test('what a database says of itself is told with its remedy', () => {
	const told = (facts: Partial<Facts>) =>
		looksAt({...good, ...facts})
			.filter(({state}) => state !== 'ok')
			.map(({about, state, sentence, hint}) => {
				assert.match(hint ?? '', /\.$/);
				return `${about} ${state}: ${sentence}`;
			});
	assert.deepEqual(told({}), []);
	assert.deepEqual(told({tls: null}), []);
	assert.deepEqual(told({ahead: 9}), []);
	assert.deepEqual(told({ahead: -75}), ['clock warning: Its clock is 75 seconds behind the one here.']);
	assert.deepEqual(told({ahead: 3600}), ['clock warning: Its clock is 3600 seconds ahead of the one here.']);
	assert.deepEqual(told({schema: 99}), [
		'schema problem: The schema has version 99, made by a newer keymaker.',
	]);
	assert.deepEqual(told({schema: null, lacking: null}), []);
	assert.deepEqual(told({schema: null, lacking: null, may_make: false}), [
		'schema warning: There is no schema yet, and this role may not make it.',
	]);
	assert.deepEqual(told({is_standby: true}), [
		'server warning: PostgreSQL 15.3 only reads: it is a standby.',
	]);
	assert.deepEqual(told({lacking: ['insert on bot']}), [
		'role warning: The role owner may read, and not save: it lacks insert on bot.',
	]);
	assert.match(told({lacking: ['select on bot']})[0] ?? '', /may not read/);
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

	test('looking makes nothing there: neither a schema nor a flock', async () => {
		await server.query('create database bare owner owner');
		const bare = server.secretAddress('owner').replace(/[^/]*$/, 'bare');
		const {health, looks} = await states(bare, 'none');
		assert.deepEqual([health.exists, health.bots, health.findings], [false, 0, []]);
		assert.equal(looks.get('schema'), 'ok: There is no schema yet: the first key makes it.');
		const here = await workplace(['harbour']);
		try {
			const {out} = await here.run(['doctor'], '', {
				...withoutNetwork(),
				KEYMAKER_PRACTICE: undefined,
				KEYMAKER_KEYSTORE: bare,
				KEYMAKER_FLOCK: 'none',
				KEYMAKER_PASSPHRASE: passphrase,
			});
			assert.match(out, /There is no such flock in postgres:\S+ yet/);
		} finally {
			await here.close();
		}

		assert.equal((await states(bare, 'none')).looks.get('schema'), looks.get('schema'));
	});

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
				'listen ok: A change is told at once (LISTEN).',
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

	test('keys that wait are counted and left to wait, no file’s sentence is said, and nothing undone is claimed', async context => {
		const here = await workplace(['harbour']);
		context.after(() => here.close());
		const env = {
			...withoutNetwork(),
			KEYMAKER_PRACTICE: undefined,
			KEYMAKER_KEYSTORE: server.secretAddress('owner'),
			KEYMAKER_FLOCK: 'shared',
			KEYMAKER_PASSPHRASE: passphrase,
			XDG_CONFIG_HOME: path.join(here.folder, 'config'),
		};
		await giveKey(here, 'harbour', env);
		const waitingFile = path.join(here.folder, 'config', 'keymaker', 'shared.waiting');
		const place = {address: server.secretAddress('owner'), flock: 'shared', waitingFile};
		const {keystore, close} = await startKeyMaking(place);
		context.after(close);
		await keystore.waiting?.add('ode', {
			key: practiceKey('ode'),
			appKey: practiceApp,
			wantedAccess: null,
			replaceAccount: false,
			late: false,
			replaces: null,
		});
		const {out} = await here.run(['doctor', '--json', '--moved'], '', env);
		const lines: Array<{check: string; state: string; sentence: string; hint: string | null}> =
			JSON.parse(out);
		const its = lines.filter(({check}) => check.startsWith('keystore'));
		assert.deepEqual(
			its.map(({check, state}) => `${check} ${state}`),
			[
				'keystore-poems ok',
				'keystore ok',
				'keystore-tls ok',
				'keystore-server ok',
				'keystore-role ok',
				'keystore-schema ok',
				'keystore-clock ok',
				'keystore-read ok',
				'keystore-listen ok',
				'keystore-seen ok',
				'keystore-waiting warning',
				'keystore-writing ok',
			],
		);
		assert.match(its[0]?.sentence ?? '', /nothing was changed/);
		assert.match(its[1]?.sentence ?? '', /: 1 bot with a key, encrypted\.$/);
		assert.match(its.at(-2)?.sentence ?? '', /^1 key waits in .+shared\.waiting to be saved\.$/);
		assert.doesNotMatch(JSON.stringify(its), /backup|\block|chmod|belongs to the poems/i);
		assert.ok(existsSync(waitingFile));
		const away = await here.run(['doctor', '--json'], '', {
			...env,
			KEYMAKER_KEYSTORE: 'postgres://nobody@127.0.0.1:1/none',
		});
		const itsAway = JSON.parse(away.out).filter(({check}: {check: string}) => check.startsWith('keystore'));
		assert.deepEqual(
			itsAway.map(({check, state}: Record<string, string>) => `${check} ${state}`),
			['keystore problem', 'keystore-waiting warning'],
		);
		assert.match(itsAway[1].sentence, /^Keys may wait in /);
	});
});
