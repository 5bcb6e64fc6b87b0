import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import type {Services} from '../services.ts';
import {count, exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';
import {askNewPassphrase, requireStrong} from './shared/new-passphrase.ts';

/** `encrypt` */
export type EncryptInput = {
	/** The environment's passphrase; `null` where it has none, so that a person is asked. */
	given: (() => Promise<string>) | null;
};

/** What the commands about encryption need of the services. */
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
			`The keystore ${visible(keystore.path)} is encrypted already.`,
			{
				hint: 'keymaker passphrase changes its passphrase.',
			},
		);
	}

	const passphrase = given === null ? await askNewPassphrase(write) : requireStrong(await given());
	await keystore.encrypt(passphrase);
	write.out(`${visible(keystore.path)} is encrypted now, ${await withBackups(keystore)}.`);
	if (given !== null) {
		write.err('Its passphrase is the environment’s.');
	}

	write.err('Without the passphrase nobody can read it, keymaker included: keep it where it is not lost.');
	write.err(
		'Not covered: files that were exported, copies that other programs made, and what the disk still holds of the earlier files in blocks that were set free. Only new keys, or an encrypted disk, protect from those.',
	);
	return exitCode.done;
}

/** How many backups were treated like the keystore, in words. */
export async function withBackups(keystore: Services['keystore']): Promise<string> {
	const {length} = await keystore.backups();
	return length === 0
		? 'and has no backups'
		: `and so ${length === 1 ? 'is' : 'are'} ${count(length, 'backup')}`;
}

/** How `encrypt` is called. */
export const command = define({
	name: 'encrypt',
	arguments: [],
	summary: 'Encrypt the keystore and its backups with a passphrase.',
	details:
		'The passphrase comes from KEYMAKER_PASSPHRASE, from the command in KEYMAKER_PASSPHRASE_COMMAND, or from a prompt. Exported files, and deleted ones that the disk still holds, are not encrypted.',
	options: {},
	examples: ['keymaker encrypt', 'KEYMAKER_PASSPHRASE_COMMAND="pass show keymaker" keymaker encrypt'],
	needs: 'all',
	run: ({givenPassphrase}, services, write) => encrypt({given: givenPassphrase}, services, write),
});
