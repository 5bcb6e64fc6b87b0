import {nearName, type SecretField, secretFields} from '../flock/near-name.ts';
import {type BundleEntry, label, printable, type Reading, type Secrets, type Value} from './format.ts';

/** The names of an entry's fields in a format. If a field has several names, the first one found counts. */
export type FieldNames = {
	[Field in keyof BundleEntry]: readonly string[];
};

/** An entry's fields as in the file. */
export type Fields = ReadonlyMap<string, Value>;

/** A longer key, token or secret is a mistake. */
const longest = 1000;

/** More sentences about one file help nobody. */
const mostProblems = 1000;

/**
 * Makes an entry from fields and adds it to the result, or says why it cannot: a value is missing, or X would
 * never issue it.
 * @param name the entry's name in the file.
 * @param asItIs accepts values that X would never issue: with a quotation mark or space, doubtful, or of
 * another account.
 */
export function readFields(
	name: string,
	fields: Fields,
	names: FieldNames,
	reading: Reading,
	asItIs: boolean,
): void {
	const problems: string[] = [];
	const doubts: string[] = [];
	const told = reading.problems.length < mostProblems;
	const value = (field: SecretField): string => {
		const found = foundName(fields, names[field]);
		if (found === undefined) {
			problems.push(missing(field, names, told ? fields.keys() : []));
			return '';
		}

		const stands = fields.get(found) ?? null;
		const text = textOf(stands);
		const wrong = wrongWith(text);
		if (wrong !== null) {
			problems.push(`"${found}" ${wrong}`);
		}

		const doubt = doubtAbout(stands);
		if (doubt !== null) {
			doubts.push(`"${found}" ${doubt}`);
		}

		return text ?? '';
	};

	const secrets = Object.fromEntries(secretFields.map(field => [field, value(field)])) as Secrets;
	const optional = (field: keyof BundleEntry): string | null =>
		names[field].map(candidate => textOf(fields.get(candidate) ?? null)).find(text => text) ?? null;
	const userId = digits(optional('userId'));
	const tokenOf = /^(\d{1,20})-/.exec(secrets.accessToken)?.[1] ?? null;
	if (userId !== null && tokenOf !== null && userId !== tokenOf) {
		const [token, id] = [foundName(fields, names.accessToken), foundName(fields, names.userId)];
		doubts.push(`"${token}" belongs to account ${tokenOf}, but "${id}" is ${userId}`);
	}

	if (!asItIs && problems.length === 0) {
		problems.push(...doubts.map(doubt => `${doubt} (--force accepts it)`));
	}

	if (problems.length > 0) {
		reading.problems.push(...(told ? problems.map(problem => `${label(name)}: ${problem}.`) : []));
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

function foundName(fields: Fields, candidates: readonly string[]): string | undefined {
	return candidates.find(candidate => fields.has(candidate));
}

function textOf(value: Value): string | null {
	return typeof value === 'object' && value !== null ? value.text : value;
}

/** Says which name was expected, and which one was found that may have been meant. */
function missing(field: SecretField, names: FieldNames, found: Iterable<string>): string {
	const expected = names[field][0] ?? field;
	const known = new Set(Object.values(names).flat());
	const meant = nearName(field, expected, unknownAmong(found, known));
	return meant === null
		? `"${expected}" is missing`
		: `"${label(meant)}" was found, but "${expected}" was expected`;
}

function* unknownAmong(found: Iterable<string>, known: ReadonlySet<string>): Generator<string> {
	for (const name of found) {
		if (!known.has(name)) {
			yield name;
		}
	}
}

/** What no keystore accepts. */
function wrongWith(text: string | null): string | null {
	if (text === null) {
		return 'is not text';
	}

	if (text.trim() === '') {
		return 'is empty';
	}

	if (text.length > longest) {
		return 'is too long';
	}

	return printable.test(text) ? null : 'has characters that X never uses in keys, such as a line break';
}

/** Why X probably did not issue this value: all of X's known values are letters, digits and a dash. */
function doubtAbout(value: Value): string | null {
	if (typeof value === 'object' && value !== null) {
		return value.doubt;
	}

	const text = value ?? '';
	const odd = /["'`]/.test(text)
		? 'a quotation mark'
		: /\s[#;]/.test(text)
			? 'a comment'
			: /\s/.test(text)
				? 'a space'
				: null;
	return odd === null ? null : `has ${odd}, which X never uses in keys`;
}

function digits(text: string | null): string | null {
	return text !== null && /^\d{1,20}$/.test(text) ? text : null;
}

/** X's handles are word characters. Leave out anything else. */
function handleOf(text: string | null): string | null {
	return text === null ? null : (/^@?(\w{1,50})$/.exec(text)?.[1] ?? null);
}
