import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import fc from 'fast-check';
import {bashReplies, readBashLine} from '../../source/command-line/completion/bash-line.ts';
import {type Offers, offersFor} from '../../source/command-line/completion/offers.ts';
import {shells} from '../../source/commands/completion/scripts.ts';
import {inheritedAt} from '../helpers/environment.ts';
import {whyMissing} from '../helpers/installed.ts';
import {cli, type Workplace, workplace} from '../helpers/program.ts';
import type {Pty} from '../helpers/pty.ts';
import {runs} from '../helpers/thorough.ts';

const bots = ['harbour', 'moth', 'the sea'];

async function wordsAfter(...words: readonly string[]): Promise<string[]> {
	const found: Offers = await offersFor(words, async () => bots);
	return found.kind === 'words' ? found.offers.map(({word}) => word) : [found.kind];
}

test('commands come first, with help', async () => {
	const words = await wordsAfter('');
	assert.deepEqual([words[0], words.at(-1)], ['list', 'help']);
	assert.deepEqual(await wordsAfter('help', ''), words);
	assert.deepEqual(await wordsAfter('help', 'list', ''), []);
	assert.deepEqual(await wordsAfter('--practice', '--poems', 'elsewhere', ''), words);
});

test('a bot is offered where one is wanted, and each once', async () => {
	assert.deepEqual(await wordsAfter('check', ''), bots);
	assert.deepEqual(await wordsAfter('check', '--json', 'moth', ''), ['harbour', 'the sea']);
	assert.deepEqual(await wordsAfter('keep', 'moth', ''), []);
	assert.deepEqual(await wordsAfter('rename', 'moth', ''), ['harbour', 'the sea']);
	assert.deepEqual(await wordsAfter('expect', 'moth', ''), []);
	assert.deepEqual(await wordsAfter('forget', '--', ''), bots);
	assert.deepEqual(await wordsAfter('import', 'keys.env', '--as', ''), bots);
	assert.deepEqual(await wordsAfter('no-such-command', ''), []);
});

test('options and their values are those of the command, and none is offered twice', async () => {
	assert.ok((await wordsAfter('check', '-')).includes('--json'));
	assert.ok(!(await wordsAfter('check', '--json', '-')).includes('--json'));
	assert.ok((await wordsAfter('import', '--as', 'x', '-')).includes('--as'));
	assert.deepEqual(await wordsAfter('authorize', '--access', ''), ['read', 'write']);
	assert.deepEqual(await wordsAfter('authorize', '--access='), ['--access=read', '--access=write']);
	assert.deepEqual(await wordsAfter('authorize', '--handle', ''), []);
	assert.deepEqual(await wordsAfter('completion', ''), [...shells]);
	assert.deepEqual(await wordsAfter('completion', 'bash', ''), []);
});

test('files, folders and programs are left to the shell', async () => {
	assert.deepEqual(await wordsAfter('import', ''), ['files']);
	assert.deepEqual(await wordsAfter('export', '--out', ''), ['files']);
	assert.deepEqual(await wordsAfter('--poems', ''), ['folders']);
	assert.deepEqual(await wordsAfter('exec', 'moth', '--', ''), ['commands']);
	assert.deepEqual(await wordsAfter('exec', 'moth', '--', 'node', ''), ['files']);
});

test('a name that a terminal would obey, or that looks like an option, is not offered', async () => {
	const names = ['-x', 'new\nline', 'a\u001b[2J', '\u202egnp', 'good'];
	const found = await offersFor(['check', ''], async () => names);
	assert.ok(found.kind === 'words');
	assert.deepEqual(
		found.offers.map(({word}) => word),
		['good'],
	);
});

test('the flock that is named on the line is the one whose bots are offered', async () => {
	for (const line of [
		['--poems', 'elsewhere', 'check', ''],
		['check', '--poems=elsewhere', ''],
	]) {
		let asked: unknown;
		await offersFor(line, async options => {
			asked = options.poems;
			return [];
		});
		assert.equal(asked, 'elsewhere');
	}
});

