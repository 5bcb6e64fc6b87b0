import {FlockError} from '../flock/error.ts';
import type {AppKey, Held, KeyInfo} from '../flock/key.ts';
import {shellWord} from '../flock/shell-word.ts';
import {visible} from '../flock/visible.ts';
import {namesOfHeld} from '../flock/words.ts';
import type {Keystore} from '../keystore/keystore.ts';
import type {AppSource} from './keymaker.ts';

/** The app that a key was made with, with its secret: from the keystore, or the one in use; `null` where it is not known. */
export async function appKeyOf(
	key: Pick<KeyInfo, 'consumerKey'>,
	keystore: Keystore,
	appSource: () => Promise<AppSource | null>,
): Promise<AppKey | null> {
	const source = await appSource();
	return source?.appKey.consumerKey === key.consumerKey ? source.appKey : keystore.appKey(key.consumerKey);
}

/** The error of a bot without a key in force. */
export function noKeyError(bot: string): FlockError {
	return new FlockError('no-key', `${visible(bot)} has no key in force.`, {
		hint: `Authorize it: keymaker authorize ${shellWord(bot)}`,
	});
}

/** The error of a key whose app's secret is not known here. */
export function otherAppError(bot: string): FlockError {
	return new FlockError(
		'other-app',
		`The key of ${visible(bot)} belongs to an app whose secret is not known here.`,
		{
			hint: 'Set that app’s TWITTER_CONSUMER_KEY and TWITTER_CONSUMER_SECRET, or authorize the bot again.',
		},
	);
}

/** The error of a bot whose held keys have to be decided about first. */
export function heldError(bot: string, held: readonly Held<KeyInfo>[]): FlockError {
	const what = held.length === 1 ? 'A key' : `${held.length} keys`;
	const waits = held.length === 1 ? 'waits' : 'wait';
	return new FlockError(
		'held',
		`${what} of ${namesOfHeld(held)} ${waits} for your decision about ${visible(bot)}.`,
		{hint: decisionHint(bot, held)},
	);
}

/** The error of a bot with several held keys, where one has to be named. */
export function heldSeveralError(bot: string, held: readonly Held<KeyInfo>[]): FlockError {
	return new FlockError('held-several', `${visible(bot)} has held keys of ${namesOfHeld(held)}.`, {
		hint: decisionHint(bot, held),
	});
}

/** The error of a decision about a key that is held no more. */
export function heldChangedError(bot: string): FlockError {
	return new FlockError(
		'held-changed',
		`That key of ${visible(bot)} is no longer held: another window or program has decided about it.`,
		{hint: 'Nothing was changed. keymaker list shows what is held now.'},
	);
}

/** The commands that decide about held keys. */
export function decisionHint(bot: string, held: readonly Held<KeyInfo>[]): string {
	const word = shellWord(bot);
	if (held.length === 1) {
		return `keymaker keep ${word} puts it in force, keymaker discard ${word} removes it.`;
	}

	const accounts = new Set(held.map(({key}) => key.handle.toLowerCase()));
	return accounts.size === held.length
		? `keymaker keep ${word} --handle NAME puts one in force, keymaker discard ${word} --handle NAME removes one.`
		: `Open the screen with keymaker: enter on ${visible(bot)} shows each, and when it came.`;
}
