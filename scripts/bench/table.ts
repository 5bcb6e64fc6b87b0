import type {Figures, Row} from './row.ts';

/** A row as it was measured. */
export type Result = Pick<Row, 'name' | 'what' | 'against' | 'goal'> & {
	figures: Figures | null;
	/** Why there are none. */
	skipped: string | null;
};

/** The table's head, as Markdown. */
export const heading = `| what | against | goal | measured | half of the samples within | medians | met |
| --- | --- | --- | --- | --- | --- | --- |`;

/** A line of the table, as Markdown. */
export function tableRow({what, against, goal, figures, skipped}: Result): string {
	const limit =
		goal === null
			? ''
			: `${goal.atLeast ? '≥' : '≤'} ${goal.limit}${figures?.parts === null ? ` ${figures.unit}` : ''}`;
	if (figures === null) {
		return line(what, against, limit, `skipped: ${skipped}`, '', '', '');
	}

	const {figure, parts, unit, also} = figures;
	const suffix = parts === null ? ` ${unit}` : '';
	const [ourUnit, theirUnit = ourUnit] = unit.split(', ');
	return line(
		what,
		against,
		limit,
		`${number(figure.median)}${suffix}${also === undefined ? '' : ` (${also.text})`}`,
		`${number(figure.low)}–${number(figure.high)}${suffix}`,
		parts === null
			? ''
			: `${number(parts.ours.median)} ${ourUnit} : ${number(parts.theirs.median)} ${theirUnit}`,
		goal === null ? '' : isMet({goal, figures}) ? 'yes' : 'no',
	);
}

/** True where the figures are within the row's goal. */
export function isMet({goal, figures}: Pick<Result, 'goal' | 'figures'>): boolean {
	if (goal === null || figures === null) {
		return false;
	}

	const {median} = figures.figure;
	return (goal.atLeast ? median >= goal.limit : median <= goal.limit) && figures.also?.isMet !== false;
}

function line(...cells: readonly string[]): string {
	return `| ${cells.join(' | ')} |`;
}

function number(value: number): string {
	return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
