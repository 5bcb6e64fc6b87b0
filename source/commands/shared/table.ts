import {columnsOf, pad} from '../../flock/width.ts';

/** The space between two columns. */
const gap = '  ';

/** The narrowest that a column is cut to. */
const narrowest = 6;

/**
 * Lines up rows in columns and makes them fit a width, by cutting the widest columns first.
 * @param rows cells already made visible; each row has as many as the first.
 * @param width terminal columns.
 * @param styled how a cell looks, which must not change how wide it is; `row` counts from 0.
 */
export function table(
	rows: readonly (readonly string[])[],
	width: number,
	styled: (cell: string, row: number, column: number) => string = cell => cell,
): string[] {
	const widths = (rows[0] ?? []).map((_, column) =>
		Math.max(...rows.map(row => columnsOf(row[column] ?? ''))),
	);
	const room = width - gap.length * (widths.length - 1);
	let excess = widths.reduce((sum, one) => sum + one, 0) - room;
	while (excess > 0) {
		const widest = Math.max(...widths);
		if (widest <= narrowest) {
			break;
		}

		widths[widths.indexOf(widest)] = widest - 1;
		excess -= 1;
	}

	return rows.map((cells, row) => {
		const last = cells.findLastIndex(cell => cell !== '');
		return cells
			.slice(0, last + 1)
			.map((cell, column) => {
				const padded = pad(cell, widths[column] ?? 0);
				return styled(column === last ? padded.trimEnd() : padded, row, column);
			})
			.join(gap);
	});
}
