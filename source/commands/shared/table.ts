import {columnsOf, pad} from '../../flock/width.ts';

/** The space between two columns. */
const gap = '  ';

/** The narrowest that a column can get. */
const narrowest = 6;

/**
 * Aligns rows in columns and fits them to a width by cutting the widest columns first.
 * @param rows visible cells; each row has as many as the first.
 * @param width terminal columns.
 * @param styled a cell's style, which must not change its width; `row` counts from 0.
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
