import {visible} from '../flock/visible.ts';
import {exitCode, type Write} from './command.ts';
import {type EncryptionServices, withBackups} from './encrypt.ts';
import {define} from './shared/definition.ts';

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

/** How `decrypt` is called. */
export const command = define({
	name: 'decrypt',
	arguments: [],
	summary: 'Keeps the keystore and all backups in plain text again.',
	options: {},
	examples: ['keymaker decrypt'],
	needs: 'all',
	run: (_, services, write) => decrypt({}, services, write),
});
