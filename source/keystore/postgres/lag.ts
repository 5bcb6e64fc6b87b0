import {setTimeout as pause} from 'node:timers/promises';
import {FlockError} from '../../flock/error.ts';

/** A standby that is behind is waited for so long, and asked so often; milliseconds. */
export const longestLag = 2000;
export const lagPause = 200;

/** Reads again for a moment where less is found than was seen before, since programs that ask by one name may come to several servers. */
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

/** The error of what is older than this program has read before. @param place the address as it may be drawn */
export function olderThanRead(place: string): FlockError {
	return new FlockError('keystore-older', `The keystore ${place} is older than what was read before.`, {
		hint: 'Somebody may have restored a backup. Ask the database’s administrator.',
	});
}
