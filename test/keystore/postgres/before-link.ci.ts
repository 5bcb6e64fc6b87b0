import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import path from 'node:path';
import {after, before, describe, type TestContext, test} from 'node:test';
import {approve} from '../../helpers/approve.ts';
import {type Postgres, passwords, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {practiceRecord, temporaryFolder} from '../support.ts';
import {startKeyMaking} from './keymaking.ts';
import {failureOf} from './support.ts';

describe('before a link is shown', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	before(async () => {
		server = await startPostgres();
		const {keystore, close} = await startKeyMaking({
			address: server.secretAddress('owner'),
			flock: 'flock',
			waitingFile: path.join(server.folder, 'none', 'flock.waiting'),
		});
		await keystore.update('elegy', () => practiceRecord('elegy'));
		await close();
	});
	after(async () => server?.close());

	/** Asks for a link, which must not come. */
	async function refused(address: string, code: string, context: TestContext): Promise<void> {
		const waitingFile = path.join(temporaryFolder(context), 'flock.waiting');
		const {keymaker, close} = await startKeyMaking({address, flock: 'flock', waitingFile});
		context.after(close);
		await failureOf(keymaker.requestLink('ode'), code);
		assert.equal(existsSync(waitingFile), false);
	}

	test('each right that a save needs is tried, and the one that is missing is told', async context => {
		const writer = server.secretAddress('writer');
		const all = [
			'grant usage on schema keymaker to writer',
			'grant select on all tables in schema keymaker to writer',
			'grant update (change, frame_sealed) on keymaker.flock to writer',
			'grant insert, update on keymaker.bot to writer',
			'grant insert on keymaker.history to writer',
		];
		for (const grant of all) {
			await refused(writer, 'keystore-refused', context);
			await server.query(grant);
		}

		// These are all that it takes, down to the key.
		const waitingFile = path.join(temporaryFolder(context), 'flock.waiting');
		const {keymaker, keystore, close} = await startKeyMaking({address: writer, flock: 'flock', waitingFile});
		context.after(close);
		const link = await keymaker.requestLink('ode');
		assert.equal((await keymaker.submitPin(link, await approve(link.url, 'ode'))).kind, 'saved');
		assert.equal((await keystore.get('ode'))?.key?.handle, 'ode');
	});

	test('a standby, a server that is away, and a login that is refused are each told', async context => {
		const standby = await server.standby();
		context.after(() => standby.close());
		await refused(server.secretAddress('owner', standby.port), 'keystore-read-only', context);
		await refused('postgres://nobody@127.0.0.1:1/none', 'keystore-unreachable', context);
		const wrong = server.secretAddress('owner').replace(passwords.owner, 'not-the-real-password');
		await refused(wrong, 'keystore-refused', context);
	});
});
