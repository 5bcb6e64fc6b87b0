import {statSync} from 'node:fs';
import path from 'node:path';
import {leftoversOf, makeFolder, sweep, writeDurably} from '../disk/files.ts';
import {withLock} from '../disk/lock.ts';
import {safePathOf} from '../disk/safety.ts';
import {readSights, type Sight, type Sights} from './sights.ts';

/** How long a program waits for another one that writes down what it has seen; milliseconds. */
const patience = 5000;

/** More keystores than this are not remembered; the ones seen longest ago go. */
const mostSights = 1000;

/**
 * Writes down what was seen of a keystore.
 * @param decide from what is known by then; `null` where nothing is to be written.
 * @throws what the system, the lock or the place says against it.
 */
export async function writeSight(
	file: string,
	keystore: string,
	decide: (sights: Sights) => Sight | null,
): Promise<void> {
	assertOwnPlace(file);
	await makeFolder(path.dirname(file));
	const real = safePathOf(file);
	await withLock(real, patience, async () => {
		const sights = new Map(await readSights(file));
		const sight = decide(sights);
		if (sight === null) {
			return;
		}

		sights.delete(keystore);
		const keystores = Object.fromEntries([...sights, [keystore, sight] as const].slice(-mostSights));
		await sweep(await leftoversOf(real));
		await writeDurably(real, Buffer.from(`${JSON.stringify({keystores}, null, '\t')}\n`));
	});
}

/** Root with another user's HOME would make folders there that their owner cannot write to. */
function assertOwnPlace(file: string): void {
	if (process.getuid?.() !== 0) {
		return;
	}

	for (let place = path.dirname(file); ; place = path.dirname(place)) {
		const stat = statSync(place, {throwIfNoEntry: false});
		if (stat !== undefined) {
			if (stat.uid !== 0) {
				throw new Error('The folder belongs to another user.');
			}

			return;
		}
	}
}
