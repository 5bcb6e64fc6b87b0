import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {withoutNetwork} from '../../helpers/environment.ts';
import {giveKey} from '../../helpers/key-file.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {workplace} from '../../helpers/program.ts';
import {practiceKey} from '../support.ts';
import {keep, putBack} from './backup.ts';
import {freshKey, madeWhileAway, startKeyMaking} from './keymaking.ts';
import {passphrase, sharedAt} from './support.ts';

describe('what commands tell of a database', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	before(async () => {
		server = await startPostgres();
	});
	after(async () => server?.close());

	test('a key that waits is told by list, left alone by what only looks, and saved by a command that saves anything', async context => {
		const here = await workplace(['harbour', 'kettle']);
		context.after(() => here.close());
		const env = {
			KEYMAKER_PRACTICE: undefined,
			KEYMAKER_KEYSTORE: server.secretAddress('owner'),
			KEYMAKER_FLOCK: 'commands',
			KEYMAKER_PASSPHRASE: passphrase,
			XDG_CONFIG_HOME: path.join(here.folder, 'config'),
		};
		await giveKey(here, 'kettle', env);
		const waitingFile = path.join(here.folder, 'config', 'keymaker', 'commands.waiting');
		const place = {address: server.secretAddress('owner'), flock: 'commands', waitingFile};
		const program = await startKeyMaking(place);
		context.after(program.close);
		await madeWhileAway(server, program, 'harbour', 'harbour_poem');
		const rows = async () => {
			const {out, err} = await here.run(['list', '--json'], '', env);
			return {
				err,
				rows: JSON.parse(out).map((row: Record<string, unknown>) => [row.bot, row.status, row.waitingHandle]),
			};
		};
		const listed = await rows();
		assert.deepEqual(listed.rows, [
			['harbour', 'no-key', 'harbour_poem'],
			['kettle', 'ready', null],
		]);
		assert.match(listed.err, /^Waiting on this computer to be saved: the key of harbour\.$/m);
		const away = {...env, KEYMAKER_KEYSTORE: 'postgres://a@127.0.0.1:1/b'};
		const refused = await here.run(['expect', 'kettle', 'kettle_poem'], '', away);
		assert.match(refused.err, /does not answer/);
		assert.ok(existsSync(waitingFile));
		const {code, err} = await here.run(['expect', 'kettle', 'kettle_poem'], '', env);
		assert.equal(code, 0, err);
		assert.match(err, /^harbour: the key of @harbour_poem, which waited on this computer, is saved\.$/m);
		assert.equal(existsSync(waitingFile), false);
		assert.deepEqual((await rows()).rows[0], ['harbour', 'ready', null]);
	});

	test('authorize says before its link that nothing could be saved, in one sentence, gives no link, and asks X nothing', async context => {
		const here = await workplace(['harbour']);
		context.after(() => here.close());
		await server.query('alter role owner set default_transaction_read_only = on');
		context.after(() => server.query('alter role owner reset default_transaction_read_only'));
		const {code, out, err} = await here.run(['authorize', 'harbour'], '1234567\n', {
			KEYMAKER_PRACTICE: undefined,
			KEYMAKER_KEYSTORE: server.secretAddress('owner'),
			KEYMAKER_FLOCK: 'flock',
			KEYMAKER_PASSPHRASE: passphrase,
			TWITTER_CONSUMER_KEY: 'practice-app',
			TWITTER_CONSUMER_SECRET: 'practice-app-secret',
		});
		assert.deepEqual([code, out], [1, '']);
		assert.match(
			err,
			/^postgres:\S+ only reads: .+ \(keystore-read-only\)\n {2}Name the server that accepts writes\.\n$/,
		);
	});

	test('doctor makes nothing there: neither a schema nor a flock', async () => {
		await server.query('create database bare owner owner');
		const bare = server.secretAddress('owner').replace(/[^/]*$/, 'bare');
		const {looks = [], ...health} = await sharedAt(bare, 'none').health();
		const schema = (of: typeof looks) => of.find(({about}) => about === 'schema')?.sentence;
		assert.deepEqual([health.exists, health.bots, health.findings], [false, 0, []]);
		assert.equal(schema(looks), 'No schema yet. The first key creates it.');
		const here = await workplace(['harbour']);
		try {
			const {out} = await here.run(['doctor'], '', {
				...withoutNetwork(),
				KEYMAKER_PRACTICE: undefined,
				KEYMAKER_KEYSTORE: bare,
				KEYMAKER_FLOCK: 'none',
				KEYMAKER_PASSPHRASE: passphrase,
			});
			assert.match(out, /No flock of this name in postgres:\S+ yet/);
		} finally {
			await here.close();
		}

		assert.equal(schema((await sharedAt(bare, 'none').health()).looks ?? []), schema(looks));
	});

	test('doctor counts the keys that wait and lets them wait, says nothing of files, and claims nothing undone', async context => {
		const here = await workplace(['harbour']);
		context.after(() => here.close());
		const env = {
			...withoutNetwork(),
			KEYMAKER_PRACTICE: undefined,
			KEYMAKER_KEYSTORE: server.secretAddress('owner'),
			KEYMAKER_FLOCK: 'shared',
			KEYMAKER_PASSPHRASE: passphrase,
			XDG_CONFIG_HOME: path.join(here.folder, 'config'),
		};
		await giveKey(here, 'harbour', env);
		const waitingFile = path.join(here.folder, 'config', 'keymaker', 'shared.waiting');
		const place = {address: server.secretAddress('owner'), flock: 'shared', waitingFile};
		const {keystore, close} = await startKeyMaking(place);
		context.after(close);
		await keystore.waiting?.add('ode', freshKey(practiceKey('ode')));
		const {out} = await here.run(['doctor', '--json', '--moved'], '', env);
		const lines: Array<{check: string; state: string; sentence: string; hint: string | null}> =
			JSON.parse(out);
		const its = lines.filter(({check}) => check.startsWith('keystore'));
		assert.deepEqual(
			its.map(({check, state}) => `${check} ${state}`),
			[
				'keystore-poems ok',
				'keystore ok',
				'keystore-tls ok',
				'keystore-server ok',
				'keystore-role ok',
				'keystore-schema ok',
				'keystore-clock ok',
				'keystore-read ok',
				'keystore-listen ok',
				'keystore-seen ok',
				'keystore-waiting warning',
				'keystore-writing ok',
			],
		);
		assert.match(its[0]?.sentence ?? '', /nothing was changed/);
		assert.match(its[1]?.sentence ?? '', /: 1 bot with a key, encrypted\.$/);
		assert.match(its.at(-2)?.sentence ?? '', /^1 key waits in .+shared\.waiting to be saved\.$/);
		assert.doesNotMatch(JSON.stringify(its), /backup|\block|chmod|belongs to the poems/i);
		assert.ok(existsSync(waitingFile));
		const away = await here.run(['doctor', '--json'], '', {
			...env,
			KEYMAKER_KEYSTORE: 'postgres://nobody@127.0.0.1:1/none',
		});
		const itsAway = JSON.parse(away.out).filter(({check}: {check: string}) => check.startsWith('keystore'));
		assert.deepEqual(
			itsAway.map(({check, state}: Record<string, string>) => `${check} ${state}`),
			['keystore problem', 'keystore-waiting warning'],
		);
		assert.match(itsAway[1].sentence, /^Keys may be waiting in /);
	});

	test('a flock that was put back is told, and doctor --forget-seen takes it as it is', async context => {
		const here = await workplace(['harbour']);
		context.after(() => here.close());
		const env = {
			...withoutNetwork(),
			KEYMAKER_PRACTICE: undefined,
			KEYMAKER_KEYSTORE: server.secretAddress('owner'),
			KEYMAKER_FLOCK: 'put back',
			KEYMAKER_PASSPHRASE: passphrase,
		};
		await giveKey(here, 'harbour', env);
		await keep(server, 'put back');
		assert.equal((await here.run(['expect', 'harbour', 'harbour_poem'], '', env)).code, 0);
		await putBack(server, 'put back');
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
