import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {appSourceOf} from '../source/command-line/environment.ts';
import {settingsOf} from '../source/command-line/options.ts';
import {FlockError} from '../source/flock/error.ts';
import {fromSource} from './helpers/from-source.ts';
import {hangingFolder} from './helpers/hanging-folder.ts';

let folder = '';
beforeEach(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'keymaker-env-'));
});
afterEach(() => rm(folder, {recursive: true}));

const pair = {consumerKey: 'practice-key', consumerSecret: 'practice-secret'};

test('the app key of the environment goes before that of .env', async () => {
	await writeFile(
		path.join(folder, '.env'),
		'TWITTER_CONSUMER_KEY=other-key\nTWITTER_CONSUMER_SECRET=other-secret\n',
	);
	const env = {TWITTER_CONSUMER_KEY: 'practice-key', TWITTER_CONSUMER_SECRET: 'practice-secret'};
	assert.deepEqual(await appSourceOf(env, folder), {appKey: pair, from: 'environment'});
});

test('the names of X’s portal are accepted too', async () => {
	await writeFile(
		path.join(folder, '.env'),
		'TWITTER_API_KEY=practice-key\nTWITTER_API_SECRET=practice-secret\n',
	);
	assert.deepEqual(await appSourceOf({}, folder), {appKey: pair, from: '.env'});
});

test('quotes, line ends and trailing spaces are removed from an app key', async () => {
	await writeFile(
		path.join(folder, '.env'),
		'TWITTER_CONSUMER_KEY="practice-key"   \r\nTWITTER_CONSUMER_SECRET= practice-secret \r\n',
	);
	assert.deepEqual(await appSourceOf({}, folder), {appKey: pair, from: '.env'});
});

test('an .env with a byte order mark is read', async () => {
	await writeFile(
		path.join(folder, '.env'),
		'\ufeffTWITTER_CONSUMER_KEY=practice-key\nTWITTER_CONSUMER_SECRET=practice-secret\n',
	);
	assert.deepEqual(await appSourceOf({}, folder), {appKey: pair, from: '.env'});
});

