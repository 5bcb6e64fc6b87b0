import assert from 'node:assert/strict';
import {mkdir, readdir, readFile, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import type {FormatName} from '../../source/bundles/formats.ts';
import {exportKeys} from '../../source/commands/export.ts';
import {importKeys} from '../../source/commands/import.ts';
import {FlockError} from '../../source/flock/error.ts';
import type {Key} from '../../source/flock/key.ts';
import {assertHarmless} from '../helpers/secrets.ts';
import {type TestServices, testServices} from '../helpers/services.ts';
import {collect} from '../helpers/write.ts';

let flock: TestServices;

beforeEach(async () => {
	flock = await testServices({poems: ['harbour', 'kettle', 'moth']});
	await flock.authorize('harbour', 'harbour_poem');
	await flock.authorize('kettle', 'kettle_poem');
});

afterEach(() => flock.close());

const everything = {bots: [], format: 'bundle' as FormatName, out: 'keys', force: false};
const importing = {as: [], force: false};

async function keyOf(bot: string, of = flock): Promise<Key> {
	const key = (await of.services.keystore.get(bot))?.key;
	assert.ok(key, `${bot} has no key`);
	return key;
}

/** A second flock with the same poems, and no keys. */
async function withEmptyFlock(work: (other: TestServices) => Promise<void>): Promise<void> {
	const other = await testServices({poems: ['harbour', 'kettle', 'moth']});
	try {
		await work(other);
	} finally {
		await other.close();
	}
}

test('export --format bundle writes a file for each bot that has a key, readable by nobody else', async () => {
	const run = collect();
	assert.equal(await exportKeys(everything, flock.services, run.write), 0);
	assert.deepEqual(run.out, [path.join('keys', 'harbour.json'), path.join('keys', 'kettle.json')]);
	assert.match(run.err.join('\n'), /Skipped, without an active key: moth\./);
	const file = path.join(flock.folder, 'keys', 'harbour.json');
	const key = await keyOf('harbour');
	assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), {
		consumer_token: flock.practice.appKey.consumerKey,
		consumer_token_secret: flock.practice.appKey.consumerSecret,
		oauth_token: key.accessToken,
		oauth_token_secret: key.accessSecret,
		user_id: key.userId,
		screen_name: 'harbour_poem',
		poem_file: 'poems/harbour.txt',
		file: 'poems/harbour.txt',
	});
	assert.equal((await stat(file)).mode & 0o777, 0o600);
	assert.equal((await stat(path.dirname(file))).mode & 0o777, 0o700);
	await assertHarmless(run.all(), flock.services.keystore);
});

test('export to standard output writes the file’s text and nothing else there', async () => {
	const run = collect();
	const input = {...everything, bots: ['kettle'], format: 'dotenv' as const, out: '-'};
	assert.equal(await exportKeys(input, flock.services, run.write), 0);
	assert.deepEqual(run.out, []);
	assert.match(run.raw.join(''), /^TWITTER_CONSUMER_KEY=practiceConsumerKey0001\n/);
	assert.ok(run.raw.join('').includes((await keyOf('kettle')).accessSecret));
});

test('export of a named bot without a key is refused, and nothing is written', async () => {
	const refused = (bots: string[]) => exportKeys({...everything, bots}, flock.services, collect().write);
	await assert.rejects(refused(['harbour', 'moth']), {code: 'no-key'});
	await assert.rejects(refused(['harbor']), {code: 'unknown-bot'});
	await flock.change('moth', {held: [{key: await keyOf('kettle'), reason: 'late'}]});
	await assert.rejects(refused(['moth']), {code: 'held'});
	assert.ok(!(await readdir(flock.folder)).includes('keys'));
});

