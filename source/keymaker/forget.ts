import {FlockError} from '../flock/error.ts';
import {type BotRecord, type Key, keysOf} from '../flock/key.ts';
import {visible} from '../flock/visible.ts';
import type {Keystore} from '../keystore/keystore.ts';
import {unfinished} from '../system/unfinished.ts';
import type {X} from '../x/x.ts';
import {appKeyFor} from './in-force.ts';
import type {AppInUse} from './keymaker.ts';

/** A bot that was taken out of the keystore. */
export type Forgotten = {
	bot: string;
	/** Puts it back, unless the bot has a key by now (`bot-exists`); possible until the program ends. */
	undo(): Promise<void>;
};

/** A bot whose tokens were revoked at X and then removed here. */
export type Revoked = {
	bot: string;
	/** How many tokens X was told of. */
	revoked: number;
	/** The bots that carry the same token: it works on for them, so X was not told. */
	sharedWith: string[];
};

/** What revoking needs. */
export type RevokeServices = {x: X; keystore: Keystore; appSource(): Promise<AppInUse>};

/** Removes a bot's record from the keystore alone. @throws FlockError `no-key` where it has none, `keystore-…` */
export async function forgetBot(bot: string, keystore: Keystore): Promise<Forgotten> {
	let forgotten: BotRecord | null = null;
	await keystore.update(bot, record => {
		forgotten = recordOf(bot, record);
		return null;
	});
	return {
		bot,
		async undo() {
			await keystore.update(bot, record => {
				if (record !== null && keysOf(record).length > 0) {
					throw new FlockError('bot-exists', `${visible(bot)} has a new key by now.`, {
						hint: 'The forgotten one is still in the backups: keymaker restore lists them.',
					});
				}

				return forgotten;
			});
		},
	};
}

/**
 * Tells X that a bot's tokens are void, and only then removes them here.
 * A token that another bot carries too is only removed here: X hands the same token out again, and revoking it would silence that bot.
 * @throws FlockError `no-key`, `other-app`, `bad-app-key`, `x-…` (nothing is removed here then), `keystore-…`
 */
export async function revokeBot(bot: string, {x, keystore, appSource}: RevokeServices): Promise<Revoked> {
	const record = recordOf(bot, await keystore.get(bot));
	const tokens = new Map(keysOf(record).map(key => [key.accessToken, key]));
	const sharing = await keystore.sharing(bot);
	const inUse = await appSource();
	const revoked = await unfinished(`${visible(bot)}’s key is being revoked`, revokeAll);
	return {bot, revoked, sharedWith: [...new Set([...sharing.values()].flat())]};

	async function revokeAll(): Promise<number> {
		let count = 0;
		for (const key of tokens.values()) {
			if (!sharing.has(key.accessToken)) {
				await revokeKey(key);
				count += 1;
			}
		}

		await keystore.update(bot, current => {
			const left = current !== null && keysOf(current).some(key => !tokens.has(key.accessToken));
			// A key that arrived meanwhile was not revoked, so it is not removed either.
			return left ? withoutTokens(current, tokens) : null;
		});
		return count;
	}

	async function revokeKey(key: Key): Promise<void> {
		const appKey = await appKeyFor(bot, key, keystore, inUse);
		if (appKey instanceof FlockError) {
			throw appKey;
		}

		try {
			await x.revoke(appKey, key);
		} catch (error) {
			// X does not know the token any more: that is what was wanted. Any 401 without X's own code may have
			// come from elsewhere, and the key must not be given up for it.
			if (!(error instanceof FlockError && error.code === 'x-token' && error.xCode !== null)) {
				throw error;
			}
		}
	}
}

function withoutTokens(record: BotRecord, tokens: ReadonlyMap<string, Key>): BotRecord {
	const {key, held, previous} = record;
	return {
		...record,
		key: key && tokens.has(key.accessToken) ? null : key,
		held: held && tokens.has(held.key.accessToken) ? null : held,
		previous: previous && tokens.has(previous.accessToken) ? null : previous,
	};
}

function recordOf(bot: string, record: BotRecord | null): BotRecord {
	if (record === null || keysOf(record).length === 0) {
		throw new FlockError('no-key', `${visible(bot)} has no key here.`, {
			hint: 'keymaker list shows which bots have one.',
		});
	}

	return record;
}
