import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {setTimeout} from 'node:timers/promises';
import {openDatabase} from '../../source/keystore/database.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {readAddress} from '../../source/keystore/postgres/address.ts';
import {openEngine} from '../../source/keystore/postgres/engine.ts';
import {watchFlock} from '../../source/keystore/postgres/watch.ts';
import {recordsOf} from '../../source/keystore/records.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../helpers/postgres.ts';
import {behaves} from './behaviours.ts';
import {passphrase} from './postgres/support.ts';
import {cheapScrypt, coded, newPlace, practiceApp, practiceRecord} from './support.ts';

describe('records in a file', () => {
	behaves(context => {
		const place = newPlace(context);
		// A flock that comes in is encrypted; all others stay in plain text.
		return () => openKeystore({...place, passphrase: () => passphrase});
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

	behaves(
		() => {
			flocks += 1;
			const label = {flock: `flock ${flocks}`, kind: 'x'} as const;
			return () =>
				openDatabase({
					address: {text: server.secretAddress('owner'), from: 'environment'},
					environment: {},
					label,
					deadline: 300_000,
					passphrase: () => passphrase,
					passphraseGiven: true,
					scrypt: cheapScrypt,
				});
		},
		name => name.isWellFormed() && !name.includes('\0'),
	);

	test('a name that no database keeps is refused by it, and the flock stays as it was', async () => {
		const keystore = await openerFor('odd names')();
		await keystore.update('ode', () => practiceRecord('ode'));
		for (const name of ['\ud800', 'a\0b']) {
			const saving = keystore.update(name, () => practiceRecord('odd'));
			await assert.rejects(saving, coded('keystore-unwritable'));
		}

		assert.deepEqual([...(await keystore.list()).records.keys()], ['ode']);
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
		context.after(watchFlock({address, label, deadline: 300_000}, () => (told += 1)));
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
