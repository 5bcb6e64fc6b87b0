import assert from 'node:assert/strict';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {writeExport} from '../../source/bundles/export.ts';
import {detectFormat, type FormatName, formatNames, formats} from '../../source/bundles/formats.ts';
import {readImport} from '../../source/bundles/import.ts';
import {entryOf} from './entries.ts';

let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'foreign-'));
});

afterEach(async () => {
	await rm(folder, {recursive: true, force: true});
});

const four = {
	consumerKey: 'practiceApp',
	consumerSecret: 'practiceAppSecret',
	accessToken: '12-practiceToken',
	accessSecret: 'practiceTokenSecret',
};

/** What a reader that is found by the text alone makes of it. */
function readBy(name: FormatName, text: string, {asItIs = false, fileName = 'keys'} = {}) {
	const format = detectFormat(text, fileName);
	assert.equal(format?.name, name, text);
	return format.read(text, asItIs);
}

function fourIn(name: FormatName, text: string, how: {asItIs?: boolean; fileName?: string} = {}) {
	const {entries, problems} = readBy(name, text, how);
	assert.deepEqual(problems, []);
	assert.equal(entries.length, 1);
	const [{consumerKey, consumerSecret, accessToken, accessSecret} = entryOf()] = entries;
	return {consumerKey, consumerSecret, accessToken, accessSecret};
}

function ini(quote: string, comment = ''): string {
	return [
		`consumer_key = ${quote}${four.consumerKey}${quote}${comment}`,
		`consumer_secret = ${quote}${four.consumerSecret}${quote}`,
		`access_token=${quote}${four.accessToken}${quote}`,
		`access_token_secret : ${quote}${four.accessSecret}${quote}`,
		'',
	].join('\n');
}

test('quotes round the values of an INI file are no part of them', () => {
	for (const quote of ['', '"', "'"]) {
		assert.deepEqual(fourIn('twarc', `[main]\n${ini(quote)}`), four);
	}

	assert.deepEqual(fourIn('twarc', `[main]\n${ini('"', ' # the app’s')}`), four);
});

test('the file of twarc 2, which has no section, is read', () => {
	const text = ini('"').replace(' :', ' =');
	assert.deepEqual(fourIn('twarc', `${text}bearer_token = "AAAApractice"\n`), four);
	assert.deepEqual(readBy('twarc', text).entries[0]?.bot, null);
	assert.throws(() => formats.twarc.write([entryOf()], text), {code: 'export-exists'});
});

test('an INI file with values for every section, and no section, has one key', () => {
	assert.deepEqual(fourIn('twarc', `[DEFAULT]\n${ini("'")}`), four);
	assert.deepEqual(readBy('twarc', `[DEFAULT]\n${ini("'").replace('access_token_', 'access_')}`).problems, [
		'DEFAULT: "access_secret" was found, but "access_token_secret" was expected.',
	]);
});

test('a reference, which twarc would follow, is not taken for a secret', () => {
	const text = `[main]\n${ini('')}`.replace(four.consumerSecret, '%(access_token)s');
	assert.match(readBy('twarc', text).problems.join(), /"consumer_secret" has a single %/);
	assert.equal(fourIn('twarc', text.replace('%(access_token)s', 'a%%b')).consumerSecret, 'a%b');
});

function env(secret: string): string {
	return [
		`TWITTER_CONSUMER_KEY=${four.consumerKey}`,
		`TWITTER_CONSUMER_SECRET=${four.consumerSecret}`,
		`TWITTER_ACCESS_TOKEN=${four.accessToken}`,
		`TWITTER_ACCESS_TOKEN_SECRET=${secret}`,
		'',
	].join('\n');
}

test('a # in a value of an .env is never where the value is cut in silence', () => {
	for (const [secret, whole] of [
		['abc#defghi', 'abc#defghi'],
		['abc#defghi # a note', 'abc#defghi'],
		['#abc', '#abc'],
		['"abc"#def', 'abc#def'],
		['abc#def#ghi\r', 'abc#def#ghi'],
	] as const) {
		const {entries, problems} = readBy('dotenv', env(secret));
		assert.deepEqual(entries, [], secret);
		assert.deepEqual(
			problems,
			[
				'dotenv: "TWITTER_ACCESS_TOKEN_SECRET" has a #, where some programs end the value and others do not (--force accepts it).',
			],
			secret,
		);
		assert.equal(fourIn('dotenv', env(secret), {asItIs: true}).accessSecret, whole);
	}
});

test('where every reader of an .env sees the same, a # is what they see in it', () => {
	for (const [secret, read] of [
		['abc # a note', 'abc'],
		['abc\t#a note', 'abc'],
		["'abc#defghi'", 'abc#defghi'],
		['"abc#defghi" # a note', 'abc#defghi'],
		['abc\n# a note', 'abc'],
		['abc#def\nTWITTER_ACCESS_TOKEN_SECRET=ghi', 'ghi'],
	] as const) {
		assert.equal(fourIn('dotenv', env(secret)).accessSecret, read, secret);
	}
});

/** A field's value put in the place of a key's, in each format that can hold it there. */
function spoilt(name: FormatName, accessSecret: string): string {
	return formats[name].write([entryOf({accessSecret})], null);
}

