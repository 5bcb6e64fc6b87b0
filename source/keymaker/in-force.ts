import {FlockError} from '../flock/error.ts';
import type {AppKey, Held, KeyInfo} from '../flock/key.ts';
import {shellWord} from '../flock/shell-word.ts';
import {visible} from '../flock/visible.ts';
import {namesOfHeld} from '../flock/words.ts';
import type {Keystore} from '../keystore/keystore.ts';
import type {AppInUse} from './app-key.ts';

/** An app's key with its secret, from the one in use or from the keystore; `null` if the secret is unknown. */
export async function appKeyOf(
	consumerKey: string,
	keystore: Keystore,
	inUse: AppInUse,
): Promise<AppKey | null> {
	const appKey = inUse === null || inUse instanceof FlockError ? null : inUse.appKey;
	return appKey?.consumerKey === consumerKey ? appKey : keystore.appKey(consumerKey);
}

/**
 * The app that made a bot's key. If its secret is unknown, the error that says why: the problem with the
 * app's key in use, else `other-app`.
 */
export async function appKeyFor(
	bot: string,
	{consumerKey}: Pick<KeyInfo, 'consumerKey'>,
	keystore: Keystore,
	inUse: AppInUse,
): Promise<AppKey | FlockError> {
	const appKey = await appKeyOf(consumerKey, keystore, inUse);
	return appKey ?? (inUse instanceof FlockError ? inUse : otherAppError(bot));
}

/** The error of a bot without an active key. */
export function noKeyError(bot: string): FlockError {
	return new FlockError('no-key', `${visible(bot)} has no active key.`, {
		hint: `Authorize it with keymaker authorize ${shellWord(bot)}`,
	});
}

function otherAppError(bot: string): FlockError {
	return new FlockError(
		'other-app',
		`${visible(bot)}’s key was made with another app whose secret is not here.`,
		{
			hint: 'Set that app’s TWITTER_CONSUMER_KEY and TWITTER_CONSUMER_SECRET, or authorize the bot again.',
		},
	);
}

/** The error of a bot with keys to decide about first. */
export function heldError(bot: string, held: readonly Held<KeyInfo>[]): FlockError {
	const what = held.length === 1 ? 'A key' : `${held.length} keys`;
	const waits = held.length === 1 ? 'waits' : 'wait';
	return new FlockError(
		'held',
		`${what} of ${namesOfHeld(held)} ${waits} for your decision about ${visible(bot)}.`,
		{hint: decisionHint(bot, held)},
	);
}

/** The error of a bot with several held keys, if one must be named. */
export function heldSeveralError(bot: string, held: readonly Held<KeyInfo>[]): FlockError {
	return new FlockError('held-several', `${visible(bot)} has keys of ${namesOfHeld(held)} to decide about.`, {
		hint: decisionHint(bot, held),
	});
}

/** The error of a decision about a key that is no longer held. */
export function heldChangedError(bot: string): FlockError {
	return new FlockError(
		'held-changed',
		`That key of ${visible(bot)} is no longer waiting: another window or program decided about it.`,
		{hint: 'Nothing was changed. Run keymaker list to see what is waiting now.'},
	);
}

/** The commands that decide about held keys. */
export function decisionHint(bot: string, held: readonly Held<KeyInfo>[]): string {
	const word = shellWord(bot);
	if (held.length === 1) {
		return `Run keymaker keep ${word} to use it, or keymaker discard ${word} to remove it.`;
	}

	const accounts = new Set(held.map(({key}) => key.handle.toLowerCase()));
	return accounts.size === held.length
		? `Run keymaker keep ${word} --handle NAME to use one, or keymaker discard ${word} --handle NAME to remove one.`
		: `Run keymaker and press enter on ${visible(bot)} to see each key and when it was made.`;
}
