/** What is sealed to a computer's identity, in age's own format: the standard `age` opens it, and this opens what `age` sealed. */
import {armor, Decrypter, Encrypter, generateX25519Identity, identityToRecipient} from 'age-encryption';

/** Makes a new identity: `AGE-SECRET-KEY-1…`. Secret. */
export function newIdentity(): Promise<string> {
	return generateX25519Identity();
}

/** Whom one seals to, for an identity to open it: `age1…`. Not secret. @throws for what is no identity */
export function recipientOf(identity: string): Promise<string> {
	return identityToRecipient(identity);
}

/** True for a recipient in age's X25519 form, its checksum included. */
export function isRecipient(text: string): boolean {
	try {
		new Encrypter().addRecipient(text);
		return /^age1[a-z0-9]{58}$/.test(text);
	} catch {
		return false;
	}
}

/** Seals bytes to recipients, each of whom opens them alone. */
export async function sealTo(recipients: readonly string[], plain: Uint8Array): Promise<Buffer> {
	const encrypter = new Encrypter();
	for (const recipient of recipients) {
		encrypter.addRecipient(recipient);
	}

	return Buffer.from(await encrypter.encrypt(plain));
}

/** Sealed bytes as text, which opens as well. */
export function armoured(sealed: Uint8Array): string {
	return armor.encode(sealed);
}

/** Opens what was sealed to one of some identities, armoured or not; `null` where it was sealed to others, or changed. */
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
