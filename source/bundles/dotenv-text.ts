import {parse} from 'dotenv';
import type {Value} from './format.ts';

/** One assignment of an `.env`: where it stands in the text, and its name. */
export type Assignment = {
	/** The index of its first character: of `export`, or of its name. */
	start: number;
	/** The index behind its last character, a comment behind it included. */
	end: number;
	/** True where it says `export`. */
	exported: boolean;
	name: string;
	/** Where a comment begins for `dotenv`, and for others the value goes on: at a `#` without a blank before it; else `null`. */
	torn: number | null;
	/** The index where its value begins, with the mark that opens it. */
	value: number;
};

/** The variables of an `.env` as the `dotenv` package reads them. By its linear way: the other takes hours for a few megabytes of line ends. */
export function parseEnv(text: string): Record<string, string> {
	return parse(text, {fast: true});
}

/**
 * The variables of an `.env`. The `dotenv` package ends a value at any `#`, a shell and the other readers only at one behind
 * a blank: where the two differ, the value is whole, and in doubt.
 */
export function variablesIn(text: string): Map<string, Value> {
	const values = new Map<string, Value>(Object.entries(parseEnv(text)));
	const torn = new Map<string, string | null>();
	for (const one of assignmentsIn(text)) {
		torn.set(one.name, wholeOf(text, one));
	}

	// A variable's last assignment counts.
	for (const [name, whole] of torn) {
		if (whole !== null) {
			values.set(name, {
				text: whole,
				doubt: 'has a #, where some programs end the value and others do not',
			});
		}
	}

	return values;
}

/** A value up to a blank before a `#`, where `dotenv` ends it at an earlier one; else `null`. */
function wholeOf(text: string, {value, torn}: Assignment): string | null {
	if (torn === null) {
		return null;
	}

	const rest = text.slice(torn, lineEnd(text, torn));
	const comment = rest.search(/\s#/);
	const mark = text[value] ?? '';
	const isQuoted = torn - value > 1 && /['"`]/.test(mark) && text[torn - 1] === mark;
	const before = isQuoted ? text.slice(value + 1, torn - 1) : text.slice(value, torn);
	return (before + (comment < 0 ? rest : rest.slice(0, comment))).trim();
}

/**
 * The assignments of an `.env`, found where the regular expression of the `dotenv` package finds them, but in one walk:
 * the expression takes quadratic time for a text of line ends or quotation marks.
 */
export function assignmentsIn(text: string): Assignment[] {
	const found: Assignment[] = [];
	for (let at = skipSpace(text, 0); at < text.length; ) {
		const one = assignmentAt(text, at);
		if (one === null) {
			at = skipSpace(text, lineEnd(text, at));
		} else {
			found.push(one);
			at = skipSpace(text, isLineStart(text, one.end) ? one.end : lineEnd(text, one.end));
		}
	}

	return found;
}

function assignmentAt(text: string, start: number): Assignment | null {
	const word = nameEnd(text, start);
	const behind = skipSpace(text, word);
	const mayExport = text.slice(start, word) === 'export' && behind > word;
	const exported = mayExport ? head(text, behind) : null;
	const found = exported ?? head(text, start);
	return found && {start, exported: exported !== null, name: found.name, ...valueAt(text, found.value)};
}

/** A name, and the index behind the `=`, or the colon and one space, that follows it; `null` where none does. */
function head(text: string, start: number): {name: string; value: number} | null {
	const end = nameEnd(text, start);
	const sign = skipSpace(text, end);
	if (end === start) {
		return null;
	}

	if (text[sign] === '=') {
		return {name: text.slice(start, end), value: sign + 1};
	}

	return text[end] === ':' && /\s/.test(text[end + 1] ?? '')
		? {name: text.slice(start, end), value: end + 2}
		: null;
}

function valueAt(text: string, start: number): Pick<Assignment, 'end' | 'torn' | 'value'> {
	const open = skipSpace(text, start);
	const mark = text[open] ?? '';
	for (const close of /['"`]/.test(mark) ? closingMarks(text, open, mark) : []) {
		const end = tailEnd(text, close + 1);
		if (end !== null) {
			return {end, torn: text[close + 1] === '#' ? close + 1 : null, value: open};
		}
	}

	const valueEnd = firstFrom(text, start, /[#\r\n]/g);
	const isTorn = text[valueEnd] === '#' && /\S/.test(text[valueEnd - 1] ?? ' ');
	return {end: tailEnd(text, valueEnd) ?? valueEnd, torn: isTorn ? valueEnd : null, value: start};
}

/** The marks that may close a quoted value, the best first: the next without a backslash before it, then those with one, from the last. */
function closingMarks(text: string, open: number, mark: string): number[] {
	const marks: number[] = [];
	for (let at = text.indexOf(mark, open + 1); at >= 0; at = text.indexOf(mark, at + 1)) {
		marks.push(at);
		if (text[at - 1] !== '\\') {
			break;
		}
	}

	return marks.reverse();
}

/** Where an assignment ends whose value ends at an index: at a line's end or behind a comment; `null` where something else follows. */
function tailEnd(text: string, from: number): number | null {
	const at = skipSpace(text, from);
	if (at === text.length) {
		return at;
	}

	if (text[at] === '#') {
		return lineEnd(text, at);
	}

	for (let end = at - 1; end >= from; end--) {
		if (isLineStart(text, end + 1)) {
			return end;
		}
	}

	return null;
}

function nameEnd(text: string, from: number): number {
	return firstFrom(text, from, /[^\w.-]/g);
}

function skipSpace(text: string, from: number): number {
	return firstFrom(text, from, /\S/g);
}

function lineEnd(text: string, from: number): number {
	return firstFrom(text, from, /[\n\r\u2028\u2029]/g);
}

function isLineStart(text: string, at: number): boolean {
	return at === 0 || /[\n\r\u2028\u2029]/.test(text[at - 1] ?? '');
}

/** The index of the first of some characters; the text's length where there is none. */
function firstFrom(text: string, from: number, characters: RegExp): number {
	characters.lastIndex = from;
	return characters.exec(text)?.index ?? text.length;
}
