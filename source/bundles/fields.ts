import leven from 'leven';
import {nearest} from '../flock/nearest.ts';
import {type BundleEntry, label, printable, type Reading, type Secrets} from './format.ts';

/** What the fields of an entry are called in a format; where there are several names, the first found counts. */
export type FieldNames = {
	[Field in keyof BundleEntry]: readonly string[];
};

/** An entry's fields as they stand in a file; `null` for what is no text. */
export type Fields = ReadonlyMap<string, string | null>;

/** A key, token or secret longer than this is somebody's mistake. */
const longest = 1000;

/** More names than this in one entry are not looked through for what somebody may have meant: a key has a dozen. */
const mostNames = 1000;

/** More sentences about one file than this help nobody. */
const mostProblems = 1000;

/** A name longer than this is no field's name that was spelt wrong. */
const longestName = 60;

const required = ['consumerKey', 'consumerSecret', 'accessToken', 'accessSecret'] as const;

/** What tools call the four values, to recognise a field under another tool's name. */
const elsewhere: Record<keyof Secrets, readonly string[]> = {
	consumerKey: ['consumer_key', 'consumer_token', 'api_key', 'app_key', 'consumerkey', 'apikey'],
	consumerSecret: ['consumer_secret', 'consumer_token_secret', 'api_secret', 'api_key_secret', 'app_secret'],
	accessToken: ['access_token', 'oauth_token', 'token', 'access_key', 'accesstoken'],
	accessSecret: ['access_token_secret', 'oauth_token_secret', 'token_secret', 'access_secret', 'secret'],
};

/**
 * Makes an entry of fields, and adds it to what was read, or says why there is none.
 * @param name how the entry is called in the file.
 */
export function readFields(name: string, fields: Fields, names: FieldNames, reading: Reading): void {
	const problems: string[] = [];
	const told = reading.problems.length < mostProblems;
	const unknown = told ? unknownFields(fields, names) : [];
	const value = (field: keyof Secrets): string => {
		const found = names[field].find(candidate => fields.has(candidate));
		if (found === undefined) {
			problems.push(missing(field, names[field][0] ?? field, unknown));
			return '';
		}

		const text = fields.get(found) ?? null;
		const wrong = wrongWith(text);
		if (wrong !== null) {
			problems.push(`"${found}" ${wrong}`);
		}

		return text ?? '';
	};

	const [consumerKey, consumerSecret, accessToken, accessSecret] = required.map(value) as [
		string,
		string,
		string,
		string,
	];
	const secrets: Secrets = {consumerKey, consumerSecret, accessToken, accessSecret};
	const optional = (field: keyof BundleEntry): string | null =>
		names[field].map(candidate => fields.get(candidate)).find(text => text) ?? null;
	const userId = digits(optional('userId'));
	const tokenOf = /^(\d{1,20})-/.exec(accessToken)?.[1] ?? null;
	if (problems.length === 0 && userId !== null && tokenOf !== null && userId !== tokenOf) {
		problems.push('its access token belongs to another account than its user id says');
	}

	if (problems.length > 0) {
		if (!told) {
			return;
		}

		reading.problems.push(...problems.map(problem => `${label(name)}: ${problem}.`));
		return;
	}

	reading.entries.push({
		...secrets,
		bot: optional('bot'),
		poemFile: optional('poemFile'),
		userId: userId ?? tokenOf,
		handle: handleOf(optional('handle')),
	});
}

/**
 * True where two or more of these field names are, under any tool's name or nearly so, those of the four values:
 * one alone, such as `access_token`, stands in files of other kinds as well.
 */
export function nameCredentials(fieldNames: Iterable<string>): boolean {
	const known = Object.values(elsewhere).flat();
	const isOne = (name: string): boolean =>
		known.some(
			candidate => sameWords(name, candidate) || leven(name.toLowerCase(), candidate) <= slips(candidate),
		);

	return likelyNames(fieldNames).filter(isOne).length >= 2;
}

/** How many letters of a name may be wrong for it to be the same name still. */
function slips(name: string): number {
	return name.length > 8 ? 2 : 0;
}

function unknownFields(fields: Fields, names: FieldNames): string[] {
	const known = new Set(Object.values(names).flat());
	return likelyNames(fields.keys()).filter(field => !known.has(field));
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

/** Says which name was expected, and what was found that somebody may have meant by it. */
function missing(field: keyof Secrets, expected: string, unknown: readonly string[]): string {
	const meant =
		unknown.find(found => sameWords(found, expected)) ??
		unknown.find(found => elsewhere[field].includes(found.toLowerCase().replace(/^twitter_/, ''))) ??
		nearest(expected, unknown);
	return meant === null
		? `"${expected}" is missing`
		: `"${label(meant)}" was found, but "${expected}" was expected`;
}

function sameWords(one: string, other: string): boolean {
	const words = (name: string) =>
		name
			.toLowerCase()
			.split(/[_\-.\s]+/)
			.sort()
			.join();
	return words(one) === words(other);
}

function wrongWith(text: string | null): string | null {
	if (text === null) {
		return 'is no text';
	}

	if (text.trim() === '') {
		return 'is empty';
	}

	if (text.length > longest) {
		return 'is far too long';
	}

	return printable.test(text) ? null : 'has characters that no key of X has, such as a line end';
}

function digits(text: string | null): string | null {
	return text !== null && /^\d{1,20}$/.test(text) ? text : null;
}

/** X's handles are word characters; anything else is left out rather than believed. */
function handleOf(text: string | null): string | null {
	return text === null ? null : (/^@?(\w{1,50})$/.exec(text)?.[1] ?? null);
}
