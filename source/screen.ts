import type {Settings} from './command-line/options.ts';
import {passphraseOptions} from './command-line/passphrase.ts';
import type {Write} from './commands/shared/command.ts';
import {compose} from './compose.ts';
import {type ErrorCode, FlockError} from './flock/error.ts';
import type {HaveMoved} from './keystore/core.ts';
import type {Moved} from './keystore/disk/poems-folder.ts';
import type {Services} from './services.ts';
import type {Environment} from './system/environment.ts';
import type {Interruption} from './system/interruption.ts';
import {runApp} from './tui/run.ts';

/**
 * Opens the flock on the full screen; opens it again in practice where the person chose that. The passphrase of an
 * encrypted keystore is asked for before, on the lines of the terminal.
 * @param ask asks whether poems that are gone have moved here.
 * @returns the exit code.
 * @throws FlockError `keystore-passphrase`, `cancelled`, and as `compose` does
 */
export async function runScreen(
	settings: Settings,
	env: Environment,
	cwd: string,
	write: Write,
	ask: HaveMoved | undefined,
	interruption: Interruption,
): Promise<number> {
	let authorizeFirst: string | null = null;
	for (let now = settings; ; now = {...now, practice: true}) {
		let isOpen = false;
		const whileClosed = () => {
			if (isOpen) {
				throw changedMeanwhile();
			}
		};
		const passphrase = passphraseOptions(
			env,
			async question => {
				whileClosed();
				return write.askHidden(question);
			},
			async () => {
				whileClosed();
				return (await import('./commands/shared/new-passphrase.ts')).chooseForFlock(write);
			},
		);
		// Once the screen is open, nobody is asked: it tells of the error.
		const haveMoved = ask && (async (moved: Moved) => !isOpen && ask(moved));
		const {services, close} = await compose(now, env, cwd, {...passphrase, haveMoved});
		try {
			await unlock(services);
			isOpen = true;
			const {stdin, stdout, stderr} = process;
			write.handOver('hidden');
			const {flock, mouse} = now;
			const exit = await runApp(services, {
				stdin,
				stdout,
				stderr,
				env,
				flock,
				mouse,
				authorizeFirst,
				interruption,
			});
			if (exit.kind === 'ended') {
				return exit.exitCode;
			}

			authorizeFirst = exit.bot;
		} finally {
			await close();
		}
	}
}

/** What ends the program before the screen opens: what the person has answered. */
const endings: ReadonlySet<ErrorCode> = new Set(['keystore-passphrase', 'keystore-other-poems', 'cancelled']);

/** Asks for the passphrase where there is one, and whether poems have moved; of anything else that is wrong with a keystore, the screen tells. */
async function unlock({keystore}: Services): Promise<void> {
	try {
		// Read whole and once, and found read by the screen: to look first whether it is encrypted would read it twice.
		await keystore.list();
		if (keystore.isShared) {
			// A flock that is new there: its first link is too late to choose how its keys are sealed.
			await keystore.askPassphrase();
		}
	} catch (error) {
		const code = error instanceof FlockError ? error.code : null;
		if (code === null || endings.has(code)) {
			throw error;
		}
	}
}

function changedMeanwhile(): FlockError {
	return new FlockError('keystore-passphrase', 'The keystore was given a new passphrase meanwhile.', {
		hint: 'Leave with q, and start keymaker again to enter it.',
	});
}
