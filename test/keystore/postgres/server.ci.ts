import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readFileSync, rmSync} from 'node:fs';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import pg from 'pg';
import {readAddress} from '../../../source/keystore/postgres/address.ts';
import {clientOf} from '../../../source/keystore/postgres/client.ts';
import {isRunning} from '../../helpers/daemon.ts';
import {startPgbouncer, whyNoPgbouncer} from '../../helpers/pgbouncer.ts';
import {database, type Postgres, passwords, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {startWire} from '../../helpers/wire.ts';

const skip = whyNoPostgres;

async function ask(port: number, sql: string, more: pg.ClientConfig = {}): Promise<pg.QueryResult> {
	const client = new pg.Client({
		host: 'localhost',
		port,
		user: 'owner',
		password: passwords.owner,
		database: 'flocks',
		ssl: false,
		...more,
	});
	client.on('error', () => {});
	await client.connect();
	try {
		return await client.query(sql);
	} finally {
		// One whose query ran out of time would wait for its answer.
		await (more.query_timeout === undefined ? client.end() : undefined);
	}
}

describe('a real server', {skip}, () => {
	let server: Postgres;
	before(async () => {
		server = await startPostgres();
	});
	after(async () => {
		const {folder} = server;
		await server.close();
		assert.equal(existsSync(folder), false);
	});

	test('takes its roles by their passwords, in plain text and by TLS, and shows its own certificate', async () => {
		const ssl = {ca: readFileSync(server.certPath, 'utf8')};
		const {rows} = await ask(server.port, 'select ssl from pg_stat_ssl where pid = pg_backend_pid()', {ssl});
		assert.deepEqual(rows, [{ssl: true}]);
		await assert.rejects(ask(server.port, 'select 1', {password: 'not-a-real-guess'}), {code: '28P01'});
		await assert.rejects(ask(server.port, 'create schema s', {user: 'reader', password: passwords.reader}), {
			code: '42501',
		});
	});

	test('is connected to by every address that the program takes, as that asks for it', async () => {
		const certificate = `sslrootcert=${encodeURIComponent(server.certPath)}`;
		const environment = {PGPASSWORD: passwords.writer};
		const connected = async (text: string) => {
			const client = await clientOf(readAddress(text, {from: 'argument', environment}));
			client.on('error', () => {});
			try {
				await client.connect();
				const asked = 'select ssl, current_user::text as role, client_addr from pg_stat_ssl';
				return (await client.query(`${asked} join pg_stat_activity using (pid) where pid = pg_backend_pid()`))
					.rows[0];
			} finally {
				// Where it has not come to a connection, its socket is still open.
				void client.end();
			}
		};
		const plain = {ssl: false, role: 'writer', client_addr: '127.0.0.1'};
		assert.deepEqual(await connected(server.address('writer')), plain);
		assert.deepEqual(await connected(server.address('writer', true)), {...plain, client_addr: null});
		assert.deepEqual(await connected(`${server.address('writer')}?${certificate}`), {...plain, ssl: true});
		await assert.rejects(connected(`${server.address('writer')}?sslmode=verify-full`), {
			code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
		});
		await assert.rejects(connected(`postgres://writer@127.0.0.1:${server.port}/${database}?${certificate}`), {
			code: 'ERR_TLS_CERT_ALTNAME_INVALID',
		});
		await assert.rejects(connected(server.address('owner')), {code: '28P01'});
	});

	test('holds what was committed when it is killed, and is back at the same port', async () => {
		await ask(server.port, 'create table kept (line text)');
		await ask(server.port, "insert into kept values ('a line')");
		await server.kill();
		await assert.rejects(ask(server.port, 'select 1'), {code: 'ECONNREFUSED'});
		await server.start();
		assert.deepEqual((await ask(server.port, 'select line from kept')).rows, [{line: 'a line'}]);
	});

	test('answers nobody while it is frozen, not those who are connected either', async () => {
		server.freeze();
		await assert.rejects(ask(server.port, 'select 1', {connectionTimeoutMillis: 200}), /timeout/);
		server.thaw();
		assert.deepEqual((await ask(server.port, 'select 1 as one')).rows, [{one: 1}]);
	});

	test('is followed by a standby, which only reads', async () => {
		const standby = await server.standby();
		try {
			await ask(server.port, 'create table followed (n int)');
			const {port} = standby;
			await assert.rejects(ask(port, 'create table own (n int)'), {code: '25006'});
			while ((await ask(port, "select to_regclass('followed') as name")).rows[0].name === null) {
				await new Promise(setImmediate);
			}
		} finally {
			await standby.close();
		}
	});

	test('has a wire before it that records, cuts and freezes', async () => {
		const wire = await startWire(server.port);
		try {
			assert.deepEqual((await ask(wire.port, "select 'recorded' as word")).rows, [{word: 'recorded'}]);
			assert.match(wire.passed('to').toString('latin1'), /select 'recorded'/);
			assert.match(wire.passed('from').toString('latin1'), /recorded/);
			wire.cutAfter(40);
			await assert.rejects(ask(wire.port, 'select 1'), /terminated|ECONNRESET/);
			wire.cutAfter(null);
			wire.freeze();
			await assert.rejects(ask(wire.port, 'select 1', {connectionTimeoutMillis: 200}), /timeout/);
			wire.thaw();
			assert.deepEqual((await ask(wire.port, 'select 1 as one')).rows, [{one: 1}]);
		} finally {
			await wire.close();
		}
	});

	test('tells who listens, and not who does so through pgbouncer', {skip: whyNoPgbouncer}, async () => {
		const bouncer = await startPgbouncer(server);
		const listeners = [server.port, bouncer.port].map(
			port => new pg.Client(server.secretAddress('owner', port)),
		);
		const [direct, pooled] = listeners as [pg.Client, pg.Client];
		try {
			const heard: pg.Client[] = [];
			for (const client of listeners) {
				await client.connect();
				client.on('notification', () => heard.push(client));
				await client.query('listen changes');
			}

			for (let time = 0; time < 10; time += 1) {
				const told = once(direct, 'notification');
				await ask(server.port, 'notify changes');
				await told;
			}

			// Nothing is asked through it before: whoever gets the connection that listened may be told then.
			assert.equal(heard.includes(pooled), false);
			assert.deepEqual((await pooled.query('select 1 as one')).rows, [{one: 1}]);
		} finally {
			await Promise.all(listeners.map(client => client.end()));
			await bouncer.close();
		}
	});
});

test('a server does not outlive the tests that are killed', {skip}, async () => {
	const program = `
		const {startPostgres} = await import(${JSON.stringify(path.join(import.meta.dirname, '../../helpers/postgres.ts'))});
		const server = await startPostgres();
		console.log(server.folder);
		setInterval(() => {}, 1000);
	`;
	const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const [said] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
	assert.ok(said instanceof Buffer, 'the program has started no server');
	const folder = String(said).trim();
	const pid = Number(readFileSync(path.join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
	child.kill('SIGKILL');
	await once(child, 'exit');
	while (isRunning(pid)) {
		await new Promise(setImmediate);
	}

	// What it had started itself ends a moment later.
	rmSync(folder, {recursive: true, maxRetries: 10});
});
