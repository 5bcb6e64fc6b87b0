import assert from 'node:assert/strict';
import path from 'node:path';
import {test} from 'node:test';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {mountSmallDisk, whyNoSmallDisk} from '../../helpers/small-disk.ts';
import {practiceRecord} from '../support.ts';
import {assertSaid, keyNumber, outcomeOf, sharedAt} from './support.ts';

test('a server whose disk is full refuses a save in one sentence, keeps what was saved, and goes on once there is room', {
	skip: whyNoPostgres || whyNoSmallDisk,
}, async context => {
	const disk = mountSmallDisk(160);
	let server: Postgres | null = null;
	context.after(async () => {
		await server?.close();
		disk.close();
	});
	server = await startPostgres({data: path.join(disk.folder, 'data')});
	const address = server.secretAddress('owner');
	const open = () => sharedAt(address, 'flock');
	const keystore = open();
	await keystore.update('ode', () => keyNumber(1));
	disk.fill();
	const bulky = (bot: number) => practiceRecord(`${bot}`, {expectedHandle: 'x'.repeat(50_000)});
	let saved = 0;
	for (;;) {
		const error = await keystore
			.update(`bot ${saved}`, () => bulky(saved))
			.then(
				() => null,
				(reason: unknown) => reason,
			);
		if (error !== null) {
			assertSaid(error, ['keystore-full']);
			assert.match(error.hint, /Make room/);
			break;
		}

		saved += 1;
	}

	const {records} = await open().list();
	assert.equal(records.size, saved + 1);
	// Now the log of what is written has no room either, and the server itself goes down.
	const allowed = ['keystore-full', 'keystore-unreachable'];
	await server.query('select pg_switch_wal()').catch(() => {});
	const outcome = await outcomeOf(
		keystore.update('ode', () => keyNumber(2)),
		allowed,
	);
	await outcomeOf(keystore.get('ode'), allowed);
	disk.empty();
	await server.kill();
	await server.start();
	const now = await open().get('ode');
	const possible = {saved: [2], 'not saved': [1], unknown: [1, 2]}[outcome];
	assert.ok(possible.some(number => JSON.stringify(now) === JSON.stringify(keyNumber(number))));
	await keystore.update('ode', () => keyNumber(3));
	await keystore.update(`bot ${saved}`, () => bulky(saved));
	assert.deepEqual((await open().list()).records.size, saved + 2);
});
