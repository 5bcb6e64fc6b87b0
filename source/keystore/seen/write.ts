import {statSync} from 'node:fs';
import path from 'node:path';
import {leftoversOf, makeFolder, sweep, writeDurably} from '../disk/files.ts';
import {withLock} from '../disk/lock.ts';
import {safePathOf} from '../disk/safety.ts';
import {readSights, type Sight, type Sights} from './sights.ts';

/** How long to wait for another program that writes its sights; milliseconds. */
const patience = 5000;

/** How many keystores to remember. The least recently seen go first. */
const mostSights = 1000;

/**
 * Records a sight of a keystore.
 * @param decide from what is known by then; `null` to write nothing.
 * @throws what the system, the lock or the folder refuses.
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

/** With another user's HOME, root would create folders that their owner cannot write to. */
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
