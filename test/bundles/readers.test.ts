import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {parse} from 'dotenv';
import fc from 'fast-check';
import {quote} from '../../source/bundles/dotenv.ts';
import type {BundleEntry} from '../../source/bundles/format.ts';
import {formats} from '../../source/bundles/formats.ts';
import {unquoted} from '../../source/bundles/ini-text.ts';
import {inherited} from '../helpers/environment.ts';
import {runs} from '../helpers/thorough.ts';
import {entries, entryOf, everyPrintable} from './entries.ts';

let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'readers-'));
});

afterEach(async () => {
	await rm(folder, {recursive: true, force: true});
});

function needs(program: string) {
	return {skip: spawnSync(program, ['--version']).status === 0 ? false : `${program} is not installed`};
}

/** Runs a program of another language on a file; what it prints is read as JSON. */
async function readBy(program: string, script: string, text: string): Promise<unknown> {
	const file = join(folder, 'file');
	await writeFile(file, text);
	const {stdout, stderr, status} = spawnSync(program, [program === 'ruby' ? '-e' : '-c', script, file], {
		encoding: 'utf8',
		env: {...process.env, PYTHONUTF8: '1', LANG: 'C.UTF-8'},
	});
	assert.equal(status, 0, stderr);
	return JSON.parse(stdout);
}

/** Bots whose names and values are the hardest: what looks like another type, and every printable character. */
const hard: BundleEntry[] = [
	...[
		'harbour',
		'null',
		'yes',
		'1_000',
		'0123',
		'1e3',
		'12:30',
		'2026-11-25',
		':symbol',
		'~',
		'俳句',
		"a: 'b' #c",
		'%',
	].map((bot, index) =>
		entryOf({
			bot,
			handle: `h_${index}`,
			accessToken: '1_000',
			accessSecret: '0x1F',
			userId: null,
			consumerKey: 'no',
		}),
	),
	...[...everyPrintable].map((character, index) =>
		entryOf({
			bot: `bot ${index}`,
			handle: `${index}`,
			accessSecret: `${character}b${character}`,
			consumerKey: character,
		}),
	),
	entryOf({
		bot: 'all',
		handle: 'all',
		consumerKey: everyPrintable,
		consumerSecret: everyPrintable,
		accessSecret: everyPrintable,
	}),
];

function fourOf(entry: BundleEntry): string[] {
	return [entry.consumerKey, entry.consumerSecret, entry.accessToken, entry.accessSecret];
}

const python = `
import configparser, json, sys
found = configparser.ConfigParser()
found.read(sys.argv[1])
names = ('consumer_key', 'consumer_secret', 'access_token', 'access_token_secret')
print(json.dumps({name: [found.get(name, option) for option in names] for name in found.sections()}))
`;

test("twarc 1's reader, Python's ConfigParser, finds every key", needs('python3'), async () => {
	// What stands in quotes is refused, since twarc 2's reader would take them away.
	const held = hard.filter(entry => fourOf(entry).every(value => unquoted(value) === value));
	assert.equal(hard.length - held.length, 2);
	const found = await readBy('python3', python, formats.twarc.write(held, null));
	assert.deepEqual(found, Object.fromEntries(held.map(entry => [entry.bot, fourOf(entry)])));
});

test('what ConfigParser finds and what an import finds are the same', needs('python3'), async () => {
	const text = [
		'[DEFAULT]',
		'consumer_key: practice-app',
		'consumer_secret = practice%%not=a:real#secret',
		'',
		'[one]',
		'  ; a note',
		'  access_token = 1-practice',
		'  Access_Token_Secret=practice-one ; not a note',
		'[two] # a note',
		'# a note',
		'access_token 	=2-practice',
		'access_token_secret = practice"two',
		'',
		'[three]',
		'access_token = 3-practice',
		'access_token_secret = practice',
		'other = 1',
		'',
		'  more = 2',
		'',
	].join('\n');
	const {entries: read, problems} = formats.twarc.read(text, true);
	assert.deepEqual(problems, []);
	assert.deepEqual(
		Object.fromEntries(read.map(entry => [entry.bot, fourOf(entry)])),
		await readBy('python3', python, text),
	);
	// And after one of them was replaced and one was added.
	const changed = formats.twarc.write([entryOf({bot: 'one'}), entryOf({bot: 'four'})], text);
	const found = (await readBy('python3', python, changed)) as Record<string, string[]>;
	assert.deepEqual(Object.keys(found), ['one', 'two', 'three', 'four']);
	assert.deepEqual(found.one, fourOf(entryOf()));
	assert.deepEqual(found.two, read[1] && fourOf(read[1]));
	assert.deepEqual(formats.twarc.read(changed, true).entries.slice(1, 3), read.slice(1));
});

const ruby = `
require 'yaml'
require 'json'
found = YAML.load_file(ARGV[0])
`;

for (const name of ['twurl', 't'] as const) {
	test(`${name}'s reader, Ruby's YAML, finds every key`, needs('ruby'), async () => {
		const script = `${ruby}
			puts JSON.generate(found['profiles'].flat_map { |user, apps| apps.map { |key, one|
				[user, key, one['username'], one['consumer_key'], one['consumer_secret'], one['token'], one['secret']]
			} } + [found['configuration']['default_profile']])
		`;
		const found = await readBy('ruby', script, formats[name].write(hard, null));
		assert.deepEqual(found, [
			...hard.map(entry => [entry.handle, entry.consumerKey, entry.handle, ...fourOf(entry)]),
			['h_0', 'no'],
		]);
	});
}

