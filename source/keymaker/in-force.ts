import {FlockError} from '../flock/error.ts';
import type {AppKey, KeyInfo} from '../flock/key.ts';
import {shellWord} from '../flock/shell-word.ts';
import {visible} from '../flock/visible.ts';
import type {Keystore} from '../keystore/keystore.ts';
import type {AppInUse} from './keymaker.ts';

/** An app's key with its secret: the one in use, or from the keystore; `null` where the secret is not known. */
export async function appKeyOf(
	consumerKey: string,
	keystore: Keystore,
	inUse: AppInUse,
): Promise<AppKey | null> {
	const appKey = inUse === null || inUse instanceof FlockError ? null : inUse.appKey;
	return appKey?.consumerKey === consumerKey ? appKey : keystore.appKey(consumerKey);
}

/**
 * The app that a bot's key was made with. Where its secret is not known, the error that says why: what is wrong with the
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

/** The error of a bot without a key in force. */
export function noKeyError(bot: string): FlockError {
	return new FlockError('no-key', `${visible(bot)} has no key in force.`, {
		hint: `Authorize it: keymaker authorize ${shellWord(bot)}`,
	});
}

function otherAppError(bot: string): FlockError {
	return new FlockError(
		'other-app',
		`The key of ${visible(bot)} belongs to an app whose secret is not known here.`,
		{
			hint: 'Set that app’s TWITTER_CONSUMER_KEY and TWITTER_CONSUMER_SECRET, or authorize the bot again.',
		},
	);
}

/** The error of a bot whose held key has to be decided about first. */
export function heldError(bot: string, handle: string): FlockError {
	return new FlockError(
		'held',
		`A key of @${visible(handle)} waits for your decision about ${visible(bot)}.`,
		{
			hint: `keymaker keep ${shellWord(bot)} puts it in force, keymaker discard ${shellWord(bot)} removes it.`,
		},
	);
}
