import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import pg from 'pg';
import {schemaSql} from '../../../source/keystore/postgres/schema.ts';
import {startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {failureOf, keyNumber, numberOf, sharedAt} from './support.ts';

const page = path.join(import.meta.dirname, '..', '..', '..', 'docs', 'shared-keystore.md');

test('the SQL of docs/shared-keystore.md lets people save and hosts only read', {
	skip: whyNoPostgres,
}, async context => {
	const [create = '', grant = '', ...more] = [
		...readFileSync(page, 'utf8').matchAll(/^```sql\n(.*?)^```/gms),
	].map(([, sql = '']) => sql);
	assert.deepEqual(more, []);
	const server = await startPostgres();
	context.after(() => server.close());
	// A database of the page's name is there already, and belongs to another role.
	for (const line of create.replace('create database flocks', 'create database own').split('\n')) {
		await server.query(line);
	}

	const admin = new pg.Client({host: server.folder, port: server.port, user: 'postgres', database: 'own'});
	await admin.connect();
	await admin.query(schemaSql + grant).finally(() => admin.end());
	const password = 'not-a-real-password';
	const [people, hosts] = await Promise.all(
		['keeper', 'bots'].map(async role => {
			await server.query(`alter role ${role} password '${password}'`);
			return sharedAt(`postgres://${role}:${password}@localhost:${server.port}/own`, 'flock');
		}),
	);
	assert.ok(people && hosts);
	await people.tryWriting();
	await people.update('ode', () => keyNumber(1));
	await people.update('ode', () => keyNumber(2));
	await people.rename('ode', 'elegy');
	assert.equal(await people.purge('elegy', ['12-practice-token-1']), 1);
	assert.equal(numberOf(await hosts.get('elegy')), 2);
	assert.equal((await hosts.history()).length, 4);
	await failureOf(
		hosts.update('elegy', () => keyNumber(3)),
		'keystore-refused',
	);
});
