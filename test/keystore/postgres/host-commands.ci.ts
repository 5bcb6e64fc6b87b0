import assert from 'node:assert/strict';
import {chmod, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {createServer as createTlsServer} from 'node:https';
import type {AddressInfo} from 'node:net';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {makeCertificate} from '../../helpers/certificate.ts';
import type {Variables} from '../../helpers/environment.ts';
import {giveKey, keyFileOf, writeKeyFile} from '../../helpers/key-file.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {cli, type Workplace, workplace} from '../../helpers/program.ts';

const passphrase = 'practice words that nobody would guess';
const root = path.join(import.meta.dirname, '..', '..', '..');

/** What a host's role needs; `docs/shared-keystore.md` shows it. */
const hostsRights = `grant usage on schema keymaker to reader;
	grant select on keymaker.schema_version, keymaker.flock, keymaker.bot, keymaker.grants to reader;`;

describe('a host that opens only its own bots', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	let owner: Workplace;
	let host: Workplace;
	let owners: Variables;
	let hosts: Variables;
	let recipient = '';
	before(async () => {
		server = await startPostgres();
		[owner, host] = await Promise.all([
			workplace(['harbour', 'kettle', 'moth']),
			workplace(['harbour', 'moth']),
		]);
		const shared = {KEYMAKER_PRACTICE: undefined, KEYMAKER_FLOCK: 'shared'};
		owners = {...shared, KEYMAKER_KEYSTORE: server.secretAddress('owner'), KEYMAKER_PASSPHRASE: passphrase};
		hosts = {...shared, KEYMAKER_KEYSTORE: server.secretAddress('reader'), KEYMAKER_PASSPHRASE: undefined};
		for (const bot of ['harbour', 'kettle', 'moth']) {
			await giveKey(owner, bot, owners);
		}

		await server.query(hostsRights);
		recipient = (await done(host, hosts, 'host', 'init')).out.trim();
		const {out} = await done(
			owner,
			owners,
			'grant',
			'harbour',
			'kettle',
			'--to',
			recipient,
			'--name',
			'web1',
		);
		assert.equal(out, 'harbour: web1 can open it.\nkettle: web1 can open it.\n');
	});
	after(async () => {
		await Promise.all([server?.close(), owner?.close(), host?.close()]);
	});

	/** Runs a command that must succeed. */
	async function done(place: Workplace, env: Variables, ...args: string[]) {
		const {code, out, err} = await place.run(args, '', env);
		assert.equal(code, 0, err);
		return {out, err};
	}

	async function tokenOf(bot: string, env = hosts) {
		const script = 'process.stdout.write(process.env.TWITTER_ACCESS_TOKEN)';
		return host.run(['exec', bot, '--', process.execPath, '-e', script], '', env);
	}

	/** Gives a bot another key on the owner's computer. */
	async function authorizeAgain(bot: string, token: string) {
		const name = await writeKeyFile(owner.folder, bot);
		await writeFile(path.join(owner.folder, name), JSON.stringify({...keyFileOf(bot), oauth_token: token}));
		await done(owner, owners, 'import', '--force', name);
		await rm(path.join(owner.folder, name));
	}

	test('list shows its bots and their status, and counts the others', async () => {
		const {out, err} = await done(host, hosts, 'list', '--json');
		assert.deepEqual(
			JSON.parse(out).map(({bot, poem, status}: Record<string, unknown>) => [bot, poem, status]),
			[
				['harbour', path.join('poems', 'harbour.txt'), 'ready'],
				['kettle', null, 'ready'],
			],
		);
		assert.equal(err, '1 other bot is not granted to this computer.\n');
	});

	test('list needs no folder of poems', async () => {
		const {out, err} = await done(host, {...hosts, KEYMAKER_POEMS: 'nowhere'}, 'list');
		assert.match(out, /harbour.*\n.*kettle/);
		assert.doesNotMatch(err, /nowhere/);
	});

	test('exec needs no passphrase for a granted bot, and refuses every other bot', async () => {
		const {code, out, err} = await tokenOf('harbour');
		assert.deepEqual([code, out, err], [0, '12-practice-token-harbour', '']);
		const other = await tokenOf('moth');
		assert.deepEqual([other.code, other.out], [1, '']);
		assert.match(
			other.err,
			/^moth is not granted to this computer\. \(not-granted\)\n.*keymaker grant moth --to age1/,
		);
		assert.match((await tokenOf('nobody')).err, /unknown-bot/);
	});

	test('export writes only the keys of granted bots', async () => {
		const {out} = await done(host, hosts, 'export', '--format', 'json', '--out', '-');
		assert.deepEqual(
			JSON.parse(out).map(({bot}: {bot: string}) => bot),
			['harbour', 'kettle'],
		);
		const {code, err} = await host.run(['export', 'moth', '--format', 'json', '--out', '-'], '', hosts);
		assert.equal(code, 1);
		assert.match(err, /not-granted/);
	});

	test('the library reads a granted bot’s newest key, until it is taken back', async () => {
		const library = pathToFileURL(path.join(path.dirname(cli), 'index.js')).href;
		const script = `const {openKeystore} = await import(${JSON.stringify(library)});
			const keys = openKeystore();
			const codeOf = bot => keys.get(bot).then(({accessToken}) => accessToken, ({code}) => code);
			process.stdout.write((await codeOf('kettle')) + ' ' + (await codeOf('moth')));`;
		const run = () => host.node(['--input-type=module', '-e', script], hosts);
		assert.deepEqual(await run(), {code: 0, out: '12-practice-token-kettle not-granted', err: ''});
		await authorizeAgain('kettle', '12-practice-token-kettle-again');
		assert.equal((await run()).out, '12-practice-token-kettle-again not-granted');
		const {out, err} = await done(owner, owners, 'ungrant', 'kettle', '--from', 'web1');
		assert.equal(out, 'kettle: web1 can no longer open it.\n');
		assert.match(
			err,
			/^web1 may have kept the key of kettle.*\n.*keymaker revoke kettle, then keymaker authorize kettle\./,
		);
		assert.equal((await run()).out, 'not-granted not-granted');
		await done(owner, owners, 'grant', 'kettle', '--to', recipient, '--name', 'web1');
	});

	test('the example bot posts with its granted key', async () => {
		const seen: string[] = [];
		const {cert, key, certPath} = makeCertificate(host.folder, 'api.x.com');
		const x = createTlsServer({cert, key}, ({headers}, response) => {
			seen.push(/oauth_token="([^"]*)"/.exec(headers.authorization ?? '')?.[1] ?? '');
			response.writeHead(201, {'content-type': 'application/json'});
			response.end('{"data": {"id": "42", "text": "harbour"}}');
		});
		const proxy = createServer().on('connect', (_request, socket) => {
			socket.write('HTTP/1.1 200 OK\r\n\r\n');
			x.emit('connection', socket);
		});
		await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve));
		const {port} = proxy.address() as AddressInfo;
		try {
			const {code, out, err} = await host.node([path.join(root, 'examples', 'bot.js'), 'harbour'], {
				...hosts,
				HTTPS_PROXY: `http://127.0.0.1:${port}`,
				https_proxy: undefined,
				NO_PROXY: undefined,
				no_proxy: undefined,
				NODE_EXTRA_CA_CERTS: certPath,
			});
			assert.deepEqual([code, out, err], [0, 'harbour posted 42: harbour\n', '']);
			assert.deepEqual(seen, ['12-practice-token-harbour']);
		} finally {
			proxy.closeAllConnections();
			proxy.close();
			x.close();
		}
	});

	test('no command saves anything, calls X or asks a question there', async () => {
		const before = await server.query('select * from keymaker.bot order by name');
		for (const args of [
			['authorize', 'harbour'],
			['check'],
			['forget', 'harbour'],
			['revoke', 'harbour', '--yes'],
			['rename', 'harbour', 'song'],
			['expect', 'harbour', 'somebody'],
			['grant', 'harbour', '--to', recipient, '--name', 'web2'],
			['ungrant', 'harbour', '--from', 'web1'],
			['restore', '1'],
			['passphrase'],
		]) {
			const {code, out, err} = await host.run(args, '', {...hosts, HTTPS_PROXY: 'http://127.0.0.1:9'});
			assert.deepEqual([code, out], [1, ''], args.join(' '));
			assert.match(err, /keystore-read-only/, args.join(' '));
		}

		assert.deepEqual(await server.query('select * from keymaker.bot order by name'), before);
	});

	test('doctor shows what the identity opens and that the role only reads, and asks for no app', async () => {
		const looks = async (env: Variables) => {
			const results: Array<Record<'check' | 'state' | 'sentence', string>> = JSON.parse(
				(await host.run(['doctor', '--json'], '', {...env, HTTPS_PROXY: 'http://127.0.0.1:9'})).out,
			);
			return new Map(results.map(({check, state, sentence}) => [check, `${state}: ${sentence}`]));
		};
		const found = await looks(hosts);
		assert.match(
			found.get('keystore-identity') ?? '',
			/^ok: \S+identity\.txt opens 2 bots\. 1 other bot is not granted/,
		);
		assert.match(found.get('keystore-role') ?? '', /^ok: The role reader may only read/);
		assert.match(found.get('app-key') ?? '', /^ok: This host needs no X app/);
		assert.match(found.get('keystore-seen') ?? '', /^ok: /);
		assert.equal(found.has('keystore-writing'), false);
		const saving = await looks({...hosts, KEYMAKER_KEYSTORE: server.secretAddress('owner')});
		assert.match(saving.get('keystore-role') ?? '', /^warning: The role owner may also save/);
		const elsewhere = await looks({...hosts, KEYMAKER_FLOCK: 'elsewhere'});
		assert.match(elsewhere.get('keystore') ?? '', /^problem: There is no flock elsewhere in postgres:/);
	});

	test('an identity that is named and not there is asked for, and not the flock’s passphrase', async () => {
		const env = {...hosts, KEYMAKER_IDENTITY: path.join(host.folder, 'none')};
		const {code, err} = await host.run(['list'], '', env);
		assert.equal(code, 1);
		assert.match(err, /none does not exist\. \(no-identity\)\n.*keymaker host init/);
	});

	test('one recipient is granted at a time, and the command says so', async () => {
		const args = ['grant', 'moth', '--to', recipient, '--to', recipient, '--name', 'web2'];
		const {code, err} = await owner.run(args, '', owners);
		assert.equal(code, 2);
		assert.match(err, /--to takes one recipient here/);
		assert.equal((await owner.run(['grant', 'moth', '--name', 'web2'], '', owners)).code, 2);
	});

	test('a flock that is not there is an error, since a host makes none', async () => {
		for (const args of [['list'], ['exec', 'harbour', '--', 'true']]) {
			const {code, out, err} = await host.run(args, '', {...hosts, KEYMAKER_FLOCK: 'elsewhere'});
			assert.deepEqual([code, out], [1, '']);
			assert.match(
				err,
				/^There is no flock elsewhere in postgres:.* \(keystore-empty\)\n.*KEYMAKER_FLOCK/,
				args.join(' '),
			);
		}
	});

	test('a passphrase opens the whole flock, even with an identity', async () => {
		const {out, err} = await done(host, {...hosts, KEYMAKER_PASSPHRASE: passphrase}, 'list', '--json');
		assert.equal(JSON.parse(out).length, 3);
		assert.equal(err, '');
	});

	test('another identity opens nothing, and keymaker refuses one that others can read', async () => {
		const other = {...hosts, KEYMAKER_IDENTITY: path.join(host.folder, 'other')};
		await done(host, other, 'host', 'init');
		const {out, err} = await done(host, other, 'list', '--json');
		assert.equal(out, '[]\n');
		assert.equal(err, '3 other bots are not granted to this computer.\n');
		assert.match((await tokenOf('harbour', other)).err, /not-granted/);
		await chmod(other.KEYMAKER_IDENTITY, 0o644);
		const open = await tokenOf('harbour', other);
		assert.deepEqual([open.code, open.out], [1, '']);
		assert.match(open.err, /identity-unsafe.*\n.*chmod 600/);
	});

	test('the host’s disk holds its identity, but no bot’s key', async () => {
		const files = (await readdir(host.folder, {recursive: true, withFileTypes: true})).filter(
			file => file.isFile() && file.name !== 'key.pem',
		);
		const texts = await Promise.all(
			files.map(file => readFile(path.join(file.parentPath, file.name), 'latin1')),
		);
		assert.ok(
			texts.some(text => text.includes('AGE-SECRET-KEY-1')),
			'the identity is not where it is looked for',
		);
		for (const secret of ['practice-token', 'practice-secret', 'practice-app', passphrase]) {
			assert.equal(
				texts.some(text => text.includes(secret)),
				false,
				secret,
			);
		}
	});

	test('grants lists which hosts can open which bots', async () => {
		const {out} = await done(owner, owners, 'grants', '--json');
		const listed: Array<Record<string, string>> = JSON.parse(out);
		assert.deepEqual(
			listed.map(({bot, name, recipient: to}) => [bot, name, to]),
			[
				['harbour', 'web1', recipient],
				['kettle', 'web1', recipient],
			],
		);
		assert.ok(listed.every(({at}) => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(at ?? '')));
		assert.match(
			(await done(owner, owners, 'grants')).out,
			/^harbour {2}web1 {2}age1\S+ {2}\d{4}-\d\d-\d\d\n/,
		);
	});
});
