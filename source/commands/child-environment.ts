import type {Bot} from '../flock/flock.ts';
import type {AppKey, Key} from '../flock/key.ts';

/** The variables of a process. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What a bot's program is given. */
export type Grant = {bot: Bot; key: Key; appKey: AppKey; practice: boolean};

/** Variables that a bot's program never inherits: another account's key, the keystore's passphrase, another bot's poem, another X. */
const never = /^(TWITTER_|KEYMAKER_PASSPHRASE|KEYMAKER_POEM$|KEYMAKER_PRACTICE$)/i;

/** The environment of a bot's program: what was inherited, cleaned, and the bot's own key. */
export function childEnvironment(inherited: Variables, {bot, key, appKey, practice}: Grant): Variables {
	const cleaned = Object.entries(inherited).filter(([name]) => !never.test(name));
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
