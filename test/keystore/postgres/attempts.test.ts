import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {readAddress} from '../../../source/keystore/postgres/address.ts';
import {clientOf} from '../../../source/keystore/postgres/client.ts';
import {makeCertificate, whyNoCertificate} from '../../helpers/certificate.ts';
import {inheritedAt, type Variables} from '../../helpers/environment.ts';
import {fromSource} from '../../helpers/from-source.ts';
import {startWire} from '../../helpers/wire.ts';
import type {Attempt} from './attempts.ts';

/** An address of documentation's own, which leads nowhere but in a network of a process's own. */
const host = '203.0.113.7';

/** What a client that wants TLS sends first: a length of eight, and PostgreSQL's number for it. */
const tlsRequest = '0000000804d2162f';

const alone = ['-n', ...(process.getuid?.() === 0 ? [] : ['-r']), 'sh', '-c'];
const network = `ip link set lo up && ip addr add ${host}/32 dev lo && exec "$@"`;
const whyNoNetwork =
	spawnSync('unshare', [...alone, network, 'sh', 'true']).status === 0
		? false
		: 'this system gives a process no network of its own (unshare, ip)';

/** Tries addresses in a network in which the host is another computer's address. */
function attempt(addresses: readonly string[], variables: Variables = {}): Attempt[] {
	const program = [
		process.execPath,
		...fromSource,
		path.join(import.meta.dirname, 'attempts.ts'),
		JSON.stringify({host, addresses}),
	];
	const {stdout, stderr, status} = spawnSync('unshare', [...alone, network, 'sh', ...program], {
		encoding: 'utf8',
		env: {...inheritedAt(tmpdir()), ...variables},
	});
	assert.equal(status, 0, stderr);
	assert.equal(stderr, '');
	return JSON.parse(stdout);
}

/** The beginning of what a client sends first in plain text: a length, and the protocol's version. */
const plain = /^.{8}00030000/;

describe('a host that is another computer', {skip: whyNoNetwork}, () => {
	test('gets nothing but the wish for TLS, whatever the address says', () => {
		const addresses = [
			`postgres://a:not-a-real-secret@${host}:PORT/c`,
			`postgres://a@${host}:PORT/c?sslmode=require`,
			`postgres://a@${host}:PORT/c?sslmode=verify-full`,
		];
		for (const {code, bytes} of attempt(addresses)) {
			assert.equal(code, 'refused by pg');
			assert.deepEqual(bytes, [tlsRequest]);
		}
	});

	test('gets no other in an environment that asks for less', () => {
		const variables = {
			PGSSLMODE: 'disable',
			PGSSLNEGOTIATION: 'direct',
			PGOPTIONS: '-c log_statement=all',
			PGHOST: '127.0.0.1',
			PGPASSWORD: 'not-a-real-secret',
		};
		const [found] = attempt([`postgres://a@${host}:PORT/c`], variables);
		assert.deepEqual(found, {code: 'refused by pg', bytes: [tlsRequest]});
	});

	test('is not spoken to at all by an address that is refused', () => {
		const addresses = [
			`postgres://a@localhost/c?host=${host}&port=PORT`,
			`postgres://a@/c?host=${host}&port=PORT`,
			`postgres://a@localhost,${host}:PORT/c`,
			`postgres://a@${host}:PORT/c?ssl=no-verify`,
			`postgres://a@${host}:PORT/c?ssl=false`,
			`postgres://a@${host}:PORT/c?sslmode=disable`,
			`postgres://a@${host}:PORT/c?uselibpqcompat=true&sslmode=require`,
			`postgres://a@${host}:PORT/c?options=-c%20log_statement%3Dall`,
		];
		for (const {code, bytes} of attempt(addresses)) {
			assert.equal(code, 'keystore-address');
			assert.deepEqual(bytes, []);
		}
	});
});

