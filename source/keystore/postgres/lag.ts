import {setTimeout as pause} from 'node:timers/promises';
import {FlockError} from '../../flock/error.ts';

/** How long to wait for a standby that lags, and the pause between tries; milliseconds. */
const longestLag = 2000;
const lagPause = 200;

/** Reads again for a moment if the state is older than one seen before: one name may lead to several servers. */
export async function caughtUp<T>(deadline: number, read: () => Promise<T>): Promise<T> {
	const end = performance.now() + Math.min(longestLag, deadline);
	for (;;) {
		try {
			return await read();
		} catch (error) {
			const isBehind = error instanceof FlockError && error.code === 'keystore-older';
			if (!isBehind || performance.now() > end) {
				throw error;
			}
		}

		await pause(lagPause);
	}
}

/** The error for a state older than one that this program read before. @param place the address as it may be drawn */
export function olderThanRead(place: string): FlockError {
	return new FlockError('keystore-older', `The keystore ${place} is older than what was read before.`, {
		hint: 'Somebody may have restored a backup. Ask the database’s administrator.',
	});
}
