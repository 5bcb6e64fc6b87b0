import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import fc from 'fast-check';
import {detectFormat, formatNames, formats} from '../../source/bundles/formats.ts';
import {readImport} from '../../source/bundles/import.ts';
import {runs, thorough} from '../helpers/thorough.ts';
import {entryOf} from './entries.ts';

let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'import-'));
});

afterEach(async () => {
	await rm(folder, {recursive: true, force: true});
});

async function file(name: string, text: string | Uint8Array): Promise<string> {
	const path = join(folder, name);
	await writeFile(path, text);
	return path;
}

function problemsOf(text: string, name = 'keys'): string[] {
	return detectFormat(text, name)?.read(text).problems ?? ['not recognised'];
}

test('where a file does not say whose a key is, its access token does', () => {
	const bundle = {
		consumer_token: 'practice-app',
		consumer_token_secret: 'practice-secret',
		oauth_token: '12-practice',
		oauth_token_secret: 'practice-secret',
		poem_file: 'poems/harbour.txt',
	};
	const read = (changes: object) => formats.bundle.read(JSON.stringify({...bundle, ...changes}));
	assert.equal(read({}).entries[0]?.userId, '12');
	assert.equal(read({oauth_token: 'practice'}).entries[0]?.userId, null);
	assert.match(read({user_id: '13'}).problems.join(), /belongs to account 12, but "user_id" is 13/);
});

test('a misspelt field is named with the one that was expected', () => {
	const bundle = {
		cosumer_token: 'practice-app',
		consumer_secret_token: 'practice-secret',
		access_token: '12-practice',
		oauth_token_secret: 'practice-secret',
		user_id: '12',
		poem_file: 'poems/harbour.txt',
	};
	assert.deepEqual(problemsOf(JSON.stringify(bundle)), [
		'bundle: "cosumer_token" was found, but "consumer_token" was expected.',
		'bundle: "consumer_secret_token" was found, but "consumer_token_secret" was expected.',
		'bundle: "access_token" was found, but "oauth_token" was expected.',
	]);
	assert.deepEqual(
		problemsOf('[main]\nconsumer_key=a\nconsumer_secret=a\nacces_token=a\naccess_secret=a\n'),
		[
			'main: "acces_token" was found, but "access_token" was expected.',
			'main: "access_secret" was found, but "access_token_secret" was expected.',
		],
	);
	assert.deepEqual(
		problemsOf(
			'TWITTER_API_KEY=a\nTWITTER_CONSUMER_SECRET=a\nTWITTER_TOKEN=1-a\nTWITTER_ACCESS_TOKEN_SECRT=a\n',
		),
		[
			'dotenv: "TWITTER_TOKEN" was found, but "TWITTER_ACCESS_TOKEN" was expected.',
			'dotenv: "TWITTER_ACCESS_TOKEN_SECRT" was found, but "TWITTER_ACCESS_TOKEN_SECRET" was expected.',
		],
	);
});

test('a field that is missing altogether is named, and those that mean something else are not taken for it', () => {
	const bundle = {
		consumer_token: 'a',
		consumer_token_secret: 'a',
		oauth_token: '12-a',
		interactive: false,
		file: 'x.txt',
	};
	assert.deepEqual(problemsOf(JSON.stringify(bundle)), ['bundle: "oauth_token_secret" is missing.']);
});

test('one bad entry never stops the rest', () => {
	const good = [entryOf(), entryOf({bot: 'moth', handle: 'moth_poem'})];
	const bad: Record<string, (text: string) => string> = {
		twurl: text => text.replace('profiles:', 'profiles:\n  bad:\n    CK: text\n  worse: [1, 2]'),
		t: text => text.replace('profiles:', 'profiles:\n  bad:\n    CK: {token: 1}'),
		xurl: text =>
			text.replace('apps:', 'apps:\n  bad: text\n  worse:\n    oauth1_token: {oauth1: {access_token: [1]}}'),
		twarc: text => `[bad]\nconsumer_key\n[worse]\nconsumer_key = é\n${text}`,
		json: text => text.replace('[', '[null, 7, {"version": 1, "bot": {}}, {"version": 2},'),
	};
	for (const [name, spoil] of Object.entries(bad)) {
		const format = formats[name as keyof typeof formats];
		const {entries, problems} = format.read(spoil(format.write(good, null)));
		assert.deepEqual(entries, good, name);
		assert.ok(problems.length > 0, name);
	}
});

