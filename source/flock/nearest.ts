import leven from 'leven';

/** The candidate that `name` was most likely meant to be; `null` if none is similar. */
export function nearest(name: string, candidates: Iterable<string>): string | null {
	let best: string | null = null;
	let fewest = Math.max(1, Math.floor(name.length * 0.4)) + 1;
	for (const candidate of candidates) {
		const edits = leven(name.toLowerCase(), candidate.toLowerCase());
		if (edits < fewest) {
			best = candidate;
			fewest = edits;
		}
	}

	return best;
}
