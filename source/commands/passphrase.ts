import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import {type EncryptionServices, withBackups} from './encrypt.ts';
import {exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';
import {askNewPassphrase} from './shared/new-passphrase.ts';

/** `passphrase` */
export type PassphraseInput = {
	/** True where the environment gave the old passphrase. */
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
				hint: 'keymaker encrypt encrypts it.',
			},
		);
	}

	// The old passphrase is asked for, and tried, before the new one.
	await keystore.list();
	await keystore.changePassphrase(await askNewPassphrase(write));
	const also = keystore.isShared ? 'for every computer' : await withBackups(keystore);
	write.out(`${visible(keystore.path)} has a new passphrase, ${also}.`);
	if (given) {
		write.err(
			'The environment still gives the old one: change KEYMAKER_PASSPHRASE or what its command prints.',
		);
	}

	write.err(
		keystore.isShared
			? 'The old passphrase still opens backups that the server has made before.'
			: 'The old passphrase still opens copies that other programs made, and earlier files in freed blocks of the disk.',
	);
	return exitCode.done;
}

/** How `passphrase` is called. */
export const command = define({
	name: 'passphrase',
	arguments: [],
	summary: 'Change the passphrase of an encrypted keystore.',
	details:
		'The old one comes from the environment or a prompt, the new one from a prompt or, without a terminal, from a line of standard input.',
	options: {},
	examples: [
		'keymaker passphrase',
		'pass show new | KEYMAKER_PASSPHRASE_COMMAND="pass show old" keymaker passphrase',
	],
	needs: 'all',
	run: ({givenPassphrase}, services, write) =>
		changePassphrase({given: givenPassphrase !== null}, services, write),
});
