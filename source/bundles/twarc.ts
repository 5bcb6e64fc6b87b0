import {nameCredentials} from '../flock/near-name.ts';
import {type FieldNames, readFields} from './fields.ts';
import {
	type BundleEntry,
	cannotHold,
	cannotMerge,
	type Format,
	labelOf,
	type Reading,
	requireOwnPlaces,
	requireValues,
	type Value,
} from './format.ts';
import {linesOf, type Section, sectionsOf, type Texts, unquoted, withSections} from './ini-text.ts';

const names: FieldNames = {
	consumerKey: ['consumer_key'],
	consumerSecret: ['consumer_secret'],
	accessToken: ['access_token'],
	accessSecret: ['access_token_secret'],
	userId: ['user_id'],
	handle: ['screen_name'],
	poemFile: ['poem_file'],
	// The section's name, added to its options.
	bot: ['[section]'],
};

const known = new Set(Object.values(names).flat());

/**
 * The INI file of twarc 1, with one section per account, written and read like Python's ConfigParser: values
 * are bare (quotes would become part of them), `%%` is a percent sign, and indented lines continue a value. A
 * section is named after its bot, so `twarc --profile BOT` finds it. It also reads twarc 2's file: one
 * account without a section, with values quoted like Python's. So it always removes quotes around a value: no
 * key of X has any.
 */
export const twarc: Format<'twarc'> = {
	name: 'twarc',
	holds: 'many',
	ending: '.twarc',

	detect(text) {
		return sectionsOf(linesOf(text)).some(({name, options}) =>
			// Without sections, other files look like it, such as `.env`.
			name === null ? options.has('consumer_key') && isTwarc2(text) : nameCredentials(options.keys()),
		);
	},

	read(text, asItIs = false) {
		const reading: Reading = {entries: [], problems: []};
		const sections = sectionsOf(linesOf(text));
		const standard = sections.filter(({name}) => name === 'DEFAULT').flatMap(valuesOf);
		// Every section gets them. Keep only those that matter.
		const defaults = standard.filter(([name]) => known.has(name));
		const named = sections.filter(({name}) => name !== 'DEFAULT' && name !== null);
		const own = named.length > 0 ? named : sections.filter(({name}) => name === null);
		for (const section of own) {
			const fields = new Map<string, Value>([...defaults, ...valuesOf(section)]);
			if (section.name !== null) {
				fields.set('[section]', section.name);
			}

			readFields(section.name ?? 'twarc', fields, names, reading, asItIs);
		}

		if (own.length === 0 && standard.length > 0) {
			readFields('DEFAULT', new Map(standard), names, reading, asItIs);
		} else if (own.length === 0) {
			reading.problems.push('twarc: it has no section like [main].');
		}

		return reading;
	},

	write(entries, existing) {
		requireOwnPlaces(entries, 'twarc', sectionName);
		const sections = new Map<string, Texts>();
		for (const entry of entries) {
			// The reader strips spaces and quotes around a value.
			requireValues(entry, 'twarc', value => value.trim() === value && unquoted(value) === value);
			sections.set(sectionName(entry), textsFor(entry));
		}

		const lines = linesOf(existing ?? '');
		if (sectionsOf(lines).some(({name}) => name === null)) {
			throw cannotMerge('twarc', 'it has values outside any section: twarc 2 wrote it, for one account');
		}

		return `${withSections(lines, sections).join('\n')}\n`;
	},
};

/** True for a text with the names of twarc 2's file, spelled alike. */
function isTwarc2(text: string): boolean {
	return ['consumer_key', 'consumer_secret'].every(name => new RegExp(`^${name}[ \\t]*=`, 'm').test(text));
}

function sectionName(entry: BundleEntry): string {
	const name = entry.bot ?? entry.handle ?? entry.userId ?? 'main';
	// Python reads each of these as a line end or a space, and DEFAULT as everybody's values.
	if (name === '' || name === 'DEFAULT' || /[\0-\x1f\x7f-\x9f\u2028\u2029]/.test(name)) {
		throw cannotHold(labelOf(entry), 'name', 'twarc');
	}

	return name;
}

function textsFor(entry: BundleEntry): Texts {
	const values: [string, string | null][] = [
		['consumer_key', entry.consumerKey],
		['consumer_secret', entry.consumerSecret],
		['access_token', entry.accessToken],
		['access_token_secret', entry.accessSecret],
		['user_id', entry.userId],
		['screen_name', entry.handle],
		['poem_file', entry.poemFile],
	];
	return values.filter((value): value is [string, string] => isPlainValue(value[1]));
}

function isPlainValue(value: string | null): boolean {
	return value !== null && value.trim() === value && !/[\0-\x1f\x7f-\x9f\u2028\u2029]/.test(value);
}

function valuesOf(section: Section): [name: string, value: Value][] {
	return [...section.options].map(([name, {value}]) => [name, meaning(value, section.name !== null)]);
}

/** An option's value. In sections `%%` is a percent sign. */
function meaning(text: string, references: boolean): Value {
	const value = unquoted(text);
	if (!references || !value.includes('%')) {
		return value;
	}

	const plain = value.replaceAll('%%', '%');
	return value.replaceAll('%%', '').includes('%')
		? {text: plain, doubt: 'has a single %, which twarc reads as a reference'}
		: plain;
}
