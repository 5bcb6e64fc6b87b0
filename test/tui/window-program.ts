/** The full screen on services of its own, for tests that need a terminal. Its last line on standard error is how it ended. */
import {existsSync} from 'node:fs';
import {constants} from 'node:os';
import {setTimeout as pause} from 'node:timers/promises';
import type {Interruption} from '../../source/system/interruption.ts';
import {runApp} from '../../source/tui/run.ts';
import {testServices} from '../helpers/services.ts';

const {WINDOW_POEMS = 'ferry,harbour,kettle', WINDOW_FAULT, WINDOW_BROKEN, WINDOW_GATE} = process.env;
const {services, practice, close} = await testServices({
	poems: WINDOW_POEMS === '' ? null : WINDOW_POEMS.split(','),
});
if (WINDOW_FAULT !== undefined) {
	practice.setFault(WINDOW_FAULT);
}

if (WINDOW_GATE !== undefined) {
	// Nothing is saved before this file is there, so that a test can do something meanwhile.
	const update = services.keystore.update.bind(services.keystore);
	services.keystore.update = async (...change) => {
		while (!existsSync(WINDOW_GATE)) {
			await pause(10);
		}

		return update(...change);
	};
}

// Ends the screen alone, since this program says afterwards how that went.
const ending = new AbortController();
const interruption: Interruption = {
	signal: ending.signal,
	exitCode: null,
	interrupt(signal) {
		Object.assign(interruption, {exitCode: 128 + constants.signals[signal]});
		ending.abort();
	},
	screenIs() {},
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) {
	process.on(signal, () => interruption.interrupt(signal));
}

// The time of X's deadlines is the tests' own: one that is running is over at SIGUSR2, and not before.
const {setTimeout: startTimer} = globalThis;
const ends: (() => void)[] = [];
globalThis.setTimeout = ((done: () => void, ms = 0, ...given: []) => {
	if (ms === services.x.deadlineSeconds * 1000) {
		ends.push(done);
	}

	return startTimer(done, ms, ...given);
}) as typeof setTimeout;
process.on('SIGUSR2', async () => {
	// What never ends by itself has to have begun.
	while (!practice.log().some(({fault}) => fault === 'hang' || fault === 'dripping')) {
		await pause(10);
	}

	for (const end of ends.splice(0)) {
		end();
	}
});

const {stdin, stdout, stderr, env} = process;
try {
	const exit = await runApp(
		// A program that breaks while it draws.
		WINDOW_BROKEN === undefined
			? services
			: {
					...services,
					now: () => {
						throw new TypeError('not foreseen');
					},
				},
		{stdin, stdout, stderr, env, flock: 'bots', mouse: true, interruption},
	);
	const records = [...(await services.keystore.list()).records].map(([bot, {key, held}]) => ({
		bot,
		key: key?.handle,
		held: held[0]?.reason,
	}));
	stderr.write(`${JSON.stringify({exit, records})}\n`);
	process.exitCode = exit.kind === 'ended' ? exit.exitCode : 0;
} catch (error) {
	stderr.write(`failed: ${(error as Error).message}\n`);
	process.exitCode = 1;
} finally {
	await close();
}
