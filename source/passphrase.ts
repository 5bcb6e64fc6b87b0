import {spawn} from 'node:child_process';
import {text} from 'node:stream/consumers';
import type {Environment} from './environment.ts';
import {FlockError} from './flock/error.ts';

/**
 * Where an encrypted keystore's passphrase comes from without a person: `KEYMAKER_PASSPHRASE`, else the first line that
 * `KEYMAKER_PASSPHRASE_COMMAND` prints. `undefined` where neither is set.
 */
export function environmentPassphrase(env: Environment): (() => Promise<string>) | undefined {
	const {KEYMAKER_PASSPHRASE: passphrase, KEYMAKER_PASSPHRASE_COMMAND: command} = env;
	if (passphrase) {
		return async () => passphrase;
	}

	return command ? () => passphraseOf(command) : undefined;
}

/**
 * Runs a password manager's command, which may ask its own questions at the terminal.
 * @throws FlockError `keystore-passphrase` where it fails or prints nothing; its output is never repeated.
 */
async function passphraseOf(command: string): Promise<string> {
	// The command is the owner's own line of shell, as restic and borg have it.
	const child = spawn(command, {shell: true, stdio: ['inherit', 'pipe', 'inherit']});
	const ended = new Promise<number | string>(resolve => {
		child.once('error', error => resolve((error as NodeJS.ErrnoException).code ?? 'error'));
		child.once('close', (code, signal) => resolve(signal ?? code ?? 'error'));
	});
	const [output, end] = await Promise.all([text(child.stdout), ended]);
	const passphrase = output.split(/\r?\n/, 1)[0] ?? '';
	if (end !== 0 || passphrase === '') {
		const what = end === 0 ? 'printed nothing' : `failed (${end})`;
		throw new FlockError('keystore-passphrase', `KEYMAKER_PASSPHRASE_COMMAND ${what}.`, {
			hint: 'Run it by hand: its first line of output has to be the passphrase.',
		});
	}

	return passphrase;
}
