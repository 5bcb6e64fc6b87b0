import {FlockError} from '../flock/error.ts';
import type {KeystoreOptions} from '../keystore/core.ts';
import type {Environment} from '../system/environment.ts';
import {runShellLine} from '../system/programs.ts';

/** How a keystore gets its passphrase. */
export type PassphraseOptions = Pick<
	KeystoreOptions,
	'passphrase' | 'passphraseTries' | 'passphraseGiven' | 'newPassphrase'
>;

/** Asks for a hidden line; `null` if there is none. */
export type Prompt = (question: string) => Promise<string | null>;

/** How many attempts a person has. */
const tries = 3;

/** How long a passphrase command can take if nobody can answer it, in milliseconds. */
const patience = 120_000;

/**
 * An encrypted keystore's passphrase without asking: `KEYMAKER_PASSPHRASE`, else the first line that
 * `KEYMAKER_PASSPHRASE_COMMAND` prints. `undefined` if neither is set.
 */
export function environmentPassphrase(env: Environment): (() => Promise<string>) | undefined {
	const {KEYMAKER_PASSPHRASE: passphrase, KEYMAKER_PASSPHRASE_COMMAND: command} = env;
	if (passphrase) {
		return async () => passphrase;
	}

	return command ? () => passphraseOf(command, env) : undefined;
}

/**
 * The passphrase for a program at a terminal: from the environment, else from the person.
 * @param prompt `null` if there is nobody to ask.
 * @param choose asks the person for a new one, for a new flock that has to be encrypted.
 */
export function passphraseOptions(
	env: Environment,
	prompt: Prompt | null,
	choose?: () => Promise<string>,
): PassphraseOptions {
	const given = environmentPassphrase(env);
	if (given !== undefined) {
		// Called a second time only to say which passphrase was wrong.
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
		? ['KEYMAKER_PASSPHRASE is wrong', 'KEYMAKER_PASSPHRASE']
		: ['KEYMAKER_PASSPHRASE_COMMAND prints the wrong passphrase', 'KEYMAKER_PASSPHRASE_COMMAND'];
	return new FlockError('keystore-passphrase', `${subject} for this keystore.`, {
		hint: `Correct ${name}, or unset it to be asked. The keystore is intact.`,
	});
}

function askedOf(prompt: Prompt): (attempt: number) => Promise<string> {
	let asked = 0;
	return async attempt => {
		// Every backup of a keystore needs the passphrase too, but nobody should be asked for each.
		if (asked === tries) {
			throw new FlockError('keystore-passphrase', `Wrong passphrase (${tries} attempts).`, {
				hint: 'Run the command again to try once more.',
			});
		}

		asked += 1;
		const again = attempt === 1 ? '' : `Wrong passphrase (attempt ${attempt} of ${tries}). `;
		const passphrase = await prompt(`${again}Keystore passphrase:`);
		if (passphrase === null) {
			asked = tries;
			throw new FlockError('keystore-passphrase', 'You gave no passphrase, so the keystore stays locked.', {
				hint: 'Run the command again. Nobody can read the keystore without its passphrase.',
			});
		}

		return passphrase;
	};
}

/**
 * Runs a password manager's command in the home folder. It can ask its own questions at the terminal.
 * @throws FlockError `keystore-passphrase` if it fails or prints nothing. Its output is never repeated.
 */
async function passphraseOf(command: string, env: Environment): Promise<string> {
	// A shell line of the owner's, as in restic and borg.
	const {output, end} = await runShellLine(command, env, patience);
	const passphrase = output.split(/\r?\n/, 1)[0] ?? '';
	if (end !== 0 || passphrase === '') {
		const what = end === 0 ? 'printed nothing' : `failed (${end})`;
		throw new FlockError('keystore-passphrase', `KEYMAKER_PASSPHRASE_COMMAND ${what}.`, {
			hint: 'Run it by hand. Its first line of output must be the passphrase.',
		});
	}

	return passphrase;
}
