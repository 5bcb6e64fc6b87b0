import {visible} from '../flock/visible.ts';

/** The most characters of X's words that are quoted. */
const longestQuote = 120;

/**
 * Takes secrets out of text that will be shown, as they are and as they look in a form or a header.
 * Anything shorter than four characters is no secret, and would only take the text apart.
 */
export function scrub(text: string, secrets: readonly string[]): string {
	const forms = secrets.filter(secret => secret.length >= 4).flatMap(secret => [secret, encoded(secret)]);
	// The longest first, so that a secret that holds another one leaves no rest.
	forms.sort((one, other) => other.length - one.length);
	return forms.reduce((rest, secret) => rest.replaceAll(secret, '•••'), text);
}

/**
 * X's own words, fit to be quoted: without secrets and without anything that looks like a token or a
 * PIN, on one line, visible, and short; `nothing more` where it said nothing.
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
