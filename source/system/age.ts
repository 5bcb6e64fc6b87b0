/** Seals and opens in age's own format, so the standard `age` opens what keymaker sealed, and the other way round. */
import {armor, Decrypter, Encrypter, generateX25519Identity, identityToRecipient} from 'age-encryption';

/** Makes a new identity: `AGE-SECRET-KEY-1…`. Secret. */
export function newIdentity(): Promise<string> {
	return generateX25519Identity();
}

/** The recipient of an identity: `age1…`. Not secret. @throws for anything but an identity */
export function recipientOf(identity: string): Promise<string> {
	return identityToRecipient(identity);
}

/** True for a recipient in age's X25519 form with a correct checksum. */
export function isRecipient(text: string): boolean {
	try {
		new Encrypter().addRecipient(text);
		return /^age1[a-z0-9]{58}$/.test(text);
	} catch {
		return false;
	}
}

/** Seals bytes to recipients. The identity of any of them opens the result. */
export async function sealTo(recipients: readonly string[], plain: Uint8Array): Promise<Buffer> {
	const encrypter = new Encrypter();
	for (const recipient of recipients) {
		encrypter.addRecipient(recipient);
	}

	return Buffer.from(await encrypter.encrypt(plain));
}

/** Writes sealed bytes as text, which age also opens. */
export function armoured(sealed: Uint8Array): string {
	return armor.encode(sealed);
}

/** Opens sealed bytes, armoured or not, with any of these identities; `null` if none fits or the bytes were changed. */
export async function openWith(identities: readonly string[], sealed: Uint8Array): Promise<Buffer | null> {
	try {
		const decrypter = new Decrypter();
		for (const identity of identities) {
			decrypter.addIdentity(identity);
		}

		const text = Buffer.from(sealed).toString('latin1');
		const bytes = text.trimStart().startsWith('-----BEGIN AGE') ? armor.decode(text) : sealed;
		return Buffer.from(await decrypter.decrypt(bytes));
	} catch {
		return null;
	}
}
