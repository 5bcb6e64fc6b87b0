import {visible} from '../flock/visible.ts';
import {type EncryptionServices, withBackups} from './encrypt.ts';
import {exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';

/** `decrypt` */
export type DecryptInput = {
	/** True where the environment gave the passphrase. */
	given: boolean;
};

/**
 * Keeps the keystore and every backup in plain text again.
 * @throws FlockError `keystore-not-encrypted`, `keystore-passphrase`, `cancelled`, `keystore-…`
 */
export async function decrypt(
	{given}: DecryptInput,
	{keystore}: EncryptionServices,
	write: Write,
): Promise<number> {
	await keystore.decrypt();
	write.out(`${visible(keystore.path)} is in plain text now, ${await withBackups(keystore)}.`);
	if (given) {
		write.err(
			'The environment still gives a passphrase: unset KEYMAKER_PASSPHRASE and KEYMAKER_PASSPHRASE_COMMAND, or it is refused in plain text.',
		);
	}

	write.err('Only its permissions (0600) keep others out; keymaker encrypt encrypts it again.');
	return exitCode.done;
}

/** How `decrypt` is called. */
export const command = define({
	name: 'decrypt',
	arguments: [],
	summary: 'Store the keystore and its backups in plain text again.',
	options: {},
	examples: ['keymaker decrypt'],
	needs: 'all',
	run: ({givenPassphrase}, services, write) => decrypt({given: givenPassphrase !== null}, services, write),
});
