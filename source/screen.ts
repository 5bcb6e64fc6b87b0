import type {Write} from './commands/command.ts';
import {compose} from './compose.ts';
import type {Environment} from './environment.ts';
import {FlockError} from './flock/error.ts';
import type {Settings} from './options.ts';
import {passphraseOptions} from './passphrase.ts';
import type {Services} from './services.ts';
import {runApp} from './tui/run.ts';

/**
 * Opens the flock on the full screen; opens it again in practice where the person chose that. The passphrase of an
 * encrypted keystore is asked for before, on the lines of the terminal.
 * @returns the exit code.
 * @throws FlockError `keystore-passphrase`, `cancelled`, and as `compose` does
 */
export async function runScreen(
	settings: Settings,
	env: Environment,
	cwd: string,
	write: Write,
): Promise<number> {
	let authorizeFirst: string | null = null;
	for (let now = settings; ; now = {...now, practice: true}) {
		let isOpen = false;
		const passphrase = passphraseOptions(env, async question => {
			if (isOpen) {
				throw changedMeanwhile();
			}

			return write.askHidden(question);
		});
		const {services, close} = await compose(now, env, cwd, passphrase);
		try {
			await unlock(services);
			isOpen = true;
			const {stdin, stdout, stderr} = process;
			const exit = await runApp(services, {stdin, stdout, stderr, env, authorizeFirst});
			if (exit.kind === 'ended') {
				return exit.exitCode;
			}

			authorizeFirst = exit.bot;
		} finally {
			await close();
		}
	}
}

/** Asks for the passphrase where there is one; of anything else that is wrong with a keystore, the screen tells. */
async function unlock({keystore}: Services): Promise<void> {
	try {
		// Read whole and once, and found read by the screen: to look first whether it is encrypted takes 30 ms at 10,000 keys.
		await keystore.list();
	} catch (error) {
		const code = error instanceof FlockError ? error.code : null;
		if (code === null || code === 'keystore-passphrase' || code === 'cancelled') {
			throw error;
		}
	}
}

function changedMeanwhile(): FlockError {
	return new FlockError('keystore-passphrase', 'The keystore was given a new passphrase meanwhile.', {
		hint: 'Leave with q, and start keymaker again to enter it.',
	});
}
