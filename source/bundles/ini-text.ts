/** An option of a section, and its lines. */
export type Option = {value: string; from: number; to: number};

/** A section: its options by name, and the line after its last one. `null` names the part before the first section. */
export type Section = {name: string | null; options: Map<string, Option>; end: number};

/** The names and texts of options, in order. */
export type Texts = (readonly [name: string, text: string])[];

/** Lines that replace those from one number up to another. */
type Edit = {from: number; to: number; lines: string[]};

/** A text's lines, without their line ends. */
export function linesOf(text: string): string[] {
	const lines = text.split(/\r\n|\n|\r/);
	return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** The sections of an INI file, as Python's ConfigParser finds them. A repeated section is merged. */
export function sectionsOf(lines: readonly string[]): Section[] {
	const sections = new Map<string | null, Section>();
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
			} else if (sign > 0) {
				section ??= {name: null, options: new Map(), end: 0};
				sections.set(section.name, section);
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

/** The text between quotes, without a comment after them; any other value unchanged. */
export function unquoted(value: string): string {
	return /^(["'])((?:(?!\1).)*)\1(?:\s*#.*)?$/.exec(value)?.[2] ?? value;
}

/** The lines with these sections set. Every other line stays unchanged. */
export function withSections(lines: readonly string[], sections: ReadonlyMap<string, Texts>): string[] {
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

	// Not as arguments of one call, which has a limit.
	const kept = [...changed, lines.slice(next)].flat();
	const needsNoGap = kept.length === 0 || kept.at(-1)?.trim() === '';
	return [...kept, ...added.slice(needsNoGap ? 1 : 0)];
}

function editsOf(section: Section, values: Texts): Edit[] {
	const isThere = ([name]: readonly [string, string]) => section.options.has(name);
	const replaced = values.filter(isThere).map(value => {
		const {from = 0, to = 0} = section.options.get(value[0]) ?? {};
		return {from, to, lines: [asLine(value)]};
	});
	const missing = values.filter(value => !isThere(value)).map(asLine);
	return [...replaced, {from: section.end, to: section.end, lines: missing}];
}

function asLine([name, value]: readonly [string, string]): string {
	return `${name} = ${value.replaceAll('%', '%%')}`;
}
