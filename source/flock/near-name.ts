import leven from 'leven';
import {nearest} from './nearest.ts';

/** The values that sign requests: the app's pair, and the account's. */
export const secretFields = ['consumerKey', 'consumerSecret', 'accessToken', 'accessSecret'] as const;

/** One of the values that sign requests. */
export type SecretField = (typeof secretFields)[number];

/** The names of the four values in other tools and on X's own pages. */
const elsewhere: Record<SecretField, readonly string[]> = {
	consumerKey: ['consumer_key', 'consumer_token', 'api_key', 'app_key', 'consumerkey', 'apikey'],
	consumerSecret: [
		'consumer_secret',
		'consumer_token_secret',
		'consumer_key_secret',
		'api_secret',
		'api_key_secret',
		'app_secret',
		'app_key_secret',
		'consumersecret',
		'apisecret',
		'apikeysecret',
	],
	accessToken: ['access_token', 'oauth_token', 'token', 'access_key', 'accesstoken'],
	accessSecret: [
		'access_token_secret',
		'oauth_token_secret',
		'token_secret',
		'access_secret',
		'secret',
		'accesstokensecret',
	],
};

/** A longer name is not a misspelled field. */
const longestName = 60;

/** The most names to search: a key has a dozen. */
const mostNames = 1000;

/** The name that was most likely meant for a missing field; `null` if none is similar. */
export function nearName(field: SecretField, expected: string, found: Iterable<string>): string | null {
	const likely = likelyNames(found);
	return otherName(field, expected, likely) ?? nearest(expected, likely);
}

/** A name with the same words as the expected one, or the field's name in another tool; `null` if there is none. */
export function otherName(field: SecretField, expected: string, found: readonly string[]): string | null {
	const wanted = wordsOf(expected);
	const others = new Set(elsewhere[field].map(wordsOf));
	return (
		found.find(name => wordsOf(name) === wanted) ??
		found.find(name => others.has(wordsOf(bare(name)))) ??
		null
	);
}

/**
 * True if two or more of these names are, or nearly are, any tool's names of the four values. One alone, such
 * as `access_token`, appears in other kinds of files, too.
 */
export function nameCredentials(names: Iterable<string>): boolean {
	const known = Object.values(elsewhere).flat();
	const words = new Set(known.map(wordsOf));
	const isOne = (name: string): boolean =>
		words.has(wordsOf(name)) || known.some(other => leven(name.toLowerCase(), other) <= slips(other));
	return likelyNames(names).filter(isOne).length >= 2;
}

/** How many letters can be wrong in a name. */
function slips(name: string): number {
	return name.length > 8 ? 2 : 0;
}

/** The first names that are short enough to compare: each comparison takes the product of the lengths. */
function likelyNames(names: Iterable<string>): string[] {
	const likely: string[] = [];
	let seen = 0;
	for (const name of names) {
		seen += 1;
		if (seen > mostNames) {
			break;
		}

		if (name.length <= longestName) {
			likely.push(name);
		}
	}

	return likely;
}

/** A variable's name without its prefix. */
function bare(name: string): string {
	return name.replace(/^(?:twitter|x)[_-]/i, '');
}

/** A name's words in order, however they are joined: `apiKey`, `API-KEY` and `key_api` have the same words. */
function wordsOf(name: string): string {
	return name
		.replace(/(?<=[a-z])(?=[A-Z])/g, '_')
		.toLowerCase()
		.split(/[_\-.\s]+/)
		.sort()
		.join();
}