test('export of all bots leaves out a key whose app’s secret is not known, and exits with 1', async () => {
	await flock.change('kettle', {key: {...(await keyOf('kettle')), consumerKey: 'anotherPracticeApp'}});
	const run = collect();
	assert.equal(await exportKeys(everything, flock.services, run.write), 1);
	assert.deepEqual(run.out, [path.join('keys', 'harbour.json')]);
	assert.match(run.err.join('\n'), /kettle’s key was made with another app whose secret is not here/);
	await assert.rejects(exportKeys({...everything, bots: ['kettle']}, flock.services, run.write), {
		code: 'other-app',
	});
});

test('export gives each key the secret of its own app', async () => {
	const other = {consumerKey: 'anotherPracticeApp', consumerSecret: 'another-practice-app-secret'};
	const key = {...(await keyOf('kettle')), consumerKey: other.consumerKey};
	await flock.services.keystore.update('kettle', record => record && {...record, key}, other);
	await exportKeys(everything, flock.services, collect().write);
	const text = await readFile(path.join(flock.folder, 'keys', 'kettle.json'), 'utf8');
	assert.equal(JSON.parse(text).consumer_token, 'anotherPracticeApp');
	assert.equal(JSON.parse(text).consumer_token_secret, 'another-practice-app-secret');
});

test('export never writes over a poem, and only with --force over another file', async () => {
	const input = {...everything, bots: ['harbour'], format: 'json' as const};
	const refused = (out: string, force: boolean) =>
		exportKeys({...input, out, force}, flock.services, collect().write);
	await assert.rejects(refused('poems/moth.txt', true), {code: 'export-unsafe'});
	await writeFile(path.join(flock.folder, 'notes'), 'something else\n');
	await assert.rejects(refused('notes', false), {code: 'export-exists'});
	assert.equal(await readFile(path.join(flock.folder, 'notes'), 'utf8'), 'something else\n');
	assert.equal(await refused('notes', true), 0);
});

for (const format of ['bundle', 'dotenv', 'twurl', 't', 'xurl', 'twarc', 'json'] as const) {
	test(`what export --format ${format} wrote, import takes into an empty flock, losslessly`, async () => {
		const out = path.join(flock.folder, format === 'bundle' || format === 'dotenv' ? 'keys' : 'keys-file');
		await exportKeys({...everything, format, out}, flock.services, collect().write);
		await withEmptyFlock(async other => {
			const run = collect();
			assert.equal(await importKeys({...importing, files: [out]}, other.services, run.write), 0, run.all());
			for (const bot of ['harbour', 'kettle']) {
				const {accessToken, accessSecret, userId, consumerKey} = await keyOf(bot);
				const taken = await keyOf(bot, other);
				assert.deepEqual(
					{accessToken, accessSecret, userId, consumerKey},
					{
						accessToken: taken.accessToken,
						accessSecret: taken.accessSecret,
						userId: taken.userId,
						consumerKey: taken.consumerKey,
					},
				);
				assert.equal(taken.authorizedAt, null);
			}

			assert.deepEqual(
				await other.services.keystore.appKey(flock.practice.appKey.consumerKey),
				flock.practice.appKey,
			);
			assert.equal(run.err.at(-1), '2 keys imported, 0 already there, 0 not imported.');
			await assertHarmless(run.all(), other.services.keystore);
		});
	});
}

test('import shows what it found as a table without secrets, and skips what is there already', async () => {
	await exportKeys(everything, flock.services, collect().write);
	const run = collect();
	assert.equal(await importKeys({...importing, files: ['keys']}, flock.services, run.write), 0);
	assert.deepEqual(run.out, [
		'harbour  @harbour_poem  …0001  harbour.json (bundle)  there already',
		'kettle   @kettle_poem   …0001  kettle.json (bundle)   there already',
	]);
	assert.equal((await keyOf('harbour')).accessLevel, 'read-write');
	await assertHarmless(run.all(), flock.services.keystore);
});

