import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {quote} from '../../source/bundles/dotenv.ts';
import type {BundleEntry} from '../../source/bundles/format.ts';
import {detectFormat, type FormatName, formatNames, formats} from '../../source/bundles/formats.ts';
import {unquoted} from '../../source/bundles/ini-text.ts';
import {FlockError} from '../../source/flock/error.ts';
import {runs} from '../helpers/thorough.ts';
import {entries, entryOf, everyPrintable, keptBy} from './entries.ts';

/** What each format can hold, of printable ASCII. */
const holds: Record<FormatName, (value: string) => boolean> = {
	bundle: () => true,
	dotenv: value => quote(value) !== null,
	twurl: () => true,
	t: () => true,
	xurl: () => true,
	twarc: value => value.trim() === value && unquoted(value) === value,
	json: () => true,
};

const fileNames: Record<FormatName, string> = {
	bundle: 'harbour.json',
	dotenv: '.env',
	twurl: '.twurlrc',
	t: '.trc',
	xurl: 'auth.yml',
	twarc: '.twarc',
	json: 'keys.json',
};

for (const name of formatNames) {
	const format = formats[name];

	test(`${name}: a key comes back as it was`, () => {
		const entry = entryOf();
		assert.deepEqual(format.read(format.write([entry], null)), {
			entries: [keptBy(name, entry)],
			problems: [],
		});
	});

	test(`${name}: every value that it can hold comes back as it was`, () => {
		fc.assert(
			fc.property(entries(holds[name]), entry => {
				assert.deepEqual(format.read(format.write([entry], null), true), {
					entries: [keptBy(name, entry)],
					problems: [],
				});
			}),
			{numRuns: runs(300)},
		);
	});

	test(`${name}: a value that it cannot hold is refused, and the sentence names the bot but not the value`, () => {
		const refused = [
			'line\nend-not-a-real-secret',
			'not-a-real-sécret',
			'',
			...[' not-a-real-secret', 'not-a-real-"$\'-secret', 'not-a-real-secret\\'].filter(
				value => !holds[name](value),
			),
		];
		for (const accessSecret of refused) {
			assert.throws(
				() => format.write([entryOf({accessSecret})], null),
				error =>
					error instanceof FlockError &&
					error.code === 'export-value' &&
					error.message.includes('harbour') &&
					!error.message.includes('not-a-real'),
				JSON.stringify(accessSecret),
			);
		}
	});

	test(`${name}: its file is recognised`, () => {
		assert.equal(detectFormat(format.write([entryOf()], null), fileNames[name])?.name, name);
	});

	test(`${name}: the same key written again changes nothing`, () => {
		const once = format.write([entryOf()], null);
		assert.equal(format.write([entryOf()], once), once);
	});

	test(`${name}: a new key takes the place of the old one`, () => {
		const next = entryOf({accessToken: '12-practice-next', accessSecret: 'practice-not-a-real-next'});
		const text = format.write([next], format.write([entryOf()], null));
		assert.deepEqual(format.read(text).entries, [keptBy(name, next)]);
	});

	test(`${name}: a key without a known bot, poem and account is written all the same`, () => {
		const bare = entryOf({bot: null, poemFile: null, handle: null});
		const [read] = format.read(format.write([bare], null)).entries;
		assert.equal(read?.accessSecret, bare.accessSecret);
		assert.equal(read?.userId, '12');
	});

	if (format.holds === 'many') {
		test(`${name}: keys are added to those that are there`, () => {
			const bots = [
				'kettle',
				'俳句',
				'night train',
				'null',
				'1_000',
				'yes',
				'__proto__',
				'v1.2',
				"it's #1: [a]",
			];
			const others = bots.map((bot, index) =>
				entryOf({bot, handle: `h${index}`, poemFile: `poems/${bot}.txt`}),
			);
			const text = format.write(others.slice(3), format.write(others.slice(0, 3), null));
			assert.deepEqual(format.read(text), {entries: others, problems: []});
		});
	} else {
		test(`${name}: several keys are not squeezed into one file`, () => {
			assert.throws(() => format.write([entryOf(), entryOf({bot: 'moth'})], null), {code: 'usage'});
		});
	}
}

test('every printable character together comes back from all formats but dotenv', () => {
	for (const name of formatNames.filter(format => format !== 'dotenv')) {
		const entry = entryOf({
			consumerKey: everyPrintable,
			consumerSecret: everyPrintable,
			accessSecret: everyPrintable,
		});
		assert.deepEqual(formats[name].read(formats[name].write([entry], null), true).entries, [
			keptBy(name, entry),
		]);
	}
});

test('dotenv holds every printable character, though not all of them in one value', () => {
	const held = [...everyPrintable].filter(character => {
		const entry = entryOf({accessSecret: `a${character}b`});
		return (
			formats.dotenv.read(formats.dotenv.write([entry], null), true).entries[0]?.accessSecret ===
			`a${character}b`
		);
	});
	assert.equal(held.join(''), everyPrintable);
});

test('two bots on one account and app do not overwrite each other in twurl and t', () => {
	for (const name of ['twurl', 't'] as const) {
		assert.throws(
			() => formats[name].write([entryOf(), entryOf({bot: 'moth'})], null),
			(error: FlockError) => error.code === 'export-value' && /harbour and moth/.test(error.message),
		);
	}
});

test('two keys for one place in a file are refused', () => {
	const two: BundleEntry[] = [
		entryOf({accessToken: '1-practice', userId: '1'}),
		entryOf({accessToken: '2-practice', userId: '2'}),
	];
	for (const name of ['twurl', 't', 'xurl', 'twarc', 'json'] as const) {
		assert.throws(() => formats[name].write(two, null), {code: 'export-value'}, name);
	}
});

test('a bot that no section of an INI file can be called after is refused', () => {
	for (const bot of ['DEFAULT', 'two\nlines', 'escape\u001b']) {
		assert.throws(() => formats.twarc.write([entryOf({bot})], null), {code: 'export-value'});
	}
});
