import assert from 'node:assert/strict';
import type {TestContext} from 'node:test';
import {after, before, describe, test} from 'node:test';
import {setTimeout} from 'node:timers/promises';
import {openKeystore} from '../../source/keystore/open.ts';
import {readAddress} from '../../source/keystore/postgres/address.ts';
import {channel, openEngine} from '../../source/keystore/postgres/engine.ts';
import {watchFlock} from '../../source/keystore/postgres/watch.ts';
import {type Records, recordsOf} from '../../source/keystore/records.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../helpers/postgres.ts';
import {cheapScrypt, coded, newPlace, practiceApp, practiceKey, practiceRecord} from './support.ts';

const passphrase = 'practice words that nobody would guess';

/** Opens one new keystore as often as it is called: each as another program would. */
type Opener = (context: TestContext) => () => Promise<Records>;

/** What a keystore does with records, wherever it keeps them. */
function behaves(openerOf: Opener): void {
	test('a record comes back as it was saved, to another program as well, and goes when it is removed', async context => {
		const open = openerOf(context);
		const [one, other] = [await open(), await open()];
		assert.equal(await one.get('ode'), null);
		await one.update('ode', () => practiceRecord('ode'), practiceApp);
		assert.deepEqual(await other.get('ode'), practiceRecord('ode'));
		assert.deepEqual(await other.appKey('practice-app'), practiceApp);
		await other.update('ode', () => null);
		assert.equal(await one.get('ode'), null);
		await one.update('ode', () => practiceRecord('again'));
		assert.deepEqual(await other.get('ode'), practiceRecord('again'));
	});

	test('a change that throws changes nothing, and one sees the other bots that others saved', async context => {
		const open = openerOf(context);
		const [one, other] = [await open(), await open()];
		await one.update('ode', () => practiceRecord('ode'));
		await other.update('elegy', () => practiceRecord('elegy'));
		const refused = one.update('ode', (_record, others) => {
			assert.deepEqual([...others.keys()], ['elegy']);
			throw new Error('not wanted');
		});
		await assert.rejects(refused, /^Error: not wanted$/);
		assert.deepEqual(await other.get('ode'), practiceRecord('ode'));
	});

	test('who shares a token, a new name, and held keys are the same to every program', async context => {
		const open = openerOf(context);
		const [one, other] = [await open(), await open()];
		const held = [{key: practiceKey('ode'), reason: 'late'}] as const;
		await one.update('ode', () => practiceRecord('ode'));
		await other.update('elegy', () => practiceRecord('elegy', {held}));
		assert.deepEqual(await one.sharing('ode'), new Map([['12-practice-token-ode', ['elegy']]]));
		await assert.rejects(other.rename('ode', 'elegy'), coded('bot-exists'));
		await assert.rejects(other.rename('nobody', 'song'), coded('unknown-bot'));
		await other.rename('ode', 'song');
		assert.equal(await one.get('ode'), null);
		assert.deepEqual(await one.get('song'), practiceRecord('ode'));
		assert.deepEqual((await one.get('elegy'))?.held, held);
	});

	test('several programs that save at once, also to one record, lose nothing of each other’s', async context => {
		const open = openerOf(context);
		const programs = await Promise.all([open(), open(), open(), open()]);
		await programs[0]?.update('shared', () => practiceRecord('shared', {expectedHandle: ''}));
		await Promise.all(
			programs.map(async (program, number) => {
				for (let round = 0; round < 5; round += 1) {
					await program.update(`bot ${number} ${round}`, () => practiceRecord('bot'));
					await program.update('shared', record =>
						practiceRecord('shared', {expectedHandle: `${record?.expectedHandle}x`}),
					);
				}
			}),
		);
		const {records} = await (await open()).list();
		assert.equal(records.size, 21);
		assert.equal(records.get('shared')?.expectedHandle, 'x'.repeat(20));
	});

	test('several records change together, none comes to be by it, and the setup’s app is kept', async context => {
		const open = openerOf(context);
		const [one, other] = [await open(), await open()];
		await one.update('ode', () => practiceRecord('ode'));
		await one.updateAll(
			new Map(['ode', 'nobody'].map(name => [name, record => ({...record, wantedAccess: 'read'})])),
		);
		await one.saveAppKey(practiceApp);
		assert.deepEqual([...(await other.getAll(['nobody', 'ode'])).keys()], ['ode']);
		assert.equal((await other.get('ode'))?.wantedAccess, 'read');
		assert.deepEqual(await other.savedAppKey(), practiceApp);
		await one.saveAppKey({...practiceApp, callbackPort: 8765});
		assert.deepEqual(await other.savedAppKey(), {...practiceApp, callbackPort: 8765});
	});
}

describe('records in a file', () => {
	behaves(context => {
		const place = newPlace(context);
		return async () => openKeystore(place);
	});
});