test('import refuses to replace a different key, takes the rest, and exits with 1', async () => {
	await exportKeys(everything, flock.services, collect().write);
	const newer = {...(await keyOf('harbour')), accessSecret: 'not-a-real-secret-newer'};
	await flock.change('harbour', {key: newer});
	await flock.change('kettle', {key: null});
	const run = collect();
	assert.equal(await importKeys({...importing, files: ['keys']}, flock.services, run.write), 1);
	assert.equal((await keyOf('harbour')).accessSecret, 'not-a-real-secret-newer');
	assert.equal((await keyOf('kettle')).handle, 'kettle_poem');
	assert.match(run.err.join('\n'), /harbour already has a different key.*import-conflict/);
	assert.match(run.out.join('\n'), /harbour .* different key/);
});

test('import --force replaces a different key, which becomes the previous one', async () => {
	const old = await keyOf('harbour');
	await exportKeys({...everything, bots: ['harbour']}, flock.services, collect().write);
	const newer = {
		...old,
		accessToken: `${old.userId}-practice-newer`,
		accessSecret: 'not-a-real-secret-newer',
	};
	await flock.change('harbour', {key: newer});
	const run = collect();
	assert.equal(await importKeys({...importing, files: ['keys'], force: true}, flock.services, run.write), 0);
	const record = await flock.services.keystore.get('harbour');
	assert.equal(record?.key?.accessToken, old.accessToken);
	assert.equal(record?.previous?.accessToken, newer.accessToken);
});

test('import --as says which bot a key is for', async () => {
	await exportKeys(
		{...everything, bots: ['harbour'], format: 'twarc', out: 'old'},
		flock.services,
		collect().write,
	);
	const text = await readFile(path.join(flock.folder, 'old'), 'utf8');
	await writeFile(path.join(flock.folder, 'old'), text.replaceAll('harbour', 'main'));
	await withEmptyFlock(async other => {
		const files = [path.join(flock.folder, 'old')];
		const run = collect();
		assert.equal(await importKeys({...importing, files}, other.services, run.write), 1);
		assert.match(run.err.join('\n'), /No bot matches .*--as BOT/);
		assert.equal((await other.services.keystore.list()).records.size, 0);

		await assert.rejects(importKeys({...importing, files, as: ['moht']}, other.services, run.write), {
			code: 'unknown-bot',
		});
		assert.equal(await importKeys({...importing, files, as: ['moth']}, other.services, run.write), 0);
		assert.equal((await keyOf('moth', other)).accessToken, (await keyOf('harbour')).accessToken);
	});
});

test('import --as is refused for more than one key, before any is taken', async () => {
	await exportKeys(everything, flock.services, collect().write);
	await withEmptyFlock(async other => {
		const files = [path.join(flock.folder, 'keys')];
		await assert.rejects(importKeys({...importing, files, as: ['moth']}, other.services, collect().write), {
			code: 'usage',
		});
		assert.equal((await other.services.keystore.list()).records.size, 0);
	});
});

test('one bad file stops no other, and a near miss of a field is named', async () => {
	await exportKeys(everything, flock.services, collect().write);
	const keys = path.join(flock.folder, 'keys');
	const good = await readFile(path.join(keys, 'kettle.json'), 'utf8');
	await writeFile(path.join(keys, 'harbour.json'), good.replace('consumer_token"', 'cosumer_token"'));
	await mkdir(path.join(flock.folder, 'more'));
	await writeFile(path.join(flock.folder, 'more', 'notes.txt'), 'nothing of ours\n');
	await withEmptyFlock(async other => {
		const run = collect();
		const files = [keys, path.join(flock.folder, 'more', 'notes.txt'), path.join(flock.folder, 'missing')];
		assert.equal(await importKeys({...importing, files}, other.services, run.write), 1);
		assert.match(run.err.join('\n'), /"cosumer_token" was found, but "consumer_token" was expected/);
		assert.match(run.err.join('\n'), /notes\.txt .*import-format/);
		assert.match(run.err.join('\n'), /missing cannot be read.*import-unreadable/);
		assert.deepEqual([...(await other.services.keystore.list()).records.keys()], ['kettle']);
	});
});

