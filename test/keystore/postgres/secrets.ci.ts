import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {commands} from '../../../source/command-line/commands.ts';
import {approve} from '../../helpers/approve.ts';
import type {Variables} from '../../helpers/environment.ts';
import {formsOf, foundIn} from '../../helpers/forms.ts';
import {type Network, startNetwork} from '../../helpers/network.ts';
import {type Postgres, passwords, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {nextLink, printedLink, type Workplace, workplace} from '../../helpers/program.ts';
import {startWire, type Wire} from '../../helpers/wire.ts';
import {filesBelow} from '../support.ts';

const passphrases = [
	'practice words that nobody would guess',
	'other practice words, nobody guesses',
] as const;

test('a text is found in whatever form it stands', () => {
	const text = 'practice+secret/ä b';
	for (const before of ['', 'x', 'xy', 'xyz']) {
		for (const form of ['base64', 'base64url', 'hex'] as const) {
			const bytes = Buffer.from(Buffer.from(`${before}${text} and more`).toString(form));
			assert.deepEqual(foundIn(bytes, [text, 'something else']), [text], `${form} ${before}`);
		}
	}

	for (const form of [text, encodeURIComponent(text), JSON.stringify({text})]) {
		assert.deepEqual(foundIn(Buffer.from(`a${form}`), [text]), [text]);
	}

	assert.deepEqual(foundIn(Buffer.from(text, 'utf16le'), [text]), [text]);
	assert.equal(formsOf('abcdef').length, new Set(formsOf('abcdef').map(String)).size);
});

describe('nothing secret reaches a database', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	let wire: Wire;
	let network: Network;
	let place: Workplace;
	let env: Variables;
	before(async () => {
		server = await startPostgres({settings: {log_statement: 'all', log_min_duration_statement: '0'}});
		wire = await startWire(server.port);
		network = await startNetwork();
		place = await workplace(['harbour', 'kettle', 'moth']);
		env = {
			...network.env,
			KEYMAKER_KEYSTORE: server.secretAddress('owner', wire.port),
			KEYMAKER_PASSPHRASE: passphrases[0],
		};
	});
	after(async () => {
		await place?.close();
		await network?.close();
		await wire?.close();
		await server?.close();
	});

	/** All that X has handed out, the app's secret, and the passphrases. */
	function secrets(): Set<string> {
		const granted = network.passed.filter(text => /\buser_id=/.test(text));
		const handedOut = granted.flatMap(text => [...text.matchAll(/oauth_token(?:_secret)?=([^&\s]+)/g)]);
		const all = handedOut.map(([, secret = '']) => decodeURIComponent(secret));
		const identities = readdirSync(place.folder).includes('host-identity.txt')
			? (readFileSync(identity(), 'utf8').match(/AGE-SECRET-KEY-\S+/g) ?? [])
			: [];
		return new Set([...all, network.practice.appKey.consumerSecret, ...passphrases, ...identities]);
	}

	const called = new Set<string>();
	async function run(code: number, ...args: readonly string[]): Promise<void> {
		await runWith(code, '', args);
	}

	async function runWith(code: number, input: string, args: readonly string[]): Promise<void> {
		called.add(args[0] ?? '');
		const finished = await place.run(args, input, env);
		assert.equal(finished.code, code, `${args.join(' ')}: ${finished.out}${finished.err}`);
	}

	/** The file of a host's identity, on the same computer. */
	const identity = () => path.join(place.folder, 'host-identity.txt');

	/** Makes it. @returns its recipient */
	async function made(): Promise<string> {
		called.add('host');
		const {out, err} = await place.run(['host', 'init'], '', {...env, KEYMAKER_IDENTITY: identity()});
		assert.match(out, /^age1/, err);
		return out.trim();
	}

	async function authorize(
		bot: string,
		account: string,
		code: number,
		...more: readonly string[]
	): Promise<void> {
		called.add('authorize');
		const line = `keymaker authorize ${bot} ${more.join(' ')}; echo "rc=$?"`;
		const terminal = place.shell(line, {columns: 200, env});
		const link = await printedLink(terminal);
		terminal.type(`${await approve(network.pageOf(link), account)}\r`);
		await terminal.waitFor(`rc=${code}`);
	}

	test('by any command, on the way there or back', async () => {
		await authorize('harbour', 'harbour_poem', 0);
		await run(0, 'expect', 'kettle', 'somebody');
		for (const decision of ['keep', 'discard']) {
			await authorize('kettle', `kettle_${decision}`, 1);
			await run(0, decision, 'kettle');
		}

		await run(0, 'list', '--json');
		await run(0, 'check');
		await run(0, 'exec', 'harbour', '--', process.execPath, '-e', '');
		await run(0, 'export', 'harbour', '--format', 'json', '--out', 'keys.json');
		await run(0, 'forget', 'harbour', '--yes', '--purge');
		await run(0, 'import', 'keys.json');
		const recipient = await made();
		await run(0, 'grant', 'harbour', '--to', recipient, '--name', 'web1');
		await run(0, 'grants', '--json');
		const asHost = {...env, KEYMAKER_IDENTITY: identity(), KEYMAKER_PASSPHRASE: undefined};
		const script = 'process.stdout.write(process.env.TWITTER_ACCESS_TOKEN_SECRET)';
		const opened = await place.run(['exec', 'harbour', '--', process.execPath, '-e', script], '', asHost);
		assert.ok(secrets().has(opened.out), `the host opens nothing: ${opened.err}`);
		await run(0, 'ungrant', 'harbour', '--from', 'web1');
		await run(0, 'history', '--json');
		await run(1, 'encrypt');
		await run(1, 'decrypt');
		await run(0, 'restore');
		await run(0, 'doctor');
		await runWith(0, `${passphrases[1]}\n`, ['passphrase']);
		env = {...env, KEYMAKER_PASSPHRASE: passphrases[1]};
		await rm(path.join(place.folder, 'poems', 'kettle.txt'));
		await run(0, 'rename', 'kettle', 'moth');
		await run(0, 'revoke', 'moth', '--yes');
		await run(0, 'move', 'moved', '--yes');
		const back = await place.run(
			['move', server.address('owner').replace(/:\d+\//, `:${wire.port}/`), '--yes'],
			'',
			{
				...env,
				KEYMAKER_KEYSTORE: path.join(place.folder, 'moved'),
				PGPASSWORD: passwords.owner,
			},
		);
		assert.equal(back.code, 0, back.err);
		for (const local of ['schema', 'init', 'completion']) {
			await place.run(local === 'completion' ? [local, 'bash'] : [local], '', env);
			called.add(local);
		}

		assert.deepEqual(
			Object.keys(commands).filter(name => !called.has(name)),
			[],
			'never called here',
		);
	});

	test('by the screen', async () => {
		const screen = place.screen([], {env});
		await screen.waitFor(/❯ ● harbour/);
		screen.press('down');
		await screen.waitFor(/❯ . moth/);
		screen.press('enter');
		screen.paste(`${await approve(network.pageOf(await nextLink(screen)), 'moth_poem')}\n`);
		await screen.waitFor('moth is ready');
		screen.press('escape');
		await screen.waitFor(/❯ ● moth/);
		screen.press('q');
		await screen.exited;
	});

	test('in the bytes that have passed', () => {
		assert.ok(secrets().size > 10, 'there were hardly any secrets');
		for (const way of ['to', 'from'] as const) {
			const bytes = wire.passed(way);
			assert.deepEqual(foundIn(bytes, ['harbour', 'moth']), ['harbour', 'moth']);
			assert.deepEqual(foundIn(bytes, [...secrets(), passwords.owner]), []);
		}
	});

	test('in its files, the log of what it has written, its statements and its rows', async () => {
		const tables = await server.query<{name: string}>(
			"select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'keymaker'",
		);
		assert.ok(tables.length >= 4);
		for (const {name} of tables) {
			// Long values are compressed in the files.
			const rows = Buffer.from(JSON.stringify(await server.query(`select * from ${name}`)));
			assert.deepEqual(foundIn(rows, secrets()), []);
		}

		await server.query('checkpoint');
		const log = Buffer.from(server.log());
		assert.match(String(log), /insert into keymaker\.history/);
		assert.deepEqual(foundIn(log, secrets()), []);
		const data = path.join(server.folder, 'data');
		const whereHarbourIs = new Set<string>();
		for (const [file, bytes] of filesBelow(data)) {
			assert.deepEqual(foundIn(bytes, secrets()), [], file);
			if (bytes.includes('harbour')) {
				whereHarbourIs.add(path.relative(data, file).split(path.sep)[0] ?? '');
			}
		}

		// A bot's name is no secret; it shows that these are the files.
		assert.deepEqual([...whereHarbourIs].sort(), ['base', 'pg_wal']);
	});
});
