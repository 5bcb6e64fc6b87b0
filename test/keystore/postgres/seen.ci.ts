import assert from 'node:assert/strict';
import path from 'node:path';
import {after, before, describe, type TestContext, test} from 'node:test';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {practiceRecord, temporaryFolder} from '../support.ts';
import {drop, keep, putBack} from './backup.ts';
import {startKeyMaking} from './keymaking.ts';
import {failureOf} from './support.ts';

describe('what this computer has seen of a flock in a database', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	before(async () => {
		server = await startPostgres();
	});
	after(async () => server?.close());

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
		await keep(server, 'flock');
		await (await open()).update('ode', () => practiceRecord('second'));
		await putBack(server, 'flock');
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
		await keep(server, 'read');
		await (await colleague()).update('ode', () => practiceRecord('second'));
		assert.deepEqual(await (await open()).get('ode'), practiceRecord('second'));
		await putBack(server, 'read');
		await failureOf((await open()).get('ode'), 'keystore-older');
	});

	test('a flock that is gone, and another one in its place, are told, and a new one is begun where that is meant', async context => {
		const open = computer(context, 'gone');
		await (await open()).update('ode', () => practiceRecord('ode'));
		await drop(server, 'gone');
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
		await drop(server, 'gone');
		await (await open()).forgetSeen();
		await (await open()).update('ode', () => practiceRecord('anew'));
		assert.deepEqual(await (await open()).get('ode'), practiceRecord('anew'));
	});
});
