import {visible} from '../flock/visible.ts';
import {type EncryptionServices, withBackups} from './encrypt.ts';
import {exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';

/** `decrypt` */
export type DecryptInput = {
	/** True if the environment gave the passphrase. */
	given: boolean;
};

/**
 * Stores the keystore and every backup in plain text again.
 * @throws FlockError `keystore-not-encrypted`, `keystore-passphrase`, `cancelled`, `keystore-…`
 */
export async function decrypt(
	{given}: DecryptInput,
	{keystore}: EncryptionServices,
	write: Write,
): Promise<number> {
	await keystore.decrypt();
	write.out(`Decrypted ${visible(keystore.path)}, ${await withBackups(keystore)}.`);
	if (given) {
		write.err(
			'Unset KEYMAKER_PASSPHRASE and KEYMAKER_PASSPHRASE_COMMAND. While one is set, keymaker refuses a keystore in plain text.',
		);
	}

	write.err('Only file permissions (0600) protect it now. keymaker encrypt encrypts it again.');
	return exitCode.done;
}

/** The usage of `decrypt`. */
export const command = define({
	name: 'decrypt',
	arguments: [],
	summary: 'Decrypt the keystore and its backups.',
	options: {},
	examples: ['keymaker decrypt'],
	needs: 'all',
	run: ({givenPassphrase}, services, write) => decrypt({given: givenPassphrase !== null}, services, write),
});
