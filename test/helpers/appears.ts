import {readFile} from 'node:fs/promises';
import {setTimeout as pause} from 'node:timers/promises';

/** How long a file is waited for: a net that no load trips; milliseconds. */
const patienceMs = 240_000;

/** Waits until a file is there and ends with a line end; the answer is what it holds. */
export async function appears(file: string): Promise<string> {
	for (const until = performance.now() + patienceMs; performance.now() < until; await pause(20)) {
		const text = await readFile(file, 'utf8').catch(() => '');
		if (text.endsWith('\n')) {
			return text;
		}
	}

	throw new Error(`${file} does not appear`);
}
