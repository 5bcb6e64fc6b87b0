import {test} from 'node:test';

/**
 * True where everything is tried, as `.ci/run` has it. A newcomer's run leaves out what differs from its neighbours by data
 * alone, and tries properties less often.
 */
export const thorough = process.env.TEST_THOROUGH === '1';

/** How often a property is tried: as often as this, or a tenth of it in a newcomer's run. */
export function runs(most: number): number {
	return thorough ? most : Math.ceil(most / 10);
}

/** All of a list of cases, or those of a newcomer's run: the first, the last, and every so manieth in between. */
export function some<Case>(cases: readonly Case[], every: number): Case[] {
	return cases.filter((_, index) => thorough || index % every === 0 || index === cases.length - 1);
}

/** A test that only `.ci/run` makes, since it takes long beside what it shows more than its neighbours. */
export const thoroughTest = thorough ? test : () => {};
