import assert from 'node:assert/strict';
import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {HiddenLine} from '../source/command-line/hidden-line.ts';
import {passphraseOptions} from '../source/command-line/passphrase.ts';
import {approve} from './helpers/approve.ts';
import {encryptCheaply} from './helpers/encrypted.ts';
import {cli, printedLink, type Workplace, workplace} from './helpers/program.ts';
import type {Pty} from './helpers/pty.ts';
import {some, thoroughTest} from './helpers/thorough.ts';

const right = 'not a real passphrase';
const prompt = 'Keystore passphrase:';

/** What a hidden line makes of keys: the answer, or how many characters there are. */
function typed(...keys: readonly string[]): unknown {
	const line = new HiddenLine();
	for (const key of keys) {
		const answer = line.take(key);
		if (answer !== null) {
			return answer;
		}
	}

	return line.length;
}

test('a hidden line is edited as people expect', () => {
	assert.deepEqual(typed('a', 'b', 'enter'), {line: 'ab'});
	assert.deepEqual(typed('a', 'b', 'é', 'backspace', 'delete', 'c', 'enter'), {line: 'ac'});
	assert.deepEqual(typed('backspace', 'a', 'backspace', 'space', 'enter'), {line: ' '});
	assert.deepEqual(typed('w', 'ctrl+u', 'r', 'enter'), {line: 'r'});
	assert.deepEqual(typed('enter'), {line: ''});
	assert.deepEqual(typed('a', 'ctrl+c'), 'interrupted');
	assert.deepEqual(typed('ctrl+d'), 'ended');
	assert.deepEqual(typed('a', 'ctrl+d', 'b', 'enter'), {line: 'ab'});
	assert.deepEqual(typed('a', 'up', 'tab', 'ctrl+g', '\u0007', '\u0085', 'b', 'enter'), {line: 'ab'});
	assert.equal(typed(...'four'), 4);
});

test('the environment’s passphrase goes before a question, and a wrong one is named', async () => {
	const {passphrase} = passphraseOptions({KEYMAKER_PASSPHRASE: right}, () => assert.fail('asked'));
	assert.equal(await passphrase?.(1), right);
	await assert.rejects(async () => passphrase?.(2), {
		code: 'keystore-passphrase',
		message: 'KEYMAKER_PASSPHRASE is wrong for this keystore.',
	});
	const byCommand = passphraseOptions({KEYMAKER_PASSPHRASE_COMMAND: 'echo four; echo words'}, null);
	assert.equal(await byCommand.passphrase?.(1), 'four');
	await assert.rejects(
		async () => byCommand.passphrase?.(2),
		/KEYMAKER_PASSPHRASE_COMMAND prints the wrong passphrase/,
	);
	assert.deepEqual(passphraseOptions({}, null), {});
});

test('a passphrase command that fails or prints nothing is named, and its output is not', async () => {
	for (const command of ['echo not-a-real-secret; exit 3', 'true']) {
		const {passphrase} = passphraseOptions({KEYMAKER_PASSPHRASE_COMMAND: command}, null);
		await assert.rejects(
			async () => passphrase?.(1),
			(error: Error) => {
				assert.match(error.message, /^KEYMAKER_PASSPHRASE_COMMAND (failed \(3\)|printed nothing)\.$/);
				return !error.message.includes('secret');
			},
		);
	}
});

test('nobody is asked more than three times, however many files want the passphrase', async () => {
	const questions: string[] = [];
	const {passphrase, passphraseTries} = passphraseOptions({}, async question => {
		questions.push(question);
		return 'wrong';
	});
	assert.equal(passphraseTries, 3);
	for (const attempt of [1, 2, 3]) {
		assert.equal(await passphrase?.(attempt), 'wrong');
	}

	await assert.rejects(async () => passphrase?.(1), {code: 'keystore-passphrase'});
	assert.deepEqual(questions, [
		prompt,
		`Wrong passphrase (attempt 2 of 3). ${prompt}`,
		`Wrong passphrase (attempt 3 of 3). ${prompt}`,
	]);
});

