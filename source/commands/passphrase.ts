import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import {type EncryptionServices, withBackups} from './encrypt.ts';
import {exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';
import {askNewPassphrase} from './shared/new-passphrase.ts';

/** `passphrase` */
export type PassphraseInput = {
	/** True if the environment gave the old passphrase. */
	given: boolean;
};

/**
 * Encrypts the keystore and every backup with a new passphrase.
 * @throws FlockError `keystore-not-encrypted`, `keystore-passphrase`, `cancelled`, `keystore-…`
 */
export async function changePassphrase(
	{given}: PassphraseInput,
	{keystore}: EncryptionServices,
	write: Write,
): Promise<number> {
	if (!(await keystore.isEncrypted())) {
		throw new FlockError(
			'keystore-not-encrypted',
			`The keystore ${visible(keystore.path)} is not encrypted.`,
			{
				hint: 'Encrypt it with keymaker encrypt.',
			},
		);
	}

	// Asks for the old passphrase and tries it before it asks for the new one.
	await keystore.list();
	await keystore.changePassphrase(await askNewPassphrase(write));
	const also = keystore.isShared ? 'for every computer' : await withBackups(keystore);
	write.out(`Changed the passphrase of ${visible(keystore.path)}, ${also}.`);
	if (given) {
		write.err('The environment still has the old one. Change KEYMAKER_PASSPHRASE, or the command’s output.');
	}

	write.err(
		keystore.isShared
			? 'The old passphrase still opens backups that the server made before.'
			: 'The old passphrase still opens copies made by other programs and deleted files that are still on the disk.',
	);
	return exitCode.done;
}

/** The usage of `passphrase`. */
export const command = define({
	name: 'passphrase',
	arguments: [],
	summary: 'Change the passphrase of an encrypted keystore.',
	details:
		'The old one comes from the environment or a prompt. The new one comes from a prompt or, without a terminal, from standard input.',
	options: {},
	examples: [
		'keymaker passphrase',
		'pass show new | KEYMAKER_PASSPHRASE_COMMAND="pass show old" keymaker passphrase',
	],
	needs: 'all',
	run: ({givenPassphrase}, services, write) =>
		changePassphrase({given: givenPassphrase !== null}, services, write),
});
