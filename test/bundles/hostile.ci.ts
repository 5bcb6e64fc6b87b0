import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {mkdtemp, rm, symlink, truncate, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {promisify} from 'node:util';
import {parse} from 'dotenv';
import fc from 'fast-check';
import {assignmentsIn} from '../../source/bundles/dotenv-text.ts';
import type {BundleEntry} from '../../source/bundles/format.ts';
import {formats} from '../../source/bundles/formats.ts';
import {readImport} from '../../source/bundles/import.ts';
import {largestKeyFile} from '../../source/bundles/safe-file.ts';
import {hostileTexts} from './hostile.ts';

let folder = '';
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'hostile-'));
});
afterEach(() => rm(folder, {recursive: true, force: true}));

/** Only so that a reader that never ends does not hold up the tests. */
const safetyNet = 300_000;

test('no text of the largest size takes a reader for ever, nor a gigabyte', {
	timeout: safetyNet,
}, async () => {
	const child = join(import.meta.dirname, 'hostile-child.ts');
	// Else it hangs on how much memory the computer has when what nobody needs is swept away.
	const memory = '--max-old-space-size=600';
	const {stdout} = await promisify(execFile)(process.execPath, [memory, '--import', 'tsx', child, folder]);
	const {results, megabytes} = JSON.parse(stdout);
	assert.deepEqual(Object.keys(results), Object.keys(hostileTexts));
	assert.ok(
		Object.values(results).every(result => /^import-format$|^0 keys/.test(String(result))),
		stdout,
	);
	assert.ok(megabytes < 1000, `${megabytes} MB`);
});

test('a file larger than any file of keys is refused by its size, and one that gives none when it has been passed', async () => {
	const file = join(folder, 'large.json');
	await writeFile(file, '');
	await truncate(file, largestKeyFile + 1);
	await assert.rejects(readImport(file), {code: 'import-unreadable', message: /too large/});
	await symlink('/dev/zero', join(folder, 'zero.json'));
	await assert.rejects(readImport(join(folder, 'zero.json')), {
		code: 'import-unreadable',
		message: /not a file/,
	});
});

function entry(at: number): BundleEntry {
	const name = `a-poem-with-a-rather-long-name-${at}`;
	return {
		consumerKey: `not-a-real-${'k'.repeat(14)}`,
		consumerSecret: `not-a-real-${'s'.repeat(39)}`,
		accessToken: `${10 ** 18 + at}-not-a-real-${'t'.repeat(19)}`,
		accessSecret: `not-a-real-${'a'.repeat(34)}`,
		bot: name,
		poemFile: `poems/${name}.txt`,
		userId: null,
		handle: `account_${at}`,
	};
}

const many = 10_000;

/** The file of one bot's key, again and again under other names. */
function manyOf(beginning: string, one: string): string {
	const body = one.slice(one.indexOf(beginning) + beginning.length, one.indexOf('\ndefault_app') + 1);
	return (
		beginning +
		Array.from({length: many}, (_, at) => body.replaceAll('long-name-1', `long-name-${at}`)).join('')
	);
}

test('the keys of 10,000 bots are read, from JSON, INI and YAML', {timeout: safetyNet}, async () => {
	const entries = Array.from({length: many}, (_, at) => entry(at));
	const texts = {
		json: formats.json.write(entries, null),
		twarc: formats.twarc.write(entries, null),
		xurl: manyOf('apps:\n', formats.xurl.write([entry(1)], null)),
	};
	for (const [name, text] of Object.entries(texts)) {
		await writeFile(join(folder, name), text);
		const [read] = await readImport(join(folder, name));
		assert.deepEqual([read?.format, read?.entries.length], [name, many]);
	}
});

test('keys are merged into a file of 300,000 lines', () => {
	const existing = `[main]\n${'# a comment\n'.repeat(300_000)}consumer_key = x\n`;
	const merged = formats.twarc.write([{...entry(1), bot: 'main'}], existing);
	assert.match(merged, /consumer_key = not-a-real-k+\n/);
});

/** The expression of the `dotenv` package, by which assignments were found before. */
const assignment =
	/^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(?:\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?$/gm;

const nasty = fc
	.array(
		fc.constantFrom(
			...'AB=:#"\'`\\ \n\r\t.-x',
			'export ',
			'export\n',
			'export',
			'A=',
			'B: ',
			"\\'",
			'\\"',
			'\u2028',
			'\r\n',
			'\n\n',
			' #',
		),
		{maxLength: 30},
	)
	.map(parts => parts.join(''));

test('assignments are found where the expression of the dotenv package finds them', () => {
	fc.assert(
		fc.property(nasty, text => {
			const expected = [...text.matchAll(assignment)].map(match => ({
				name: match[1],
				text: match[0].trimStart(),
				end: match.index + match[0].length,
			}));
			const found = assignmentsIn(text).map(({name, start, end}) => ({
				name,
				text: text.slice(start, end),
				end,
			}));
			assert.deepEqual(found, expected);
		}),
		{numRuns: 20_000},
	);
});

test('the package reads the same by its linear way as by its other one', () => {
	fc.assert(
		fc.property(nasty, text => assert.deepEqual(parse(text, {fast: true}), parse(text))),
		{numRuns: 20_000},
	);
});
