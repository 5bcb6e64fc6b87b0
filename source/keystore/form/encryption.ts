import {
	createCipheriv,
	createDecipheriv,
	createHmac,
	hkdfSync,
	randomBytes,
	scrypt,
	timingSafeEqual,
} from 'node:crypto';
import {Damage} from './damage.ts';
import {isObject} from './fault.ts';
import type {Identity} from './identity.ts';

/** The cost of deriving a key: scrypt's parameters (RFC 7914). Memory is 128 × N × r bytes. */
export type ScryptCost = {N: number; r: number; p: number};

/** 128 MiB and some tenths of a second, as OWASP recommends for scrypt. */
export const defaultCost: ScryptCost = {N: 2 ** 17, r: 8, p: 1};

/** The most memory that a file can ask for: four times the default; bytes. */
const mostMemory = 2 ** 29;

/** The most work that a file can ask for, N × r × p: eight times the default. */
const mostWork = 2 ** 23;

/** What derives a key from a passphrase. Not secret. */
export type Derivation = ScryptCost & {
	/** 16 random bytes, base64. */
	salt: string;
};

/** A key derived from a passphrase. */
export type DerivedKey = {
	derivation: Derivation;
	/** Verifies a passphrase without revealing it; base64. */
	check: string;
	/** AES-256's key. Secret. */
	bytes: Buffer;
};

/** An encrypted file's contents besides version and checksum. */
export type Sealed = {
	encryption: Derivation & {
		cipher: 'aes-256-gcm';
		kdf: 'scrypt';
		/** See `DerivedKey.check`. */
		check: string;
		/** 12 random bytes, new for every save; base64. */
		iv: string;
		/** The 16 bytes of GCM's tag, over the data and over all of the above; base64. */
		tag: string;
	};
	/** The encrypted fields; base64. */
	data: string;
};

/** The parameters for a new passphrase. */
export function newDerivation(cost: ScryptCost): Derivation {
	return {N: cost.N, r: cost.r, p: cost.p, salt: randomBytes(16).toString('base64')};
}

/**
 * Derives a key from a passphrase. Normalizes it first, because another system may compose the same text
 * differently.
 */
export function deriveKey(passphrase: string, derivation: Derivation): Promise<DerivedKey> {
	const {N, r, p, salt} = derivation;
	return new Promise((resolve, reject) => {
		scrypt(
			passphrase.normalize('NFC'),
			Buffer.from(salt, 'base64'),
			32,
			// Node needs slightly more than scrypt's own 128 × N × r.
			{N, r, p, maxmem: 128 * N * r + 128 * r * p + 2 ** 20},
			(error, master) => {
				if (error) {
					reject(error);
					return;
				}

				const part = (use: string) =>
					Buffer.from(hkdfSync('sha256', master, '', `keymaker keystore ${use}`, 32));
				const check = createHmac('sha256', part('check')).update('passphrase').digest('base64');
				resolve({derivation, check, bytes: part('data')});
			},
		);
	});
}

/** True if a file was encrypted with this key. */
export function opens(key: DerivedKey, {encryption}: Sealed): boolean {
	const [one, other] = [Buffer.from(key.check, 'base64'), Buffer.from(encryption.check, 'base64')];
	return one.length === other.length && timingSafeEqual(one, other);
}

/** True if a passphrase is easier to guess at one cost than at another. */
export function isWeaker(cost: ScryptCost, than: ScryptCost): boolean {
	return cost.N * cost.r < than.N * than.r || cost.N * cost.r * cost.p < than.N * than.r * than.p;
}

/** Encrypts text. @param identity stays beside it in plain text, authenticated with the text. */
export function seal(text: string, key: DerivedKey, identity: Identity): Sealed {
	const iv = randomBytes(12).toString('base64');
	const header = {...key.derivation, cipher: 'aes-256-gcm', kdf: 'scrypt', check: key.check, iv} as const;
	const cipher = createCipheriv('aes-256-gcm', key.bytes, Buffer.from(iv, 'base64'));
	cipher.setAAD(additionalData(header, identity));
	const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
	return {
		encryption: {...header, tag: cipher.getAuthTag().toString('base64')},
		data: data.toString('base64'),
	};
}

/** Decrypts what `seal` made with the same key. @throws `Damage` if anything in it, or in the identity, was changed. */
export function unseal({encryption, data}: Sealed, key: DerivedKey, identity: Identity): string {
	try {
		const decipher = createDecipheriv('aes-256-gcm', key.bytes, Buffer.from(encryption.iv, 'base64'), {
			authTagLength: 16,
		});
		decipher.setAAD(additionalData(encryption, identity));
		decipher.setAuthTag(Buffer.from(encryption.tag, 'base64'));
		return Buffer.concat([decipher.update(data, 'base64'), decipher.final()]).toString();
	} catch {
		throw new Damage('the passphrase is right, but the encrypted contents were changed');
	}
}

/** Header and identity in a fixed order, so that no part can be replaced. */
function additionalData(header: Omit<Sealed['encryption'], 'tag'>, identity: Identity): Buffer {
	const {cipher, kdf, N, r, p, salt, check, iv} = header;
	const {id, flock, kind, counter} = identity;
	return Buffer.from(JSON.stringify([1, id, flock, kind, counter, cipher, kdf, N, r, p, salt, check, iv]));
}

/** Reads an encrypted file's body. @throws `Damage`, also for a cost that is too high. */
export function parseSealed(body: Readonly<Record<string, unknown>>): Sealed {
	const {encryption, data, ...rest} = body;
	if (!isObject(encryption) || typeof data !== 'string' || Object.keys(rest).length > 0) {
		throw new Damage('its encryption header is malformed');
	}

	const {cipher, kdf, N, r, p, salt, check, iv, tag, ...others} = encryption;
	if (
		cipher !== 'aes-256-gcm' ||
		kdf !== 'scrypt' ||
		!isCost(N, r, p) ||
		!isBase64(salt, 16) ||
		!isBase64(check, 32) ||
		!isBase64(iv, 12) ||
		!isBase64(tag, 16) ||
		Object.keys(others).length > 0
	) {
		throw new Damage('its encryption header is malformed');
	}

	const cost = {N: N as number, r: r as number, p: p as number};
	if (128 * cost.N * cost.r > mostMemory || cost.N * cost.r * cost.p > mostWork) {
		throw new Damage('opening it would take far more memory or time than keymaker ever uses');
	}

	return {encryption: {cipher, kdf, ...cost, salt, check, iv, tag}, data};
}

/** What scrypt itself accepts: N a power of two from 2, the others from 1. */
function isCost(N: unknown, r: unknown, p: unknown): boolean {
	return isCount(N) && isCount(r) && isCount(p) && N > 1 && (N & (N - 1)) === 0;
}

function isCount(value: unknown): value is number {
	return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 2 ** 30;
}

function isBase64(value: unknown, length: number): value is string {
	if (typeof value !== 'string') {
		return false;
	}

	const bytes = Buffer.from(value, 'base64');
	return bytes.length === length && bytes.toString('base64') === value;
}
