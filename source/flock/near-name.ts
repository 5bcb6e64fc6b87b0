import leven from 'leven';
import {nearest} from './nearest.ts';

/** The values that sign requests: the app's pair, and the account's. */
export const secretFields = ['consumerKey', 'consumerSecret', 'accessToken', 'accessSecret'] as const;

/** One of the values that sign requests. */
export type SecretField = (typeof secretFields)[number];

/** What tools and X's own pages call the four values. */
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

/** A name longer than this is no field's name that was spelt wrong. */
const longestName = 60;

/** More names than this are not looked through: a key has a dozen. */
const mostNames = 1000;

/** Where a field was not found, the name that somebody most likely wrote for it; `null` where none is near. */
export function nearName(field: SecretField, expected: string, found: Iterable<string>): string | null {
	const likely = likelyNames(found);
	return otherName(field, expected, likely) ?? nearest(expected, likely);
}

/** A name of the same words as the one that was expected, or the field's in another tool; `null` where there is none. */
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
 * True where two or more of these names are, under any tool's name or nearly so, those of the four values:
 * one alone, such as `access_token`, stands in files of other kinds as well.
 */
export function nameCredentials(names: Iterable<string>): boolean {
	const known = Object.values(elsewhere).flat();
	const words = new Set(known.map(wordsOf));
	const isOne = (name: string): boolean =>
		words.has(wordsOf(name)) || known.some(other => leven(name.toLowerCase(), other) <= slips(other));
	return likelyNames(names).filter(isOne).length >= 2;
}

/** How many letters of a name may be wrong for it to be the same name still. */
function slips(name: string): number {
	return name.length > 8 ? 2 : 0;
}

/** The first names that are short enough to be compared: each comparison takes the product of the lengths. */
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

/** A variable's name without whose it is. */
function bare(name: string): string {
	return name.replace(/^(?:twitter|x)[_-]/i, '');
}

/** A name's words in order, however they are joined: `apiKey`, `API-KEY` and `key_api` have the same. */
function wordsOf(name: string): string {
	return name
		.replace(/(?<=[a-z])(?=[A-Z])/g, '_')
		.toLowerCase()
		.split(/[_\-.\s]+/)
		.sort()
		.join();
}