test('an .env in UTF-16, as PowerShell writes it, is read, and one that is no text is an error', async () => {
	const text = 'TWITTER_CONSUMER_KEY=practice-key\r\nTWITTER_CONSUMER_SECRET=practice-secret\r\n';
	const file = path.join(folder, '.env');
	const little = Buffer.from(`\ufeff${text}`, 'utf16le');
	for (const bytes of [little, Buffer.from(little).swap16(), Buffer.from(text, 'utf16le')]) {
		await writeFile(file, bytes);
		assert.deepEqual(await appSourceOf({}, folder), {appKey: pair, from: '.env'});
	}

	await writeFile(file, Buffer.from(`${text}# caf\u00e9\n`, 'latin1'));
	assert.deepEqual(await appSourceOf({}, folder), {appKey: pair, from: '.env'});
	await writeFile(file, Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
	assertUnreadable(await appSourceOf({}, folder), /it is not text/);
});

test('a # in an app’s secret in .env is never where it is cut in silence', async () => {
	const file = path.join(folder, '.env');
	const env = (secret: string) => `TWITTER_CONSUMER_KEY=practice-key\nTWITTER_CONSUMER_SECRET=${secret}\n`;
	await writeFile(file, env('practice#secret'));
	const error = await appSourceOf({}, folder);
	assertUnreadable(error, /^TWITTER_CONSUMER_SECRET in \.env has a #/);
	assert.doesNotMatch(String(error), /practice/);
	await writeFile(file, env("'practice#secret'"));
	assert.deepEqual(await appSourceOf({}, folder), {
		appKey: {...pair, consumerSecret: 'practice#secret'},
		from: '.env',
	});
	await writeFile(file, env('practice-secret # of the flock'));
	assert.deepEqual(await appSourceOf({}, folder), {appKey: pair, from: '.env'});
});

test('a quotation mark within an app’s key is refused by the variable’s name', async () => {
	const env = {TWITTER_CONSUMER_KEY: '"practice-key', TWITTER_CONSUMER_SECRET: 'practice-secret'};
	assertUnreadable(await appSourceOf(env, folder), /^TWITTER_CONSUMER_KEY in the environment has/);
});

test('where half an app key stands under another name, that name is named', async () => {
	const file = path.join(folder, '.env');
	for (const [key, secret, found, expected] of [
		['TWITTER_API_KEY', 'TWITTER_API_KEY_SECRET', 'TWITTER_API_KEY_SECRET', 'TWITTER_CONSUMER_SECRET'],
		['TWITTER_CONSUMER_KEY', 'TWITTER_SECRET_CONSUMER', 'TWITTER_SECRET_CONSUMER', 'TWITTER_CONSUMER_SECRET'],
		['TWITTER_CONSUMER_KEY', 'TWITER_CONSUMER_SECRET', 'TWITER_CONSUMER_SECRET', 'TWITTER_CONSUMER_SECRET'],
		['X_API_KEY', 'TWITTER_API_SECRET', 'X_API_KEY', 'TWITTER_CONSUMER_KEY'],
		['CONSUMER_KEY', 'TWITTER_CONSUMER_SECRET', 'CONSUMER_KEY', 'TWITTER_CONSUMER_KEY'],
	] as const) {
		const text = `${key}=practice-key\n${secret}=practice-secret\nTWITTER_ACCESS_TOKEN_SECRET=not-a-real-one\n`;
		await writeFile(file, text);
		const error = await appSourceOf({}, folder);
		assertUnreadable(error, /^/);
		assert.equal((error as Error).message, `Found ${found} in .env, but expected ${expected}.`);
	}

	await writeFile(file, 'TWITTER_API_KEY=practice-key\nTWITTER_ACCESS_TOKEN_SECRET=not-a-real-one\n');
	assertUnreadable(await appSourceOf({}, folder), /TWITTER_CONSUMER_SECRET is missing/);
});

test('an app key under other names that are plainly for X is named where there is no other, and nobody else’s is', async () => {
	const file = path.join(folder, '.env');
	const env = {CONSUMER_KEY: 'practice-key', CONSUMER_SECRET: 'practice-secret'};
	assertUnreadable(
		await appSourceOf(env, folder),
		/^Found CONSUMER_KEY in the environment, but expected TWITTER_/,
	);
	await writeFile(file, 'X_API_KEY=practice-key\nX_API_KEY_SECRET=practice-secret\n');
	assertUnreadable(
		await appSourceOf({}, folder),
		/^Found X_API_KEY in \.env, but expected TWITTER_CONSUMER_KEY/,
	);
	const saved = {appKey: pair, from: 'setup' as const};
	assert.deepEqual(await appSourceOf(env, folder, async () => saved), saved);
	await writeFile(
		file,
		'API_KEY=a\nAPI_SECRET=b\nX_FORWARDED_KEY=c\nTWITTER_BEARER_TOKEN=d\nTWITTER_ACCESS_TOKEN_SECRET=e\n',
	);
	assert.equal(await appSourceOf({}, folder), null);
});

test('nothing of .env reaches the environment of the process', async () => {
	await writeFile(
		path.join(folder, '.env'),
		'HTTPS_PROXY=http://127.0.0.1:9/of-.env\nKEYMAKER_PASSPHRASE_COMMAND=not-a-program\n',
	);
	assert.equal(await appSourceOf({}, folder), null);
	assert.notEqual(process.env.KEYMAKER_PASSPHRASE_COMMAND, 'not-a-program');
	assert.notEqual(process.env.HTTPS_PROXY, 'http://127.0.0.1:9/of-.env');
});

test('half an app key is an error that names the other half and repeats no value', async () => {
	const error = await appSourceOf({TWITTER_CONSUMER_KEY: 'practice-key'}, folder);
	assert.ok(error instanceof FlockError);
	assert.equal(error.code, 'bad-app-key');
	assert.match(error.message, /TWITTER_CONSUMER_SECRET is missing/);
	assert.ok(!error.message.includes('practice-key'));
});

test('a bearer token in the place of a key is explained by the field’s name', async () => {
	const env = {
		TWITTER_CONSUMER_KEY: 'practice-key',
		TWITTER_CONSUMER_SECRET: `${'A'.repeat(20)}${'practice'.repeat(10)}`,
	};
	assert.match(
		String(await appSourceOf(env, folder)),
		/TWITTER_CONSUMER_SECRET in the environment is the app’s Bearer Token/,
	);
});

test('a folder without .env has no app key', async () => {
	assert.equal(await appSourceOf({}, folder), null);
});

function assertUnreadable(source: unknown, why: RegExp): void {
	assert.ok(source instanceof FlockError && source.code === 'bad-app-key');
	assert.match(source.message, why);
}

test('an .env that is no file is an error, and neither waited for nor read', async t => {
	await mkdir(path.join(folder, '.env'));
	assert.equal(await appSourceOf({}, folder), null);
	if (process.platform === 'win32') {
		t.diagnostic('named pipes and devices have no names in folders here');
		return;
	}

	await rm(path.join(folder, '.env'), {recursive: true});
	await symlink('/dev/zero', path.join(folder, '.env'));
	assertUnreadable(await appSourceOf({}, folder), /\.env cannot be read/);
	await rm(path.join(folder, '.env'));
	execFileSync('mkfifo', [path.join(folder, '.env')]);
	assertUnreadable(await appSourceOf({}, folder), /\.env cannot be read/);
});

test('an .env of line ends or quotation marks is read in one walk, and one too large for any is refused', async () => {
	const file = path.join(folder, '.env');
	for (const piece of ['\n', ' \n', "A='\\'\n", 'A="\n', 'A=\n', 'export \n']) {
		await writeFile(file, piece.repeat(Math.floor(999_900 / piece.length)));
		assert.equal(await appSourceOf({}, folder), null);
	}

	await writeFile(file, '\n'.repeat(1_000_001));
	assertUnreadable(await appSourceOf({}, folder), /too large/);
});

test('the program ends by itself although the share that .env lies on hangs', async t => {
	const hanging = hangingFolder();
	if (typeof hanging === 'string') {
		t.skip(hanging);
		return;
	}

	try {
		await symlink(path.join(hanging.path, 'env'), path.join(folder, '.env'));
		await mkdir(path.join(folder, 'poems'));
		await writeFile(path.join(folder, 'poems', 'harbour.txt'), 'a line\n');
		const cli = path.join(import.meta.dirname, '..', 'source', 'cli.ts');
		const program = spawn(process.execPath, [...fromSource, cli, 'list'], {
			cwd: folder,
			env: {PATH: process.env.PATH, HOME: folder, KEYMAKER_KEYSTORE: path.join(folder, 'keys')},
			stdio: 'ignore',
		});
		const [code, signal] = await new Promise<[number | null, string | null]>(resolve =>
			program.once('exit', (...ended) => resolve(ended)),
		);
		assert.equal(signal, null);
		assert.ok(code === 0 || code === 1, `exit ${code}`);
	} finally {
		hanging.close();
	}
});

test('options go before the environment, and the environment before the defaults', () => {
	const env = {KEYMAKER_POEMS: 'verses', KEYMAKER_FLOCK: 'env-flock', KEYMAKER_KEYSTORE: 'env-keys'};
	const fromEnv = settingsOf({}, env, '/home/owner/bots');
	assert.equal(fromEnv.poems, '/home/owner/bots/verses');
	assert.equal(fromEnv.flock, 'env-flock');
	assert.equal(fromEnv.keystoreFolder, '/home/owner/bots/env-keys');
	const fromOptions = settingsOf(
		{poems: '/srv/poems', flock: 'mine', keystore: '/srv/keys'},
		env,
		'/home/owner/bots',
	);
	assert.deepEqual(
		[fromOptions.poems, fromOptions.flock, fromOptions.keystoreFolder],
		['/srv/poems', 'mine', '/srv/keys'],
	);
	const byDefault = settingsOf({}, {}, '/home/owner/bots');
	assert.deepEqual(
		[byDefault.poems, byDefault.flock, byDefault.keystoreFolder],
		['/home/owner/bots/poems', 'bots', null],
	);
});

test('X gets 15 seconds unless KEYMAKER_TIMEOUT says otherwise, and nonsense is refused', () => {
	assert.equal(settingsOf({}, {}, '/').deadlineSeconds, 15);
	assert.equal(settingsOf({}, {KEYMAKER_TIMEOUT: '2.5'}, '/').deadlineSeconds, 2.5);
	for (const value of ['0', '-1', 'soon', '1e9']) {
		assert.throws(() => settingsOf({}, {KEYMAKER_TIMEOUT: value}, '/'), /KEYMAKER_TIMEOUT/, value);
	}
});

test('links open in windows of their own unless --browser or KEYMAKER_BROWSER says otherwise, and nonsense is refused', () => {
	const isOrdinary = (browser?: string, variable?: string) =>
		settingsOf({browser}, {KEYMAKER_BROWSER: variable}, '/').ordinaryWindow;
	assert.equal(isOrdinary(), false);
	assert.equal(isOrdinary('default'), true);
	assert.equal(isOrdinary(undefined, 'default'), true);
	assert.equal(isOrdinary('own', 'default'), false, 'the option goes first');
	assert.equal(isOrdinary(undefined, ''), false);
	assert.throws(() => isOrdinary(undefined, 'firefox'), /KEYMAKER_BROWSER must be own or default/);
});
