import {createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes} from 'node:crypto';
import {Damage} from '../form/damage.ts';

/** What a sealed text is, and where it belongs: it opens in no other place. */
export type Binding = readonly (string | number)[];

const ivLength = 12;
const tagLength = 16;

/** A new AES-256 key. */
export function newKey(): Buffer {
	return randomBytes(32);
}

/** A key as OpenSSL wants it, made once: from bytes it would be made anew at each call, which costs more than the call. */
const prepared = new WeakMap<Buffer, KeyObject>();

function preparedKey(key: Buffer): KeyObject {
	const known = prepared.get(key) ?? createSecretKey(key);
	prepared.set(key, known);
	return known;
}

/** Seals bytes with AES-256-GCM: iv, tag and data, as base64. */
export function sealBytes(plain: Buffer, key: Buffer, binding: Binding): string {
	const iv = randomBytes(ivLength);
	const cipher = createCipheriv('aes-256-gcm', preparedKey(key), iv);
	cipher.setAAD(additionalData(binding));
	const data = Buffer.concat([cipher.update(plain), cipher.final()]);
	return Buffer.concat([iv, cipher.getAuthTag(), data]).toString('base64');
}

/** Opens what `sealBytes` made with the same key for the same place. @throws `Damage` */
export function openBytes(sealed: string, key: Buffer, binding: Binding): Buffer {
	try {
		const bytes = Buffer.from(sealed, 'base64');
		const decipher = createDecipheriv('aes-256-gcm', preparedKey(key), bytes.subarray(0, ivLength), {
			authTagLength: tagLength,
		});
		decipher.setAAD(additionalData(binding));
		decipher.setAuthTag(bytes.subarray(ivLength, ivLength + tagLength));
		return Buffer.concat([decipher.update(bytes.subarray(ivLength + tagLength)), decipher.final()]);
	} catch {
		throw new Damage('a row of it was changed or exchanged by something else than keymaker');
	}
}

function additionalData(binding: Binding): Buffer {
	return Buffer.from(JSON.stringify(['keymaker', 1, ...binding]));
}
