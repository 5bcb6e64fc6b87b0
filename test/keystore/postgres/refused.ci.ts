import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {makeCertificate} from '../../helpers/certificate.ts';
import {type Postgres, passwords, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {temporaryFolder} from '../support.ts';
import {failureOf, keyNumber, numberOf, sharedAt} from './support.ts';

describe('a server that refuses', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	before(async () => {
		server = await startPostgres();
		await sharedAt(server.secretAddress('owner'), 'flock').update('ode', () => keyNumber(1));
	});
	after(() => server?.close());

	const at = (address: string) => sharedAt(address, 'flock');
	const refusal = async (address: string) => failureOf(at(address).get('ode'), 'keystore-refused');

	test('a login says so: a wrong password, an unknown role, no password, no such database', async () => {
		const address = server.secretAddress('owner');
		for (const [wrong, said] of [
			[address.replace(passwords.owner, 'not-a-real-guess'), /28P01/],
			[address.replace('//owner', '//stranger'), /28P01/],
			[address.replace(`:${passwords.owner}`, ''), /asks for a password/],
			[address.replace(/flocks$/, 'elsewhere'), /3D000/],
		] as const) {
			assert.match((await refusal(wrong)).message, said);
		}

		const own = at(address);
		assert.equal(numberOf(await own.get('ode')), 1);
		await server.query(`alter role owner password 'not-a-real-other-password'`);
		try {
			await failureOf(own.get('ode'), 'keystore-refused');
			await failureOf(
				own.update('ode', () => keyNumber(2)),
				'keystore-refused',
			);
		} finally {
			await server.query(`alter role owner password '${passwords.owner}'`);
		}

		assert.equal(numberOf(await own.get('ode')), 1);
	});

	test('a right names the SQL that grants it, and half of a save is none', async () => {
		const address = server.secretAddress('writer');
		const all = 'select, insert, update on all tables in schema keymaker';
		const failed = async (call: Promise<unknown>) => {
			const {hint} = await failureOf(call, 'keystore-refused');
			assert.match(hint, /keymaker schema/);
		};
		await failed(at(address).get('ode'));
		await server.query(`grant usage on schema keymaker to writer; grant ${all} to writer`);
		const writer = at(address);
		await writer.update('elegy', () => keyNumber(1));
		for (const right of [
			'insert on keymaker.history',
			'update on keymaker.bot',
			'update on keymaker.flock',
		]) {
			await server.query(`revoke ${right} from writer`);
			await failed(writer.update('ode', () => keyNumber(2)));
			await server.query(`grant ${all} to writer`);
		}

		await server.query(`revoke insert, update on all tables in schema keymaker from writer`);
		await failed(writer.tryWriting());
		await failed(writer.update('ode', () => keyNumber(2)));
		assert.equal(numberOf(await writer.get('ode')), 1);
		await server.query(`revoke select on keymaker.bot from writer`);
		await failed(writer.get('ode'));
		assert.equal((await at(server.secretAddress('owner')).history()).length, 2);
	});

	test('to show a certificate that is trusted is told nothing, and the person what to name', async context => {
		const other = makeCertificate(temporaryFolder(context), 'localhost').certPath;
		const tls = server.secretAddress('owner');
		const own = `?sslrootcert=${encodeURIComponent(server.certPath)}`;
		assert.equal(numberOf(await at(`${tls}${own}`).get('ode')), 1);
		for (const [address, said] of [
			[`${tls}?sslmode=verify-full`, /DEPTH_ZERO_SELF_SIGNED_CERT/],
			[`${tls}?sslrootcert=${encodeURIComponent(other)}`, /not trusted/],
			[`${tls.replace('@localhost', '@127.0.0.1')}${own}`, /ERR_TLS_CERT_ALTNAME_INVALID/],
		] as const) {
			const {message, hint} = await refusal(address);
			assert.match(message, said);
			assert.match(hint, /sslrootcert/);
		}
	});
});

test('a server without TLS gets nothing where TLS is wanted', {skip: whyNoPostgres}, async context => {
	const server = await startPostgres({settings: {ssl: 'off'}});
	context.after(() => server.close());
	const address = server.secretAddress('owner');
	await sharedAt(address, 'flock').update('ode', () => keyNumber(1));
	const strict = sharedAt(`${address}?sslmode=verify-full`, 'flock');
	assert.match((await failureOf(strict.get('ode'), 'keystore-refused')).message, /no TLS/);
});

test('a server that has few connections serves more programs at once than it has', {
	skip: whyNoPostgres,
}, async context => {
	const server = await startPostgres({settings: {max_connections: '8', superuser_reserved_connections: '3'}});
	context.after(() => server.close());
	const address = server.secretAddress('owner');
	await sharedAt(address, 'flock').update('ode', () => keyNumber(1));
	const programs = Array.from({length: 40}, (_, index) => ({index, keystore: sharedAt(address, 'flock')}));
	await Promise.all(
		programs.map(async ({index, keystore}) => {
			assert.equal(numberOf(await keystore.get('ode')), 1);
			await (index < 10 ? keystore.update(`bot ${index}`, () => keyNumber(1)) : undefined);
		}),
	);
	assert.equal((await sharedAt(address, 'flock').list()).records.size, 11);
	await server.query('alter role writer connection limit 0');
	await failureOf(sharedAt(server.secretAddress('writer'), 'flock', 1000).get('ode'), 'keystore-unreachable');
});

test('a schema that a newer keymaker has made is refused, and left alone', {
	skip: whyNoPostgres,
}, async context => {
	const server = await startPostgres();
	context.after(() => server.close());
	const open = () => sharedAt(server.secretAddress('owner'), 'flock');
	const running = open();
	await running.update('ode', () => keyNumber(1));
	const whole = async () =>
		JSON.stringify(await server.query('select * from keymaker.flock f, keymaker.bot b, keymaker.history h'));
	await server.query(
		'insert into keymaker.schema_version select max(version) + 1 from keymaker.schema_version',
	);
	for (const change of ['select 1', 'alter table keymaker.bot rename record_sealed to record_hidden']) {
		await server.query(change);
		const before = await whole();
		for (const keystore of [open(), running]) {
			for (const call of [
				() => keystore.get('ode'),
				() => keystore.list(),
				() => keystore.tryWriting(),
				() => keystore.history(),
				() => keystore.changePassphrase('other practice words'),
				() => keystore.purge('ode'),
			]) {
				assert.match((await failureOf(call(), 'keystore-newer')).hint, /Update keymaker/);
			}
		}

		await failureOf(
			open().update('ode', () => keyNumber(2)),
			'keystore-newer',
		);
		const saving = running.update('ode', () => keyNumber(2));
		await failureOf(saving, change === 'select 1' ? 'keystore-newer' : 'keystore-unreadable');
		assert.equal(await whole(), before);
	}
});
