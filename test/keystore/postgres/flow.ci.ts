import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {approve} from '../../helpers/approve.ts';
import type {Variables} from '../../helpers/environment.ts';
import {type Network, startNetwork} from '../../helpers/network.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {cli, printedLink, type Workplace, workplace} from '../../helpers/program.ts';
import {passphrase} from './support.ts';

describe('two computers with one flock in a database', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	let network: Network;
	let here: Workplace;
	let there: Workplace;
	let env: Variables;
	before(async () => {
		server = await startPostgres();
		network = await startNetwork();
		[here, there] = await Promise.all([workplace(['harbour', 'kettle']), workplace(['harbour', 'kettle'])]);
		env = {
			...network.env,
			KEYMAKER_KEYSTORE: server.secretAddress('owner'),
			KEYMAKER_PASSPHRASE: passphrase,
			KEYMAKER_FLOCK: 'shared',
		};
	});
	after(async () => {
		await Promise.all([here?.close(), there?.close()]);
		await network?.close();
		await server?.close();
	});

	async function run(place: Workplace, code: number, args: readonly string[], input = '') {
		const finished = await place.run(args, input, env);
		assert.equal(finished.code, code, `${args.join(' ')}: ${finished.out}${finished.err}`);
		return finished;
	}

	async function rowOf(place: Workplace, bot: string): Promise<Record<string, unknown>> {
		const {out} = await run(place, 0, ['list', '--json']);
		return JSON.parse(out).find((row: {bot: string}) => row.bot === bot);
	}

	/** @param code what the command ends with */
	async function authorize(bot: string, account: string, code: number): Promise<void> {
		const terminal = here.shell(`keymaker authorize ${bot}; echo "rc=$?"`, {columns: 200, env});
		const link = await printedLink(terminal);
		terminal.type(`${await approve(network.pageOf(link), account)}\r`);
		await terminal.waitFor(`rc=${code}`);
	}

	test('one authorizes, and the other finds, checks and exports the key', async () => {
		await authorize('harbour', 'harbour_poem', 0);
		const found = await rowOf(there, 'harbour');
		assert.deepEqual([found.status, found.handle], ['ready', 'harbour_poem']);
		const {checkedAt} = found;
		await run(there, 0, ['check', 'harbour']);
		const checked = await rowOf(here, 'harbour');
		assert.ok(typeof checked.checkedAt === 'string' && checked.checkedAt !== checkedAt);
		await run(there, 0, ['export', 'harbour', '--format', 'json', '--out', 'keys.json']);
		const text = await readFile(path.join(there.folder, 'keys.json'), 'utf8');
		assert.ok(
			network.passed.some(passed =>
				passed.includes(`oauth_token=${JSON.parse(text)[0]?.accessToken ?? JSON.parse(text).accessToken}`),
			),
		);
	});

	test('a key that one holds is kept, or discarded, by the other', async () => {
		await run(here, 0, ['expect', 'kettle', 'somebody']);
		await authorize('kettle', 'kettle_one', 1);
		assert.equal((await rowOf(there, 'kettle')).heldHandle, 'kettle_one');
		await run(there, 0, ['keep', 'kettle']);
		assert.deepEqual((await rowOf(here, 'kettle')).handle, 'kettle_one');
		await authorize('kettle', 'kettle_two', 1);
		assert.deepEqual((await rowOf(there, 'kettle')).heldHandles, ['kettle_two']);
		await run(there, 0, ['discard', 'kettle']);
		const {handle, heldHandle} = await rowOf(here, 'kettle');
		assert.deepEqual([handle, heldHandle], ['kettle_one', null]);
	});

	test('a bot’s own program there speaks to X with the key that is in force', async () => {
		const library = pathToFileURL(path.join(path.dirname(cli), 'index.js')).href;
		const script = `const {clientFor} = await import(${JSON.stringify(library)});
			const client = await clientFor('kettle');
			console.log((await client.v2.me()).data.username);`;
		const {code, out, err} = await there.node(['--input-type=module', '-e', script], env);
		assert.deepEqual([code, out], [0, 'kettle_one\n'], err);
	});

	test('revoke there voids the key at X, and --purge leaves no earlier version of it', async () => {
		const isHeld = async () =>
			server.query("select 1 from keymaker.history where bot = 'kettle' and old_record_sealed is not null");
		assert.notDeepEqual(await isHeld(), []);
		await run(there, 0, ['revoke', 'kettle', '--yes', '--purge']);
		assert.equal((await rowOf(here, 'kettle')).status, 'no-key');
		assert.deepEqual(await isHeld(), []);
		assert.ok(network.passed.some(text => /invalidate_token/.test(text)));
	});

	test('restore brings back what the other did, and history tells of it', async () => {
		await run(there, 0, ['forget', 'harbour', '--yes']);
		const {out} = await run(here, 0, ['restore']);
		const [, number = ''] = /^(\d+) .* harbour forgotten /.exec(out) ?? [];
		const put = await run(here, 0, ['restore', number]);
		assert.match(put.out, /^Restored the state before change \d+\.\nThat is change \d+; /);
		assert.equal((await rowOf(there, 'harbour')).handle, 'harbour_poem');
		assert.match((await run(there, 0, ['history', 'harbour'])).out, /^.* harbour {2}restored {2}owner {2}/);
	});

	test('a new passphrase is every computer’s, in words that fit a database', async () => {
		const renewed = 'other practice words, nobody guesses';
		const {out, err} = await run(there, 0, ['passphrase'], `${renewed}\n`);
		assert.match(out, /^Changed the passphrase of postgres:.*, for every computer\.\n$/);
		assert.match(err, /still opens backups that the server made before/);
		assert.doesNotMatch(out + err, /disk|backups? now|no backups/);
		assert.match((await run(here, 1, ['list'])).err, /KEYMAKER_PASSPHRASE/);
		env = {...env, KEYMAKER_PASSPHRASE: renewed};
		assert.equal((await rowOf(here, 'harbour')).status, 'ready');
		assert.match((await run(here, 1, ['encrypt'])).err, /already encrypted/);
		assert.match((await run(here, 1, ['decrypt'])).err, /always encrypted/);
	});
});
