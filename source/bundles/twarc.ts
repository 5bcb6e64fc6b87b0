import {type FieldNames, nameCredentials, readFields} from './fields.ts';
import {
	type BundleEntry,
	cannotHold,
	type Format,
	labelOf,
	type Reading,
	requireOwnPlaces,
	requireValues,
} from './format.ts';

const names: FieldNames = {
	consumerKey: ['consumer_key'],
	consumerSecret: ['consumer_secret'],
	accessToken: ['access_token'],
	accessSecret: ['access_token_secret'],
	userId: ['user_id'],
	handle: ['screen_name'],
	poemFile: ['poem_file'],
	// The section's name, put beside its options.
	bot: ['[section]'],
};

const known = new Set(Object.values(names).flat());

/** An option of a section, and the lines that it stands on. */
type Option = {value: string; from: number; to: number};

/** A section: its options by name, and the line after its last one. */
type Section = {name: string; options: Map<string, Option>; end: number};

/** The names and values of a section's options, in order. */
type Values = (readonly [name: string, value: string])[];

/** Lines that take the place of those from one number to before another. */
type Edit = {from: number; to: number; lines: string[]};

/**
 * The INI file of twarc 1, one section for each account, written and read as Python's RawConfigParser reads it:
 * values are bare (quotes would become part of them), and what is indented goes on from the line before.
 * The section is called by the bot, so that `twarc --profile BOT` finds it.
 */
export const twarc: Format = {
	name: 'twarc',
	holds: 'many',
	ending: '.twarc',

	detect(text) {
		return sectionsOf(linesOf(text)).some(section => nameCredentials(section.options.keys()));
	},

	read(text) {
		const reading: Reading = {entries: [], problems: []};
		const sections = sectionsOf(linesOf(text));
		const defaults = sections
			.filter(section => section.name === 'DEFAULT')
			.flatMap(valuesOf)
			// Every section gets them: only those that count.
			.filter(([name]) => known.has(name));
		for (const section of sections) {
			if (section.name !== 'DEFAULT') {
				readFields(
					section.name,
					new Map([...defaults, ...valuesOf(section), ['[section]', section.name]]),
					names,
					reading,
				);
			}
		}

		if (sections.length === 0) {
			reading.problems.push('twarc: it has no section such as [main].');
		}

		return reading;
	},

	write(entries, existing) {
		requireOwnPlaces(entries, 'twarc', sectionName);
		const sections = new Map<string, Values>();
		for (const entry of entries) {
			// The reader takes the space round a value away.
			requireValues(entry, 'twarc', value => value.trim() === value);
			sections.set(sectionName(entry), valuesFor(entry));
		}

		return `${withSections(linesOf(existing ?? ''), sections).join('\n')}\n`;
	},
};

function sectionName(entry: BundleEntry): string {
	const name = entry.bot ?? entry.handle ?? entry.userId ?? 'main';
	// Python's reader takes each of these for a line end or for space, and DEFAULT for everybody's values.
	if (name === '' || name === 'DEFAULT' || /[\0-\x1f\x7f-\x9f\u2028\u2029]/.test(name)) {
		throw cannotHold(labelOf(entry), 'name', 'twarc');
	}

	return name;
}

function valuesFor(entry: BundleEntry): Values {
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

function linesOf(text: string): string[] {
	const lines = text.split(/\r\n|\n|\r/);
	return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function valuesOf(section: Section): Values {
	return [...section.options].map(([name, option]) => [name, option.value]);
}

/** The lines with these sections set; every other line stays as it is. */
function withSections(lines: readonly string[], sections: ReadonlyMap<string, Values>): string[] {
	const found = new Map(sectionsOf(lines).map(section => [section.name, section]));
	const edits: Edit[] = [];
	const added: string[] = [];
	for (const [name, values] of sections) {
		const section = found.get(name);
		if (section === undefined) {
			added.push('', `[${name}]`, ...values.map(asLine));
		} else {
			edits.push(...editsOf(section, values));
		}
	}

	const changed: (readonly string[])[] = [];
	let next = 0;
	for (const edit of edits.sort((one, other) => one.from - other.from)) {
		changed.push(lines.slice(next, edit.from), edit.lines);
		next = edit.to;
	}

	// Not as arguments of one call, of which there may be only so many.
	const kept = [...changed, lines.slice(next)].flat();
	const needsNoGap = kept.length === 0 || kept.at(-1)?.trim() === '';
	return [...kept, ...added.slice(needsNoGap ? 1 : 0)];
}

function editsOf(section: Section, values: Values): Edit[] {
	const isThere = ([name]: readonly [string, string]) => section.options.has(name);
	const replaced = values.filter(isThere).map(value => {
		const {from = 0, to = 0} = section.options.get(value[0]) ?? {};
		return {from, to, lines: [asLine(value)]};
	});
	const missing = values.filter(value => !isThere(value)).map(asLine);
	return [...replaced, {from: section.end, to: section.end, lines: missing}];
}

function asLine([name, value]: readonly [string, string]): string {
	return `${name} = ${value}`;
}

function sectionsOf(lines: readonly string[]): Section[] {
	const sections = new Map<string, Section>();
	let section: Section | null = null;
	let option: Option | null = null;
	let optionIndent = 0;
	for (const [index, line] of lines.entries()) {
		const text = line.trim();
		if (text === '' || text.startsWith('#') || text.startsWith(';')) {
			continue;
		}

		const indent = line.search(/\S/);
		if (option !== null && indent > optionIndent) {
			option.value += `\n${text}`;
			option.to = index + 1;
		} else {
			option = null;
			optionIndent = indent;
			const header = /^\[(.+)\]/.exec(text)?.[1];
			const sign = text.search(/[=:]/);
			if (header !== undefined) {
				section = sections.get(header) ?? {name: header, options: new Map(), end: 0};
				sections.set(header, section);
			} else if (section !== null && sign >= 0) {
				option = {value: text.slice(sign + 1).trimStart(), from: index, to: index + 1};
				section.options.set(text.slice(0, sign).trimEnd().toLowerCase(), option);
			}
		}

		if (section !== null) {
			section.end = index + 1;
		}
	}

	return [...sections.values()];
}
