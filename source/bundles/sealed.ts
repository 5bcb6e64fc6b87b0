import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import type {Identity} from '../system/identity.ts';
import type {BundleEntry} from './format.ts';
import {json} from './json.ts';

/** How a file sealed by `age` begins, armoured or not. */
const beginnings = ['-----BEGIN AGE ENCRYPTED FILE-----', 'age-encryption.org/v1\n'];

/** Seals keys in the json format to these recipients. Returns armoured text, which `age -d` opens too. */
export async function sealedText(
	entries: readonly BundleEntry[],
	recipients: readonly string[],
): Promise<string> {
	const {armoured, sealTo} = await import('../system/age.ts');
	return armoured(await sealTo(recipients, Buffer.from(json.write(entries, null))));
}

/** True for anything that `age` sealed. */
export function isSealed(bytes: Buffer): boolean {
	const start = bytes.subarray(0, 200).toString('latin1').trimStart();
	return beginnings.some(beginning => start.startsWith(beginning));
}

/**
 * Opens a sealed file's bytes with this computer's identity.
 * @param path for messages
 * @throws FlockError `not-granted` if it was sealed to other recipients or changed; `identity-…`, `no-identity`
 */
export async function openSealed(bytes: Buffer, path: string, identity: Identity): Promise<Buffer> {
	const {secrets} = await identity.read();
	const {openWith} = await import('../system/age.ts');
	const opened = await openWith(secrets, bytes);
	if (opened === null) {
		throw new FlockError('not-granted', `This computer’s identity does not open ${visible(path)}.`, {
			hint: 'The file was changed, or sealed to other hosts. Export it again for this one: keymaker export --format age --to age1… --out FILE',
		});
	}

	return opened;
}