const secretNames: Record<FormatName, string> = {
	bundle: 'oauth_token_secret',
	dotenv: 'TWITTER_ACCESS_TOKEN_SECRET',
	twurl: 'secret',
	t: 'secret',
	xurl: 'token_secret',
	twarc: 'access_token_secret',
	json: 'accessSecret',
};

for (const name of formatNames) {
	const fileName = name === 't' ? '.trc' : 'keys';

	test(`${name}: a value that no key of X has is refused by its field’s name, not quoted, and taken with --force`, () => {
		for (const [value, what] of [
			['not-a-real"secret', 'a quotation mark'],
			["not-a-real'secret", 'a quotation mark'],
			['not-a-real secret', 'a space'],
			['not-a-real #secret', 'a comment'],
			['not-a-real ; secret', 'a comment'],
		] as const) {
			const text = spoilt(name, value);
			const {entries, problems} = readBy(name, text, {fileName});
			assert.deepEqual(entries, []);
			assert.equal(problems.length, 1);
			assert.ok(
				problems[0]?.endsWith(
					`"${secretNames[name]}" has ${what}, which X never uses in keys (--force accepts it).`,
				),
				problems[0],
			);
			assert.equal(readBy(name, text, {asItIs: true, fileName}).entries[0]?.accessSecret, value);
		}
	});

	test(`${name}: a token of another account than the file says is refused, and both fields are named`, () => {
		const text = formats[name].write([entryOf({userId: '13'})], null);
		const {entries, problems} = readBy(name, text, {fileName});
		assert.deepEqual(entries, []);
		assert.match(problems.join(), /" belongs to account 12, but "[\w]+" is 13/);
		assert.equal(readBy(name, text, {asItIs: true, fileName}).entries[0]?.userId, '13');
	});
}

/** What xurl wrote in 2025, before it knew apps. */
const olderXurl = {
	oauth2_tokens: {
		somebody: {
			type: 'oauth2',
			oauth2: {access_token: 'not-a-real-one', refresh_token: 'not-a-real-one', expiration_time: 1735689600},
		},
	},
	oauth1_tokens: {
		type: 'oauth1',
		oauth1: {
			access_token: four.accessToken,
			token_secret: four.accessSecret,
			consumer_key: four.consumerKey,
			consumer_secret: four.consumerSecret,
		},
	},
	bearer_token: {type: 'bearer', bearer: 'not-a-real-one'},
	file_path: '/home/somebody/.xurl',
};

test('the JSON of an older xurl is read, and not added to', () => {
	const text = JSON.stringify(olderXurl, null, 2);
	assert.deepEqual(fourIn('xurl', text, {fileName: '.xurl'}), four);
	assert.throws(() => formats.xurl.write([entryOf()], text), {code: 'export-exists'});
	const {oauth1_tokens: _, ...without} = olderXurl;
	assert.deepEqual(readBy('xurl', JSON.stringify(without)).problems, ['xurl: it has no OAuth 1 token.']);
});

test('what YAML calls nothing is no secret, unless it stands in quotes', () => {
	const text = formats.twurl.write([entryOf({accessSecret: 'null'})], null);
	assert.equal(readBy('twurl', text).entries[0]?.accessSecret, 'null');
	for (const nothing of ['~', 'null', 'NULL']) {
		assert.deepEqual(readBy('twurl', text.replace('"null"', nothing)).problems, [
			'harbour_poem: "secret" is not text.',
		]);
	}
});

/** A text as PowerShell, Notepad and other editors write it. */
const encodings: Readonly<Record<string, (text: string) => Buffer>> = {
	'UTF-16 with a byte order mark': text => Buffer.from(`\ufeff${text}`, 'utf16le'),
	'UTF-16, the high byte first': text => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
	'UTF-16 without a byte order mark': text => Buffer.from(text, 'utf16le'),
	'UTF-8 with a byte order mark': text => Buffer.from(`\ufeff${text}`),
};

for (const [name, encode] of Object.entries(encodings)) {
	test(`keys in ${name} are read`, async () => {
		for (const format of formatNames) {
			const file = join(folder, format === 't' ? '.trc' : 'keys');
			const text = formats[format].write([entryOf()], null).replaceAll('\n', '\r\n');
			await writeFile(file, encode(text));
			const [read] = await readImport(file);
			assert.equal(read?.format, format);
			assert.equal(read.entries[0]?.accessSecret, entryOf().accessSecret);
		}
	});
}

test('a file in UTF-16 is not added to in UTF-8, and only replaced with --force', async () => {
	const out = join(folder, 'keys.json');
	const before = Buffer.from(`\ufeff${formats.json.write([entryOf({bot: 'moth'})], null)}`, 'utf16le');
	await writeFile(out, before);
	const request = {format: 'json', entries: [entryOf()], out, cwd: folder, force: false} as const;
	const place = {poemsFolder: join(folder, 'poems'), untouchable: []};
	await assert.rejects(writeExport({...request, ...place}), {code: 'export-exists', message: /UTF-16/});
	assert.deepEqual(await readFile(out), before);
	await writeExport({...request, ...place, force: true});
	assert.equal((await readImport(out))[0]?.entries.length, 1);
});
