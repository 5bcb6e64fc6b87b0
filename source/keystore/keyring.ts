import {FlockError, type FlockErrorOptions} from '../flock/error.ts';
import {passphraseProblem} from '../flock/passphrase.ts';
import {visible} from '../flock/visible.ts';
import {
	type DerivedKey,
	defaultCost,
	deriveKey,
	isWeaker,
	newDerivation,
	opens,
	type ScryptCost,
	type Sealed,
} from './form/encryption.ts';

/**
 * Asks for the passphrase, at a prompt or from the environment. May throw, which ends the operation.
 * @param attempt 1, and more after wrong passphrases.
 */
export type PassphraseProvider = (attempt: number) => string | Promise<string>;

/** This run's keys: each passphrase is asked for once, and derived once. */
export type Keyring = {
	/**
	 * The key that opens something encrypted. @param ask false if there is no time to ask anybody. @throws
	 * `keystore-passphrase`
	 */
	keyFor(sealed: Sealed, ask: boolean): Promise<DerivedKey>;
	/** Derives a key from a new passphrase and remembers it. @throws `keystore-passphrase` for an empty one */
	make(passphrase: string): Promise<DerivedKey>;
	/** Derives a key for a new keystore from a new passphrase, or else the provider's; asks once. @throws `keystore-passphrase` */
	makeGiven(): Promise<DerivedKey>;
	/** The key that replaces another at the next save: of the same passphrase, if the other is too easy to guess. */
	successorOf(key: DerivedKey): Promise<DerivedKey>;
};

/** What opening a keyring needs. */
export type KeyringOptions = {
	/** Called only if something is encrypted. */
	provider: PassphraseProvider | undefined;
	/** What is encrypted, for messages. */
	file: string;
	/** How many attempts a passphrase has; by default one. */
	tries?: number | undefined;
	/** Asks for a new passphrase; without it the provider answers. */
	newPassphrase?: (() => Promise<string>) | undefined;
	/** The cost of deriving a new key. */
	cost?: ScryptCost | undefined;
};

/** Holds no keys at first. */
export function openKeyring({
	provider,
	file,
	tries = 1,
	newPassphrase,
	cost = defaultCost,
}: KeyringOptions): Keyring {
	const keys: DerivedKey[] = [];
	const successors = new Map<DerivedKey, () => Promise<DerivedKey>>();
	// Others that need a key while its passphrase is being asked for wait for the same answer.
	const asked = new Map<string, Promise<DerivedKey>>();
	let given: Promise<DerivedKey> | null = null;

	async function make(passphrase: string): Promise<DerivedKey> {
		if (passphrase === '') {
			throw refusal('An empty passphrase protects nothing.', {hint: 'Choose a passphrase of several words.'});
		}

		const key = await deriveKey(passphrase, newDerivation(cost));
		keys.push(key);
		return key;
	}

	async function makeNew(): Promise<DerivedKey> {
		const passphrase = await (newPassphrase === undefined ? assertProvider()(1) : newPassphrase());
		const problem = passphraseProblem(passphrase);
		if (problem !== null) {
			throw refusal(problem, {hint: 'Nothing was saved. Choose several words that nobody can guess.'});
		}

		return make(passphrase);
	}

	function assertProvider(): PassphraseProvider {
		if (provider === undefined) {
			throw refusal(`The keystore ${visible(file)} is encrypted and needs its passphrase.`, {
				hint: 'Set KEYMAKER_PASSPHRASE_COMMAND to a command that prints it, or set KEYMAKER_PASSPHRASE.',
			});
		}

		return provider;
	}

	async function askFor(sealed: Sealed): Promise<DerivedKey> {
		const askPassphrase = assertProvider();

		const {N, r, p, salt} = sealed.encryption;
		for (let attempt = 1; attempt <= tries; attempt += 1) {
			const passphrase = await askPassphrase(attempt);
			const key = await deriveKey(passphrase, {N, r, p, salt});
			if (opens(key, sealed)) {
				keys.push(key);
				if (isWeaker(key.derivation, cost)) {
					let made: Promise<DerivedKey> | null = null;
					successors.set(key, () => {
						made ??= make(passphrase);
						return made;
					});
				}

				return key;
			}
		}

		throw refusal(`Wrong passphrase for the keystore ${visible(file)}.`, {
			hint: 'Try again. The keystore is intact, but nobody can read it without its passphrase.',
		});
	}

	return {
		make,
		async makeGiven() {
			given ??= makeNew().catch(error => {
				given = null;
				throw error;
			});
			return given;
		},
		successorOf: async key => (await successors.get(key)?.()) ?? key,
		async keyFor(sealed, ask) {
			const known = keys.find(key => opens(key, sealed));
			if (known !== undefined) {
				return known;
			}

			if (!ask) {
				throw refusal('Another program just changed the keystore’s passphrase.', {
					hint: 'Nothing was changed. Try again with the new passphrase.',
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
