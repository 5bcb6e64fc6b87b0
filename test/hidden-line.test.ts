import assert from 'node:assert/strict';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {giveKey} from './helpers/key-file.ts';
import {cli, type Workplace, workplace} from './helpers/program.ts';
import {type Pty, startPty, type Wanted} from './helpers/pty.ts';
import {thoroughTest} from './helpers/thorough.ts';

const right = 'not a real passphrase';
const prompt = 'Keystore passphrase:';
/** What somebody types who does not wait; no word of the program's. */
const early = 'zqz';

// One for all: to derive a key takes as long as several starts. Whoever changes the passphrase, changes it back.
let place: Workplace;
before(async () => {
	place = await workplace(['harbour', 'kettle']);
	const {code, err} = await place.run(['encrypt'], '', {KEYMAKER_PASSPHRASE: right});
	assert.equal(code, 0, err);
});
after(() => place.close());

/** Goes on typing until the terminal shows something. */
async function typeUntil(terminal: Pty, wanted: Wanted): Promise<void> {
	let shown = false;
	const showing = terminal.waitFor(wanted).finally(() => {
		shown = true;
	});
	while (!shown) {
		terminal.type(early);
		await Promise.race([showing, pause(5)]);
	}

	await showing;
}

/** Waits for the shell's word on its terminal, and holds what was shown against what was typed. */
async function assertNothingShown(terminal: Pty): Promise<void> {
	await terminal.waitFor(/[^-]icanon/);
	await terminal.waitFor(/[^-]echo /);
	assert.doesNotMatch(terminal.raw(), /zq|not a real/);
}

test('what is typed while a passphrase is tried is never shown, and belongs to the next question', async () => {
	const terminal = place.shell('keymaker list; echo "rc=$?"; stty -a');
	await terminal.waitFor(prompt);
	terminal.type(`wrong words\r${early}`);
	await typeUntil(terminal, new RegExp(`Wrong passphrase \\(attempt 2 of 3\\)\\. ${prompt} •{3}`));
	terminal.type(`\u0015${right}\r`);
	await terminal.waitFor(/○ harbour .*no key/);
	await terminal.waitFor('rc=0');
	await assertNothingShown(terminal);
});

thoroughTest('a line that is typed early answers the next question', async () => {
	const terminal = place.shell('keymaker list; echo "rc=$?"; stty -a');
	await terminal.waitFor(prompt);
	terminal.type(`wrong words\r${right}\r`);
	await terminal.waitFor('Wrong passphrase (attempt 2 of 3).');
	await terminal.waitFor('rc=0');
	await assertNothingShown(terminal);
});

thoroughTest('a new passphrase that is typed while the old one is tried is not shown', async () => {
	const terminal = place.shell('keymaker passphrase; echo "rc=$?"; stty -a', {columns: 200});
	await terminal.waitFor(prompt);
	terminal.type(`${right}\r`);
	terminal.type('zq another one\r');
	await terminal.waitFor('Repeat the new passphrase:');
	terminal.type('zq another one\r');
	await terminal.waitFor('rc=0');
	await assertNothingShown(terminal);
	const back = await place.run(['passphrase'], `${right}\n`, {KEYMAKER_PASSPHRASE: 'zq another one'});
	assert.equal(back.code, 0, back.err);
});

test('what is typed before the screen opens is neither shown nor taken for its keys', async () => {
	const terminal = place.shell('keymaker; echo "rc=$?"; stty -a');
	await terminal.waitFor(prompt);
	terminal.type(`${right}\r`);
	// `q` in it would leave the screen.
	terminal.type(`/${early}\rq`);
	await terminal.waitFor(/❯ ○ harbour/);
	assert.equal(terminal.alternate(), true);
	terminal.press('q');
	await terminal.waitFor('rc=0');
	await assertNothingShown(terminal);
});

test('a program that exec runs finds a terminal that echoes', async () => {
	await giveKey(place, 'kettle', {KEYMAKER_PASSPHRASE: right});
	const program = `sh -c 'stty -a; echo ready; read line; echo "got $line"'`;
	const terminal = place.shell(`keymaker exec kettle -- ${program}; echo "rc=$?"`, {columns: 200});
	await terminal.waitFor(prompt);
	terminal.type(`${right}\r`);
	await terminal.waitFor('ready');
	assert.match(terminal.screen().join('\n'), /[^-]icanon.*[^-]echo /s);
	terminal.type('seen\r');
	await terminal.waitFor('got seen');
	await terminal.waitFor('rc=0');
	assert.match(terminal.screen().join('\n'), /^seen$/m);
});

thoroughTest('an error that nobody foresaw leaves a terminal that echoes', async () => {
	const root = path.join(import.meta.dirname, '..');
	const line = '"$NODE" --import ./test/helpers/typescript.mjs test/hidden-program.ts; echo "rc=$?"; stty -a';
	const terminal = startPty('sh', ['-c', line], {cwd: root, env: {NODE: process.execPath}, rows: 40});
	await terminal.waitFor('What?');
	terminal.type(`not a real answer\r${early}`);
	await terminal.waitFor('rc=1');
	await assertNothingShown(terminal);
	await terminal.close();
});

for (const [how, code] of [
	['Ctrl-C', 130],
	['SIGTERM', 143],
	['SIGHUP', 129],
] as const) {
	thoroughTest(
		`${how} while a passphrase is tried leaves a terminal that echoes, and shows nothing that was typed`,
		async () => {
			const start = 'sh -c \'echo $$ > pid; exec "$0" "$@"\' "$NODE" "$CLI" list';
			const terminal = place.shell(`trap : HUP; ${start}; echo "rc=$?"; stty -a`, {
				env: {NODE: process.execPath, CLI: cli},
			});
			await terminal.waitFor(prompt);
			terminal.type(`wrong words\r${early}`);
			await typeUntil(terminal, 'attempt 2 of 3');
			terminal.type(`\u0015wrong again\r${early}`);
			// What comes to the terminal after the program's end is the shell's, which echoes it.
			await terminal.waitFor(() => /attempt 2 of 3[^\n]*\n/.test(terminal.raw()));
			if (how === 'Ctrl-C') {
				terminal.press('ctrl+c');
			} else {
				process.kill(Number(await place.read('pid')), how);
			}

			await terminal.waitFor(`rc=${code}`);
			await assertNothingShown(terminal);
		},
	);
}
