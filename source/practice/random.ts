import {createHash, randomBytes, randomInt} from 'node:crypto';

/** A random text of letters and digits that says of itself that it is no real secret. */
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

/** A PIN as X shows it: seven digits, of which the first may be 0. */
export function newPin(): string {
	return String(randomInt(10_000_000)).padStart(7, '0');
}

/**
 * The user id of a practice account: the same for a handle in every run and process, and, like X's,
 * too large for a JavaScript number.
 */
export function userIdOf(handle: string): string {
	const digest = createHash('sha256').update(handle.toLowerCase()).digest();
	return String(10n ** 18n + (digest.readBigUInt64BE() % (9n * 10n ** 17n)));
}
