import {createHash, randomBytes, randomInt} from 'node:crypto';

/** A random text of letters and digits that says it is not a real secret. */
export function practiceSecret(length: number): string {
	const word = 'practice';
	let text = word;
	while (text.length < length) {
		text += randomBytes(length)
			.toString('base64')
			.replace(/[^A-Za-z0-9]/g, '');
	}

	return text.slice(0, length);
}

/** A PIN like X's: seven digits, and the first can be 0. */
export function newPin(): string {
	return String(randomInt(10_000_000)).padStart(7, '0');
}

/**
 * A practice account's user id: the same for a handle in every run and process and, like X's, too large for a
 * JavaScript number.
 */
export function userIdOf(handle: string): string {
	const digest = createHash('sha256').update(handle.toLowerCase()).digest();
	return String(10n ** 18n + (digest.readBigUInt64BE() % (9n * 10n ** 17n)));
}
