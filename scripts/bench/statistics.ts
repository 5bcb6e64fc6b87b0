/** A measured quantity: the median of its samples, and the quartiles as its spread. */
export type Measured = {median: number; low: number; high: number; samples: number};

/** Two quantities of the same run, and their ratio. */
export type Compared = {ours: Measured; theirs: Measured; ratio: Measured};

/** Measures something; what it gives is in the unit of its row. */
export type Sample = () => Promise<number>;

/** The median and the quartiles of some samples. */
export function measured(samples: readonly number[]): Measured {
	const sorted = [...samples].sort((one, other) => one - other);
	return {
		median: quantile(sorted, 0.5),
		low: quantile(sorted, 0.25),
		high: quantile(sorted, 0.75),
		samples: sorted.length,
	};
}

/** Takes samples of one thing. @param warmUps samples that do not count. */
export async function repeated(sample: Sample, count: number, warmUps = 1): Promise<Measured> {
	const samples: number[] = [];
	for (let turn = -warmUps; turn < count; turn++) {
		const value = await sample();
		if (turn >= 0) {
			samples.push(value);
		}
	}

	return measured(samples);
}

/**
 * Takes samples of several things in turn, so that whatever slows the machine down for a while slows all of them.
 * Each is first in every round as often as the others are.
 */
export async function interleaved(
	samples: readonly Sample[],
	count: number,
	warmUps = 1,
): Promise<number[][]> {
	const results = samples.map((): number[] => []);
	for (let turn = -warmUps; turn < count; turn++) {
		for (let place = 0; place < samples.length; place++) {
			const index = (place + turn + warmUps) % samples.length;
			const value = await samples[index]?.();
			if (turn >= 0 && value !== undefined) {
				results[index]?.push(value);
			}
		}
	}

	return results;
}

/** Compares what is ours with what it is measured against. The ratio is that of the medians; its spread is that of the pairs. */
export function compared(ours: readonly number[], theirs: readonly number[]): Compared {
	const one = measured(ours);
	const other = measured(theirs);
	const pairs = measured(ours.map((value, index) => value / (theirs[index] ?? Number.NaN)));
	return {ours: one, theirs: other, ratio: {...pairs, median: one.median / other.median}};
}

/** Takes samples of both in turn, and compares them. */
export async function compare(ours: Sample, theirs: Sample, count: number, warmUps = 1): Promise<Compared> {
	const [one = [], other = []] = await interleaved([ours, theirs], count, warmUps);
	return compared(one, other);
}

function quantile(sorted: readonly number[], part: number): number {
	const place = (sorted.length - 1) * part;
	const low = sorted[Math.floor(place)] ?? Number.NaN;
	const high = sorted[Math.ceil(place)] ?? Number.NaN;
	return low + (high - low) * (place - Math.floor(place));
}
