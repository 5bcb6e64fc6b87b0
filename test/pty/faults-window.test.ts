import assert from 'node:assert/strict';
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {approve} from '../helpers/approve.ts';
import {whyNoCertificate} from '../helpers/certificate.ts';
import {holdLock} from '../helpers/held-lock.ts';
import {holdExchange, type Network, startNetwork} from '../helpers/network.ts';
import {cli, printedLink, type Workplace, workplace} from '../helpers/program.ts';
import {some, thoroughTest} from '../helpers/thorough.ts';

const skip = whyNoCertificate || (spawnSync('ps', ['-V']).error ? 'needs ps' : false);

let place: Workplace;
let network: Network;
beforeEach(async () => {
	place = await workplace(['harbour']);
	network = await startNetwork();
});
afterEach(async () => {
	await place.close();
	await network.close();
});

async function assertKept(): Promise<void> {
	const [harbour] = JSON.parse((await place.run(['list', '--json'], '', network.env)).out);
	assert.equal(harbour.handle ?? harbour.heldHandle, 'harbour_poem');
}

test('a window that is closed in the middle of an exchange costs no key', {skip}, async context => {
	const variables = {
		...network.env,
		HOME: place.folder,
		KEYMAKER_KEYSTORE: path.join(place.folder, 'keystore'),
		KEYMAKER_FLOCK: 'flock',
		KEYMAKER_OPEN: 'never',
	};
	const window = spawn(
		process.execPath,
		[
			...['--import', 'tsx', path.join(import.meta.dirname, 'faults-window.ts')],
			...[cli, place.folder, JSON.stringify(variables)],
		],
		{stdio: ['pipe', 'pipe', 'inherit']},
	);
	context.after(() => window.kill('SIGKILL'));
	const ended = once(window, 'close').then(() => assert.fail('the window has ended by itself'));
	const [first] = (await Promise.race([once(window.stdout, 'data'), ended])) as [Buffer];
	const {pid, link} = JSON.parse(first.toString());
	const pin = await approve(network.pageOf(link), 'harbour_poem');
	network.hold();
	const answered = network.answered('/oauth/access_token');
	window.stdin.write(`${pin}\n`);
	await Promise.race([Promise.all([answered, once(window.stdout, 'data')]), ended]);
	window.kill('SIGKILL');
	await assert.rejects(ended);
	// Long enough for the program to notice that its window is gone.
	await pause(500);
	assert.equal(isRunning(pid), true, 'the program did not wait for the key');
	network.release();
	while (isRunning(pid)) {
		await pause(20);
	}

	await assertKept();
});

for (const signal of some(['SIGHUP', 'SIGTERM', 'SIGINT'] as const, 3)) {
	test(`${signal} in the middle of an exchange costs no key`, {skip: whyNoCertificate}, async () => {
		const screen = place.screen([], {env: network.env});
		await holdExchange(network, screen);
		screen.kill(signal);
		await screen.waitFor('Finishing first: asking X for harbour’s key.');
		assert.equal(screen.alternate(), false);
		network.release();
		await screen.waitFor('harbour is ready: the key of @harbour_poem is saved.');
		assert.equal((await screen.exited).exitCode, {SIGHUP: 129, SIGTERM: 143, SIGINT: 130}[signal]);
		await assertKept();
	});
}

test('Ctrl-C in the middle of an exchange, pressed twice, costs no key', {
	skip: whyNoCertificate,
}, async () => {
	const screen = place.screen([], {env: network.env});
	await holdExchange(network, screen);
	screen.press('ctrl+c', 'ctrl+c');
	await screen.waitFor('Finishing first: asking X for harbour’s key.');
	network.release();
	await screen.waitFor('harbour is ready: the key of @harbour_poem is saved.');
	assert.equal((await screen.exited).exitCode, 130);
	await assertKept();
});

test('Ctrl-C while X is asked, and again while its key is being saved, costs no key', {
	skip: whyNoCertificate,
}, async () => {
	const screen = place.screen([], {columns: 120, env: network.env});
	await holdExchange(network, screen);
	const lock = await holdLock(path.join(place.folder, 'keystore', 'flock.json'));
	screen.press('ctrl+c');
	await screen.waitFor('Finishing first: asking X for harbour’s key.');
	network.release();
	// Long enough for the answer to arrive; sooner, the press comes while X is being asked, and costs nothing either.
	await pause(300);
	screen.press('ctrl+c');
	await screen.waitFor(/harbour’s key.*Press Ctrl-C once more to stop and lose it\./);
	await lock.release();
	await screen.waitFor('harbour is ready: the key of @harbour_poem is saved.');
	assert.equal((await screen.exited).exitCode, 130);
	await assertKept();
});

thoroughTest(
	'an exchange of the command that Ctrl-C interrupts costs no key',
	{skip: whyNoCertificate},
	async () => {
		const terminal = place.shell('exec "$NODE" "$CLI" authorize harbour', {
			columns: 120,
			env: {...network.env, NODE: process.execPath, CLI: cli},
		});
		const pin = await approve(network.pageOf(await printedLink(terminal)), 'harbour_poem');
		network.hold();
		const answered = network.answered('/oauth/access_token');
		terminal.type(`${pin}\r`);
		await answered;
		terminal.press('ctrl+c');
		await terminal.waitFor('Finishing first: asking X for harbour’s key.');
		network.release();
		assert.equal((await terminal.exited).exitCode, 130);
		await assertKept();
	},
);

/** True for a process that has not ended; one that nobody has asked after yet has. */
function isRunning(pid: number): boolean {
	try {
		return !execFileSync('ps', ['-o', 'state=', '-p', String(pid)])
			.toString()
			.startsWith('Z');
	} catch {
		return false;
	}
}
