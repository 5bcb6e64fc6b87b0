import {FlockError} from '../flock/error.ts';

/** The most digits of a PIN: X says "about 7", and user ids have up to 19. */
const mostDigits = 16;

/**
 * Finds the PIN in typed or pasted text: removes spaces, dashes, line ends, invisible and full-width
 * characters, and takes the verifier, which is letters and digits, from a callback address. The result is
 * text, because leading zeros count.
 * @param requestToken the token of the link on the screen, which a callback address must contain.
 * @throws FlockError `pin-empty`, `pin-not-a-pin` or `pin-of-another-link`, without asking X.
 */
export function cleanPin(text: string, requestToken: string): string {
	const verifier = verifierOf(text, requestToken);
	if (verifier !== null && isVerifier.test(verifier)) {
		return verifier;
	}

	const pin = strip(verifier ?? text);
	if (pin === '') {
		throw new FlockError('pin-empty', 'No PIN yet.', {
			hint: 'Paste the digits that X shows after you press Authorize app.',
		});
	}

	if (!/^\d+$/.test(pin) || pin.length > mostDigits) {
		throw new FlockError('pin-not-a-pin', whatItIs(text, pin), {
			hint: 'X shows about seven digits after you press Authorize app. The link still works: X was not asked.',
		});
	}

	return pin;
}

/** The parameters of X's callback address. */
const isVerifier = /^[A-Za-z0-9]{1,200}$/;

/** Characters that are never part of a PIN. Not a literal: see `visible`. */
const unseen = '[\\s\\p{Pd}\\p{Cf}\\p{Cc}\\p{Mn}\\u2212\\u3164]';

/** Removes what is never part of a PIN, and converts full-width digits. */
function strip(text: string): string {
	return text.normalize('NFKC').replace(new RegExp(unseen, 'gu'), '');
}

function verifierOf(text: string, requestToken: string): string | null {
	if (!text.includes('oauth_verifier=')) {
		return null;
	}

	const query = new URLSearchParams(
		text
			.trim()
			.replace(/^[^?]*\?/, '')
			.replace(/#.*$/, ''),
	);
	const token = query.get('oauth_token');
	if (token !== null && token !== requestToken) {
		throw new FlockError('pin-of-another-link', 'That address belongs to another link.', {
			hint: 'Open the link above and paste the PIN from there. The link still works: X was not asked.',
		});
	}

	return query.get('oauth_verifier') ?? '';
}

function whatItIs(text: string, pin: string): string {
	if (text.includes('oauth_verifier=')) {
		return 'That address is incomplete or has extra text.';
	}

	if (/oauth_token=|^\s*https?:/i.test(text)) {
		return 'That is a link, not a PIN.';
	}

	if (/^pin$/i.test(pin)) {
		return 'That is the word PIN, not the number.';
	}

	return /^\d+$/.test(pin) ? 'That is too long for a PIN.' : 'A PIN has only digits.';
}
