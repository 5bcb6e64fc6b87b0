import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import {unfinished} from '../system/unfinished.ts';
import {emptyError, existsError} from './form/marker.ts';
import type {Keystore, Move, Moving} from './keystore.ts';
import {isEmpty, sameContents} from './state.ts';

/** A keystore that a flock can leave or come into. */
export type MovingKeystore = Pick<Keystore, 'path' | 'list'> & Moving;

/** A flock's way from one keystore to another. Nothing is read yet. */
export function openMove(from: MovingKeystore, to: MovingKeystore, flock: string): Move {
	return {
		async look() {
			const here = await from.snapshot();
			if (here === null) {
				// Says where it is, if it has moved.
				await from.list();
				throw emptyError(from.path, flock);
			}

			const there = await to.snapshot();
			// The very same is what a move has left that was ended before its last step.
			if (there !== null && !isEmpty(there) && !sameContents(here, there)) {
				throw existsError(to.path, flock);
			}

			return {bots: here.records.size, from: from.path, to: to.path, place: await to.place()};
		},
		async run() {
			const place = await to.place();
			await to.askPassphrase();
			await unfinished('moving the flock', () =>
				from.handOver(place, async state => {
					await to.takeIn(state);
					const readBack = await to.snapshot();
					if (readBack === null || !sameContents(state, readBack)) {
						throw new FlockError(
							'keystore-damaged',
							`What was read back from ${visible(to.path)} is not what was moved there.`,
							{hint: `Nothing was removed: the flock is still in ${visible(from.path)}.`},
						);
					}
				}),
			);
		},
	};
}
