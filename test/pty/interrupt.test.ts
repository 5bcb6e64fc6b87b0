import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import path from 'node:path';
import {afterEach, beforeEach, describe, test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {approve} from '../helpers/approve.ts';
import {whyNoCertificate} from '../helpers/certificate.ts';
import {giveKey} from '../helpers/key-file.ts';
import {holdExchange, type Network, startNetwork} from '../helpers/network.ts';
import {cli, printedLink, type Workplace, workplace} from '../helpers/program.ts';
import type {Pty} from '../helpers/pty.ts';
import {some, thoroughTest} from '../helpers/thorough.ts';

const passphrase = 'not a real passphrase';

let place: Workplace;
beforeEach(async () => {
	place = await workplace(['harbour']);
});
afterEach(() => place.close());

/** Presses Ctrl-C as often as it takes: presses that come too close together count as one. */
async function pressUntil(terminal: Pty, text: string): Promise<void> {
	let shown = false;
	const showing = terminal.waitFor(text).finally(() => {
		shown = true;
	});
	while (!shown) {
		terminal.press('ctrl+c');
		await Promise.race([showing, pause(300)]);
	}

	await showing;
}

/** The terminal as the shell finds it afterwards. */
async function assertRestored(terminal: Pty, code: number): Promise<void> {
	await terminal.waitFor(`rc=${code}`);
	await terminal.waitFor(/[^-]echo /);
	assert.equal((await terminal.exited).exitCode, 0);
	assert.match(terminal.screen().join('\n'), /[^-]icanon/);
	assert.equal(terminal.alternate(), false);
	assert.equal(terminal.cursorShown(), true);
}

/** Ctrl-C goes to the shell too, which is to stay. */
const before = 'trap : INT; ';
const afterwards = 'echo "rc=$?"; stty -a';

describe('Ctrl-C ends a program that only reads', () => {
	const slow = {KEYMAKER_PRACTICE_FAULT: 'any:hang:99'};
	const cases: Record<string, {line: string; shows: string | RegExp; env?: Record<string, string>}> = {
		'waits for a passphrase command': {
			line: 'keymaker list',
			shows: 'asked',
			env: {KEYMAKER_PASSPHRASE_COMMAND: 'echo asked >/dev/tty; trap "" INT; while :; do sleep 1; done'},
		},
		'waits for a passphrase command, on its way to the screen': {
			line: 'keymaker',
			shows: 'asked',
			env: {KEYMAKER_PASSPHRASE_COMMAND: 'echo asked >/dev/tty; trap "" INT; while :; do sleep 1; done'},
		},
		'asks X in doctor': {line: 'keymaker doctor', shows: 'Asking practice', env: slow},
		'asks X in check': {line: 'keymaker check', shows: 'Checking 1 key with X', env: slow},
		'waits for a PIN': {line: 'keymaker authorize harbour', shows: 'Paste the PIN'},
		'waits for a yes': {line: 'keymaker forget harbour --purge', shows: '[y/N]'},
	};
	for (const [what, {line, shows, env = {}}] of some(Object.entries(cases), 3)) {
		test(`and ${what}, with 130, and the terminal is as it was`, async () => {
			if (env.KEYMAKER_PASSPHRASE_COMMAND !== undefined) {
				const {code, err} = await place.run(['encrypt'], '', {KEYMAKER_PASSPHRASE: passphrase});
				assert.equal(code, 0, err);
			}

			if (line === 'keymaker check') {
				await giveKey(place, 'harbour');
			}

			const terminal = place.shell(`${before}${line}; ${afterwards}`, {columns: 200, rows: 40, env});
			await terminal.waitFor(shows);
			terminal.press('ctrl+c');
			await assertRestored(terminal, 130);
		});
	}
});

test('Ctrl-C during exec is for the program, whose exit code it is', async () => {
	await giveKey(place, 'harbour');
	const program = `sh -c 'trap "echo told; exit 3" INT; echo begun; while :; do sleep 0.05; done'`;
	const terminal = place.shell(`${before}keymaker exec harbour -- ${program}; ${afterwards}`, {
		columns: 200,
		rows: 40,
	});
	await terminal.waitFor('begun');
	terminal.press('ctrl+c');
	await terminal.waitFor('told');
	await assertRestored(terminal, 3);
});

test('SIGTERM during exec is passed on, and waits for the program', async () => {
	await giveKey(place, 'harbour');
	const program =
		'trap "echo told; sleep 0.5; echo over; exit 4" TERM; echo begun; while :; do sleep 0.05; done';
	const child = spawn(process.execPath, [cli, 'exec', 'harbour', '--', 'sh', '-c', program], {
		cwd: place.folder,
		env: {
			PATH: process.env.PATH,
			HOME: place.folder,
			KEYMAKER_KEYSTORE: path.join(place.folder, 'keystore'),
			KEYMAKER_FLOCK: 'flock',
			KEYMAKER_PRACTICE: '1',
		},
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	let out = '';
	const begun = Promise.withResolvers<void>();
	child.stdout.on('data', chunk => {
		out += chunk;
		if (out.includes('begun')) {
			begun.resolve();
		}
	});
	const closed = once(child, 'close');
	await begun.promise;
	child.kill('SIGTERM');
	assert.deepEqual((await closed)[0], 4);
	assert.match(out, /told\nover\n/);
});

describe('an exchange with a silent X', {skip: whyNoCertificate}, () => {
	let network: Network;
	beforeEach(async () => {
		network = await startNetwork();
	});
	afterEach(() => network.close());

	async function handles(): Promise<string> {
		const [harbour] = JSON.parse((await place.run(['list', '--json'], '', network.env)).out);
		return harbour.handle ?? harbour.heldHandle;
	}

	/** The command, with a PIN on its way to X whose answer is held back. */
	async function exchanging(env: Record<string, string> = {}): Promise<Pty> {
		const terminal = place.shell(`${before}keymaker authorize harbour; ${afterwards}`, {
			columns: 200,
			rows: 40,
			env: {...network.env, ...env},
		});
		const link = await printedLink(terminal);
		await terminal.waitFor('Paste the PIN');
		const pin = await approve(network.pageOf(link), 'harbour_poem');
		network.hold();
		const answered = network.answered('/oauth/access_token');
		terminal.type(`${pin}\r`);
		await answered;
		return terminal;
	}

	test('is finished before Ctrl-C ends the command, which says what came of it', async () => {
		const terminal = await exchanging();
		await pressUntil(terminal, 'Finishing first: asking X for harbour’s key.');
		network.release();
		await terminal.waitFor('harbour: X’s answer for @harbour_poem came after you left.');
		await assertRestored(terminal, 130);
		assert.equal(await handles(), 'harbour_poem');
	});

	test('is lost by the third Ctrl-C, and the second has said so', async () => {
		const terminal = await exchanging();
		await pressUntil(terminal, 'Finishing first');
		await pressUntil(
			terminal,
			'Still asking X for harbour’s key. Press Ctrl-C once more to stop and lose it.',
		);
		await pressUntil(terminal, 'rc=130');
		await assertRestored(terminal, 130);
	});

	test('is waited for after the screen has been left, and what came of it is said', async () => {
		const screen = place.screen([], {env: network.env});
		await holdExchange(network, screen);
		screen.press('ctrl+c');
		await screen.waitFor('Finishing first: asking X for harbour’s key.');
		assert.equal(screen.alternate(), false);
		network.release();
		await screen.waitFor('harbour is ready: the key of @harbour_poem is saved.');
		assert.equal((await screen.exited).exitCode, 130);
		assert.equal(await handles(), 'harbour_poem');
	});

	thoroughTest('that never ends is told as it is: no key was made', async () => {
		const screen = place.screen([], {env: {...network.env, KEYMAKER_TIMEOUT: '10'}});
		await holdExchange(network, screen);
		screen.press('ctrl+c');
		await screen.waitFor('X did not answer; no key was made for harbour.');
		assert.equal((await screen.exited).exitCode, 130);
		assert.doesNotMatch(screen.screen().join('\n'), /Done/);
		const [harbour] = JSON.parse((await place.run(['list', '--json'], '', network.env)).out);
		assert.equal(harbour.status, 'no-key');
	});

	thoroughTest('is lost by the third Ctrl-C after the screen has been left', async () => {
		const terminal = place.shell(`${before}keymaker; ${afterwards}`, {
			rows: 40,
			columns: 120,
			env: network.env,
		});
		await holdExchange(network, terminal);
		terminal.press('ctrl+c');
		await terminal.waitFor('Finishing first: asking X for harbour’s key.');
		await pressUntil(
			terminal,
			'Still asking X for harbour’s key. Press Ctrl-C once more to stop and lose it.',
		);
		await pressUntil(terminal, 'rc=130');
		await assertRestored(terminal, 130);
	});
});
