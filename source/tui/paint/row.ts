import {
	type AnsiCode,
	ansiCodesToString,
	diffAnsiCodes,
	reduceAnsiCodesIncremental,
	tokenize,
} from '@alcalzone/ansi-tokenize';
import {columnsOf} from '../../flock/width.ts';

/** A character's style: colours, bold and so on. */
export type Style = {
	/** The active sequences. */
	codes: readonly AnsiCode[];
	/** The same as one text, to compare. */
	key: string;
};

/** The terminal's own style. */
export const plain: Style = {codes: [], key: ''};

/** One cell of a row. */
export type Cell = {character: string; style: Style};

const blankCell: Cell = {character: ' ', style: plain};

/**
 * What is visible even on a blank, by the sequences that end it: background, inverse, underline, overline and
 * strike.
 */
const visibleOnBlanks = new Set(['49', '27', '24', '55', '29'].map(code => `\u001B[${code}m`));

/** A row's characters, without trailing blanks. */
export type Cells = {
	cells: readonly Cell[];
	/** False if some character may not take one column: terminals disagree about the width of others. */
	isNarrow: boolean;
};

/**
 * A line's cells.
 * @param line text with style sequences, as Ink writes it.
 */
export function cellsOf(line: string): Cells {
	const cells: Cell[] = [];
	let style = plain;
	let isNarrow = true;
	for (const token of tokenize(line)) {
		if (token.type === 'ansi') {
			const codes = reduceAnsiCodesIncremental([...style.codes], [token]);
			style = codes.length === 0 ? plain : {codes, key: ansiCodesToString(codes)};
		} else {
			isNarrow &&= token.type === 'char' && takesOneColumn(token.value);
			cells.push({character: token.type === 'char' ? token.value : token.code, style});
		}
	}

	while (isBlank(cells.at(-1) ?? null)) {
		cells.pop();
	}

	return {cells, isNarrow};
}

/** The cell in a column; a blank one after the row's end. */
export function cellAt(cells: readonly Cell[], column: number): Cell {
	return cells[column] ?? blankCell;
}

/** True if two cells look the same. */
export function looksAlike(one: Cell, other: Cell): boolean {
	return (
		one === other ||
		(one.character === other.character && one.style.key === other.style.key) ||
		(isBlank(one) && isBlank(other))
	);
}

/** Cells as text with the necessary sequences, and the style after it. */
export function written(cells: readonly Cell[], from: Style): {text: string; style: Style} {
	let text = '';
	let style = from;
	for (const cell of cells) {
		if (cell.style.key !== style.key && !isBlankIn(cell, style)) {
			text += change(style, cell.style);
			style = cell.style;
		}

		text += cell.character;
	}

	return {text, style};
}

/** The shortest sequence from one style to another. */
export function change(from: Style, to: Style): string {
	const step = joined(diffAnsiCodes([...from.codes], [...to.codes]));
	const anew = to.codes.length === 0 ? '\u001B[m' : joined([{code: '\u001B[0m'}, ...to.codes]);
	// Resetting all styles leaves a hyperlink open.
	const isLinked = from.codes.some(({code}) => code.startsWith('\u001B]8;'));
	return from.key !== to.key && !isLinked && anew.length < step.length ? anew : step;
}

/** Sequences joined into one: `ESC[39m ESC[1m` as `ESC[39;1m`. */
function joined(codes: readonly {code: string}[]): string {
	return codes
		.map(({code}) => code)
		.join('')
		.replaceAll('m\u001B[', ';');
}

function isBlank(cell: Cell | null): boolean {
	return cell?.character === ' ' && !showsOnBlanks(cell.style);
}

/** True if a blank looks the same in a style as in its own, so that it needs no sequence. */
function isBlankIn(cell: Cell, style: Style): boolean {
	return isBlank(cell) && !showsOnBlanks(style);
}

/** True for a style that is visible without a character. */
export function showsOnBlanks(style: Style): boolean {
	return style.codes.some(({endCode}) => visibleOnBlanks.has(endCode));
}

function takesOneColumn(character: string): boolean {
	return [...character].length === 1 && columnsOf(character) === 1;
}
