import {parse} from 'dotenv';
import type {Value} from './format.ts';

/** One assignment in an `.env`: its place in the text and its name. */
export type Assignment = {
	/** The index of the first character of `export` or of the name. */
	start: number;
	/** The index after the last character, including a comment that follows. */
	end: number;
	/** True if it starts with `export`. */
	exported: boolean;
	name: string;
	/**
	 * The index where `dotenv` sees a comment but other readers continue the value: a `#` without a space
	 * before it. Else `null`.
	 */
	torn: number | null;
	/** The index of the value's start, including the opening quote. */
	value: number;
};

/**
 * The variables of an `.env` as the `dotenv` package reads them, in linear time: dotenv itself takes hours
 * for a few megabytes of line ends.
 */
export function parseEnv(text: string): Record<string, string> {
	return parse(text, {fast: true});
}

/**
 * The variables of an `.env`. `dotenv` ends a value at any `#`; a shell and other readers only at one after a
 * space. If they differ, the value is complete and marked as doubtful.
 */
export function variablesIn(text: string): Map<string, Value> {
	const values = new Map<string, Value>(Object.entries(parseEnv(text)));
	const torn = new Map<string, string | null>();
	for (const one of assignmentsIn(text)) {
		torn.set(one.name, wholeOf(text, one));
	}

	// A variable's last assignment wins.
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

/** A value up to a space before a `#`, if `dotenv` ends it at an earlier `#`; else `null`. */
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
 * Finds the assignments of an `.env` where `dotenv`'s regular expression does, but in one pass: the
 * expression takes quadratic time for a text of line ends or quotation marks.
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

/** A name and the index after the `=`, or after the colon and one space, that follows it; else `null`. */
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

/**
 * The quotes that can close a value, best first: the next one without a backslash before it, then those with
 * one, from the last.
 */
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

/**
 * The index where an assignment ends if its value ends at an index: at a line's end or after a comment.
 * `null` if something else follows.
 */
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

/** The index of the first of some characters; the text's length if there are none. */
function firstFrom(text: string, from: number, characters: RegExp): number {
	characters.lastIndex = from;
	return characters.exec(text)?.index ?? text.length;
}