test("Ruby's YAML finds every key in xurl's file", needs('ruby'), async () => {
	const script = `${ruby}
		puts JSON.generate(found['apps'].map { |app, one|
			token = one['oauth1_token']['oauth1']
			[app, one['oauth1_token']['type'], token['consumer_key'], token['consumer_secret'], token['access_token'], token['token_secret']]
		} + [found['default_app']])
	`;
	const found = await readBy('ruby', script, formats.xurl.write(hard, null));
	assert.deepEqual(found, [...hard.map(entry => [entry.bot, 'oauth1', ...fourOf(entry)]), 'harbour']);
});

test("Python's json finds a key bundle's fields", needs('python3'), async () => {
	const entry = entryOf({consumerSecret: everyPrintable, poemFile: 'poems/俳句.txt'});
	const script = 'import json, sys; print(json.dumps(json.load(open(sys.argv[1]))))';
	assert.deepEqual(await readBy('python3', script, formats.bundle.write([entry], null)), {
		consumer_token: entry.consumerKey,
		consumer_token_secret: everyPrintable,
		oauth_token: entry.accessToken,
		oauth_token_secret: entry.accessSecret,
		user_id: '12',
		screen_name: 'harbour_poem',
		poem_file: 'poems/俳句.txt',
		file: 'poems/俳句.txt',
	});
});

const variables = [
	'TWITTER_CONSUMER_KEY',
	'TWITTER_CONSUMER_SECRET',
	'TWITTER_ACCESS_TOKEN',
	'TWITTER_ACCESS_TOKEN_SECRET',
	'KEYMAKER_BOT',
];

/** The variables that a shell has after it has read a file. */
async function readByShell(text: string): Promise<string[]> {
	const file = join(folder, '.env');
	await writeFile(file, text);
	const print = variables.map(name => `"$${name}"`).join(' ');
	const {stdout, stderr, status} = spawnSync(
		'sh',
		['-c', `set -a; . "$1"; printf '%s\\0' ${print}`, 'sh', file],
		{
			encoding: 'utf8',
			env: inherited(),
		},
	);
	assert.deepEqual([status, stderr], [0, '']);
	return stdout.split('\0').slice(0, -1);
}

test('a shell and the dotenv package read the same from a dotenv file', async () => {
	await fc.assert(
		fc.asyncProperty(
			entries(value => quote(value) !== null),
			async entry => {
				const text = formats.dotenv.write([entry], null);
				const expected = [...fourOf(entry), 'harbour'];
				const parsed = parse(text);
				assert.deepEqual(
					variables.map(name => parsed[name]),
					expected,
				);
				assert.deepEqual(await readByShell(text), expected);
			},
		),
		{numRuns: runs(60)},
	);
});

test('kubectl’s --from-env-file, which removes no quotes, reads X’s keys from a dotenv file', () => {
	const entry = entryOf({bot: 'the sea', poemFile: 'poems/the sea.txt', handle: 'the_sea'});
	const lines = formats.dotenv.write([entry], null).trimEnd().split('\n');
	const read = Object.fromEntries(lines.map(line => line.split(/(?<=^[^=]+)=/) as [string, string]));
	assert.deepEqual(
		variables.slice(0, 4).map(name => read[name]),
		fourOf(entry),
	);
	// README says so.
	assert.deepEqual(
		lines.filter(line => /['"]/.test(line)).map(line => line.replace(/=.*/, '')),
		['KEYMAKER_BOT', 'KEYMAKER_POEM'],
	);
});

test('every printable character alone is read alike by a shell and the dotenv package', async () => {
	for (const character of everyPrintable) {
		const entry = entryOf({
			bot: `it's ${character}`,
			accessSecret: `${character}a${character} b`,
			consumerSecret: character,
		});
		if (fourOf(entry).every(value => quote(value) !== null)) {
			const text = formats.dotenv.write([entry], null);
			const bot = quote(entry.bot ?? '') === null ? '' : (entry.bot ?? '');
			assert.deepEqual(await readByShell(text), [...fourOf(entry), bot], character);
			assert.equal(parse(text).TWITTER_ACCESS_TOKEN_SECRET, entry.accessSecret);
		} else {
			assert.equal(character, '\\');
		}
	}
});

test('of a value with a # in it an import reads what a shell reads, and doubts it where the dotenv package reads otherwise', async () => {
	for (const value of [
		'abc#def',
		'abc#def # a note',
		'abc#def\t#ghi',
		'#abc',
		'abc##',
		"'abc'#def",
		'"abc"#def #ghi',
		"'abc#def'",
		'"abc#def"  # a note',
		'abc # a note',
		'abc\t#a#note',
		'abc',
	]) {
		const text = formats.dotenv.write([entryOf()], null).replace(/(?<=TOKEN_SECRET=).*/, value);
		const [, , , seen] = await readByShell(text);
		const [taken] = formats.dotenv.read(text, true).entries;
		assert.equal(taken?.accessSecret, seen, value);
		const isDoubted = formats.dotenv.read(text).entries.length === 0;
		assert.equal(isDoubted, parse(text).TWITTER_ACCESS_TOKEN_SECRET !== seen, value);
	}
});
