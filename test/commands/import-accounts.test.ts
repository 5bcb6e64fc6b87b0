import assert from 'node:assert/strict';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {formats} from '../../source/bundles/formats.ts';
import {expect} from '../../source/commands/expect.ts';
import {importKeys} from '../../source/commands/import.ts';
import {type TestServices, testServices} from '../helpers/services.ts';
import {collect} from '../helpers/write.ts';

const bots = Array.from({length: 25}, (_, index) => `poem ${index}`);

/** An account whose handle says nothing of its poem. */
const handleOf = (index: number) => `Account_${index}`;

let flock: TestServices;

beforeEach(async () => {
	flock = await testServices({poems: bots});
	await writeTrc('trc', bots.keys());
});

afterEach(() => flock.close());

/** A file of t's with the keys of these accounts, as t itself writes it: without bots and poems. */
async function writeTrc(name: string, indexes: Iterable<number>): Promise<void> {
	const entries = [...indexes].map(index => ({
		bot: null,
		poemFile: null,
		consumerKey: 'practiceApp',
		consumerSecret: 'notRealAppSecret',
		accessToken: `${index + 1000}-notReal`,
		accessSecret: `notReal${index}`,
		userId: null,
		handle: handleOf(index),
	}));
	await writeFile(path.join(flock.folder, name), formats.t.write(entries, null));
}

async function imported(as: readonly string[] = [], files = ['trc']) {
	const run = collect();
	const code = await importKeys({files, as, force: false}, flock.services, run.write);
	assert.doesNotMatch(run.all(), /notReal/);
	return {code, ...run};
}

async function userIds(): Promise<(string | undefined)[]> {
	const {records} = await flock.services.keystore.list();
	return bots.map(bot => records.get(bot)?.key?.userId);
}

const allIds = bots.map((_, index) => String(index + 1000));

async function expectAll(change: (handle: string) => string = handle => handle): Promise<void> {
	const lines = bots.map((bot, index) => `${bot}\t@${change(handleOf(index))}`);
	await writeFile(path.join(flock.folder, 'handles'), `# bots and handles\n\n${lines.join('\n')}\n`);
	assert.equal(await expect({words: [], from: 'handles'}, flock.services, collect().write), 0);
}

test('each of 25 accounts goes to the bot that expects its handle, whatever its capitals', async () => {
	await expectAll(handle => handle.toLowerCase());
	const {code, err} = await imported();
	assert.equal(code, 0, err.join('\n'));
	assert.deepEqual(err, ['25 keys imported, 0 already there, 0 not imported.']);
	assert.deepEqual(await userIds(), allIds);
});

test('accounts without a bot are named, with the ways to place them, and those ways place them', async () => {
	const {code, err} = await imported();
	assert.equal(code, 1);
	assert.equal(err.length, 3);
	assert.match(err[0] ?? '', /^No bots match 25 keys: @Account_0, @Account_1, .*, @Account_24\.$/);
	assert.match(err[1] ?? '', /--as Account_0=BOT, .*keymaker expect BOT HANDLE.*expect --from FILE/);
	assert.deepEqual(
		(await userIds()).filter(id => id !== undefined),
		[],
	);
	const as = bots.map((bot, index) => `${index % 2 === 0 ? '@' : ''}${handleOf(index)}=${bot}`);
	assert.equal((await imported(as)).code, 0);
	assert.deepEqual(await userIds(), allIds);
});

test('of several keys, the one without a bot is placed by its handle, not by the --as of a single key', async () => {
	await flock.services.keymaker.expectHandle('poem 0', handleOf(0));
	await writeTrc('two', [0, 1]);
	const {err} = await imported([], ['two']);
	assert.match(
		err.join('\n'),
		/No bot matches @Account_1\. Choose one: keymaker import FILE --as Account_1=BOT/,
	);
	await assert.rejects(imported(['poem 1'], ['two']), {code: 'usage', hint: /--as HANDLE=BOT/});
	assert.equal((await imported(['account_1=poem 1'], ['two'])).code, 0);
	assert.deepEqual((await userIds()).slice(0, 2), ['1000', '1001']);
});

test('--as BOT is for the only key, and --as with an account’s id is for a file without handles', async () => {
	await writeTrc('one', [7]);
	assert.equal((await imported(['poem 3'], ['one'])).code, 0);
	const text = [
		'[main]',
		'consumer_key=a',
		'consumer_secret=b',
		'access_token=1009-c',
		'access_token_secret=d',
	];
	await writeFile(path.join(flock.folder, 'twarc'), text.join('\n'));
	assert.equal((await imported(['1009=poem 9'], ['one', 'twarc'])).code, 0);
	assert.equal((await userIds())[9], '1009');
	// The name of a section will do as well.
	assert.equal((await imported(['main=poem 9'], ['one', 'twarc'])).code, 0);
});

test('two bots that expect one account are named, and --as decides', async () => {
	await writeTrc('one', [0]);
	for (const bot of ['poem 0', 'poem 1']) {
		await flock.services.keymaker.expectHandle(bot, handleOf(0));
	}

	const {code, err} = await imported([], ['one']);
	assert.equal(code, 1);
	assert.match(err.join('\n'), /poem 0 and poem 1 both expect @Account_0\. .*--as BOT/);
	assert.equal((await imported(['poem 1'], ['one'])).code, 0);
	assert.equal((await userIds())[1], '1000');
});

test('--as that names nobody of the files, no bot, or two bots for one account, is refused before any key is taken', async () => {
	await expectAll();
	await assert.rejects(imported(['Acount_3=poem 3']), {code: 'usage', hint: /account_3/});
	await assert.rejects(imported(['Account_3=poem 333']), {code: 'unknown-bot'});
	await assert.rejects(imported(['Account_3=poem 3', '@account_3=poem 4']), {code: 'usage'});
	await assert.rejects(imported(['poem 3', 'poem 4']), {code: 'usage'});
	assert.deepEqual(
		(await userIds()).filter(id => id !== undefined),
		[],
	);
});

test('a bot whose name has a = in it is meant by its whole name', async () => {
	await flock.addPoem('a=poem 1.txt');
	await writeTrc('one', [0]);
	assert.equal((await imported(['a=poem 1'], ['one'])).code, 0);
	assert.equal((await flock.services.keystore.get('a=poem 1'))?.key?.userId, '1000');
});

test('a key of the account that a bot speaks as already goes there, whatever its handle is now', async () => {
	await writeTrc('one', [0]);
	assert.equal((await imported(['poem 5'], ['one'])).code, 0);
	const {out, code} = await imported([], ['one']);
	assert.equal(code, 0);
	assert.match(out.join('\n'), /poem 5 .*there already/);
});
