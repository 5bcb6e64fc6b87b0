import assert from 'node:assert/strict';
import {rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import pg from 'pg';
import type {Variables} from '../../helpers/environment.ts';
import {giveKey, writeKeyFile} from '../../helpers/key-file.ts';
import {type Postgres, passwords, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {cli, type Workplace, workplace} from '../../helpers/program.ts';
import {passphrase} from './support.ts';

describe('commands over a database', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	let here: Workplace;
	let there: Workplace;
	let shared: Variables;
	before(async () => {
		server = await startPostgres();
		[here, there] = await Promise.all([workplace(['harbour', 'kettle']), workplace(['elsewhere'])]);
		shared = {
			KEYMAKER_PRACTICE: undefined,
			KEYMAKER_KEYSTORE: server.secretAddress('owner'),
			KEYMAKER_PASSPHRASE: passphrase,
			KEYMAKER_FLOCK: 'shared',
		};
		await giveKey(here, 'harbour', shared);
	});
	after(async () => {
		await Promise.all([server?.close(), here?.close(), there?.close()]);
	});

	test('a key that was made on one computer is listed on another, without a poem and as no orphan', async () => {
		const {code, out, err} = await there.run(['list', '--json'], '', shared);
		assert.equal(code, 0, err);
		assert.deepEqual(
			JSON.parse(out).map(({bot, poem, status}: Record<string, unknown>) => [bot, poem, status]),
			[
				['elsewhere', path.join('poems', 'elsewhere.txt'), 'no-key'],
				['harbour', null, 'ready'],
			],
		);
	});

	test('a bot’s program gets its key, and neither the address with its password nor the passphrase', async () => {
		const script = 'console.log(JSON.stringify(process.env))';
		const {code, out, err} = await there.run(['exec', 'harbour', '--', process.execPath, '-e', script], '', {
			...shared,
			PGPASSWORD: passwords.owner,
		});
		assert.equal(code, 0, err);
		const env = JSON.parse(out);
		assert.equal(env.TWITTER_ACCESS_TOKEN, '12-practice-token-harbour');
		assert.equal(out.includes(passwords.owner), false);
		assert.equal(out.includes(passphrase), false);
	});

	test('the library reads there as commands do', async () => {
		const library = pathToFileURL(path.join(path.dirname(cli), 'index.js')).href;
		const script = `const {openKeystore} = await import(${JSON.stringify(library)});
			console.log((await openKeystore().get('harbour')).handle);`;
		const {code, out, err} = await there.node(['--input-type=module', '-e', script], shared);
		assert.deepEqual([code, out, err], [0, 'harbour_poem\n', '']);
	});

	test('expect, rename and forget change what the other computer sees', async () => {
		await giveKey(here, 'kettle', shared);
		const change = async (...args: string[]) => {
			const {code, err} = await there.run(args, '', shared);
			assert.equal(code, 0, err);
		};
		await change('expect', 'kettle', 'somebody');
		await writeFile(path.join(there.folder, 'poems', 'teapot.txt'), 'A line of it.\n');
		await change('rename', 'kettle', 'teapot');
		const listed = async () => JSON.parse((await here.run(['list', '--json'], '', shared)).out);
		const rows: Array<Record<string, unknown>> = await listed();
		assert.deepEqual(
			rows.map(({bot, status, expectedHandle}) => [bot, status, expectedHandle]),
			[
				['harbour', 'ready', null],
				['kettle', 'no-key', null],
				['teapot', 'ready', 'somebody'],
			],
		);
		await change('forget', 'teapot', '--yes', '--purge');
		assert.equal(
			(await listed()).some(({bot}: {bot: string}) => bot === 'teapot'),
			false,
		);
		const kept = await server.query(
			"select bot from keymaker.history where bot in ('kettle', 'teapot') and old_record_sealed is not null",
		);
		assert.deepEqual(kept, []);
	});

	test('history tells who did what, of one bot or of all, and no secret', async () => {
		const {out, err, code} = await here.run(['history', '--json'], '', shared);
		assert.equal(code, 0, err);
		const changes: Array<Record<string, unknown>> = JSON.parse(out);
		assert.deepEqual(
			changes.map(({bot, what}) => `${bot} ${what}`),
			[
				'teapot forgotten',
				'kettle renamed',
				'teapot renamed',
				'kettle expected',
				'kettle made',
				'harbour made',
			],
		);
		assert.ok(changes.every(({role, by}) => role === 'owner' && /^.+@.+$/.test(String(by))));
		assert.equal(/token|secret/.test(out), false);
		const one = await here.run(['history', 'harbour'], '', shared);
		assert.match(one.out, /^\S+ \S+ UTC {2}harbour {2}made {2}owner {2}\S+@\S+\n$/);
		const nobody = await here.run(['history', 'nobody'], '', shared);
		assert.deepEqual([nobody.code, nobody.out], [1, '']);
	});

	test('the printed schema makes what a role needs that may make none itself', async () => {
		const {out} = await here.run(['schema'], '', {});
		await server.query('create database bare');
		const bare = server.secretAddress('writer').replace(/[^/]*$/, 'bare');
		const own = {...shared, KEYMAKER_KEYSTORE: bare};
		const name = await writeKeyFile(here.folder, 'harbour');
		const refused = await here.run(['import', name], '', own);
		assert.equal(refused.code, 1);
		assert.match(refused.err, /keystore-refused/);
		assert.match(refused.err, /keymaker schema/);
		const rights = `grant usage on schema keymaker to writer;
			grant select, insert, update on all tables in schema keymaker to writer;`;
		const admin = new pg.Client({host: server.folder, port: server.port, user: 'postgres', database: 'bare'});
		await admin.connect();
		await admin.query(out + rights).finally(() => admin.end());
		const {code, err} = await here.run(['import', name], '', own);
		assert.equal(code, 0, err);
		await rm(path.join(here.folder, name));
	});

	test('a flock without a name is a mistake of usage, and so is a password in an argument', async () => {
		const unnamed = await here.run(['list'], '', {...shared, KEYMAKER_FLOCK: undefined});
		assert.deepEqual([unnamed.code, unnamed.out], [2, '']);
		assert.match(unnamed.err, /--flock/);
		const open = await here.run(['list', '--keystore', server.secretAddress('owner')], '', shared);
		assert.deepEqual([open.code, open.out], [1, '']);
		assert.match(open.err, /password/);
		assert.equal(open.err.includes(passwords.owner), false);
	});

	test('an address in an argument finds its password in the environment', async () => {
		const {code, out, err} = await here.run(['list', '--keystore', server.address('owner')], '', {
			...shared,
			KEYMAKER_KEYSTORE: undefined,
			PGPASSWORD: passwords.owner,
		});
		assert.equal(code, 0, err);
		assert.match(out, /harbour/);
	});

	test('a computer without a home folder reads there all the same', async () => {
		const {code, out, err} = await here.run(['list'], '', {
			...shared,
			HOME: undefined,
			XDG_CONFIG_HOME: undefined,
			XDG_STATE_HOME: undefined,
		});
		assert.equal(code, 0, err);
		assert.match(out, /harbour/);
	});

	test('practice stays in a local file, whatever the address is', async () => {
		const address = 'postgres://nobody@127.0.0.1:1/none';
		const {code, out, err} = await here.run(['list', '--json'], '', {
			...shared,
			KEYMAKER_KEYSTORE: address,
			KEYMAKER_PRACTICE: '1',
			KEYMAKER_PASSPHRASE: undefined,
		});
		assert.equal(code, 0, err);
		assert.equal(JSON.parse(out)[0].status, 'no-key');
	});

	test('a new passphrase opens the flock, the old one no longer, and decrypt is refused', async () => {
		const own = {...shared, KEYMAKER_FLOCK: 'renewed'};
		await giveKey(here, 'harbour', own);
		const refused = await here.run(['decrypt'], '', own);
		assert.equal(refused.code, 1);
		assert.match(refused.err, /always encrypted/);
		const renewed = 'other practice words that nobody guesses';
		const {openDatabase} = await import('../../../source/keystore/database.ts');
		const keystore = (words: string) =>
			openDatabase({
				address: {text: server.secretAddress('owner'), from: 'environment'},
				environment: {},
				label: {flock: 'renewed', kind: 'x'},
				deadline: 300_000,
				passphrase: () => words,
			});
		await keystore(passphrase).changePassphrase(renewed);
		assert.equal((await keystore(renewed).get('harbour'))?.key?.handle, 'harbour_poem');
		await assert.rejects(keystore(passphrase).get('harbour'), {code: 'keystore-passphrase'});
	});

	test('a frozen server costs a command no more than the deadline, and one sentence', async () => {
		server.freeze();
		try {
			const {code, out, err} = await here.run(['list', '--json'], '', {...shared, KEYMAKER_TIMEOUT: '0.5'});
			assert.deepEqual([code, out], [1, '']);
			assert.match(err, /does not answer/);
		} finally {
			server.thaw();
		}
	});

	test('doctor counts the keys, and says what is wrong where the server is away', async () => {
		const line = async (more: Variables) => {
			const {out} = await here.run(['doctor', '--json'], '', {...shared, ...more});
			return JSON.parse(out).filter(({check}: {check: string}) => check.startsWith('keystore'));
		};
		assert.match(JSON.stringify(await line({})), /1 bot with a key/);
		const away = JSON.stringify(await line({KEYMAKER_KEYSTORE: 'postgres://nobody@127.0.0.1:1/none'}));
		assert.match(away, /does not answer/);
	});
});
