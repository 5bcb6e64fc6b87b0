import assert from 'node:assert/strict';
import {setTimeout as pause} from 'node:timers/promises';

/** How long something is waited for: a net that no load trips; milliseconds. */
const patienceMs = 240_000;

/** Waits for something to come true. @param otherwise what is wrong if it never does */
export async function until(
	isTrue: () => boolean | Promise<boolean>,
	otherwise = 'it never came true',
): Promise<void> {
	for (const last = performance.now() + patienceMs; !(await isTrue()); await pause(10)) {
		assert.ok(performance.now() < last, otherwise);
	}
}
