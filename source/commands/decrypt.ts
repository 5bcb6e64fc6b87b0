import {visible} from '../flock/visible.ts';
import {exitCode, type Write} from './command.ts';
import {type EncryptionServices, withBackups} from './encrypt.ts';

/** `decrypt` takes nothing of its own. */
export type DecryptInput = Record<never, never>;

/**
 * Keeps the keystore and every backup in plain text again.
 * @throws FlockError `keystore-not-encrypted`, `keystore-passphrase`, `cancelled`, `keystore-…`
 */
export async function decrypt(
	_input: DecryptInput,
	{keystore}: EncryptionServices,
	write: Write,
): Promise<number> {
	await keystore.decrypt();
	write.out(`${visible(keystore.path)} is in plain text now, ${await withBackups(keystore)}.`);
	write.err('Only its permissions (0600) keep others out; keymaker encrypt encrypts it again.');
	return exitCode.done;
}
