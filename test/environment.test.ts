import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {appSourceOf} from '../source/command-line/environment.ts';
import {settingsOf} from '../source/command-line/options.ts';
import {FlockError} from '../source/flock/error.ts';
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
	assert.match(error.message, /TWITTER_CONSUMER_SECRET is not set/);
	assert.ok(!error.message.includes('practice-key'));
});

test('a bearer token in the place of a key is explained by the field’s name', async () => {
	const env = {
		TWITTER_CONSUMER_KEY: 'practice-key',
		TWITTER_CONSUMER_SECRET: `${'A'.repeat(20)}${'practice'.repeat(10)}`,
	};
	assert.match(
		String(await appSourceOf(env, folder)),
		/TWITTER_CONSUMER_SECRET in the environment holds the app’s Bearer Token/,
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
	assertUnreadable(await appSourceOf({}, folder), /far too large/);
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
		const program = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), cli, 'list'], {
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
