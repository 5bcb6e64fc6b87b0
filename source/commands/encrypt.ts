import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import type {Services} from '../services.ts';
import {count, exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';
import {askNewPassphrase, requireStrong} from './shared/new-passphrase.ts';

/** `encrypt` */
export type EncryptInput = {
	/** The environment's passphrase; `null` if it has none, so that a person is asked. */
	given: (() => Promise<string>) | null;
};

/** The services that the commands about encryption need. */
export type EncryptionServices = Pick<Services, 'keystore'>;

/**
 * Encrypts the keystore, the app's secrets and every backup.
 * @throws FlockError `keystore-encrypted`, `keystore-passphrase`, `cancelled`, `keystore-…`
 */
export async function encrypt(
	{given}: EncryptInput,
	{keystore}: EncryptionServices,
	write: Write,
): Promise<number> {
	if (await keystore.isEncrypted()) {
		throw new FlockError(
			'keystore-encrypted',
			`The keystore ${visible(keystore.path)} is already encrypted.`,
			{
				hint: 'Change its passphrase with keymaker passphrase.',
			},
		);
	}

	const passphrase = given === null ? await askNewPassphrase(write) : requireStrong(await given());
	await keystore.encrypt(passphrase);
	write.out(`Encrypted ${visible(keystore.path)}, ${await withBackups(keystore)}.`);
	if (given !== null) {
		write.err('It uses the passphrase from the environment.');
	}

	write.err('Keep the passphrase safe: nobody can read the keystore without it, not even keymaker.');
	write.err(
		'Not encrypted: exported files, copies made by other programs, and deleted files that are still on the disk. Only new keys or an encrypted disk protect against those.',
	);
	return exitCode.done;
}

/** How many backups changed with the keystore, in words. */
export async function withBackups(keystore: Services['keystore']): Promise<string> {
	const {length} = await keystore.backups();
	return length === 0 ? 'which has no backups' : `with ${count(length, 'backup')}`;
}

/** The usage of `encrypt`. */
export const command = define({
	name: 'encrypt',
	arguments: [],
	summary: 'Encrypt the keystore and its backups with a passphrase.',
	details:
		'The passphrase comes from KEYMAKER_PASSPHRASE, the command in KEYMAKER_PASSPHRASE_COMMAND, or a prompt. This does not encrypt exported files or deleted files that are still on the disk.',
	options: {},
	examples: ['keymaker encrypt', 'KEYMAKER_PASSPHRASE_COMMAND="pass show keymaker" keymaker encrypt'],
	needs: 'all',
	run: ({givenPassphrase}, services, write) => encrypt({given: givenPassphrase}, services, write),
});
