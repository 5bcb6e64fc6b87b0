import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, describe, mock, test} from 'node:test';
import type {Shared} from '../../../source/keystore/postgres/keystore.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {until} from '../../helpers/until.ts';
import {startWire, type Wire} from '../../helpers/wire.ts';
import {assertSaid, keyNumber, numberOf, sharedAt} from './support.ts';

/** Passes by the test's own clock. Milliseconds. */
const deadline = 30_000;

describe('a server that is frozen', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	let wire: Wire;
	let direct: Shared;
	let far: Shared;
	let flocks = 0;
	before(async () => {
		server = await startPostgres();
	});
	after(() => server?.close());
	beforeEach(async () => {
		flocks += 1;
		wire = await startWire(server.port);
		direct = sharedAt(server.secretAddress('owner'), `flock ${flocks}`);
		far = sharedAt(server.secretAddress('owner', wire.port), `flock ${flocks}`, deadline);
		await direct.update('ode', () => keyNumber(1));
		await far.get('ode');
	});
	afterEach(async () => {
		server.thaw();
		await wire.close();
	});

	const hasSent = (text: string) => wire.passed('to').includes(text);

	/** Makes a call, lets its deadline pass once it waits for the server, and gives the error that it has ended with by then. */
	async function outOfTime(call: () => Promise<unknown>, isReached: () => boolean): Promise<unknown> {
		mock.timers.enable({apis: ['setTimeout']});
		try {
			const errors: unknown[] = [];
			void call().then(
				() => errors.push(null),
				error => errors.push(error),
			);
			while (!isReached()) {
				await new Promise(setImmediate);
			}

			mock.timers.tick(deadline);
			// All that is left to do needs no answer.
			for (let turn = 0; turn < 1000 && errors.length === 0; turn += 1) {
				await new Promise(setImmediate);
			}

			assert.equal(errors.length, 1, 'it waits on after its deadline');
			return errors[0];
		} finally {
			mock.timers.reset();
		}
	}

	test('costs a read its deadline at the login, and the next one nothing', async () => {
		wire.freeze();
		const before = wire.taken;
		const error = await outOfTime(
			() => far.get('ode'),
			() => wire.taken > before,
		);
		assertSaid(error, ['keystore-unreachable']);
		wire.thaw();
		assert.equal(numberOf(await far.get('ode')), 1);
	});

	test('costs a save its deadline once in the midst of its transaction, and nothing is saved', async () => {
		const error = await outOfTime(
			() =>
				far.update('ode', () => {
					server.freeze();
					return keyNumber(2);
				}),
			() => hasSent('insert into keymaker.history'),
		);
		assertSaid(error, ['keystore-unreachable']);
		assert.equal(error.uncertain, false);
		server.thaw();
		await direct.update('elegy', (_, others) => {
			assert.equal(numberOf(others.get('ode')), 1);
			return keyNumber(2);
		});
		await far.update('ode', () => keyNumber(3));
		assert.equal(numberOf(await direct.get('ode')), 3);
	});

	test('leaves open whether a save is there that was being committed, and says so', async () => {
		await server.query(`create function wait() returns trigger language plpgsql as
			$$begin perform pg_advisory_xact_lock(7); return null; end$$`);
		await server.query(`create constraint trigger wait after update on keymaker.flock
			deferrable initially deferred for each row execute function wait()`);
		const holder = server.query('select pg_advisory_lock(7), pg_sleep(3600)').catch(() => {});
		const holds = "select pid from pg_locks where locktype = 'advisory' and granted and objid = 7";
		await until(async () => (await server.query(holds)).length === 1);
		try {
			const error = await outOfTime(
				() => far.update('ode', () => keyNumber(2)),
				() => hasSent('commit\0'),
			);
			assertSaid(error, ['keystore-unreachable']);
			assert.equal(error.uncertain, true);
			assert.match(error.hint, /not known/);
		} finally {
			await server.query(`select pg_terminate_backend(pid) from (${holds}) holder`);
			await holder;
		}

		await until(async () => numberOf(await direct.get('ode')) === 2);
		await server.query('drop function wait cascade');
	});

	test('lets nobody wait longer for a program that is frozen in its save than that would have waited', async () => {
		const frozen = sharedAt(server.secretAddress('owner', wire.port), `flock ${flocks}`, 5000);
		await frozen.get('ode');
		const stuck = frozen.update('ode', () => {
			wire.freeze();
			return keyNumber(2);
		});
		await assert.rejects(stuck, error => {
			assertSaid(error, ['keystore-unreachable']);
			return true;
		});
		await direct.update('ode', () => keyNumber(3));
		assert.equal(numberOf(await direct.get('ode')), 3);
	});

	test('is no reason for one who waits for another program’s change to call it away', async () => {
		const holder = server.query('begin; select 1 from keymaker.flock for update; select pg_sleep(3600)');
		holder.catch(() => {});
		const holds = "select pid from pg_stat_activity where query like '%pg_sleep(3600)' and state = 'active'";
		await until(async () => (await server.query(holds)).length > 0);
		const hasty = sharedAt(server.secretAddress('owner'), `flock ${flocks}`, 6000);
		await hasty.get('ode');
		await assert.rejects(
			hasty.update('ode', () => keyNumber(2)),
			error => {
				assertSaid(error, ['keystore-locked']);
				return true;
			},
		);
		await server.query(`select pg_terminate_backend(pid) from (${holds}) holder`);
		await hasty.update('ode', () => keyNumber(2));
	});
});
