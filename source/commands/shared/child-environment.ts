import type {Bot} from '../../flock/flock.ts';
import type {AppKey, Key} from '../../flock/key.ts';
import type {Environment} from '../../system/environment.ts';
import {isAddress, isSecret} from '../../system/programs.ts';

/** The variables of a process. */
export type Variables = Environment;

/** What a bot's program gets. */
export type Grant = {
	bot: Pick<Bot, 'name' | 'poem'>;
	key: Pick<Key, 'accessToken' | 'accessSecret' | 'userId' | 'handle'>;
	appKey: AppKey;
	practice: boolean;
};

/**
 * The environment of a bot's program: the inherited one, cleaned, and the bot's own key. The program is not
 * one of keymaker's helpers, so it keeps the person's variables. It never inherits another account's key, the
 * keystore's passphrase or password, the control token of practice, whether X is practice, or another bot's
 * poem.
 */
export function childEnvironment(inherited: Variables, {bot, key, appKey, practice}: Grant): Variables {
	const isShared = isAddress(inherited.KEYMAKER_KEYSTORE ?? '');
	const cleaned = Object.entries(inherited).filter(
		([name, value]) =>
			!(isSecret(name, value) || /^KEYMAKER_(PRACTICE|POEM)$/i.test(name)) &&
			// A bot's program may have its own database. With an address, this is the keystore's password.
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
		// A program may read anything it gets, and a path outside the folder of poems may be anything, even a
		// private key.
		...(bot.poem === null || bot.poem.leadsTo !== undefined ? {} : {KEYMAKER_POEM: bot.poem.path}),
		...(practice ? {KEYMAKER_PRACTICE: '1'} : {}),
	};
}
