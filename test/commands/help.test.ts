import assert from 'node:assert/strict';
import {mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {commands as table} from '../../source/command-line/commands.ts';
import {type Workplace, workplace} from '../helpers/program.ts';

/** The contract: every command, with its arguments and its own options. */
const contract: Readonly<Record<string, readonly string[]>> = {
	list: ['--json'],
	authorize: [
		'[bot...]',
		'--missing',
		'--access <level>',
		'read',
		'write',
		'--handle <name>',
		'--replace-account',
	],
	keep: ['<bot>', '--handle <name>'],
	discard: ['<bot>', '--handle <name>'],
	expect: ['[bot]', '[handle]', '--from <file>'],
	rename: ['<old>', '<new>'],
	check: ['[bot...]', '--json'],
	export: [
		'[bot...]',
		'--format <format>',
		'--out <path>',
		'--force',
		'--to <recipient>',
		'bundle',
		'dotenv',
		'twurl',
		't',
		'xurl',
		'twarc',
		'json',
		'age',
	],
	import: ['<file...>', '--force', '--as <bot>'],
	exec: ['--all', '--from <file>', '--jobs <number>'],
	grant: ['<bot...>', '--to <recipient>', '--name <name>'],
	ungrant: ['<bot...>', '--from <name>'],
	grants: ['--json'],
	forget: ['<bot...>', '--yes', '--purge'],
	revoke: ['<bot...>', '--yes', '--purge'],
	encrypt: [],
	decrypt: [],
	passphrase: [],
	restore: ['[number]'],
	move: ['<to>', '--yes'],
	history: ['[bot]', '--json'],
	schema: [],
	init: [],
	host: ['<init>'],
	completion: ['<shell>'],
	doctor: ['--json', '--moved', '--forget-seen'],
};

/** The options of all commands. */
const shared = [
	'--poems <dir>',
	'--flock <name>',
	'--keystore <dir>',
	'--practice',
	'--no-open',
	'--help',
	'--version',
];

/** Where the helps stand as they have to be; `UPDATE=1 npm test` writes them anew. */
const fixtures = path.join(import.meta.dirname, '..', 'fixtures', 'help');
const update = process.env.UPDATE === '1';

const commands = Object.keys(table);

let place: Workplace;
before(async () => {
	place = await workplace([]);
	if (update) {
		await mkdir(fixtures, {recursive: true});
	}
});
after(() => place.close());

async function helpOf(command: string | null): Promise<string> {
	const {code, out, err} = await place.run([...(command === null ? [] : [command]), '--help']);
	assert.equal(code, 0);
	assert.equal(err, '');
	const file = path.join(fixtures, `${command ?? 'keymaker'}.txt`);
	if (update) {
		await writeFile(file, out);
	}

	assert.equal(out, await readFile(file, 'utf8'), 'UPDATE=1 writes the fixture anew');
	return out;
}

function assertHas(help: string, word: string): void {
	assert.ok(
		help.split(/[\s,()"]+(?![^<[]*[>\]])/).includes(word) || help.includes(`${word} `),
		`the help does not name ${word}`,
	);
}

test('the program has the commands of the contract, and no others', () => {
	assert.deepEqual([...commands].sort(), Object.keys(contract).sort());
});

test('the program’s help names every command and every shared option, and ends with examples', async () => {
	const help = await helpOf(null);
	for (const word of shared) {
		assertHas(help, word);
	}

	for (const command of commands) {
		assert.match(help, new RegExp(`^  ${command}\\b`, 'm'));
	}

	assert.match(help, /\nExamples:\n {2}keymaker/);
	assert.match(help, /KEYMAKER_PASSPHRASE_COMMAND/);
});

describe('the help of each command is as it was agreed, with its options, the shared ones and examples', () => {
	for (const command of commands) {
		test(command, async () => {
			const help = await helpOf(command);
			assert.match(help, new RegExp(`^Usage: keymaker ${command}\\b`, 'm'));
			for (const word of [...(contract[command] ?? []), ...shared.filter(option => option !== '--version')]) {
				assertHas(help, word);
			}

			assert.match(help, new RegExp(`\nExamples:\n(?:  .*\n)*  .*keymaker ${command}`));
		});
	}
});

test('no help is left over from a command that is gone', async () => {
	const files = ['keymaker', ...commands].map(name => `${name}.txt`);
	assert.deepEqual((await readdir(fixtures)).sort(), files.sort());
});

test('an unknown command or option is wrong usage, and the nearest name is told', async () => {
	for (const [args, near] of [
		[['lst'], 'list'],
		[['athorize', 'harbour'], 'authorize'],
		[['docter'], 'doctor'],
		[['list', '--jsn'], '--json'],
		[['--practise'], '--practice'],
		[['forget', 'moth', '--purg'], '--purge'],
	] as const) {
		const {code, out, err} = await place.run(args);
		assert.equal(code, 2, args.join(' '));
		assert.equal(out, '');
		assert.ok(err.includes(near), `${args.join(' ')} does not lead to ${near}: ${err}`);
		assert.match(err, /keymaker --help/);
	}
});

test('extra and missing arguments, and values that are no choice, are wrong usage', async () => {
	for (const args of [
		['list', 'extra'],
		['encrypt', 'a passphrase'],
		['restore', '1', '2'],
		['keep'],
		['rename', 'one'],
		['export'],
		['export', '--format', 'pdf', '--out', 'x'],
		['exec', '--all', '--jobs', '0', '--', 'true'],
	]) {
		assert.equal((await place.run(args)).code, 2, args.join(' '));
	}
});
