import {columnsOf, pad} from '../../flock/width.ts';

/** The space between two columns. */
const gap = '  ';

/** The narrowest that a column is cut to. */
const narrowest = 6;

/**
 * Lines up rows in columns and makes them fit a width, by cutting the widest columns first.
 * @param rows cells already made visible; each row has as many as the first.
 * @param width terminal columns.
 */
export function table(rows: readonly (readonly string[])[], width: number): string[] {
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

	return rows.map(row =>
		row
			.map((cell, column) => pad(cell, widths[column] ?? 0))
			.join(gap)
			.trimEnd(),
	);
}
