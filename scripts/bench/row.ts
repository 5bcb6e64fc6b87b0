import type {Programs} from './programs.ts';
import {type Compared, compare, type Measured, type Sample} from './statistics.ts';

/** What a row is measured with. */
export type Bench = {
	programs: Programs;
	/** How many samples are taken. */
	samples: number;
};

/** The figures of a row. */
export type Figures = {
	/** What the goal is about: a ratio, or an absolute figure. */
	figure: Measured;
	/** What the ratio was made of, where there is one; `null` where the figure is absolute. */
	parts: Compared | null;
	/** The unit of the parts, and of an absolute figure. */
	unit: string;
	/** Another limit that the row has, and the figure for it. */
	also?: {text: string; isMet: boolean};
};

/** One line of the table. */
export type Row = {
	/** For `--only`. */
	name: string;
	what: string;
	/** What it is compared with; for an absolute figure, what is measured. */
	against: string;
	/** The limit of the figure; `null` where the row is there for comparison alone. */
	goal: {limit: number; atLeast?: boolean} | null;
	/** @throws Skip where it cannot be measured here. */
	measure(bench: Bench): Promise<Figures>;
};

/** Why a row cannot be measured here. */
export class Skip extends Error {}

/** The figures of a comparison. */
export function ratio(parts: Compared, unit: string): Figures {
	return {figure: parts.ratio, parts, unit};
}

/** What takes samples of both things that a row compares. */
export type Sides = readonly [ours: Sample, theirs: Sample];

/** A row that compares samples of the same unit. */
export function comparison(
	unit: string,
	{sides, ...row}: Omit<Row, 'measure'> & {sides(bench: Bench): Promise<Sides>},
): Row {
	return {
		...row,
		async measure(bench) {
			const [ours, theirs] = await sides(bench);
			return ratio(await compare(ours, theirs, bench.samples), unit);
		},
	};
}
