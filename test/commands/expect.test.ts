import assert from 'node:assert/strict';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {expect} from '../../source/commands/expect.ts';
import {type Workplace, workplace} from '../helpers/program.ts';
import {type TestServices, testServices} from '../helpers/services.ts';
import {collect} from '../helpers/write.ts';

const poems = ['harbour', 'kettle', 'night train'];

let flock: TestServices;

beforeEach(async () => {
	flock = await testServices({poems});
});

afterEach(() => flock.close());

async function run(words: readonly string[], from: string | null = null) {
	const output = collect();
	const code = await expect({words, from}, flock.services, output.write);
	return {code, ...output};
}

async function fromLines(lines: readonly string[] | Buffer) {
	const bytes = Buffer.isBuffer(lines) ? lines : lines.join('\n');
	await writeFile(path.join(flock.folder, 'handles'), bytes);
	const output = collect();
	const code = await expect({words: [], from: 'handles'}, flock.services, output.write).catch(error => error);
	return {code, ...output};
}

async function handles(): Promise<Record<string, string | null>> {
	const {records} = await flock.services.keystore.list();
	return Object.fromEntries([...records].map(([bot, {expectedHandle}]) => [bot, expectedHandle]));
}

test('a bot is given the handle that it is meant to have, and loses it again', async () => {
	const {code, out, err} = await run(['harbour', '@Harbour_Poem']);
	assert.deepEqual([code, out, err], [0, ['harbour should post as @Harbour_Poem.'], []]);
	assert.deepEqual(await handles(), {harbour: 'Harbour_Poem'});
	assert.deepEqual((await run(['harbour', ''])).out, ['harbour can use any account.']);
	assert.deepEqual(await handles(), {harbour: null});
});

test('a file sets many bots in one save, whatever stands between a bot and its handle', async () => {
	await run(['harbour', 'another']);
	const before = (await flock.services.keystore.backups()).length;
	const {code, out} = await fromLines([
		'# flock',
		'harbour @h_poem',
		'',
		'kettle,k_poem\r',
		'night train = t_poem',
	]);
	assert.equal(code, 0);
	assert.equal(out.length, 3);
	assert.deepEqual(await handles(), {harbour: 'h_poem', kettle: 'k_poem', 'night train': 't_poem'});
	assert.equal((await flock.services.keystore.backups()).length, before + 1);
});

test('a file in UTF-16, as PowerShell writes it, is read', async () => {
	const {code} = await fromLines(Buffer.from('\ufeffharbour h_poem\r\n', 'utf16le'));
	assert.equal(code, 0);
	assert.deepEqual(await handles(), {harbour: 'h_poem'});
});

test('where one line is wrong, each that is wrong is told of, and nothing is set', async () => {
	const {code: error, err} = await fromLines([
		'harbour h_poem',
		'ketle k_poem',
		'kettle not-a-handle',
		'kettle',
		'harbour another',
		'kettle H_POEM',
	]);
	assert.equal(error.code, 'expect-file');
	assert.match(error.message, /Nothing was set: 5 lines of handles cannot be used/);
	assert.deepEqual(
		err.map(line => line.slice(0, 6)),
		['Line 2', 'Line 3', 'Line 4', 'Line 5', 'Line 6'],
	);
	assert.match(err[0] ?? '', /No bot named ketle\. Did you mean kettle\?/);
	assert.match(err[3] ?? '', /Its bot is already on line 1/);
	assert.match(err[4] ?? '', /Its handle is already on line 1/);
	assert.deepEqual(await handles(), {});
});

test('a file that is no text, is empty or not there is told of', async () => {
	assert.match((await fromLines(Buffer.from('a\0b'))).code.message, /is not text/);
	assert.match((await fromLines(['# nothing'])).code.message, /handles names no bots/);
	await assert.rejects(run([], 'missing'), {code: 'expect-file', message: /cannot be read: it is gone/});
});

test('another bot that expects the same account, and a key of another account, are told of', async () => {
	await flock.authorize('kettle', 'kettle_poem');
	await run(['harbour', 'h_poem']);
	const {code, err} = await run(['kettle', 'H_poem']);
	assert.equal(code, 0);
	assert.deepEqual(err, [
		'harbour should post as @H_poem as well.',
		'kettle already has a key of @kettle_poem.',
	]);
});

test('a bot or a handle that cannot be is refused', async () => {
	await assert.rejects(run(['harbor', 'h_poem']), {code: 'unknown-bot'});
	await assert.rejects(run(['harbour', 'h poem']), {code: 'bad-handle'});
	await assert.rejects(run(['harbour']), {code: 'usage'});
	await assert.rejects(run([]), {code: 'usage'});
	await assert.rejects(run(['harbour', 'h_poem'], 'handles'), {code: 'usage'});
	assert.deepEqual(await handles(), {});
});

test('the program sets handles, and takes --as as often as it is given', async t => {
	const place: Workplace = await workplace(poems);
	t.after(() => place.close());
	assert.equal((await place.run(['expect', 'harbour', '@h_poem'])).code, 0);
	assert.equal((await place.run(['expect', 'harbour'])).code, 2);
	const section = (name: string, id: number) =>
		`[${name}]\nconsumer_key=a\nconsumer_secret=b\naccess_token=${id}-c\naccess_token_secret=d\n`;
	await writeFile(
		path.join(place.folder, 'twarc'),
		section('h_poem', 1) + section('two', 2) + section('three', 3),
	);
	const {code, out, err} = await place.run([
		'import',
		'twarc',
		'--as',
		'two=kettle',
		'--as',
		'@three=night train',
	]);
	assert.equal(code, 0, err);
	assert.match(out, /harbour +1 .*taken\n/);
	assert.match(out, /kettle +2 .*taken\nnight train +3 .*taken\n/);
});
