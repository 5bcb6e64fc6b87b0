import {type Bot, type Status, type StatusCounts, speaksAsAnother} from './flock.ts';
import type {Held, HeldReason, KeyInfo} from './key.ts';
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

/** Each status in words as a person sees it: a held key waits for a decision. */
export const drawnStatusWords: Readonly<Record<Status, string>> = {...statusWords, held: 'decide'};

/** How many bots have each status: `6 ready, 2 no key`, in the order of the words above. */
export function countsInWords(
	counts: StatusCounts,
	words: Readonly<Record<Status, string>> = drawnStatusWords,
): string {
	return (Object.keys(words) as Status[])
		.filter(status => (counts[status] ?? 0) > 0)
		.map(status => `${counts[status]} ${words[status]}`)
		.join(', ');
}

/** An account's name: its handle, or its id if an imported key has not said its handle yet. */
export function accountOf({handle, userId}: Pick<KeyInfo, 'handle' | 'userId'>): string {
	return handle === '' ? `account ${visible(userId)}` : `@${visible(handle)}`;
}

/**
 * A bot's accounts in a list: the active key's, those of held ones, or the expected one in brackets; `null`
 * if nothing is known.
 */
export function accountsOf(bot: Bot): string | null {
	const {key, held, expectedHandle} = bot;
	const expected = expectedHandle === null ? null : `(@${visible(expectedHandle)})`;
	if (key !== null) {
		return speaksAsAnother(bot) ? `${accountOf(key)} ${expected}` : accountOf(key);
	}

	return held.length === 0 ? expected : namesOfHeld(held);
}

/** The accounts of held keys in a sentence, oldest first. */
export function namesOfHeld(held: readonly Held<KeyInfo>[]): string {
	return accountsInWords(held.map(({key}) => key));
}

/** The accounts of keys in a sentence: `@a, @b and @c`. */
export function accountsInWords(keys: readonly KeyInfo[]): string {
	const names = keys.map(accountOf);
	return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** What is said where the person pressed Cancel at X. */
export function deniedSentence(bot: string): string {
	return `You did not authorize ${visible(bot)}, so no key was made.`;
}

/** Why a key is held instead of active, as a sentence. */
export function heldSentence(key: KeyInfo, reason: HeldReason, otherBot: string | null): string {
	const account = accountOf(key);
	switch (reason) {
		case 'other-account':
			return `You signed in as ${account}, not as the account of the key before.`;
		case 'other-handle':
			return `You signed in as ${account}, not as the expected account.`;
		case 'account-of-another-bot':
			return `You signed in as ${account}, which already belongs to ${otherBot === null ? 'another bot' : visible(otherBot)}.`;
		case 'late':
			return `X’s answer for ${account} came after you left.`;
		case 'waited':
			return `The key of ${account} waited on this computer, and the bot’s key changed meanwhile.`;
		case 'by-callback':
			return `You signed in as ${account}. Is that the bot’s account?`;
	}
}
