import type {Bot} from '../../flock/flock.ts';
import {namesOfHeld} from '../../flock/words.ts';
import type {AppSource} from '../../keymaker/app-key.ts';

/**
 * What a status asks of the person; `null` where nothing is to be done.
 * @param poemsAreGone true where the folder of poems itself cannot be read.
 */
export function statusHint({status, held}: Bot, poemsAreGone = false): string | null {
	if (held.length > 0 && status !== 'orphan') {
		return held.length === 1
			? `A key of ${namesOfHeld(held)} waits for your decision: enter.`
			: `Keys of ${namesOfHeld(held)} wait for your decision: enter.`;
	}

	switch (status) {
		case 'ready':
		case 'held':
			return null;
		case 'no-key':
			return 'No key yet: enter makes one.';
		case 'read-only':
			return 'This key may only read. Give the app read and write permission at X, then authorize again.';
		case 'rejected':
			return 'X refused this key when last asked. Authorize again.';
		case 'other-app':
			return 'The secret of the app that made this key is not known here. Authorize again, or set that app’s key.';
		case 'orphan':
			return poemsAreGone
				? 'Its key is kept; its poem comes back with the folder.'
				: 'The poem is gone; its key is kept. keymaker rename moves it to a renamed poem, f forgets it.';
	}
}

/** Where an app key came from, in words. */
export const appOrigin: Readonly<Record<AppSource['from'], string>> = {
	environment: 'from the environment',
	'.env': 'from .env',
	setup: 'from setup',
	practice: 'practice',
};
