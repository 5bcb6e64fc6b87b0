import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {formatNames, formats} from '../../source/bundles/formats.ts';
import {FlockError} from '../../source/flock/error.ts';
import {runs} from '../helpers/thorough.ts';
import {entryOf} from './entries.ts';

/** The existing lines, each of which must still be there, in order. */
function assertKept(before: string, after: string): void {
	const lines = after.split('\n');
	let from = 0;
	for (const line of before.split('\n').filter(Boolean)) {
		const at = lines.indexOf(line, from);
		assert.notEqual(at, -1, `${line}\nis missing in\n${after}`);
		from = at + 1;
	}
}

test('a YAML file keeps its comments, its other entries and how they are written', () => {
	const before = [
		'---',
		'# my accounts',
		'profiles:',
		'  alice:',
		'    CK1:',
		'      username: alice',
		'      consumer_key: CK1 # the app',
		"      consumer_secret: 'practice '' secret'",
		'      token: 0123',
		'      secret: ~',
		'      other: yes',
		'configuration:',
		'  default_profile:',
		'    - alice',
		'    - CK1',
		'aliases:',
		'  t: /1.1/statuses/home_timeline.json',
		'bearer_tokens: {}',
		'',
	].join('\n');
	const after = formats.twurl.write([entryOf()], before);
	assertKept(before, after);
	assert.deepEqual(formats.twurl.read(after).entries.at(-1), entryOf());
});

test("xurl's other tokens of an app stay when its OAuth 1 token is replaced", () => {
	const before = [
		'apps:',
		'  harbour:',
		'    client_id: practice-client',
		'    client_secret: practice-not-a-real-client-secret',
		'    redirect_uri: http://127.0.0.1/callback',
		'    oauth2_tokens:',
		'      somebody:',
		'        type: oauth2',
		'        oauth2:',
		'          expiration_time: 1735689600',
		'    bearer_token: {type: bearer, bearer: practice-not-a-real-bearer}',
		'default_app: harbour',
		'',
	].join('\n');
	const after = formats.xurl.write([entryOf(), entryOf({bot: 'moth'})], before);
	assertKept(
		before.replace(
			'{type: bearer, bearer: practice-not-a-real-bearer}',
			'{ type: bearer, bearer: practice-not-a-real-bearer }',
		),
		after,
	);
	assert.deepEqual(
		formats.xurl.read(after).entries.map(entry => entry.bot),
		['harbour', 'moth'],
	);
});

test('an INI file keeps its comments and its other options', () => {
	const before =
		'; mine\n[main]\nconsumer_key=practice\n# here\nother = 1\n  goes on\n\n[harbour]\nconsumer_key = old\n old too\nkeep = me\n';
	const after = formats.twarc.write([entryOf()], before);
	assertKept(before.replace('consumer_key = old\n old too\n', ''), after);
	assert.equal(after.includes('old'), false);
	assert.deepEqual(formats.twarc.read(after).entries, [entryOf()]);
});

test('a dotenv file keeps its other variables, its comments and how they are written', () => {
	const before = [
		'# mine',
		'export PORT=3000 # a note',
		'',
		"MOTTO='two",
		"lines'",
		'export TWITTER_CONSUMER_KEY="old" # an old app',
		'TWITTER_ACCESS_TOKEN=',
		'LAST=1',
	].join('\n');
	const after = formats.dotenv.write([entryOf()], before);
	assertKept(before.replace(/.*TWITTER.*\n/g, ''), after);
	assert.match(after, /^export TWITTER_CONSUMER_KEY=practice-app$/m);
	assert.deepEqual(formats.dotenv.read(after), {entries: [entryOf()], problems: []});
});

test('a dotenv file that another bot was exported to names no wrong bot afterwards', () => {
	const before = formats.dotenv.write([entryOf({bot: 'moth', poemFile: 'poems/moth.txt'})], null);
	const unwritable = 'both \' and "';
	const [read] = formats.dotenv.read(formats.dotenv.write([entryOf({bot: unwritable})], before)).entries;
	assert.equal(read?.bot, null);
});

test('a bundle keeps fields that keymaker does not know, and numbers exactly', () => {
	const before =
		'{"interactive": false, "id": 12345678901234567890, "oauth_token": "old", "__proto__": {"a": 1.0}}';
	const after = formats.bundle.write([entryOf()], before);
	assert.match(after, /"interactive": false/);
	assert.match(after, /"id": 12345678901234567890/);
	assert.match(after, /"a": 1\.0/);
	assert.equal(formats.bundle.read(after).entries[0]?.accessToken, '12-practice-token');
});

test('json keeps other elements, those of a newer version too', () => {
	const before = '[{"version": 2, "bot": "moth", "new": 1.50}, {"version": 1, "bot": "kettle"}]';
	const after = formats.json.write([entryOf()], before);
	const [moth, kettle, harbour] = JSON.parse(after) as {version: number; bot: string}[];
	assert.deepEqual([moth?.version, kettle?.bot, harbour?.bot], [2, 'kettle', 'harbour']);
	assert.match(after, /"new": 1\.50/);
});

test('a file that cannot be added to without loss is left', () => {
	const cases = {
		twurl: [
			'profiles:\n  a: [',
			'profiles: &all\n  a: {}\nother: *all\n',
			'profiles: text\n',
			'profiles: {}\nprofiles: {}\n',
			'- a\n',
		],
		xurl: ['apps:\n  harbour: text\n', 'apps:\n  harbour: &h\n    a: b\n  moth: *h\n'],
		dotenv: ['A=\'never closed\nB="also\n'],
		bundle: ['{', '[]'],
		json: ['{}', '['],
	} as const;
	for (const [name, texts] of Object.entries(cases)) {
		for (const text of texts) {
			const write = () => formats[name as keyof typeof cases].write([entryOf()], text);
			if (name === 'dotenv') {
				const after = write();
				assertKept(text, after);
			} else {
				assert.throws(write, {code: 'export-exists'}, `${name}: ${text}`);
			}
		}
	}
});

test('whatever is there, writing gives a file with the key in it or a plain refusal', () => {
	const snippet = fc.constantFrom(
		'profiles:',
		'apps:',
		'  harbour:',
		'  - a',
		'[harbour]',
		'[main]',
		'consumer_key = practice',
		"A='b",
		'B="c\\"',
		'{',
		'}',
		'[',
		']',
		'"a": 1',
		',',
		'# c',
		'&a',
		'*a',
		'\t',
		' x',
		'TWITTER_ACCESS_TOKEN',
		'=',
		': ',
		'\r\n',
		'\n',
		'---',
		'null',
	);
	const text = fc.array(snippet, {maxLength: 12}).map(parts => parts.join('\n'));
	fc.assert(
		fc.property(fc.constantFrom(...formatNames), text, (name, existing) => {
			try {
				const after = formats[name].write([entryOf()], existing);
				assert.ok(
					formats[name].read(after).entries.some(entry => entry.accessSecret === entryOf().accessSecret),
					after,
				);
			} catch (error) {
				assert.ok(error instanceof FlockError, String(error));
			}
		}),
		{numRuns: runs(3000)},
	);
});