test('import keeps the app’s secret that is in use, where a file has another, unless --force says otherwise', async () => {
	await exportKeys(everything, flock.services, collect().write);
	const {consumerKey, consumerSecret} = flock.practice.appKey;
	for (const bot of ['harbour', 'kettle']) {
		const file = path.join(flock.folder, 'keys', `${bot}.json`);
		const text = await readFile(file, 'utf8');
		await writeFile(file, text.replace(consumerSecret, 'an-older-practice-secret'));
	}

	const run = collect();
	assert.equal(await importKeys({...importing, files: ['keys']}, flock.services, run.write), 0);
	assert.match(run.err.join('\n'), /a different secret for the app …0001/);
	assert.equal((await flock.services.keystore.appKey(consumerKey))?.consumerSecret, consumerSecret);
	await importKeys({...importing, files: ['keys'], force: true}, flock.services, run.write);
	assert.equal(
		(await flock.services.keystore.appKey(consumerKey))?.consumerSecret,
		'an-older-practice-secret',
	);
	assert.ok(!run.all().includes('an-older-practice-secret'));
});

test('import says where an account speaks another bot as well', async () => {
	await exportKeys({...everything, bots: ['harbour']}, flock.services, collect().write);
	const run = collect();
	const input = {...importing, files: ['keys/harbour.json'], as: ['moth']};
	assert.equal(await importKeys(input, flock.services, run.write), 0);
	assert.match(run.err.join('\n'), /moth: its account already belongs to harbour/);
});

test('import goes into the keystore in one save, so that its backups still hold what was there before', async () => {
	await exportKeys({...everything, format: 'json', out: 'keys.json'}, flock.services, collect().write);
	const [one] = JSON.parse(await readFile(path.join(flock.folder, 'keys.json'), 'utf8'));
	const many = Array.from({length: 40}, (_, number) => ({...one, bot: `bot ${number}`, poem: null}));
	await writeFile(path.join(flock.folder, 'keys.json'), JSON.stringify(many));
	await withEmptyFlock(async other => {
		for (const {bot} of many) {
			await other.addPoem(`${bot}.txt`);
		}

		await other.change('moth', {expectedHandle: 'moth_poem'});
		const before = (await other.services.keystore.backups()).length;
		const files = [path.join(flock.folder, 'keys.json')];
		assert.equal(await importKeys({...importing, files}, other.services, collect().write), 0);
		assert.equal((await other.services.keystore.list()).records.size, 41);
		assert.equal((await other.services.keystore.backups()).length, before + 1);
	});
});

test('of two keys for one bot in a file, the first is taken and the second is a different key', async () => {
	await exportKeys({...everything, format: 'json', out: 'keys.json'}, flock.services, collect().write);
	const file = path.join(flock.folder, 'keys.json');
	const [one] = JSON.parse(await readFile(file, 'utf8'));
	await writeFile(file, JSON.stringify([one, {...one, accessSecret: 'not-a-real-secret'}]));
	await withEmptyFlock(async other => {
		const run = collect();
		assert.equal(await importKeys({...importing, files: [file]}, other.services, run.write), 1);
		assert.equal(run.err.at(-1), '1 key imported, 0 already there, 1 not imported.');
		assert.equal((await keyOf('harbour', other)).accessSecret, one.accessSecret);
	});
});

test('export ends with a sentence where no folder can be made, and writes to no device', async t => {
	if (process.platform !== 'linux') {
		t.skip('needs /proc and /dev');
		return;
	}

	for (const [out, codes] of [
		['/proc/x/y', ['export-unwritable']],
		['/proc/self/x', ['export-unwritable']],
		['/dev/null', ['export-unsafe', 'export-exists']],
		['/dev/stdout', ['export-unsafe']],
		['/dev/null/x', ['export-unwritable']],
	] as const) {
		for (const format of ['bundle', 'json'] as const) {
			await assert.rejects(
				exportKeys({...everything, format, out}, flock.services, collect().write),
				error => error instanceof FlockError && (codes as readonly string[]).includes(error.code),
				`${format} ${out}`,
			);
		}
	}
});
