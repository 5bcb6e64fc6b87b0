import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {inspect} from 'node:util';
import fc from 'fast-check';
import {emptyRecord} from '../../source/flock/key.ts';
import {createKeymaker} from '../../source/keymaker/keymaker.ts';
import type {Keystore, KeystoreUpkeep} from '../../source/keystore/keystore.ts';
import {sameContents} from '../../source/keystore/state.ts';
import {approve} from '../helpers/approve.ts';
import {testServices} from '../helpers/services.ts';
import {runs} from '../helpers/thorough.ts';
import {until} from '../helpers/until.ts';
import {anyState} from './arbitraries.ts';
import {coded, practiceApp, practiceKey, practiceRecord} from './support.ts';

/** A keystore of either kind. */
type AnyKeystore = Keystore & KeystoreUpkeep;

/** Opens one new keystore as often as it is called: each as another program would. */
type Opener = (context: TestContext) => () => AnyKeystore;

/** What a keystore does, wherever it keeps its records. @param holds whether it takes a bot of this name */
export function behaves(openerOf: Opener, holds: (name: string) => boolean = () => true): void {
	test('nothing is there at first, and a record comes back as it was saved, to another program as well, until it is removed', async context => {
		const open = openerOf(context);
		const [one, other] = [open(), open()];
		assert.equal(await one.get('ode'), null);
		assert.equal(await one.savedAppKey(), null);
		assert.equal((await one.list()).records.size, 0);
		const record = practiceRecord('ode', {
			expectedHandle: 'harbour_poem',
			wantedAccess: 'read',
			held: [
				{key: practiceKey('held'), reason: 'late'},
				{key: practiceKey('held too'), reason: 'other-handle'},
			],
			previous: practiceKey('previous', {accessLevel: null, authorizedAt: null, rejected: true}),
		});
		assert.deepEqual(await one.update('ode', () => record, practiceApp), record);
		assert.deepEqual(await other.get('ode'), record);
		assert.deepEqual(await other.appKey('practice-app'), practiceApp);
		assert.equal(await other.appKey('another-app'), null);
		await other.update('ode', current => current && {...current, wantedAccess: 'write'});
		assert.equal((await one.get('ode'))?.wantedAccess, 'write');
		await other.update('ode', () => null);
		assert.equal(await one.get('ode'), null);
		await one.update('ode', () => practiceRecord('again'));
		assert.deepEqual(await other.get('ode'), practiceRecord('again'));
	});

	test('the list holds no secret, and printing a keystore shows none', async context => {
		const keystore = openerOf(context)();
		await keystore.update('ode', () => practiceRecord('ode'), practiceApp);
		const contents = await keystore.list();
		assert.equal(contents.records.get('ode')?.key?.handle, 'harbour_poem');
		const shown = inspect([contents, keystore], {depth: 9, showHidden: true});
		assert.doesNotMatch(shown, /practice-secret|practice-token|practice-app-secret/);
	});

	test('names that mean something to JavaScript, to conf or to SQL are names like any other', async context => {
		const open = openerOf(context);
		const names = [
			'__proto__',
			'__internal__',
			'constructor',
			'v1',
			'v1.2',
			'a[0]',
			'\\',
			'',
			'poems',
			'toJSON',
			'俳句',
		];
		names.push("'; drop table keymaker.bot; --", '"', '$1', '\\u0000', 'null', 'a\nb', '🦆');
		const keystore = open();
		for (const name of names) {
			await keystore.update(name, () => practiceRecord(JSON.stringify(name)));
		}

		const other = open();
		assert.deepEqual([...(await other.list()).records.keys()].sort(), [...names].sort());
		for (const name of names) {
			assert.deepEqual(await other.get(name), practiceRecord(JSON.stringify(name)));
		}
	});

	test('whatever is taken in is read back equal', async context => {
		await fc.assert(
			fc.asyncProperty(anyState, async state => {
				fc.pre(state.records.size > 0 && [...state.records.keys()].every(holds));
				const open = openerOf(context);
				await open().takeIn(state);
				const found = await open().snapshot();
				assert.ok(found !== null && sameContents(found, state));
			}),
			{numRuns: runs(20)},
		);
	});

	test('a change that throws changes nothing; it sees the bots that others saved, and reaches into nothing', async context => {
		const open = openerOf(context);
		const [one, other] = [open(), open()];
		await one.update('ode', () => practiceRecord('ode'));
		await other.update('elegy', () => practiceRecord('elegy'));
		const refused = one.update('ode', (_record, others) => {
			assert.deepEqual([...others.keys()], ['elegy']);
			throw new Error('not wanted');
		});
		await assert.rejects(refused, /^Error: not wanted$/);
		const mine = await one.get('ode');
		assert.ok(mine?.key);
		mine.key.accessToken = 'turned';
		const several = await one.getAll(['elegy', 'nobody', 'ode']);
		assert.deepEqual([...several.keys()], ['elegy', 'ode']);
		Object.assign(several.get('elegy')?.key ?? {}, {accessToken: 'turned'});
		for (const keystore of [one, other]) {
			assert.deepEqual(await keystore.get('ode'), practiceRecord('ode'));
			assert.deepEqual(await keystore.get('elegy'), practiceRecord('elegy'));
		}
	});

	test('who shares a token, a new name, and held keys are the same to every program', async context => {
		const open = openerOf(context);
		const [one, other] = [open(), open()];
		const held = [{key: practiceKey('ode'), reason: 'late'}] as const;
		await one.update('ode', () => practiceRecord('ode'));
		await other.update('elegy', () => practiceRecord('elegy', {held}));
		await other.update('moth', () => emptyRecord);
		assert.deepEqual(await one.sharing('ode'), new Map([['12-practice-token-ode', ['elegy']]]));
		await assert.rejects(other.rename('ode', 'elegy'), coded('bot-exists'));
		await assert.rejects(other.rename('ode', 'moth'), coded('bot-exists'));
		await assert.rejects(other.rename('nobody', 'song'), coded('unknown-bot'));
		await other.rename('ode', 'song');
		assert.equal(await one.get('ode'), null);
		assert.deepEqual(await one.get('song'), practiceRecord('ode'));
		assert.deepEqual((await one.get('elegy'))?.held, held);
	});

	test('several programs that save at once, also to one record, lose nothing of each other’s, and readers nothing at all', async context => {
		const open = openerOf(context);
		const programs = Array.from({length: 4}, open);
		await programs[0]?.update('shared', () => practiceRecord('shared', {expectedHandle: ''}));
		await Promise.all(
			programs.map(async (program, number) => {
				for (let round = 0; round < 5; round += 1) {
					const name = `bot ${number} ${round}`;
					await program.update(name, () => practiceRecord('bot'));
					await Promise.all([
						program.update('shared', record =>
							practiceRecord('shared', {expectedHandle: `${record?.expectedHandle}x`}),
						),
						program.list(),
						program.update(name, record => record && {...record, wantedAccess: 'read'}),
					]);
					assert.equal((await program.get(name))?.wantedAccess, 'read');
				}
			}),
		);
		const {records} = await open().list();
		assert.equal(records.size, 21);
		assert.equal(records.get('shared')?.expectedHandle, 'x'.repeat(20));
	});

	test('several records change together, none comes to be by it, and the setup’s last app is the one in use', async context => {
		const open = openerOf(context);
		const [one, other] = [open(), open()];
		await one.update('ode', () => practiceRecord('ode'));
		await one.updateAll(
			new Map(['ode', 'nobody'].map(name => [name, record => ({...record, wantedAccess: 'read'})])),
		);
		const second = {consumerKey: 'practice-app-2', consumerSecret: 'a%b=c#d "e"'};
		await one.saveAppKey(practiceApp);
		await one.saveAppKey(second);
		assert.deepEqual([...(await other.getAll(['nobody', 'ode'])).keys()], ['ode']);
		assert.equal((await other.get('ode'))?.wantedAccess, 'read');
		assert.deepEqual(await other.savedAppKey(), second);
		await one.saveAppKey({...second, callbackPort: 8765});
		assert.deepEqual(await other.savedAppKey(), {...second, callbackPort: 8765});
		assert.deepEqual((await other.list()).apps, new Set(['practice-app', 'practice-app-2']));
	});

	test('whoever watches is told of what another program saves, and of nothing after they have stopped', async context => {
		const open = openerOf(context);
		const [one, other] = [open(), open()];
		await other.update('ode', () => practiceRecord('ode'));
		let [told, later] = [0, 0];
		const stop = one.watch(() => {
			told += 1;
		});
		context.after(stop);
		let number = 0;
		const saveUntil = async (isTold: () => boolean) => {
			while (!isTold()) {
				number += 1;
				await other.update('ode', () => practiceRecord(`ode ${number}`));
				await new Promise(resolve => setTimeout(resolve, 20));
			}
		};
		await saveUntil(() => told > 0);
		stop();
		context.after(
			one.watch(() => {
				later += 1;
			}),
		);
		const before = told;
		await saveUntil(() => later > 1);
		assert.equal(told, before);
	});

	test('an account of another program’s bot is held, and one decides about what the other has shown', async context => {
		const place = await testServices({poems: ['harbour', 'kettle']});
		context.after(() => place.close());
		const open = openerOf(context);
		const {x, appSource, now} = place.services;
		const [one, other] = [open(), open()].map(keystore => createKeymaker({x, keystore, appSource, now}));
		assert.ok(one && other);
		const make = async (keymaker: typeof one, bot: string, account: string) => {
			const link = await keymaker.requestLink(bot);
			return keymaker.submitPin(link, await approve(link.url, account));
		};
		assert.equal((await make(one, 'harbour', 'ant')).kind, 'saved');
		const outcome = await make(other, 'kettle', 'ant');
		assert.equal(outcome.kind, 'held');
		const record = await open().get('kettle');
		assert.deepEqual([record?.key, record?.held[0]?.reason], [null, 'account-of-another-bot']);
		assert.equal((await one.keep('kettle', outcome.tokenId)).key.handle, 'ant');
		await assert.rejects(other.keep('kettle', outcome.tokenId), coded('held-changed'));
		assert.equal((await open().sharing('harbour')).size, 1);
	});

	test('history tells what was done, and a purge leaves nothing of a bot behind it', async context => {
		const open = openerOf(context);
		const [one, other] = [open(), open()];
		const held = [{key: practiceKey('other'), reason: 'late'}] as const;
		await one.update('ode', () => practiceRecord('ode'));
		await other.update('ode', record => record && {...record, held});
		await one.update('ode', record => record && {...record, key: practiceKey('other'), held: []});
		await other.update('ode', record => record && {...record, key: practiceKey('other', {rejected: true})});
		await other.update('ode', record => record && {...record, expectedHandle: 'somebody'});
		await one.rename('ode', 'song');
		await other.update('song', () => null);
		await one.update('elegy', () => practiceRecord('elegy'));
		const told = (await open().history()).map(({bot, what}) => `${bot} ${what}`);
		assert.deepEqual(told, [
			'elegy made',
			'song forgotten',
			'ode renamed',
			'song renamed',
			'ode expected',
			'ode kept',
			'ode held',
			'ode made',
		]);
		const tokens = [practiceKey('ode'), practiceKey('other')].map(({accessToken}) => accessToken);
		assert.ok((await other.backupsHolding('song', tokens)) > 0);
		assert.ok((await other.purge('song', tokens)) > 0);
		assert.equal(await one.backupsHolding('song', tokens), 0);
		assert.equal(await one.backupsHolding('ode'), 0);
		assert.deepEqual(await one.get('elegy'), practiceRecord('elegy'));
	});

	test('trying the place finds nothing wrong, and changes nothing', async context => {
		const open = openerOf(context);
		const keystore = open();
		await keystore.tryWriting();
		assert.equal((await open().list()).records.size, 0);
		await keystore.update('ode', () => practiceRecord('ode'));
		await keystore.tryWriting();
		assert.deepEqual(await open().get('ode'), practiceRecord('ode'));
		assert.equal((await keystore.health()).bots, 1);
		await until(async () => (await open().history()).length === 1);
	});
}
