import type {Bot} from '../../flock/flock.ts';
import {namesOfHeld} from '../../flock/words.ts';
import type {AppSource} from '../../keymaker/app-key.ts';

/**
 * What a status needs from the person; `null` if nothing.
 * @param poemsAreGone true if the folder of poems itself cannot be read.
 */
export function statusHint({status, held}: Bot, poemsAreGone = false): string | null {
	if (held.length > 0 && status !== 'orphan') {
		return held.length === 1
			? `A key of ${namesOfHeld(held)} waits for your decision. Press enter.`
			: `Keys of ${namesOfHeld(held)} wait for your decision. Press enter.`;
	}

	switch (status) {
		case 'ready':
		case 'held':
			return null;
		case 'no-key':
			return 'No key yet. Press enter to authorize.';
		case 'read-only':
			return 'This key is read-only. Set the app to read and write at X, then authorize again.';
		case 'rejected':
			return 'X rejected this key. Authorize again.';
		case 'other-app':
			return 'This key was made with another app whose secret is not here. Authorize again, or set up that app.';
		case 'orphan':
			return poemsAreGone
				? 'The key is kept. The poem returns with its folder.'
				: 'The poem is gone, but the key is kept. Run keymaker rename if you renamed the poem, or press f to forget the key.';
	}
}

/** An app key's origin in words. */
export const appOrigin: Readonly<Record<AppSource['from'], string>> = {
	environment: 'from the environment',
	'.env': 'from .env',
	setup: 'from setup',
	practice: 'practice',
};
