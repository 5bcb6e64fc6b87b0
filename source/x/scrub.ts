import {visible} from '../flock/visible.ts';

/** How many characters of X's words to quote. */
const longestQuote = 120;

/**
 * Removes secrets from text to show, also in the forms of a form or a header. Shorter than four characters is
 * not a secret, and would only break up the text.
 */
export function scrub(text: string, secrets: readonly string[]): string {
	const forms = secrets.filter(secret => secret.length >= 4).flatMap(secret => [secret, encoded(secret)]);
	// Longest first, so a secret that contains another one leaves nothing behind.
	forms.sort((one, other) => other.length - one.length);
	return forms.reduce((rest, secret) => rest.replaceAll(secret, '•••'), text);
}

/**
 * X's own words, safe to quote: without secrets and anything that looks like a token or a PIN, on one line,
 * visible, and short; `nothing more` if there are none.
 */
export function quote(words: string | null, secrets: readonly string[]): string {
	const clean = scrub(words ?? '', secrets)
		.replace(/\s+/g, ' ')
		.replace(/[\w+/=%~.-]{20,}|\d{6,}/g, '•••')
		.trim();
	if (clean === '') {
		return 'nothing more';
	}

	const characters = [...visible(clean)];
	const short =
		characters.length > longestQuote ? `${characters.slice(0, longestQuote).join('')}…` : characters.join('');
	return `“${short}”`;
}

function encoded(secret: string): string {
	return encodeURIComponent(secret.toWellFormed());
}
