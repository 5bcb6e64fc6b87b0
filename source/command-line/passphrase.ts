import {FlockError} from '../flock/error.ts';
import type {KeystoreOptions} from '../keystore/core.ts';
import type {Environment} from '../system/environment.ts';
import {runShellLine} from '../system/programs.ts';

/** How a keystore gets at its passphrase. */
export type PassphraseOptions = Pick<
	KeystoreOptions,
	'passphrase' | 'passphraseTries' | 'passphraseGiven' | 'newPassphrase'
>;

/** Asks a person for a line that is not shown; `null` where there is none. */
export type Prompt = (question: string) => Promise<string | null>;

/** How often a person may be wrong. */
const tries = 3;

/** How long a passphrase command may take where nobody is there to answer it, in milliseconds. */
const patience = 120_000;

/**
 * Where an encrypted keystore's passphrase comes from without a person: `KEYMAKER_PASSPHRASE`, else the first line that
 * `KEYMAKER_PASSPHRASE_COMMAND` prints. `undefined` where neither is set.
 */
export function environmentPassphrase(env: Environment): (() => Promise<string>) | undefined {
	const {KEYMAKER_PASSPHRASE: passphrase, KEYMAKER_PASSPHRASE_COMMAND: command} = env;
	if (passphrase) {
		return async () => passphrase;
	}

	return command ? () => passphraseOf(command, env) : undefined;
}

/**
 * Where a program at a terminal has the passphrase from: the environment, else the person.
 * @param prompt `null` where there is nobody to ask.
 * @param choose asks the person for a new one, for a flock that is made where every flock is encrypted.
 */
export function passphraseOptions(
	env: Environment,
	prompt: Prompt | null,
	choose?: () => Promise<string>,
): PassphraseOptions {
	const given = environmentPassphrase(env);
	if (given !== undefined) {
		// Asked a second time only so that it can say whose passphrase was wrong.
		return {
			passphrase: attempt => (attempt === 1 ? given() : Promise.reject(wrongOf(env))),
			passphraseTries: 2,
			passphraseGiven: true,
		};
	}

	return prompt === null ? {} : {passphrase: askedOf(prompt), passphraseTries: tries, newPassphrase: choose};
}

function wrongOf(env: Environment): FlockError {
	const [subject, name] = env.KEYMAKER_PASSPHRASE
		? ['KEYMAKER_PASSPHRASE is not', 'KEYMAKER_PASSPHRASE']
		: ['KEYMAKER_PASSPHRASE_COMMAND does not print', 'KEYMAKER_PASSPHRASE_COMMAND'];
	return new FlockError('keystore-passphrase', `${subject} the passphrase of this keystore.`, {
		hint: `Set ${name} right, or unset it to be asked. The keystore itself is whole.`,
	});
}

function askedOf(prompt: Prompt): (attempt: number) => Promise<string> {
	let asked = 0;
	return async attempt => {
		// Every copy of a keystore needs the passphrase too: nobody is asked for each of them.
		if (asked === tries) {
			throw new FlockError('keystore-passphrase', `No passphrase of ${tries} opened it.`, {
				hint: 'Start the command again to try once more.',
			});
		}

		asked += 1;
		const again = attempt === 1 ? '' : `Not that one, ${attempt} of ${tries}. `;
		const passphrase = await prompt(`${again}Passphrase of the keystore:`);
		if (passphrase === null) {
			asked = tries;
			throw new FlockError('keystore-passphrase', 'No passphrase was given, so the keystore stays closed.', {
				hint: 'Start the command again. Without its passphrase nobody can read the keystore.',
			});
		}

		return passphrase;
	};
}

/**
 * Runs a password manager's command, which may ask its own questions at the terminal; from the home folder.
 * @throws FlockError `keystore-passphrase` where it fails or prints nothing; its output is never repeated.
 */
async function passphraseOf(command: string, env: Environment): Promise<string> {
	// The command is the owner's own line of shell, as restic and borg have it.
	const {output, end} = await runShellLine(command, env, patience);
	const passphrase = output.split(/\r?\n/, 1)[0] ?? '';
	if (end !== 0 || passphrase === '') {
		const what = end === 0 ? 'printed nothing' : `failed (${end})`;
		throw new FlockError('keystore-passphrase', `KEYMAKER_PASSPHRASE_COMMAND ${what}.`, {
			hint: 'Run it by hand: its first line of output has to be the passphrase.',
		});
	}

	return passphrase;
}