describe('records in a database', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	let flocks = 0;
	before(async () => {
		server = await startPostgres();
	});
	after(async () => server?.close());

	const engineFor = (flock: string, words = passphrase) =>
		openEngine({
			address: readAddress(server.secretAddress('owner'), {from: 'environment', environment: {}}),
			label: {flock, kind: 'x'},
			passphrase: () => words,
			passphraseGiven: true,
			scrypt: cheapScrypt,
			deadline: 300_000,
		});

	const openerFor = (flock: string) => async () => {
		const engine = engineFor(flock);
		await engine.prepare();
		return recordsOf(engine);
	};

	behaves(() => {
		flocks += 1;
		return openerFor(`flock ${flocks}`);
	});

	test('no row holds a token, a secret or a passphrase, and a wrong passphrase opens nothing', async () => {
		const keystore = await openerFor('sealed')();
		await keystore.update('ode', () => practiceRecord('ode'), practiceApp);
		await keystore.update('ode', () => practiceRecord('other'));
		const rows = JSON.stringify(
			await server.query(
				'select f.*, b.*, h.* from keymaker.flock f join keymaker.bot b on b.flock = f.id join keymaker.history h on h.flock = f.id',
			),
		);
		assert.match(rows, /"name":"ode"/);
		for (const secret of ['practice-token', 'practice-secret', 'practice-app', passphrase]) {
			assert.equal(rows.includes(secret), false);
		}

		await assert.rejects(engineFor('sealed', 'practice other words').load(), coded('keystore-passphrase'));
	});

	test('a wrong password, an engine that is away, and one that only reads are three different errors', async () => {
		await openerFor('away')().then(keystore => keystore.update('ode', () => practiceRecord('ode')));
		const at = (text: string) =>
			openEngine({
				address: readAddress(text, {from: 'environment', environment: {}}),
				label: {flock: 'away', kind: 'x'},
				passphrase: () => passphrase,
				scrypt: cheapScrypt,
				deadline: 300_000,
			});
		const address = server.secretAddress('owner');
		await assert.rejects(at(address.replace('not-a-real', 'not-the')).load(), coded('keystore-refused'));
		await server.query('alter role owner set default_transaction_read_only = on');
		try {
			const readOnly = recordsOf(at(address));
			assert.deepEqual(await readOnly.get('ode'), practiceRecord('ode'));
			await assert.rejects(
				readOnly.update('ode', () => null),
				coded('keystore-read-only'),
			);
		} finally {
			await server.query('alter role owner reset default_transaction_read_only');
		}

		await server.end();
		try {
			await assert.rejects(at(address).load(), coded('keystore-unreachable'));
		} finally {
			await server.start();
		}
	});

	test('whoever watches is told of what another program saves, also after the engine was restarted', async context => {
		const keystore = await openerFor('watched')();
		await keystore.update('ode', () => practiceRecord('ode'));
		const address = readAddress(server.secretAddress('owner'), {from: 'environment', environment: {}});
		let told = 0;
		const label = {flock: 'watched', kind: 'x'} as const;
		context.after(watchFlock({address, label, deadline: 300_000, channel}, () => (told += 1)));
		const watches = () =>
			server.query("select 1 from pg_stat_activity where query like 'select id ||%' and state = 'idle'");
		const isWatching = async () => (await watches()).length === 1;
		for (const name of ['elegy', 'song']) {
			while (!(await isWatching())) {
				await setTimeout(20);
			}

			const before = told;
			await keystore.update(name, () => practiceRecord(name));
			while (told === before) {
				await setTimeout(20);
			}

			if (name === 'elegy') {
				await server.end();
				await server.start();
			}
		}

		assert.ok(told >= 2);
	});

	test('a passphrase that a person types once makes no new flock: a slip would lock all of it', async () => {
		const typed = openEngine({
			address: readAddress(server.secretAddress('owner'), {from: 'environment', environment: {}}),
			label: {flock: 'typed', kind: 'x'},
			passphrase: () => passphrase,
			scrypt: cheapScrypt,
			deadline: 300_000,
		});
		const saving = recordsOf(typed).update('ode', () => practiceRecord('ode'));
		await assert.rejects(saving, coded('keystore-passphrase'));
		assert.deepEqual(await server.query("select 1 from keymaker.flock where name = 'typed'"), []);
	});

	test('a row that is gone, and an older one in its place, are noticed by a program that never read there', async () => {
		const keystore = await openerFor('rolled back')();
		await keystore.update('ode', () => practiceRecord('ode'));
		await keystore.update('elegy', () => practiceRecord('elegy'));
		const ofOde = "name = 'ode' and flock = (select id from keymaker.flock where name = 'rolled back')";
		const [before] = await server.query(`select * from keymaker.bot where ${ofOde}`);
		assert.ok(before);
		await keystore.update('ode', () => practiceRecord('newer'));
		assert.deepEqual(await recordsOf(engineFor('rolled back')).get('ode'), practiceRecord('newer'));
		await server.query(
			`update keymaker.bot set version = $1, bot_key = $2, record_sealed = $3 where ${ofOde}`,
			[before.version, before.bot_key, before.record_sealed],
		);
		await assert.rejects(engineFor('rolled back').load(), coded('keystore-damaged'));
		await server.query(`delete from keymaker.bot where ${ofOde}`);
		await assert.rejects(engineFor('rolled back').load(), coded('keystore-damaged'));
	});

	test('rows that were exchanged, and a key that is none, are damage and no trouble of the network’s', async () => {
		const keystore = await openerFor('moved')();
		await keystore.update('ode', () => practiceRecord('ode'));
		await keystore.update('elegy', () => practiceRecord('elegy'));
		const ofFlock = "flock = (select id from keymaker.flock where name = 'moved')";
		await server.query(`update keymaker.bot b set bot_key = o.bot_key, record_sealed = o.record_sealed
			from keymaker.bot o where b.${ofFlock} and b.name = 'ode' and o.flock = b.flock and o.name = 'elegy'`);
		await assert.rejects(engineFor('moved').load(), coded('keystore-damaged'));
		await server.query("update keymaker.flock set flock_key = 'none' where name = 'moved'");
		await assert.rejects(engineFor('moved').load(), coded('keystore-damaged'));
	});
});
