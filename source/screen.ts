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
 * Opens the flock on the full screen, and again in practice if the person chooses that. Asks for an encrypted
 * keystore's passphrase first, on the terminal's lines.
 * @param ask asks whether missing poems moved here.
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
		let wasRead = false;
		const whileClosed = () => {
			if (isOpen) {
				throw askedTooLate(wasRead);
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
		// Once the screen is open, nobody is asked: it shows the error.
		const haveMoved = ask && (async (moved: Moved) => !isOpen && ask(moved));
		const {services, close} = await compose(now, env, cwd, {...passphrase, haveMoved});
		try {
			wasRead = await unlock(services);
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

/** The errors that end the program before the screen opens: what the person answered. */
const endings: ReadonlySet<ErrorCode> = new Set(['keystore-passphrase', 'keystore-other-poems', 'cancelled']);

/**
 * Asks for the passphrase if there is one, and whether poems moved. The screen shows any other problem of a
 * keystore. @returns true if it was read
 */
async function unlock({keystore}: Services): Promise<boolean> {
	try {
		// Reads it once, completely, and the screen uses that: to check first whether it is encrypted would
		// read it twice.
		await keystore.list();
		if (keystore.isShared) {
			// For a flock that is new there, the first link is too late.
			await keystore.askPassphrase();
		}

		return true;
	} catch (error) {
		const code = error instanceof FlockError ? error.code : null;
		if (code === null || endings.has(code)) {
			throw error;
		}

		return false;
	}
}

function askedTooLate(wasRead: boolean): FlockError {
	const sentence = wasRead ? 'The keystore’s passphrase changed.' : 'The keystore needs its passphrase.';
	return new FlockError('keystore-passphrase', sentence, {
		hint: 'Press q to quit, then start keymaker again to enter it.',
	});
}
