/** The full screen on services of its own, for tests that need a terminal. Its last line on standard error is how it ended. */
import {setTimeout as pause} from 'node:timers/promises';
import {runApp} from '../../source/tui/run.ts';
import {testServices} from '../helpers/services.ts';

const {WINDOW_POEMS = 'ferry,harbour,kettle', WINDOW_FAULT, WINDOW_BROKEN, WINDOW_SLOW} = process.env;
const {services, practice, close} = await testServices({
	poems: WINDOW_POEMS === '' ? null : WINDOW_POEMS.split(','),
});
if (WINDOW_FAULT !== undefined) {
	practice.setFault(WINDOW_FAULT);
}

if (WINDOW_SLOW !== undefined) {
	// Saving takes so long that a test can do something meanwhile.
	const update = services.keystore.update.bind(services.keystore);
	services.keystore.update = async (...change) => {
		await pause(Number(WINDOW_SLOW));
		return update(...change);
	};
}

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
		{stdin, stdout, stderr, env},
	);
	const records = [...(await services.keystore.list()).records].map(([bot, {key, held}]) => ({
		bot,
		key: key?.handle,
		held: held?.reason,
	}));
	stderr.write(`${JSON.stringify({exit, records})}\n`);
	process.exitCode = exit.kind === 'ended' ? exit.exitCode : 0;
} catch (error) {
	stderr.write(`failed: ${(error as Error).message}\n`);
	process.exitCode = 1;
} finally {
	await close();
}