describe('at a terminal', () => {
	// One for all: nobody saves to it.
	let place: Workplace;
	before(async () => {
		place = await workplace(['harbour', 'kettle']);
		await encryptCheaply(place, right, ['kettle']);
	});
	after(() => place.close());

	test('a command asks for the passphrase, shows none of it, and asks again where it was wrong', async () => {
		const terminal = place.shell('keymaker list; echo "rc=$?"; stty -a');
		await terminal.waitFor(prompt);
		terminal.type('something else');
		await terminal.waitFor(`${prompt} ••••••••••••••\n`);
		terminal.press('enter');
		await terminal.waitFor(`Wrong passphrase (attempt 2 of 3). ${prompt}`);
		terminal.paste(right);
		terminal.press('enter');
		await terminal.waitFor(/○ harbour .*no key/);
		await terminal.waitFor('rc=0');
		await terminal.waitFor(/\n.*[^-]echo /);
		assert.doesNotMatch(terminal.raw(), /something else|not a real/);
	});

	test('three wrong passphrases end the command with 1, and the terminal echoes again', async () => {
		const terminal = place.shell('keymaker list; echo "rc=$?"; stty -a');
		for (const which of [prompt, 'attempt 2 of 3', 'attempt 3 of 3']) {
			await terminal.waitFor(which);
			terminal.type('wrong words\r');
		}

		await terminal.waitFor('rc=1');
		const shown = await terminal.waitFor(/[^-]echo /);
		assert.match(shown.join(' '), /Wrong passphrase for the keystore .*\(keystore-passphrase\)/);
		assert.doesNotMatch(terminal.raw(), /wrong words/);
	});

	for (const [what, end, code] of [
		['Ctrl-C', (terminal: Pty) => terminal.press('ctrl+c'), 130],
		['Ctrl-D', (terminal: Pty) => terminal.press('\u0004'), 1],
	] as const) {
		for (const command of some(['list', 'restore', 'doctor', ''], 4)) {
			test(`${what} at the question ends keymaker ${command} with ${code}, and the terminal echoes again`, async () => {
				const terminal = place.shell(`keymaker ${command}; echo "rc=$?"; stty -a`);
				await terminal.waitFor(prompt);
				end(terminal);
				await terminal.waitFor(command === 'restore' && code === 1 ? 'rc=' : `rc=${code}`);
				await terminal.waitFor(/[^-]echo /);
				await terminal.exited;
				assert.equal(terminal.alternate(), false);
			});
		}
	}

	test('SIGTERM at the question leaves a terminal that echoes', async () => {
		const terminal = place.shell('sh -c \'echo $$ > pid; exec "$0" "$@"\' "$NODE" "$CLI" list; stty -a', {
			env: {NODE: process.execPath, CLI: cli},
		});
		await terminal.waitFor(prompt);
		process.kill(Number(await place.read('pid')), 'SIGTERM');
		await terminal.waitFor(/[^-]echo /);
	});

	thoroughTest(
		'a PIN that follows the passphrase on the same input reaches the authorization',
		async context => {
			const own = await workplace(['kettle']);
			context.after(() => own.close());
			await encryptCheaply(own, right);
			const terminal = own.shell('keymaker authorize kettle; echo "rc=$?"', {columns: 200});
			await terminal.waitFor(prompt);
			terminal.type(`${right}\r`);
			const link = await printedLink(terminal);
			terminal.type(`${await approve(link, 'kettle_poem')}\r`);
			await terminal.waitFor('rc=0');
			assert.match(terminal.screen().join('\n'), /@kettle_poem/);
		},
	);

	test('the full screen opens after the passphrase, and not before', async () => {
		const screen = place.screen();
		await screen.waitFor(prompt);
		assert.equal(screen.alternate(), false);
		screen.type('something else\r');
		await screen.waitFor('attempt 2 of 3');
		screen.type(`${right}\r`);
		await screen.waitFor(/❯ ○ harbour/);
		assert.equal(screen.alternate(), true);
		screen.press('q');
		assert.equal((await screen.exited).exitCode, 0);
		assert.doesNotMatch(screen.raw(), /something else|not a real/);
	});

	thoroughTest('the full screen asks for nothing where the environment has the passphrase', async () => {
		const screen = place.screen([], {env: {KEYMAKER_PASSPHRASE: right}});
		await screen.waitFor(/❯ ○ harbour/);
		assert.ok(!screen.raw().includes(prompt));
		screen.press('q');
		await screen.exited;
	});

	thoroughTest(
		'a damaged file is told apart from a wrong passphrase, at the terminal and without one',
		async context => {
			const file = path.join(place.folder, 'keystore', 'practice', 'flock.json');
			const whole = await readFile(file);
			const wrong = await place.run(['list'], '', {KEYMAKER_PASSPHRASE: 'something else'});
			assert.equal(wrong.code, 1);
			assert.match(wrong.err, /KEYMAKER_PASSPHRASE is wrong .*\(keystore-passphrase\)/);
			const none = await place.run(['list']);
			assert.equal(none.code, 1);
			assert.match(none.err, /is encrypted and needs its passphrase/);

			context.after(() => writeFile(file, whole));
			await writeFile(file, whole.subarray(0, -20));
			const damaged = await place.run(['list'], '', {KEYMAKER_PASSPHRASE: right});
			assert.equal(damaged.code, 1);
			assert.match(damaged.err, /is damaged: .*\(keystore-damaged\)/);
			const terminal = place.shell('keymaker list; echo "rc=$?"');
			await terminal.waitFor('rc=1');
			assert.match(terminal.screen().join('\n'), /is damaged/);
			assert.ok(!terminal.raw().includes(prompt));
		},
	);

	thoroughTest('a passphrase command reads nothing that is piped to keymaker', async () => {
		const reading = {KEYMAKER_PASSPHRASE_COMMAND: `cat > /dev/null; echo ${right}`};
		const piped = await place.run(['exec', 'kettle', '--', 'cat'], 'a line\n', reading);
		assert.deepEqual([piped.code, piped.out], [0, 'a line\n'], piped.err);

		const terminal = place.shell(`echo a line | keymaker exec kettle -- cat; echo "rc=$?"`, {env: reading});
		await terminal.waitFor('rc=0');
		assert.match(terminal.screen().join('\n'), /^a line$/m);
	});

	test('a passphrase command asks at the terminal, where keymaker’s input is one', async () => {
		const asking = {KEYMAKER_PASSPHRASE_COMMAND: 'printf "Which words? " >&2; read words; echo "$words"'};
		const terminal = place.shell('keymaker list; echo "rc=$?"', {env: asking});
		await terminal.waitFor('Which words?');
		terminal.type(`${right}\r`);
		await terminal.waitFor('rc=0');
	});

	test('a passphrase command starts in the home folder, wherever keymaker does', async () => {
		const home = path.join(place.folder, 'home');
		await mkdir(home);
		await writeFile(path.join(home, 'words'), `${right}\n`);
		await writeFile(path.join(place.folder, 'words'), 'somebody else’s\n');
		const {code, err} = await place.run(['list'], '', {
			HOME: home,
			KEYMAKER_PASSPHRASE_COMMAND: 'cat words',
		});
		assert.equal(code, 0, err);
	});

	test('neither variable is ever taken from .env', async context => {
		const file = path.join(place.folder, '.env');
		context.after(() => rm(file));
		await writeFile(file, `KEYMAKER_PASSPHRASE=${right}\nKEYMAKER_PASSPHRASE_COMMAND=touch was-run\n`);
		const {code, err} = await place.run(['list']);
		assert.equal(code, 1);
		assert.match(err, /needs its passphrase/);
		await assert.rejects(place.read('was-run'), {code: 'ENOENT'});
	});
});
