import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {statSync} from 'node:fs';
import {readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import type {Variables} from '../helpers/environment.ts';
import {whyMissing} from '../helpers/installed.ts';
import {twoKeys} from '../helpers/key-file.ts';
import {type Workplace, workplace} from '../helpers/program.ts';

describe('a key file sealed to hosts', () => {
	let owner: Workplace;
	let host: Workplace;
	let recipient = '';
	/** The host's environment: its identity is all that it needs. */
	let hosts: Variables;
	const sealed = () => path.join(owner.folder, 'web1.age');
	before(async () => {
		[owner, host] = await Promise.all([workplace(['harbour', 'the sea', 'moth']), workplace(['harbour'])]);
		hosts = {KEYMAKER_IDENTITY: path.join(host.folder, 'identity.txt')};
		recipient = (await done(host, 'host', 'init')).out.trim();
		await writeFile(path.join(owner.folder, 'two.json'), JSON.stringify(twoKeys));
		await done(owner, 'import', 'two.json');
		await rm(path.join(owner.folder, 'two.json'));
		const {out, err} = await done(owner, 'export', '--format', 'age', '--to', recipient, '--out', 'web1.age');
		assert.equal(out, 'web1.age\n');
		assert.match(err, /2 keys written\. Only the recipients can open the file\./);
	});
	after(async () => {
		await Promise.all([owner?.close(), host?.close()]);
	});

	async function done(place: Workplace, ...args: string[]) {
		const {code, out, err} = await place.run(args, '', hosts);
		assert.equal(code, 0, err);
		return {out, err};
	}

	const show =
		'const e = process.env; process.stdout.write([e.TWITTER_ACCESS_TOKEN, e.TWITTER_CONSUMER_SECRET, e.TWITTER_USER_ID, e.TWITTER_SCREEN_NAME, e.KEYMAKER_BOT, e.KEYMAKER_POEM].join());';
	const exec = (from: string, bot: string, env = hosts) =>
		host.run(['exec', '--from', from, bot, '--', process.execPath, '-e', show], '', env);

	test('only its owner can read it, and it shows neither a token nor a name', async () => {
		assert.equal(statSync(sealed()).mode & 0o777, 0o600);
		const text = await readFile(sealed(), 'utf8');
		assert.match(text, /^-----BEGIN AGE ENCRYPTED FILE-----\n/);
		assert.doesNotMatch(Buffer.from(text, 'base64').toString('latin1'), /practice|harbour/);
	});

	test('exec takes a bot’s key from it and the poem from this computer, without a keystore', async () => {
		await writeFile(path.join(host.folder, 'keystore'), 'no folder');
		const {code, out, err} = await exec(sealed(), 'harbour');
		assert.equal(code, 0, err);
		const poem = path.join(host.folder, 'poems', 'harbour.txt');
		const [key] = twoKeys;
		assert.equal(out, [key?.accessToken, key?.consumerSecret, '7000', 'poem_0', 'harbour', poem].join());
		assert.equal((await exec(sealed(), 'the sea')).code, 0);
		await rm(path.join(host.folder, 'keystore'));
		const other = await exec(sealed(), 'moth');
		assert.deepEqual([other.code, other.out], [1, '']);
		assert.match(other.err, /unknown-bot/);
	});

	test('exec --from takes only one bot', async () => {
		const {code, out} = await host.run(['exec', '--all', '--from', sealed(), '--', 'true'], '', hosts);
		assert.deepEqual([code, out], [2, '']);
	});

	test('another identity does not open it, nor does a changed file open; without an identity, the error says how to create one', async () => {
		const other = {KEYMAKER_IDENTITY: path.join(host.folder, 'other.txt')};
		const without = await exec(sealed(), 'harbour', other);
		assert.deepEqual([without.code, without.out], [1, '']);
		assert.match(without.err, /no-identity.*\n.*keymaker host init/);
		assert.equal((await host.run(['host', 'init'], '', other)).code, 0);
		assert.match((await exec(sealed(), 'harbour', other)).err, /not-granted/);
		const lines = (await readFile(sealed(), 'utf8')).split('\n');
		const changed = path.join(host.folder, 'changed.age');
		const last = lines.length - 3;
		lines[last] = (lines[last] ?? '').replace(/^./, first => (first === 'A' ? 'B' : 'A'));
		await writeFile(changed, lines.join('\n'));
		assert.match((await exec(changed, 'harbour')).err, /not-granted/);
	});

	test('import opens it with the identity', async () => {
		await writeFile(path.join(host.folder, 'poems', 'the sea.txt'), 'A line.\n');
		const {err} = await done(host, 'import', sealed());
		assert.match(err, /2 keys imported/);
	});

	test('export needs a recipient, and overwrites a sealed file only with --force', async () => {
		const before = await readFile(sealed());
		const again = await owner.run(['export', '--format', 'age', '--to', recipient, '--out', 'web1.age']);
		assert.equal(again.code, 1);
		assert.match(again.err, /export-exists.*\n.*--force/);
		assert.deepEqual(await readFile(sealed()), before);
		for (const args of [
			['--format', 'age', '--out', 'x'],
			['--format', 'json', '--to', recipient, '--out', 'x'],
			['--format', 'age', '--to', 'age1nobody', '--out', 'x'],
		]) {
			const {code, out} = await owner.run(['export', ...args]);
			assert.deepEqual([code, out], [2, ''], args.join(' '));
		}
	});

	test('the standard age opens it as json with the identity of each recipient', {
		skip: whyMissing('age'),
	}, async () => {
		const identity = path.join(owner.folder, 'second.txt');
		execFileSync('age-keygen', ['-o', identity], {stdio: 'pipe'});
		const second = execFileSync('age-keygen', ['-y', identity]).toString().trim();
		const to = ['--to', recipient, '--to', second];
		const {out} = await done(owner, 'export', 'harbour', '--format', 'age', ...to, '--out', '-');
		for (const file of [identity, hosts.KEYMAKER_IDENTITY ?? '']) {
			const [key] = JSON.parse(execFileSync('age', ['-d', '-i', file], {input: out}).toString());
			assert.equal(key.accessToken, twoKeys[0]?.accessToken);
		}

		// A file that age itself sealed, not armoured.
		const file = path.join(host.folder, 'by-age');
		execFileSync('age', ['-r', recipient, '-o', file], {input: JSON.stringify(twoKeys)});
		assert.match((await exec(file, 'the sea')).out, /^7001-practiceToken/);
	});
});