describe('a connection', () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'keymaker-attempts-'));
	const saved = {...process.env};
	before(() => {
		Object.assign(process.env, {
			PGSSLMODE: 'no-verify',
			PGOPTIONS: '-c log_statement=all',
			PGREPLICATION: 'database',
			PGAPPNAME: 'another',
			PGUSER: 'another',
			PGDATABASE: 'another',
			PGCLIENT_ENCODING: 'latin1',
			PGPASSFILE: path.join(folder, 'passfile'),
		});
		delete process.env.PGPASSWORD;
	});
	after(() => {
		for (const name of Object.keys(process.env)) {
			if (!(name in saved)) {
				delete process.env[name];
			}
		}

		Object.assign(process.env, saved);
		rmSync(folder, {recursive: true});
	});

	/** The bytes that a server gets which asks for a password in plain text, and the error that the client ends by. */
	async function spoken(environment: Record<string, string> = {}): Promise<{sent: string; error: unknown}> {
		let sent = '';
		const server = createServer(socket => {
			socket.on('data', chunk => {
				sent += chunk.toString('latin1');
				if (sent.includes('\0p') || sent.includes('p\0\0')) {
					socket.end();
				} else {
					// AuthenticationCleartextPassword
					socket.write(Buffer.from('520000000800000003', 'hex'));
				}
			});
			socket.on('error', () => {});
		});
		await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
		const {port} = server.address() as {port: number};
		const address = readAddress(`postgres://me@127.0.0.1:${port}/flocks`, {from: 'argument', environment});
		const client = await clientOf(address);
		client.on('error', () => {});
		let error: unknown = null;
		try {
			await client.connect();
		} catch (thrown) {
			error = thrown;
			// pg leaves the connection open.
			void client.end();
		}

		await new Promise(resolve => server.close(resolve));
		return {sent, error};
	}

	test('to this computer asks for what the address says, and for nothing that libpq’s variables say', async () => {
		const {sent} = await spoken({PGPASSWORD: 'not-a-real-secret'});
		assert.match(Buffer.from(sent, 'latin1').toString('hex'), plain);
		const [parameters] = sent.slice(8).split('\0\0');
		assert.deepEqual(parameters?.split('\0'), [
			'user',
			'me',
			'database',
			'flocks',
			'application_name',
			'keymaker',
			'client_encoding',
			'UTF8',
		]);
		assert.match(sent, /not-a-real-secret/);
	});

	test('takes its password from the passfile, where only its owner may read that', async () => {
		const file = path.join(folder, 'passfile');
		writeFileSync(file, '127.0.0.1:*:flocks:me:not-a-real-line\n', {mode: 0o600});
		assert.match((await spoken()).sent, /not-a-real-line/);
		assert.match((await spoken({PGPASSWORD: 'not-a-real-secret'})).sent, /not-a-real-secret/);
		rmSync(file);
		writeFileSync(file, '127.0.0.1:*:flocks:me:not-a-real-line\n');
		chmodSync(file, 0o644);
		const {sent, error} = await spoken();
		assert.doesNotMatch(sent, /not-a-real/);
		assert.equal((error as {code: string}).code, 'keystore-refused');
		assert.match((error as {hint: string}).hint, /chmod 600/);
	});

	test('by TLS checks the certificate, with checks turned off for the whole process too', {
		skip: whyNoCertificate,
	}, async context => {
		context.mock.method(process, 'emitWarning', () => {});
		const {createServer: createTlsServer} = await import('node:tls');
		const {key, cert, certPath} = makeCertificate(folder, 'localhost');
		const behind = createTlsServer({key, cert});
		const sockets: Socket[] = [];
		behind.on('tlsClientError', () => {});
		const server = createServer(socket => {
			sockets.push(socket);
			socket.on('error', () => {});
			socket.once('data', () => {
				socket.write('S');
				behind.emit('connection', socket);
			});
		});
		await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
		const {port} = server.address() as {port: number};
		process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
		const tried = async (address: string) => {
			try {
				const client = await clientOf(readAddress(address, {from: 'argument', environment: {}}));
				client.on('error', () => {});
				return await Promise.race([
					client.connect().then(() => 'connected'),
					new Promise(resolve => behind.once('secureConnection', () => resolve('greeted'))),
				]);
			} catch (error) {
				return (error as {code: string}).code;
			} finally {
				for (const socket of sockets.splice(0)) {
					socket.destroy();
				}
			}
		};

		try {
			const base = `@localhost:${port}/c?ssl`;
			assert.equal(await tried(`postgres://a${base}mode=verify-full`), 'DEPTH_ZERO_SELF_SIGNED_CERT');
			assert.equal(await tried(`postgres://a${base}rootcert=${certPath}`), 'greeted');
			const other = `postgres://a@127.0.0.1:${port}/c?sslrootcert=${certPath}`;
			assert.equal(await tried(other), 'ERR_TLS_CERT_ALTNAME_INVALID');
			assert.equal(await tried(`postgres://a${base}rootcert=${folder}`), 'keystore-address');
			assert.equal(await tried(`postgres://a${base}rootcert=${folder}/none`), 'keystore-address');
		} finally {
			delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
			await new Promise(resolve => server.close(resolve));
		}
	});
});

test('a wire that never answers is a connection that ends by its deadline', async () => {
	const wire = await startWire(null);
	try {
		const address = readAddress(`postgres://a@127.0.0.1:${wire.port}/c`, {from: 'argument', environment: {}});
		const client = await clientOf(address, {connectionTimeoutMillis: 50});
		client.on('error', () => {});
		await assert.rejects(client.connect(), /timeout/);
	} finally {
		await wire.close();
	}
});
