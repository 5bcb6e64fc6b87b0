import {holdInterleavings} from '../../test/keymaker/interleavings.ts';
import type {Condition} from './bench.ts';

/** Two windows on one keystore, in any order of links, PINs, late answers, decisions, failures and kills. */
export const interleavings: Condition = {
	name: 'interleavings',
	async run(bench) {
		const times = bench.times(1000);
		try {
			await holdInterleavings(times, bench.seed);
		} catch (error) {
			bench.count('lost', error instanceof Error ? error.message : String(error));
		}

		bench.tried(times);
	},
};
