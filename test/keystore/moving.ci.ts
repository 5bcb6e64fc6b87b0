import assert from 'node:assert/strict';
import {after, before, describe, type TestContext, test} from 'node:test';
import {FlockError} from '../../source/flock/error.ts';
import {grantBots} from '../../source/keymaker/grant.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {emptyState} from '../../source/keystore/state.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../helpers/postgres.ts';
import {type AnyKeystore, contentsOf, databaseAt, fill, flock, moved} from './move-support.ts';
import {hostsKeystore, testIdentity} from './postgres/hosts.ts';
import {passphrase} from './postgres/support.ts';
import {coded, filesBelow, newPlace, practiceRecord} from './support.ts';

const given = {passphrase: () => passphrase, passphraseGiven: true};

describe('a flock that moves', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	let databases = 0;
	before(async () => {
		server = await startPostgres();
	});
	after(async () => server?.close());

	/** Opens a keystore in a new database as often as it is called, each as another program would. */
	async function newDatabase(): Promise<() => AnyKeystore> {
		const address = await newAddress();
		return () => databaseAt(address);
	}

	/** The address of a new database, with its password. */
	async function newAddress(): Promise<string> {
		databases += 1;
		await server.query(`create database flocks${databases} owner owner`);
		return server.secretAddress('owner').replace(/[^/]*$/, `flocks${databases}`);
	}

	/** The same of a new folder. */
	function newFolder(context: TestContext): () => AnyKeystore {
		const place = newPlace(context);
		return () => openKeystore({...place, ...given});
	}

	test('is the same, byte for byte, from a folder to a database, to another one, and all the way back', async context => {
		const places = [newFolder(context), await newDatabase(), await newDatabase()] as const;
		const [folder, one, other] = places;
		await fill(folder(), 40);
		const contents = await contentsOf(folder());
		assert.match(contents, /practice-secret-bot-2-held.*practice-other-app-secret/s);
		for (const [from, to] of [
			[folder, one],
			[one, other],
			[other, one],
			[one, folder],
			[folder, one],
		] as const) {
			await moved(from(), to());
			assert.equal(await contentsOf(to()), contents);
			await assert.rejects(from().list(), coded('keystore-moved'));
			// Who works on is held up by nothing that the move has left.
			const {records} = await to().list();
			assert.equal(records.size, 40);
			await to().update('passing', () => practiceRecord('passing'));
			await to().update('passing', () => null);
		}
	});

	test('takes its grants along: hosts open their bots at the new place, and the old place names it', async context => {
		const folder = newFolder(context);
		const [one, other] = [await newAddress(), await newAddress()];
		const {secret, recipient} = await testIdentity();
		const opensAt = async (address: string) =>
			(await hostsKeystore(address, flock, {secret}).get('ode'))?.key?.accessToken;
		await folder().update('ode', () => practiceRecord('ode'));
		await moved(folder(), databaseAt(one));
		await grantBots(['ode'], {name: 'web1', recipient}, {keystore: databaseAt(one), now: Date.now});
		assert.equal(await opensAt(one), '12-practice-token-ode');
		await moved(databaseAt(one), databaseAt(other));
		assert.equal(await opensAt(other), '12-practice-token-ode');
		await assert.rejects(opensAt(one), coded('keystore-moved'));
		// In a file, grants wait for a database.
		await moved(databaseAt(other), folder());
		await assert.rejects(opensAt(other), coded('keystore-moved'));
		await moved(folder(), databaseAt(one));
		assert.equal(await opensAt(one), '12-practice-token-ode');
		assert.deepEqual(await databaseAt(one).strayGrants(), []);
	});

	test('leaves its backups in the folder, and nothing of a key in what says where it went', async context => {
		const place = newPlace(context);
		const [folder, database] = [openKeystore(place), await newDatabase()];
		await folder.update('ode', () => practiceRecord('ode'));
		await folder.update('ode', () => practiceRecord('newer'));
		const before = filesBelow(place.folder);
		await moved(folder, database());
		const now = filesBelow(place.folder);
		assert.deepEqual([...now.keys()], [...before.keys()]);
		const changed = [...now].filter(([file, bytes]) => !bytes.equals(before.get(file) ?? Buffer.of()));
		assert.deepEqual(
			changed.map(([file]) => file),
			[folder.path],
		);
		assert.doesNotMatch(String(changed[0]?.[1]), /practice-|not-a-real/);
	});

	test('is told of wherever it was, by whatever is asked there, with the command that finds it', async context => {
		const [folder, database, other] = [newFolder(context), await newDatabase(), await newDatabase()];
		await fill(folder(), 2);
		await moved(folder(), database());
		await moved(database(), other());
		for (const left of [folder, database]) {
			const asked: Readonly<Record<string, (keystore: AnyKeystore) => Promise<unknown>>> = {
				list: keystore => keystore.list(),
				get: keystore => keystore.get('ode'),
				getAll: keystore => keystore.getAll(['ode']),
				update: keystore => keystore.update('ode', () => practiceRecord('ode')),
				updateAll: keystore => keystore.updateAll(new Map()),
				sharing: keystore => keystore.sharing('ode'),
				rename: keystore => keystore.rename('ode', 'song'),
				appKey: keystore => keystore.appKey('practice-app'),
				savedAppKey: keystore => keystore.savedAppKey(),
				saveAppKey: keystore => keystore.saveAppKey({consumerKey: 'a', consumerSecret: 'b'}),
				tryWriting: keystore => keystore.tryWriting(),
				changePassphrase: keystore => keystore.changePassphrase('practice words, others'),
				backups: keystore => keystore.backups(),
				restore: keystore => keystore.restore(1),
				history: keystore => keystore.history(),
				backupsHolding: keystore => keystore.backupsHolding('ode'),
				purge: keystore => keystore.purge('ode'),
			};
			for (const [name, ask] of Object.entries(asked)) {
				const error = await ask(left()).then(
					() => assert.fail(`${name} was answered`),
					(reason: unknown) => reason,
				);
				assert.ok(error instanceof FlockError && error.code === 'keystore-moved', `${name}: ${error}`);
				assert.match(error.message, /^The flock harbour has moved from .+ to .+\.$/);
				assert.match(error.hint, /`keymaker --keystore \S+ --flock harbour`/);
				assert.doesNotMatch(error.message + error.hint, /not-a-real/);
			}

			const [finding] = (await left().health()).findings;
			assert.match(finding?.sentence ?? '', /has moved/);
		}
	});

	test('goes nowhere where there is another of its name, and an empty one goes nowhere either', async context => {
		const [folder, database] = [newFolder(context), await newDatabase()];
		await assert.rejects(moved(folder(), database()), coded('keystore-empty'));
		await folder().update('ode', () => practiceRecord('ode'));
		await database().update('ode', () => practiceRecord('other'));
		for (const [from, to] of [
			[folder, database],
			[database, folder],
		] as const) {
			await assert.rejects(moved(from(), to()), coded('keystore-exists'));
			// Where one came there after the look.
			const state = await from().snapshot();
			assert.ok(state !== null);
			await assert.rejects(to().takeIn(state), coded('keystore-exists'));
		}

		assert.deepEqual(await folder().get('ode'), practiceRecord('ode'));
		assert.deepEqual(await database().get('ode'), practiceRecord('other'));
	});

	test('stays where it is if what is read back is not what was moved, or nothing could be moved', async context => {
		const [folder, database] = [newFolder(context), await newDatabase()];
		await fill(folder(), 4);
		const to = database();
		await assert.rejects(
			moved(folder(), {...to, snapshot: async () => emptyState}),
			coded('keystore-damaged'),
		);
		await server.query('alter role owner set default_transaction_read_only = on');
		try {
			await assert.rejects(moved(folder(), (await newDatabase())()), coded('keystore-read-only'));
		} finally {
			await server.query('alter role owner reset default_transaction_read_only');
		}

		assert.equal((await folder().list()).records.size, 4);
	});

	test('and was ended before its last step is finished by the next move', async context => {
		for (const [from, to] of [
			[newFolder(context), await newDatabase()],
			[await newDatabase(), newFolder(context)],
		] as const) {
			await fill(from(), 4);
			const contents = await contentsOf(from());
			const state = await from().snapshot();
			assert.ok(state !== null);
			await to().takeIn(state);
			await moved(from(), to());
			assert.equal(await contentsOf(to()), contents);
			await assert.rejects(from().list(), coded('keystore-moved'));
		}
	});

	test('takes with it what others save meanwhile, or tells them where it went', async context => {
		for (const [from, to] of [
			[newFolder(context), await newDatabase()],
			[await newDatabase(), newFolder(context)],
		] as const) {
			await fill(from(), 4);
			const saved: string[] = [];
			let isMoved = false;
			const saver = async (number: number) => {
				const keystore = from();
				for (let round = 0; !isMoved; round += 1) {
					const name = `saved ${number} ${round}`;
					await keystore
						.update(name, () => practiceRecord(name))
						.then(
							() => saved.push(name),
							error => {
								isMoved = coded('keystore-moved')(error);
							},
						);
				}
			};
			const savers = [saver(1), saver(2)];
			while (saved.length < 4) {
				await new Promise(setImmediate);
			}

			await moved(from(), to());
			await Promise.all(savers);
			const {records} = await to().list();
			assert.deepEqual([...records.keys()].filter(name => name.startsWith('saved')).sort(), saved.sort());
		}
	});
});
