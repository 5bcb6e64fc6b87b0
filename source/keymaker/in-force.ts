import {FlockError} from '../flock/error.ts';
import type {AppKey, KeyInfo} from '../flock/key.ts';
import {shellWord} from '../flock/shell-word.ts';
import {visible} from '../flock/visible.ts';
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
