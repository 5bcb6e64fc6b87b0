import type {Bot, Status} from '../flock/flock.ts';
import type {HeldReason, KeyInfo} from '../flock/key.ts';
import {visible} from '../flock/visible.ts';

/** How each status is shown in words, with a glyph that tells them apart without colour. */
export const statusWords: Readonly<Record<Status, {glyph: string; word: string}>> = {
	ready: {glyph: '●', word: 'ready'},
	'no-key': {glyph: '○', word: 'no key'},
	'read-only': {glyph: '◐', word: 'read-only'},
	rejected: {glyph: '✕', word: 'rejected'},
	'other-app': {glyph: '◇', word: 'other app'},
	held: {glyph: '?', word: 'held'},
	orphan: {glyph: '†', word: 'orphan'},
};

/** How an account is called: by its handle, or by its id where an imported key has not said its handle yet. */
export function accountOf({handle, userId}: Pick<KeyInfo, 'handle' | 'userId'>): string {
	return handle === '' ? `account ${visible(userId)}` : `@${visible(handle)}`;
}

/** A bot's status in words; a key that waits beside the one in force is named too. */
export function statusText({status, key, held}: Bot): string {
	const {word} = statusWords[status];
	return key !== null && held !== null ? `${word}, ${accountOf(held.key)} is held` : word;
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
