import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import pg from 'pg';
import {grantBots, ungrantBots} from '../../../source/keymaker/grant.ts';
import {schemaSql} from '../../../source/keystore/postgres/schema.ts';
import {startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {coded} from '../support.ts';
import {hostsKeystore, ownersKeystore, testIdentity} from './hosts.ts';
import {failureOf, keyNumber, numberOf, sharedAt} from './support.ts';

const page = path.join(import.meta.dirname, '..', '..', '..', 'docs', 'shared-keystore.md');

test('the SQL of docs/shared-keystore.md lets people save, bots only read, and hosts read only what is granted', {
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
	const addressOf = (role: string) => `postgres://${role}:${password}@localhost:${server.port}/own`;
	for (const role of ['keeper', 'bots', 'hosts']) {
		await server.query(`alter role ${role} password '${password}'`);
	}

	const [people, bots] = [sharedAt(addressOf('keeper'), 'flock'), sharedAt(addressOf('bots'), 'flock')];
	await people.tryWriting();
	await people.update('ode', () => keyNumber(1));
	await people.update('ode', () => keyNumber(2));
	await people.rename('ode', 'elegy');
	assert.equal(await people.purge('elegy', ['12-practice-token-1']), 1);
	assert.equal(numberOf(await bots.get('elegy')), 2);
	assert.equal((await bots.history()).length, 4);
	await failureOf(
		bots.update('elegy', () => keyNumber(3)),
		'keystore-refused',
	);

	const keystore = ownersKeystore(addressOf('keeper'), 'flock');
	const identity = await testIdentity();
	const host = hostsKeystore(addressOf('hosts'), 'flock', identity);
	await keystore.update('ode', () => keyNumber(4));
	await grantBots(['elegy'], {name: 'web1', recipient: identity.recipient}, {keystore, now: Date.now});
	assert.equal(numberOf(await host.get('elegy')), 2);
	await assert.rejects(host.get('ode'), coded('not-granted'));
	const {findings, looks} = await host.health();
	assert.deepEqual(findings, []);
	assert.equal(looks?.find(({about}) => about === 'role')?.state, 'ok');
	// With the passphrase, too, this role opens nothing.
	await failureOf(sharedAt(addressOf('hosts'), 'flock').get('elegy'), 'keystore-refused');
	await failureOf(sharedAt(addressOf('hosts'), 'flock').history(), 'keystore-refused');
	await ungrantBots(['elegy'], 'web1', keystore);
	await assert.rejects(host.get('elegy'), coded('not-granted'));
});
