import {linkStart} from './link.ts';
import {
	type Cell,
	type Cells,
	cellAt,
	cellsOf,
	change,
	looksAlike,
	plain,
	type Style,
	showsOnBlanks,
	written,
} from './row.ts';

/** What is on the terminal, and where its cursor is. */
export type Screen = {
	rows: readonly Row[];
	columns: number;
	pen: Pen;
};

/** A row as Ink wrote it, and its cells, computed when first needed. */
type Row = {line: string; cells(): Cells};

/** The terminal's cursor, from 0; `null` if unknown. The style applies to what is written next. */
type Pen = {at: {row: number; column: number} | null; style: Style};

/**
 * Paints a frame: only the changed cells, in the shortest way.
 * @param before what is on the terminal; `null` if unknown, to paint everything.
 * @param lines the frame's rows.
 * @param columns the terminal's width.
 * @returns what to write, and what is on the terminal then.
 */
export function paint(
	before: Screen | null,
	lines: readonly string[],
	columns: number,
): {output: string; screen: Screen} {
	if (before === null || before.columns !== columns || before.rows.length !== lines.length) {
		return paintAll(before, lines, columns);
	}

	const changes: Change[] = [];
	const rows = before.rows.map((old, row) => {
		const line = lines[row] ?? '';
		if (line === old.line) {
			return old;
		}

		const next = rowOf(line);
		changes.push({row, old, next});
		return next;
	});
	if (changes.some(({old, next}) => isLink(old.line) || isLink(next.line))) {
		return paintAll(before, lines, columns);
	}

	const orders = changes.length > few ? [changes] : [changes, changes.toReversed()];
	const {text, pen} = shortest(orders.map(order => paintRows(order, columns, before.pen)));
	return {output: text, screen: {rows, columns, pen}};
}

/** For so few rows the order matters: 2 of the 45 bytes for an arrow key. */
const few = 2;

function shortest<T extends {text: string}>(ways: readonly T[]): T {
	return ways.reduce((best, way) =>
		Buffer.byteLength(way.text) < Buffer.byteLength(best.text) ? way : best,
	);
}

/**
 * A link's full rows follow each other without a line end: then the terminal itself wraps the link, and
 * selecting it with the mouse gives the whole link.
 */
function paintAll(before: Screen | null, lines: readonly string[], columns: number) {
	const text = lines.reduce((above, line, row) => {
		const goesOn = isLink(line) && isLink(lines[row - 1] ?? '');
		return `${above}${row === 0 || goesOn ? '' : '\r\n'}${line}`;
	}, '');
	const screen: Screen = {
		rows: lines.map(rowOf),
		columns,
		pen: {at: null, style: plain},
	};
	return {output: `${change(before?.pen.style ?? plain, plain)}\u001B[H\u001B[J${text}`, screen};
}

function rowOf(line: string): Row {
	let cells: Cells | null = null;
	return {
		line,
		cells() {
			cells ??= cellsOf(line);
			return cells;
		},
	};
}

function isLink(line: string): boolean {
	return line.includes(linkStart);
}

/** A row's new contents. */
type Change = {row: number; old: Row; next: Row};

type Painted = {text: string; pen: Pen};

function paintRows(changes: readonly Change[], columns: number, from: Pen): Painted {
	return changes.reduce<Painted>(
		({text, pen}, change) => {
			const painted = paintRow(change, columns, pen);
			return {text: text + painted.text, pen: painted.pen};
		},
		{text: '', pen: from},
	);
}

function paintRow({row, old, next}: Change, columns: number, from: Pen): Painted {
	const {cells: before, isNarrow: wasNarrow} = old.cells();
	const {cells: after, isNarrow} = next.cells();
	const differs = (column: number) => !looksAlike(cellAt(before, column), cellAt(after, column));
	if (!wasNarrow || !isNarrow) {
		if (before.length === after.length && !after.some((_, column) => differs(column))) {
			return {text: '', pen: from};
		}

		// Whole, as Ink wrote it: then the row is consistent, however wide the terminal makes its characters.
		const text = `${change(from.style, plain)}${moved(from, row, 0)}${eraseToEnd}${next.line}`;
		return {text, pen: {at: null, style: plain}};
	}

	let text = '';
	let pen = from;
	const add = (painted: Painted) => {
		text += painted.text;
		pen = painted.pen;
	};
	for (let end = 0; end < after.length; ) {
		const start = end;
		end += 1;
		if (differs(start)) {
			while (end < after.length && differs(end)) {
				end += 1;
			}

			add(paintCells(pen, row, start, after, end, columns));
		}
	}

	if (before.length > after.length) {
		const way = before.length - after.length > eraseToEnd.length ? erase : paintCells;
		add(way(pen, row, after.length, after, before.length, columns));
	}

	return {text, pen};
}

const eraseToEnd = '\u001B[K';

/** Erases from a column to the end of the row. */
function erase(from: Pen, row: number, column: number): Painted {
	const style = showsOnBlanks(from.style) ? plain : from.style;
	return {
		text: `${change(from.style, style)}${moved(from, row, column)}${eraseToEnd}`,
		pen: {at: {row, column}, style},
	};
}

/** Paints the cells from `start` to `end`: moves there, or writes the cells before them again if that is shorter. */
function paintCells(
	from: Pen,
	row: number,
	start: number,
	after: readonly Cell[],
	end: number,
	columns: number,
): Painted {
	const near = from.at?.row === row && from.at.column <= start ? from.at.column : 0;
	const ways = [...new Set([start, near, 0])].map(column => {
		const cells = Array.from({length: end - column}, (_, index) => cellAt(after, column + index));
		const {text, style} = written(cells, from.style);
		return {text: moved(from, row, column) + text, style};
	});
	const {text, style} = shortest(ways);
	// After the last column, terminals disagree about the cursor.
	return {text, pen: {at: end < columns ? {row, column: end} : null, style}};
}

/** The shortest sequence that moves the cursor. */
function moved({at}: Pen, row: number, column: number): string {
	const absolute = column === 0 ? `\u001B[${row + 1}H` : `\u001B[${row + 1};${column + 1}H`;
	if (at === null) {
		return absolute;
	}

	const down = row - at.row;
	const ways = [absolute];
	if (down === 0) {
		ways.push(sideways(column - at.column), `\r${sideways(column)}`);
	} else {
		ways.push(`\u001B[${counted(Math.abs(down))}${down > 0 ? 'E' : 'F'}${sideways(column)}`);
	}

	return ways.reduce((best, way) => (way.length < best.length ? way : best));
}

function sideways(columns: number): string {
	return columns === 0 ? '' : `\u001B[${counted(Math.abs(columns))}${columns > 0 ? 'C' : 'D'}`;
}

/** One is the default of a missing number. */
function counted(count: number): string {
	return count === 1 ? '' : String(count);
}
