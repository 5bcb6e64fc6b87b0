import type {Status} from './flock.ts';
import type {HeldReason, KeyInfo} from './key.ts';
import {visible} from './visible.ts';

/** Each status in words, as lists show it. */
export const statusWords: Readonly<Record<Status, string>> = {
	ready: 'ready',
	'no-key': 'no key',
	'read-only': 'read-only',
	rejected: 'rejected',
	'other-app': 'other app',
	held: 'held',
	orphan: 'orphan',
};

/** How an account is called: by its handle, or by its id where an imported key has not said its handle yet. */
export function accountOf({handle, userId}: Pick<KeyInfo, 'handle' | 'userId'>): string {
	return handle === '' ? `account ${visible(userId)}` : `@${visible(handle)}`;
}

/** Why a key was held instead of being put in force, as a sentence. */
export function heldSentence(key: KeyInfo, reason: HeldReason, otherBot: string | null): string {
	const account = accountOf(key);
	switch (reason) {
		case 'other-account':
			return `X answered as ${account}, another account than the bot’s key had before.`;
		case 'other-handle':
			return `X answered as ${account}, not as the handle that is expected for the bot.`;
		case 'account-of-another-bot':
			return `X answered as ${account}, which already speaks ${otherBot === null ? 'another poem' : visible(otherBot)}.`;
		case 'late':
			return `X answered as ${account} after the authorization had been left.`;
	}
}