test('a value that cannot be a key is refused by its name, and not quoted', () => {
	const read = (changes: object) => {
		const text = formats.bundle.write([entryOf()], null);
		return formats.bundle.read(JSON.stringify({...JSON.parse(text), ...changes})).problems;
	};
	assert.deepEqual(read({oauth_token: ''}), ['bundle: "oauth_token" is empty.']);
	assert.deepEqual(read({oauth_token: ['not-a-real']}), ['bundle: "oauth_token" is not text.']);
	assert.deepEqual(read({oauth_token: 'not-a-real'.repeat(1000)}), ['bundle: "oauth_token" is too long.']);
	assert.match(read({oauth_token: 'not-a-real\n'}).join(), /^bundle: "oauth_token" has characters/);
	assert.match(
		read({oauth_token_secret: 'not-a-real\u001b'}).join(),
		/^bundle: "oauth_token_secret" has characters/,
	);
	assert.deepEqual(read({user_id: '13'}), [
		'bundle: "oauth_token" belongs to account 12, but "user_id" is 13 (--force accepts it).',
	]);
	assert.match(read({user_id: 13}).join(), /belongs to account 12, but "user_id" is 13/);
	assert.deepEqual(read({user_id: 12}), []);
});

test('a user id of any length is read exactly, whether it is a number or a text', () => {
	const id = '1234567890123456789';
	const text = formats.bundle
		.write([entryOf({userId: id, accessToken: 'practice-token'})], null)
		.replace(`"${id}"`, id);
	assert.equal(formats.bundle.read(text).entries[0]?.userId, id);
});

test('an account that the file does not name is known by its access token', () => {
	assert.equal(
		formats.dotenv.read(formats.dotenv.write([entryOf({userId: null})], null)).entries[0]?.userId,
		'12',
	);
});

test('a handle that X does not give is left out, and one with an @ is kept without', () => {
	const handle = (screenName: string) => {
		const text = formats.bundle
			.write([entryOf()], null)
			.replace('"harbour_poem"', JSON.stringify(screenName));
		return formats.bundle.read(text).entries[0]?.handle;
	};
	assert.equal(handle('@harbour_poem'), 'harbour_poem');
	assert.equal(handle('\u001b]0;title\u0007'), null);
});

test('aliases in YAML are followed', () => {
	const text = [
		'profiles:',
		'  alice:',
		'    CK: &one',
		'      consumer_key: &ck practice-app',
		'      consumer_secret: &cs practice-secret',
		'      token: 1-practice',
		'      secret: practice-secret-a',
		'  bob:',
		'    CK: {consumer_key: *ck, consumer_secret: *cs, token: 2-practice, secret: practice-secret-b}',
		'  carol: {CK: *one}',
		'',
	].join('\n');
	assert.deepEqual(
		formats.twurl.read(text).entries.map(entry => [entry.accessToken, entry.consumerKey]),
		[
			['1-practice', 'practice-app'],
			['2-practice', 'practice-app'],
			['1-practice', 'practice-app'],
		],
	);
});

test('thousands of aliases, and aliases of aliases, are no burden', () => {
	const many = Array.from({length: thorough ? 20_000 : 4000}, (_, index) => `  u${index}: *all`).join('\n');
	assert.equal(formats.twurl.read(`all: &all {CK: {}}\nprofiles:\n${many}\n`).entries.length, 0);
	const bomb = Array.from(
		{length: 40},
		(_, index) => `a${index + 1}: &a${index + 1} {x: *a${index}, y: *a${index}}`,
	);
	assert.equal(formats.twurl.read(`a0: &a0 {}\n${bomb.join('\n')}\nprofiles: *a40\n`).entries.length, 0);
	assert.equal(formats.twurl.read('profiles: &p\n  a: *p\n').entries.length, 0);
});

