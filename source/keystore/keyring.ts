import {FlockError, type FlockErrorOptions} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import {type DerivedKey, deriveKey, opens, type Sealed} from './encryption.ts';

/**
 * Asks for the passphrase: at a prompt, or from the environment. May throw, which ends what needed it.
 * @param attempt 1, and more after passphrases that were wrong.
 */
export type PassphraseProvider = (attempt: number) => string | Promise<string>;

/** The keys of this run: each passphrase is asked for once, and turned into a key once. */
export type Keyring = {
	/** The key that opens something encrypted. @param ask false where there is no time to ask anybody. @throws `keystore-passphrase` */
	keyFor(sealed: Sealed, ask: boolean): Promise<DerivedKey>;
	/** Remembers a key that was made from a new passphrase. */
	add(key: DerivedKey): void;
};

/**
 * @param file what is encrypted, for messages.
 * @param tries how often the provider is asked before a wrong passphrase is an error.
 */
export function openKeyring(provider: PassphraseProvider | undefined, file: string, tries = 1): Keyring {
	const keys: DerivedKey[] = [];
	// Whoever needs a key while its passphrase is being asked for waits for the same answer.
	const asked = new Map<string, Promise<DerivedKey>>();

	async function askFor(sealed: Sealed): Promise<DerivedKey> {
		if (provider === undefined) {
			throw refusal(`The keystore ${visible(file)} is encrypted, and its passphrase is not known.`, {
				hint: 'Set KEYMAKER_PASSPHRASE_COMMAND to a command that prints it, or KEYMAKER_PASSPHRASE.',
			});
		}

		const {N, r, p, salt} = sealed.encryption;
		for (let attempt = 1; attempt <= tries; attempt += 1) {
			const key = await deriveKey(await provider(attempt), {N, r, p, salt});
			if (opens(key, sealed)) {
				keys.push(key);
				return key;
			}
		}

		throw refusal(`This is not the passphrase of the keystore ${visible(file)}.`, {
			hint: 'Try again. The keystore itself is whole; without its passphrase nobody can read it.',
		});
	}

	return {
		add(key) {
			keys.push(key);
		},
		async keyFor(sealed, ask) {
			const known = keys.find(key => opens(key, sealed));
			if (known !== undefined) {
				return known;
			}

			if (!ask) {
				throw refusal('Another program has just changed the passphrase of the keystore.', {
					hint: 'Nothing was changed. Try again, with the new passphrase.',
				});
			}

			const {check} = sealed.encryption;
			const asking = asked.get(check) ?? askFor(sealed).finally(() => asked.delete(check));
			asked.set(check, asking);
			return await asking;
		},
	};
}

function refusal(sentence: string, options: FlockErrorOptions): FlockError {
	return new FlockError('keystore-passphrase', sentence, options);
}