test('bash gets each word so that it is read back as it is, in the quotes that were begun', () => {
	const reply = (line: string, word: string, replaced?: string) => {
		const read = readBashLine(line);
		return bashReplies(read, [{word, help: ''}], replaced ?? read.raw);
	};
	assert.deepEqual(reply('keymaker check th', 'the sea'), ['the\\ sea']);
	assert.deepEqual(reply('keymaker check the\\ s', 'the sea'), ['the\\ sea']);
	assert.deepEqual(reply('keymaker check "th', 'the sea'), ['the sea']);
	assert.deepEqual(reply('keymaker check "', '$(x)'), []);
	assert.deepEqual(reply("keymaker check '", '$(x)'), ['$(x)']);
	assert.deepEqual(reply("keymaker check '", "it's"), []);
	assert.deepEqual(reply('keymaker check a"b', 'ab'), []);
	assert.deepEqual(reply('keymaker check a:', 'a:b', ''), ['b']);
	assert.deepEqual(reply('keymaker check mo', 'harbour'), []);
	fc.assert(
		fc.property(fc.string({unit: 'grapheme', minLength: 1}), word => {
			const [escaped = ''] = bashReplies(readBashLine('keymaker check '), [{word, help: ''}], '');
			assert.equal(readBashLine(`keymaker check ${escaped}`).current, word);
			assert.doesNotMatch(escaped, /(?<!\\)(?:\\\\)*[$`"'!*?()|&;<> ]/);
		}),
		{numRuns: runs(1000)},
	);
});

test('bash itself reads such words back', {skip: whyMissing('bash')}, () => {
	const names = [
		'$(touch x)',
		'`touch x`',
		"it's",
		'a"b',
		'!x',
		'~',
		'*',
		'a\\b',
		'{a,b}',
		'俳句',
		'👩‍👩‍👧',
		'#x',
	];
	const words = names.map(word => bashReplies(readBashLine('keymaker '), [{word, help: ''}], '')[0]);
	const read = execFileSync('bash', ['-c', `printf '%s\\0' ${words.join(' ')}`], {encoding: 'utf8'});
	assert.deepEqual(read.split('\0').slice(0, -1), names);
});

/** How each shell is started with nothing of the person's own. */
const starts: Readonly<Record<(typeof shells)[number], {line: string; load: string}>> = {
	bash: {line: 'bash --norc --noprofile -i', load: 'source <(keymaker completion bash)'},
	zsh: {
		line: 'zsh -f -i',
		load: 'autoload -Uz compinit && compinit -u -D && source <(keymaker completion zsh)',
	},
	fish: {line: 'fish --no-config -i', load: 'keymaker completion fish | source'},
};

for (const shell of shells) {
	describe(`in ${shell}`, {skip: whyMissing(shell)}, () => {
		let place: Workplace;
		let terminal: Pty;
		before(async () => {
			place = await workplace(['harbour', 'moth', 'the sea', '$(touch pwned)', '`touch pwned`']);
			// Says what it was given, and completes as keymaker does.
			await place.program(
				'keymaker',
				`case $1 in __complete|completion) exec '${process.execPath}' '${cli}' "$@" ;; esac; printf '[%s]' given "$@"; echo`,
			);
			// An encrypted keystore is opened by nobody.
			await writeFile(path.join(place.folder, 'keystore'), 'not one');
			terminal = place.shell(`exec ${starts[shell].line}`, {
				columns: 150,
				rows: 50,
				env: {PS1: 'ready> ', HOME: place.folder},
			});
			terminal.type(`${starts[shell].load}; echo lo""aded\r`);
			await terminal.waitFor(/^loaded/m);
		});
		after(() => place.close());

		for (const [what, typed, shown, given] of [
			['a command', 'keymaker chec', /check $|check/, 'check'],
			['a bot', 'keymaker check harb', /check harbour/, 'check][harbour'],
			['a bot of two words', 'keymaker check the', /the\\ sea|'the sea'/, 'check][the sea'],
			['a value', 'keymaker authorize --access re', /--access read/, 'authorize][--access][read'],
			[
				'a name that is a command of the shell’s, as it is',
				'keymaker check \\$',
				/touch/,
				'check][$(touch pwned)',
			],
			['another one', 'keymaker check \\`', /touch/, 'check][`touch pwned`'],
		] as const) {
			test(`the tab key completes ${what}`, async () => {
				terminal.type(typed);
				await terminal.waitFor(rows => rows.some(row => row.trimEnd().endsWith(typed)));
				terminal.press('tab');
				await terminal.waitFor(rows =>
					shown.test(rows.findLast(row => row.includes(typed.slice(0, 14))) ?? ''),
				);
				terminal.press('enter');
				await terminal.waitFor(rows => rows.some(row => row.includes(`[given][${given}]`)));
				assert.equal(existsSync(path.join(place.folder, 'pwned')), false);
				terminal.type('clear\r');
				await terminal.waitUntilGone('[given]');
			});
		}
	});
}

test('a script that is loaded says nothing and asks nothing', {skip: whyMissing('bash')}, async () => {
	const script = `source <('${process.execPath}' '${cli}' completion bash)`;
	// A locale that is not installed would have bash say so.
	const {status, stdout, stderr} = spawnSync('bash', ['-c', script], {env: inheritedAt(tmpdir())});
	assert.deepEqual([status, String(stdout), String(stderr)], [0, '', '']);
});