test('no text breaks a reader, and nothing that it says of it reaches the terminal as it is', () => {
	const snippet = fc.constantFrom(
		...[
			'profiles:',
			'apps:',
			' a:',
			'  CK:',
			'   token: 1',
			'[main]',
			'[a',
			'consumer_key = x',
			'{"consumer_token":',
			'[{',
			'"version":1',
			'}',
			']',
		],
		...[
			'A=b',
			"B='",
			'"',
			'&a',
			'*a',
			'!!binary',
			'<<: *a',
			'? ',
			'|',
			'>',
			'%YAML 1.1',
			'---',
			'...',
			'\u001b]0;x\u0007',
			'\u202e',
			'\0',
			'\ud800',
			'\r\n',
			'\ufeff',
		],
	);
	const text = fc.oneof(
		fc.string({unit: 'binary', maxLength: 200}),
		fc.array(snippet, {maxLength: 30}).map(parts => parts.join('\n')),
		fc.array(snippet, {maxLength: 30}).map(parts => parts.join('')),
		fc.json(),
	);
	fc.assert(
		fc.property(text, fc.constantFrom('.trc', '.twurlrc', 'x.json', '.env', ''), (given, name) => {
			detectFormat(given, name);
			for (const format of formatNames) {
				const {problems} = formats[format].read(given);
				assert.doesNotMatch(problems.join(''), /[\0-\x1f\x7f-\x9f\u202a-\u202e]/);
			}
		}),
		{numRuns: runs(1500)},
	);
});

test('depth breaks no reader', () => {
	for (const depth of thorough ? [1000, 10_000] : [1000]) {
		for (const text of [
			'['.repeat(depth),
			'{"a":'.repeat(depth),
			`${'['.repeat(depth)}${']'.repeat(depth)}`,
			'- '.repeat(depth),
			`profiles: ${'{a: '.repeat(depth)}`,
		]) {
			for (const format of formatNames) {
				formats[format].read(text);
				formats[format].detect(text, 'x');
			}
		}
	}
});

test('a file says itself which format it is in', async () => {
	for (const name of formatNames) {
		const path = await file(name === 't' ? '.trc' : 'some file', formats[name].write([entryOf()], null));
		const [read] = await readImport(path);
		assert.equal(read?.format, name);
		assert.equal(read?.entries[0]?.accessSecret, entryOf().accessSecret);
	}
});

test("a bundle's bot is the one that its file is called after", async () => {
	const text = formats.bundle.write([entryOf()], null);
	for (const [name, bot] of [
		['harbour.json', 'harbour'],
		['night train.json', 'night train'],
		['v1.2.json', 'v1.2'],
		['a%2Fb.json', 'a/b'],
		['100%.json', '100%'],
	] as const) {
		assert.equal((await readImport(await file(name, text)))[0]?.entries[0]?.bot, bot);
	}
});

test('a folder gives all its bundles, whatever one of them is like', async () => {
	const keys = join(folder, 'keys');
	await mkdir(keys);
	const text = formats.bundle.write([entryOf()], null);
	await file('keys/harbour.json', text);
	await file('keys/moth.json', `\ufeff${text}`);
	await file('keys/broken.json', text.slice(0, 40));
	await file('keys/bytes.json', new Uint8Array([0xff, 0xfe, 0x00]));
	await file('keys/.hidden.json', text);
	await file('keys/notes.md', text);
	await mkdir(join(keys, 'folder.json'));
	const read = await readImport(keys);
	assert.deepEqual(
		read.map(one => [one.path.slice(keys.length + 1), one.format, one.entries.length, one.problems.length]),
		[
			['broken.json', null, 0, 1],
			['bytes.json', null, 0, 1],
			['folder.json', null, 0, 1],
			['harbour.json', 'bundle', 1, 0],
			['moth.json', 'bundle', 1, 0],
		],
	);
});

test('what is no file of keys is refused', async () => {
	for (const text of [
		'',
		'a poem\nof two lines',
		'{}',
		'{"name": "package", "version": "1"}',
		'<html>',
		'{"access_token": "practice", "refresh_token": "practice", "expires_in": 1}',
		'[1, 2]',
		'\0\0\0',
	]) {
		await assert.rejects(async () => readImport(await file('x', text)), {code: 'import-format'}, text);
	}

	await assert.rejects(readImport(join(folder, 'missing')), {code: 'import-unreadable'});
	await assert.rejects(readImport(join(folder, 'x', 'y')), {code: 'import-unreadable'});
});

test('a link is followed, and a named pipe is not waited for', async () => {
	await symlink(await file('real', formats.twarc.write([entryOf()], null)), join(folder, 'link'));
	assert.equal((await readImport(join(folder, 'link')))[0]?.format, 'twarc');
	execFileSync('mkfifo', [join(folder, 'pipe')]);
	await assert.rejects(readImport(join(folder, 'pipe')), {code: 'import-unreadable'});
});
