import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import type {Identity} from '../system/identity.ts';
import type {BundleEntry} from './format.ts';
import {json} from './json.ts';

/** How the files begin that `age` seals, as text or not. */
const beginnings = ['-----BEGIN AGE ENCRYPTED FILE-----', 'age-encryption.org/v1\n'];

/** The keys as the json format has them, sealed so that only these recipients open it: as text, which `age -d` takes as well. */
export async function sealedText(
	entries: readonly BundleEntry[],
	recipients: readonly string[],
): Promise<string> {
	const {armoured, sealTo} = await import('../system/age.ts');
	return armoured(await sealTo(recipients, Buffer.from(json.write(entries, null))));
}

/** True for what `age` has sealed, whatever is in it. */
export function isSealed(bytes: Buffer): boolean {
	const start = bytes.subarray(0, 200).toString('latin1').trimStart();
	return beginnings.some(beginning => start.startsWith(beginning));
}

/**
 * Opens a sealed file's bytes with this computer's identity.
 * @param path for messages
 * @throws FlockError `not-granted` where it is sealed to others, or was changed; `identity-…`, `no-identity`
 */
export async function openSealed(bytes: Buffer, path: string, identity: Identity): Promise<Buffer> {
	const secrets = await identity.read();
	const {openWith} = await import('../system/age.ts');
	const opened = await openWith(secrets, bytes);
	if (opened === null) {
		throw new FlockError('not-granted', `${visible(path)} does not open with this computer’s identity.`, {
			hint: 'It was sealed to others, or changed. Have it exported again: keymaker export --format age --to what keymaker host init printed here.',
		});
	}

	return opened;
}
