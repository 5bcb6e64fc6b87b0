import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, afterEach, before, beforeEach, describe, test} from 'node:test';
import pg from 'pg';
import {grants as grantsCommand} from '../../../source/commands/grants.ts';
import type {FlockError} from '../../../source/flock/error.ts';
import {grantBots, ungrantBots} from '../../../source/keymaker/grant.ts';
import {withKey} from '../../../source/keymaker/guard.ts';
import type {Keystore, KeystoreUpkeep} from '../../../source/keystore/keystore.ts';
import {openBytes, sealBytes} from '../../../source/keystore/postgres/sealed.ts';
import {sealTo} from '../../../source/system/age.ts';
import {type Postgres, type Role, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {collect} from '../../helpers/write.ts';
import {coded, practiceApp, practiceKey, practiceRecord} from '../support.ts';
import {
	hostsKeystore,
	keyFor,
	openedBy,
	ownersKeystore,
	storedBot,
	type TestIdentity,
	testIdentity,
} from './hosts.ts';

/** PostgreSQL's refusal of what a role has no right to. */
const refused = {code: '42501'};

describe('an attacker with a host’s disk and its database role', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	let flock = '';
	let flocks = 0;
	let owner: Keystore & KeystoreUpkeep;
	let enemy: TestIdentity;
	let other: TestIdentity;
	let folder = '';
	before(async () => {
		server = await startPostgres();
		[enemy, other] = await Promise.all([testIdentity(), testIdentity()]);
		await ownersKeystore(server.secretAddress('owner'), 'first').saveAppKey(practiceApp);
		await server.query(`grant usage on schema keymaker to reader, writer;
			grant select on keymaker.schema_version, keymaker.flock, keymaker.bot, keymaker.grants to reader;
			grant select, insert, update, delete on all tables in schema keymaker to writer;`);
	});
	after(async () => server?.close());
	beforeEach(async () => {
		flocks += 1;
		flock = `flock ${flocks}`;
		folder = mkdtempSync(path.join(tmpdir(), 'keymaker-attack-'));
		owner = newOwner();
		for (const bot of ['ode', 'elegy']) {
			await owner.update(bot, () => practiceRecord(bot), practiceApp);
		}

		await grant('ode', 'web1', enemy);
		await grant('elegy', 'web2', other);
	});

	afterEach(() => rmSync(folder, {recursive: true}));

	const newOwner = () => ownersKeystore(server.secretAddress('owner'), flock);
	const stored = (bot: string) => storedBot(server, flock, bot);
	const grant = (bot: string, name: string, {recipient}: TestIdentity) =>
		grantBots([bot], {name, recipient}, {keystore: owner, now: Date.now});

	/** Starts a host's program again, on a computer that remembers what it has seen. */
	const newHost = (identity: TestIdentity) =>
		hostsKeystore(server.secretAddress('reader'), flock, identity, path.join(folder, 'seen.json'));

	/** Runs statements with the attacker's own client. */
	async function as<T>(role: Role, work: (client: pg.Client) => Promise<T>): Promise<T> {
		const client = new pg.Client({connectionString: server.secretAddress(role)});
		await client.connect();
		try {
			return await work(client);
		} finally {
			await client.end();
		}
	}

	async function enemysKey(bot = 'ode'): Promise<Buffer> {
		const key = await keyFor(await stored(bot), enemy);
		assert.ok(key);
		return key;
	}

	test('opens that host’s bots, and nothing in them opens another bot, app, flock or earlier state', async () => {
		const key = await enemysKey();
		const [own, elegy] = [await stored('ode'), await stored('elegy')];
		assert.equal(openedBy(key, 'ode', own).record.key.accessSecret, 'practice-secret-ode');
		assert.equal(await keyFor(elegy, enemy), null);
		assert.throws(() => openedBy(key, 'elegy', elegy));
		const [row] = await server.query<{flock_key: string; frame_sealed: string; change: string}>(
			'select flock_key, frame_sealed, change from keymaker.flock where id = $1',
			[own.id],
		);
		assert.ok(row);
		assert.throws(() => openBytes(row.frame_sealed, key, [own.id, 'frame', Number(row.change)]));
		assert.throws(() => openBytes(elegy.bot_key, key, [own.id, 'key', 'elegy']));
		assert.equal(await newHost(enemy).savedAppKey(), null);
		await assert.rejects(newHost(enemy).get('elegy'), coded('not-granted'));
	});

	test('sees names, versions and recipients, but no account and no history', async () => {
		const {records, others} = await newHost(enemy).list();
		assert.deepEqual([[...records.keys()], [...(others ?? [])]], [['ode'], ['elegy']]);
		await as('reader', async client => {
			const seen = JSON.stringify(
				(await client.query('select f.*, b.*, g.* from keymaker.flock f, keymaker.bot b, keymaker.grants g'))
					.rows,
			);
			assert.doesNotMatch(seen, /harbour_poem|practice-app|practice-token|practice-secret/);
			await assert.rejects(client.query('select * from keymaker.history'), refused);
		});
	});

	test('can write to no table with that role', async () => {
		await as('reader', async client => {
			for (const table of ['flock', 'bot', 'grants', 'history', 'schema_version']) {
				await assert.rejects(client.query(`delete from keymaker.${table}`), refused, table);
				await assert.rejects(client.query(`insert into keymaker.${table} default values`), refused, table);
			}

			await assert.rejects(client.query("update keymaker.bot set record_sealed = ''"), refused);
			await assert.rejects(client.query('update keymaker.grants set recipient = bot'), refused);
			await assert.rejects(client.query('update keymaker.flock set change = change + 1'), refused);
		});
		await assert.rejects(
			newHost(enemy).update('ode', () => null),
			coded('keystore-read-only'),
		);
		assert.equal((await newOwner().get('ode'))?.key?.accessToken, '12-practice-token-ode');
	});

	test('cannot replace the key of an opened bot unnoticed, even with a role that writes', async () => {
		const key = await enemysKey();
		const {id, version} = await stored('ode');
		const forged = practiceRecord('enemy', {
			grants: [{name: 'web1', recipient: enemy.recipient, at: '2026-11-28T10:00:00.000Z'}],
		});
		const sealed = sealBytes(Buffer.from(JSON.stringify(forged)), key, [id, 'record', 'ode', version]);
		await as('writer', client =>
			client.query("update keymaker.bot set record_sealed = $2 where flock = $1 and name = 'ode'", [
				id,
				sealed,
			]),
		);
		await assert.rejects(newOwner().get('ode'), coded('keystore-damaged'));
		const next = sealBytes(Buffer.from(JSON.stringify(forged)), key, [id, 'record', 'ode', version + 1]);
		await as('writer', client =>
			client.query(
				"update keymaker.bot set record_sealed = $2, version = version + 1 where flock = $1 and name = 'ode'",
				[id, next],
			),
		);
		await assert.rejects(newOwner().get('ode'), coded('keystore-damaged'));
	});

	test('cannot put back an older state of a bot unnoticed, even with a role that writes', async () => {
		const {id, version, record_sealed, app_sealed, bot_key} = await stored('ode');
		await owner.update('ode', record => withKey(record, practiceKey('again')));
		assert.equal((await newHost(enemy).get('ode'))?.key?.accessToken, '12-practice-token-again');
		await as('writer', client =>
			client.query(
				`update keymaker.bot set version = $2, record_sealed = $3, app_sealed = $4, bot_key = $5
				where flock = $1 and name = 'ode'`,
				[id, version, record_sealed, app_sealed, bot_key],
			),
		);
		await assert.rejects(newOwner().get('ode'), coded('keystore-damaged'));
		await assert.rejects(newHost(enemy).get('ode'), coded('keystore-older'));
		const knowing = newHost(enemy);
		await knowing.forgetSeen();
		assert.equal((await knowing.get('ode'))?.key?.accessToken, '12-practice-token-ode');
	});

	test('opens nothing by inserting a grant with a role that writes; grants reports it, and no later key is sealed to it', async () => {
		const {id} = await stored('ode');
		const sealed = (await sealTo([enemy.recipient], await enemysKey())).toString('base64');
		const insert = (name: string) =>
			as('writer', client =>
				client.query(
					`insert into keymaker.grants (flock, bot, name, recipient, sealed_key, at)
					values ($1, 'elegy', $2, $3, $4, now()) on conflict (flock, bot, name) do update
					set recipient = excluded.recipient, sealed_key = excluded.sealed_key`,
					[id, name, enemy.recipient, sealed],
				),
			);
		await insert('web9');
		await assert.rejects(newHost(enemy).get('elegy'), coded('keystore-damaged'));
		const {write, err} = collect();
		assert.equal(await grantsCommand({json: true}, {keystore: newOwner()}, write), 1);
		assert.match(err.join('\n'), /has a grant of elegy to web9 .* that keymaker did not make/);
		// Under a name that is granted already, too.
		await insert('web2');
		const third = await testIdentity();
		await grant('elegy', 'web3', third);
		await ungrantBots(['elegy'], 'web3', owner);
		const row = await stored('elegy');
		assert.deepEqual(
			row.grants.filter(({sealed_key}) => sealed_key !== null).map(({name, recipient}) => [name, recipient]),
			[['web2', other.recipient]],
		);
		assert.equal((await newHost(other).get('elegy'))?.key?.accessToken, '12-practice-token-elegy');
		await assert.rejects(newHost(enemy).get('elegy'), coded('not-granted'));
		assert.deepEqual(await newOwner().strayGrants(), []);
	});

	test('cannot exchange or remove grants unnoticed, even with a role that writes', async () => {
		await grant('elegy', 'web1', enemy);
		const {id} = await stored('ode');
		await as('writer', client =>
			client.query(
				`update keymaker.grants g set sealed_key = o.sealed_key from keymaker.grants o
				where g.flock = $1 and o.flock = $1 and g.name = 'web1' and o.name = 'web1' and g.bot <> o.bot`,
				[id],
			),
		);
		await assert.rejects(newHost(enemy).get('ode'), coded('keystore-damaged'));
		await as('writer', client => client.query('delete from keymaker.grants where flock = $1', [id]));
		await assert.rejects(newHost(enemy).get('ode'), coded('not-granted'));
		assert.deepEqual(
			(await newOwner().strayGrants()).map(({bot, name, kind}) => `${bot} ${name} ${kind}`).sort(),
			['elegy web1 gone', 'elegy web2 gone', 'ode web1 gone'],
		);
	});

	test('opens no later key of a bot that was taken back, whatever it kept', async () => {
		const kept = await enemysKey();
		await ungrantBots(['ode'], 'web1', owner);
		await owner.update('ode', record => withKey(record, practiceKey('again')));
		const row = await stored('ode');
		assert.throws(() => openedBy(kept, 'ode', row));
		assert.equal(await keyFor(row, enemy), null);
		const said = await newHost(enemy)
			.get('ode')
			.catch((error: FlockError) => error.code);
		assert.equal(said, 'not-granted');
	});
});
