import type {Bot} from '../../flock/flock.ts';
import type {AppKey, Key} from '../../flock/key.ts';
import type {Environment} from '../../system/environment.ts';
import {isAddress, isSecret} from '../../system/programs.ts';

/** The variables of a process. */
export type Variables = Environment;

/** What a bot's program is given. */
export type Grant = {
	bot: Pick<Bot, 'name' | 'poem'>;
	key: Pick<Key, 'accessToken' | 'accessSecret' | 'userId' | 'handle'>;
	appKey: AppKey;
	practice: boolean;
};

/**
 * The environment of a bot's program: what was inherited, cleaned, and the bot's own key. It is no helper of keymaker's: it
 * keeps what is the person's, and gets one key. It never inherits another account's key, the keystore's passphrase or
 * password, the control of practice, whether X is practice, or another bot's poem.
 */
export function childEnvironment(inherited: Variables, {bot, key, appKey, practice}: Grant): Variables {
	const isShared = isAddress(inherited.KEYMAKER_KEYSTORE ?? '');
	const cleaned = Object.entries(inherited).filter(
		([name, value]) =>
			!(isSecret(name, value) || /^KEYMAKER_(PRACTICE|POEM)$/i.test(name)) &&
			// A bot's program may have a database of its own; beside an address, this is the keystore's password.
			!(isShared && /^PGPASSWORD$/i.test(name)),
	);
	return {
		...Object.fromEntries(cleaned),
		TWITTER_CONSUMER_KEY: appKey.consumerKey,
		TWITTER_CONSUMER_SECRET: appKey.consumerSecret,
		TWITTER_ACCESS_TOKEN: key.accessToken,
		TWITTER_ACCESS_TOKEN_SECRET: key.accessSecret,
		TWITTER_USER_ID: key.userId,
		TWITTER_SCREEN_NAME: key.handle,
		KEYMAKER_BOT: bot.name,
		// A program reads what it is given: what lies outside the folder of poems may be anything, a private key too.
		...(bot.poem === null || bot.poem.leadsTo !== undefined ? {} : {KEYMAKER_POEM: bot.poem.path}),
		...(practice ? {KEYMAKER_PRACTICE: '1'} : {}),
	};
}
