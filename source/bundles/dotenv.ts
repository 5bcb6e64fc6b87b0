import {type Assignment, assignmentsIn, parseEnv, variablesIn} from './dotenv-text.ts';
import {type FieldNames, readFields} from './fields.ts';
import {
	type BundleEntry,
	cannotHold,
	cannotMerge,
	type Format,
	labelOf,
	onlyEntry,
	type Reading,
	requireValues,
} from './format.ts';

const names: FieldNames = {
	consumerKey: ['TWITTER_CONSUMER_KEY', 'TWITTER_API_KEY'],
	consumerSecret: ['TWITTER_CONSUMER_SECRET', 'TWITTER_API_SECRET'],
	accessToken: ['TWITTER_ACCESS_TOKEN'],
	accessSecret: ['TWITTER_ACCESS_TOKEN_SECRET'],
	userId: ['TWITTER_USER_ID'],
	handle: ['TWITTER_SCREEN_NAME'],
	bot: ['KEYMAKER_BOT'],
	poemFile: ['KEYMAKER_POEM'],
};

/** Variables for one bot, named as in `exec`, which a POSIX shell and the `dotenv` package read alike. */
export const dotenv: Format<'dotenv'> = {
	name: 'dotenv',
	holds: 'one',
	ending: '.env',

	detect(text) {
		const assignments = assignmentsIn(text);
		return assignments.length > 0 && isCommentAlone(withEach(text, assignments, () => ''));
	},

	read(text, asItIs = false) {
		const reading: Reading = {entries: [], problems: []};
		readFields('dotenv', variablesIn(text), names, reading, asItIs);
		return reading;
	},

	write(entries, existing) {
		const entry = onlyEntry(entries, 'dotenv');
		requireValues(entry, 'dotenv', value => quote(value) !== null);
		let text = existing ?? '';
		for (const [name, value] of variables(entry)) {
			text = assign(text, name, value);
		}

		requireReadable(text, entry, existing);
		return text;
	},
};

/**
 * A value that a shell and dotenv read alike, or `null` if there is none. Both read single quotes alike,
 * except around a final backslash, and double quotes if nothing inside is special to either.
 */
export function quote(value: string): string | null {
	if (/^[\w./:@%+,-]*$/.test(value)) {
		return value;
	}

	if (/[\0-\x1f\x7f]/.test(value)) {
		return null;
	}

	if (!value.includes("'") && !value.endsWith('\\')) {
		return `'${value}'`;
	}

	return /["$`\\]/.test(value) ? null : `"${value}"`;
}

/** The variables in order. Descriptive ones that cannot be written stay empty. */
function variables(entry: BundleEntry): [name: string, value: string][] {
	return [
		['TWITTER_CONSUMER_KEY', entry.consumerKey],
		['TWITTER_CONSUMER_SECRET', entry.consumerSecret],
		['TWITTER_ACCESS_TOKEN', entry.accessToken],
		['TWITTER_ACCESS_TOKEN_SECRET', entry.accessSecret],
		['TWITTER_USER_ID', entry.userId ?? ''],
		['TWITTER_SCREEN_NAME', entry.handle ?? ''],
		['KEYMAKER_BOT', entry.bot ?? ''],
		['KEYMAKER_POEM', entry.poemFile ?? ''],
	];
}

/** Sets a variable in its place, or at the end. */
function assign(text: string, name: string, value: string): string {
	const line = `${name}=${quote(value) ?? ''}`;
	const assignments = assignmentsIn(text).filter(one => one.name === name);
	if (assignments.length > 0) {
		return withEach(text, assignments, ({exported}, whole) => {
			const after = whole.slice(whole.trimEnd().length);
			// In a shell, a carriage return would become part of the value.
			return `${exported ? 'export ' : ''}${line}${after.replaceAll('\r', '')}`;
		});
	}

	return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`;
}

/** Replaces some assignments of a text. */
function withEach(
	text: string,
	assignments: readonly Assignment[],
	put: (one: Assignment, whole: string) => string,
): string {
	let changed = '';
	let next = 0;
	for (const one of assignments) {
		changed += text.slice(next, one.start) + put(one, text.slice(one.start, one.end));
		next = one.end;
	}

	return changed + text.slice(next);
}

function isCommentAlone(text: string): boolean {
	return text.split(/[\r\n]/).every(line => /^\s*(#|$)/.test(line));
}

/** dotenv must now read the key, and everything else as before. */
function requireReadable(text: string, entry: BundleEntry, existing: string | null): void {
	const after = new Map(Object.entries(parseEnv(text)));
	const ours = new Map(variables(entry));
	for (const [name, value] of ours) {
		if (quote(value) !== null && after.get(name) !== value) {
			throw existing === null
				? cannotHold(labelOf(entry), name, 'dotenv')
				: cannotMerge('dotenv', 'has an unclosed quotation mark');
		}
	}

	for (const [name, value] of Object.entries(parseEnv(existing ?? ''))) {
		if (!ours.has(name) && after.get(name) !== value) {
			throw cannotMerge('dotenv', 'has an unclosed quotation mark');
		}
	}
}
