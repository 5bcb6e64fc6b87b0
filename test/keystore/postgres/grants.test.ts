import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, beforeEach, describe, test} from 'node:test';
import {forgetBot, revokeBot} from '../../../source/keymaker/forget.ts';
import {grantBots, keptBy, ungrantBots} from '../../../source/keymaker/grant.ts';
import {withKey} from '../../../source/keymaker/guard.ts';
import type {Keystore, KeystoreUpkeep} from '../../../source/keystore/keystore.ts';
import {openKeystore} from '../../../source/keystore/open.ts';
import type {X} from '../../../source/x/x.ts';
import {whyMissing} from '../../helpers/installed.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {coded, newPlace, practiceApp, practiceKey, practiceRecord} from '../support.ts';
import {keyFor, openedBy, ownersKeystore, storedBot, type TestIdentity, testIdentity} from './hosts.ts';

describe('grants', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	let flock = '';
	let flocks = 0;
	let keystore: Keystore & KeystoreUpkeep;
	let web1: TestIdentity;
	let web2: TestIdentity;
	before(async () => {
		server = await startPostgres();
		[web1, web2] = await Promise.all([testIdentity(), testIdentity()]);
	});
	after(async () => server?.close());
	beforeEach(async () => {
		flocks += 1;
		flock = `flock ${flocks}`;
		keystore = ownersKeystore(server.secretAddress('owner'), flock);
		await keystore.update('ode', () => practiceRecord('ode'), practiceApp);
		await keystore.update('elegy', () => practiceRecord('elegy'), practiceApp);
	});

	const stored = (bot: string) => storedBot(server, flock, bot);
	const grant = (bots: string[], name: string, {recipient}: TestIdentity) =>
		grantBots(bots, {name, recipient}, {keystore, now: () => Date.parse('2026-11-28T10:00:00Z')});
	const opens = async (bot: string, identity: TestIdentity) => {
		const row = await stored(bot);
		const key = await keyFor(row, identity);
		return key === null ? null : openedBy(key, bot, row);
	};

	test('the host’s identity opens a granted bot, its key and its app’s secret, and no other bot', async () => {
		assert.deepEqual(await grant(['ode'], 'web1', web1), ['ode']);
		const opened = await opens('ode', web1);
		assert.equal(opened?.record.key.accessSecret, 'practice-secret-ode');
		assert.deepEqual(opened?.app, practiceApp);
		assert.equal(await opens('elegy', web1), null);
		assert.equal(await opens('ode', web2), null);
		const record = await ownersKeystore(server.secretAddress('owner'), flock).get('ode');
		assert.deepEqual(record?.grants, [
			{name: 'web1', recipient: web1.recipient, at: '2026-11-28T10:00:00.000Z'},
		]);
	});

	test('a recipient of age-keygen can be granted a bot, whose key the standard age opens with its identity', {
		skip: whyMissing('age') || whyMissing('age-keygen'),
	}, async () => {
		const folder = mkdtempSync(path.join(tmpdir(), 'keymaker-grant-'));
		try {
			const identity = path.join(folder, 'identity');
			execFileSync('age-keygen', ['-o', identity], {stdio: 'pipe'});
			const recipient = execFileSync('age-keygen', ['-y', identity]).toString().trim();
			const services = {keystore, now: Date.now};
			assert.deepEqual(await grantBots(['ode'], {name: 'web1', recipient}, services), ['ode']);
			const row = await stored('ode');
			const sealed = Buffer.from(row.grants[0]?.sealed_key ?? '', 'base64');
			const key = execFileSync('age', ['-d', '-i', identity], {input: sealed});
			assert.equal(openedBy(key, 'ode', row).record.key.accessToken, '12-practice-token-ode');
		} finally {
			rmSync(folder, {recursive: true});
		}
	});

	test('a bot that is authorized again reaches its hosts without another grant', async () => {
		await grant(['ode'], 'web1', web1);
		const before = await keyFor(await stored('ode'), web1);
		const grantsBefore = (await stored('ode')).grants;
		await keystore.update('ode', record => withKey(record, practiceKey('again')), {
			...practiceApp,
			consumerSecret: 'practice-app-secret-again',
		});
		const opened = await opens('ode', web1);
		assert.equal(opened?.record.key.accessToken, '12-practice-token-again');
		assert.equal(opened?.app.consumerSecret, 'practice-app-secret-again');
		const after = await stored('ode');
		assert.deepEqual(await keyFor(after, web1), before);
		assert.deepEqual(after.grants, grantsBefore);
	});

	test('a new app secret reaches the hosts of every bot of that app', async () => {
		await grant(['ode'], 'web1', web1);
		await keystore.saveAppKey({...practiceApp, consumerSecret: 'practice-app-secret-changed'});
		assert.equal((await opens('ode', web1))?.app.consumerSecret, 'practice-app-secret-changed');
	});

	test('a bot that is taken back gets a new own key, which its other hosts get and that host never sees', async () => {
		await grant(['ode', 'elegy'], 'web1', web1);
		await grant(['ode'], 'web2', web2);
		const before = await keyFor(await stored('ode'), web1);
		await ungrantBots(['ode'], 'web1', keystore);
		const row = await stored('ode');
		assert.equal(await keyFor(row, web1), null);
		assert.ok(before);
		assert.throws(() => openedBy(before, 'ode', row));
		assert.notDeepEqual(await keyFor(row, web2), before);
		assert.equal((await opens('ode', web2))?.record.key.accessToken, '12-practice-token-ode');
		assert.notEqual(await opens('elegy', web1), null);
		const other = ownersKeystore(server.secretAddress('owner'), flock);
		assert.equal((await other.get('ode'))?.key?.accessToken, '12-practice-token-ode');
		assert.match(keptBy('web1', ['ode']).hint, /keymaker revoke ode, then keymaker authorize ode\./);
	});

	test('a renamed bot keeps its hosts, under a new own key', async () => {
		await grant(['ode'], 'web1', web1);
		const before = await keyFor(await stored('ode'), web1);
		await keystore.rename('ode', 'song');
		assert.equal((await opens('song', web1))?.record.key.accessToken, '12-practice-token-ode');
		assert.notDeepEqual(await keyFor(await stored('song'), web1), before);
		assert.deepEqual(
			(await stored('ode')).grants.map(({sealed_key}) => sealed_key),
			[null],
		);
	});

	test('forgetting a bot ends its grants for good, unless it is undone at once', async () => {
		await grant(['ode'], 'web1', web1);
		const {undo} = await forgetBot('ode', keystore);
		assert.equal(await keyFor(await stored('ode'), web1), null);
		await undo();
		assert.notEqual(await opens('ode', web1), null);
		await forgetBot('ode', keystore);
		await keystore.purge('ode', ['12-practice-token-ode']);
		await keystore.update('ode', record => withKey(record, practiceKey('later')));
		assert.equal(await keyFor(await stored('ode'), web1), null);
		assert.deepEqual(await keystore.strayGrants(), []);
	});

	test('a bot that was revoked and authorized again reaches its hosts without another grant', async () => {
		await grant(['ode'], 'web1', web1);
		const {left} = await revokeBot('ode', {
			x: {revoke: async () => {}} as unknown as X,
			keystore,
			keymaker: {unsaved: () => [], reveal: () => []},
			appSource: async () => ({appKey: practiceApp, from: 'setup'}),
		});
		assert.equal(left, false);
		assert.equal((await opens('ode', web1))?.record.key, null);
		await keystore.update('ode', record => withKey(record, practiceKey('later')), practiceApp);
		assert.equal((await opens('ode', web1))?.record.key.accessToken, '12-practice-token-later');
	});

	test('restoring a change keeps the grants of now: it brings back no host and removes none', async () => {
		await grant(['ode'], 'web1', web1);
		await keystore.update('ode', record => withKey(record, practiceKey('again')));
		await ungrantBots(['ode'], 'web1', keystore);
		await grant(['ode'], 'web2', web2);
		const changes = await keystore.backups();
		for (const {number} of changes.slice(0, -2)) {
			await keystore.restore(number);
			assert.equal(await keyFor(await stored('ode'), web1), null, `change ${number}`);
			assert.notEqual(await opens('ode', web2), null, `change ${number}`);
			assert.deepEqual(await keystore.strayGrants(), []);
		}

		assert.equal((await opens('ode', web2))?.record.key.accessToken, '12-practice-token-ode');
	});

	test('a removed bot that is restored has no grants', async () => {
		await grant(['ode'], 'web1', web1);
		await keystore.update('ode', () => null);
		const [last] = await keystore.backups();
		await keystore.restore(last?.number ?? 0);
		assert.equal((await keystore.get('ode'))?.key?.accessToken, '12-practice-token-ode');
		assert.equal(await keyFor(await stored('ode'), web1), null);
	});

	test('history shows grants, and bots taken back', async () => {
		await grant(['ode', 'elegy'], 'web1', web1);
		await ungrantBots(['elegy'], 'web1', keystore);
		assert.deepEqual(
			(await keystore.history()).slice(0, 3).map(({bot, what}) => `${bot} ${what}`),
			['elegy ungranted', 'elegy granted', 'ode granted'],
		);
	});

	test('a bot is granted to a host once, and an error changes nothing', async () => {
		await grant(['ode'], 'web1', web1);
		const row = await stored('ode');
		assert.deepEqual(await grant(['ode'], 'web1', web1), []);
		assert.deepEqual(await stored('ode'), row);
		await assert.rejects(grant(['elegy', 'nobody'], 'web1', web1), coded('no-key'));
		await assert.rejects(grant(['elegy'], 'web1', web2), coded('usage'));
		await assert.rejects(grant(['elegy'], 'web2', web1), coded('usage'));
		await assert.rejects(grant(['elegy'], 'no name', web2), coded('usage'));
		await assert.rejects(grant(['elegy'], 'web2', {...web2, recipient: 'age1nobody'}), coded('usage'));
		await assert.rejects(ungrantBots(['ode', 'elegy'], 'web1', keystore), coded('no-grant'));
		assert.deepEqual((await stored('elegy')).grants, []);
		assert.notEqual(await opens('ode', web1), null);
	});

	test('an identity instead of a recipient is refused, and not repeated', async () => {
		await assert.rejects(grant(['ode'], 'web1', {...web1, recipient: web1.secret}), error => {
			assert.ok(coded('usage')(error));
			assert.equal(
				JSON.stringify([String(error), (error as {hint?: string}).hint]).includes(web1.secret),
				false,
			);
			return true;
		});
	});
});

test('a keystore in a file has no grants, and the error names export', async context => {
	const keystore = openKeystore(newPlace(context));
	const {recipient} = await testIdentity();
	await keystore.update('ode', () => practiceRecord('ode'), practiceApp);
	const services = {keystore, now: Date.now};
	await assert.rejects(grantBots(['ode'], {name: 'web1', recipient}, services), coded('keystore-not-shared'));
	await assert.rejects(ungrantBots(['ode'], 'web1', keystore), coded('keystore-not-shared'));
});
