import assert from 'node:assert/strict';
import path from 'node:path';
import {after, before, describe, type TestContext, test} from 'node:test';
import {withoutNetwork} from '../../helpers/environment.ts';
import {giveKey} from '../../helpers/key-file.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {workplace} from '../../helpers/program.ts';
import {practiceRecord, temporaryFolder} from '../support.ts';
import {startKeyMaking} from './keymaking.ts';
import {failureOf, passphrase} from './support.ts';

describe('what this computer has seen of a flock in a database', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	before(async () => {
		server = await startPostgres();
		await server.query('create schema old');
	});
	after(async () => server?.close());

	const tables = ['flock', 'bot', 'history'];
	const rowsOf = (table: string, flock: string) =>
		`${table === 'flock' ? 'id' : 'flock'} in (select id from keymaker.flock where name = '${flock}')`;

	/** Keeps a flock as it is, whole, as a backup of the server does. */
	async function keep(flock: string): Promise<void> {
		for (const table of tables) {
			await server.query(`drop table if exists old.${table}`);
			await server.query(
				`create table old.${table} as select * from keymaker.${table} where ${rowsOf(table, flock)}`,
			);
		}
	}

	async function drop(flock: string): Promise<void> {
		for (const table of tables.toReversed()) {
			await server.query(`delete from keymaker.${table} where ${rowsOf(table, flock)}`);
		}
	}

	async function putBack(flock: string): Promise<void> {
		await drop(flock);
		for (const table of tables) {
			await server.query(`insert into keymaker.${table} select * from old.${table}`);
		}
	}

	/** Programs of one computer, one after the other. */
	function computer(context: TestContext, flock: string) {
		const folder = temporaryFolder(context);
		return async (role: 'owner' | 'writer' = 'owner') => {
			const {keystore, close} = await startKeyMaking({
				address: server.secretAddress(role),
				flock,
				waitingFile: path.join(folder, 'flock.waiting'),
				seen: path.join(folder, 'state', 'seen.json'),
			});
			context.after(close);
			return keystore;
		};
	}

	test('a whole flock that was put back is noticed by a fresh program, by every address, until it is taken as it is', async context => {
		const open = computer(context, 'flock');
		await (await open()).update('ode', () => practiceRecord('first'));
		await server.query('grant usage on schema keymaker to writer');
		await server.query('grant select on all tables in schema keymaker to writer');
		await keep('flock');
		await (await open()).update('ode', () => practiceRecord('second'));
		await putBack('flock');
		const error = await failureOf((await open()).get('ode'), 'keystore-older');
		assert.match(error.message, /save 1, after save 2\.$/);
		assert.match(error.hint, /doctor --forget-seen/);
		await failureOf((await open('writer')).get('ode'), 'keystore-older');
		// Nothing is saved over it either.
		await failureOf(
			(await open()).update('elegy', () => practiceRecord('elegy')),
			'keystore-older',
		);
		// A computer that has never seen it cannot know.
		const elsewhere = await computer(context, 'flock')();
		assert.deepEqual(await elsewhere.get('ode'), practiceRecord('first'));

		const taking = await open();
		await taking.forgetSeen();
		assert.deepEqual(await taking.get('ode'), practiceRecord('first'));
		await (await open()).update('ode', () => practiceRecord('third'));
		assert.deepEqual(await (await open()).get('ode'), practiceRecord('third'));
	});

	test('what a colleague has saved is seen by reading alone', async context => {
		const [open, colleague] = [computer(context, 'read'), computer(context, 'read')];
		await (await colleague()).update('ode', () => practiceRecord('first'));
		await keep('read');
		await (await colleague()).update('ode', () => practiceRecord('second'));
		assert.deepEqual(await (await open()).get('ode'), practiceRecord('second'));
		await putBack('read');
		await failureOf((await open()).get('ode'), 'keystore-older');
	});

	test('a flock that is gone, and another one in its place, are told, and a new one is begun where that is meant', async context => {
		const open = computer(context, 'gone');
		await (await open()).update('ode', () => practiceRecord('ode'));
		await drop('gone');
		const error = await failureOf((await open()).list(), 'keystore-unreadable');
		assert.match(error.message, /is gone/);
		await failureOf(
			(await open()).update('ode', () => practiceRecord('ode')),
			'keystore-unreadable',
		);
		await (await computer(context, 'gone')()).update('ode', () => practiceRecord('other'));
		await failureOf((await open()).list(), 'keystore-older');
		await (await open()).forgetSeen();
		assert.deepEqual(await (await open()).get('ode'), practiceRecord('other'));
		await drop('gone');
		await (await open()).forgetSeen();
		await (await open()).update('ode', () => practiceRecord('anew'));
		assert.deepEqual(await (await open()).get('ode'), practiceRecord('anew'));
	});

	test('commands tell of it, and doctor --forget-seen takes it as it is', async context => {
		const here = await workplace(['harbour']);
		context.after(() => here.close());
		const env = {
			...withoutNetwork(),
			KEYMAKER_PRACTICE: undefined,
			KEYMAKER_KEYSTORE: server.secretAddress('owner'),
			KEYMAKER_FLOCK: 'commands',
			KEYMAKER_PASSPHRASE: passphrase,
		};
		await giveKey(here, 'harbour', env);
		await keep('commands');
		assert.equal((await here.run(['expect', 'harbour', 'harbour_poem'], '', env)).code, 0);
		await putBack('commands');
		const refused = await here.run(['list', '--json'], '', env);
		assert.deepEqual([refused.code, refused.out], [1, '']);
		assert.match(refused.err, /keystore-older/);
		const {out} = await here.run(['doctor', '--json', '--forget-seen'], '', env);
		assert.deepEqual(
			JSON.parse(out)
				.filter(({check}: {check: string}) => check.startsWith('keystore'))
				.map(({state}: {state: string}) => state)
				.filter((state: string) => state !== 'ok'),
			[],
		);
		assert.equal((await here.run(['list', '--json'], '', env)).code, 0);
	});
});
