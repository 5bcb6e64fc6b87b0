import {FlockError} from '../flock/error.ts';
import {type BotRecord, emptyRecord, type Key, keysOf} from '../flock/key.ts';
import {visible} from '../flock/visible.ts';
import type {Keystore} from '../keystore/keystore.ts';
import {unfinished} from '../system/unfinished.ts';
import type {X} from '../x/x.ts';
import type {AppInUse} from './app-key.ts';
import {appKeyFor} from './in-force.ts';
import type {Keymaker} from './keymaker.ts';

/** A bot that was removed from the keystore. */
export type Forgotten = {
	bot: string;
	/** True if keys stay that the person was not asked about. */
	left: boolean;
	/** Restores it, unless the bot has a key now (`bot-exists`); possible until the program ends. */
	undo(): Promise<void>;
};

/** A bot whose tokens were revoked at X and then removed here. */
export type Revoked = {
	bot: string;
	/** How many tokens were revoked at X. */
	revoked: number;
	/** The bots with the same token, which still works for them, so it was not revoked. */
	sharedWith: string[];
	/** True if keys stay that the person was not asked about. */
	left: boolean;
};

/** What revoking needs. */
export type RevokeServices = {
	x: X;
	keystore: Keystore;
	keymaker: Pick<Keymaker, 'unsaved' | 'reveal'>;
	appSource(): Promise<AppInUse>;
};

/**
 * Removes a bot's record only from the keystore.
 * @param asked the access tokens that the person was asked about, if any: keys that came later stay.
 * @throws FlockError `no-key` if it has none, `keystore-…`
 */
export async function forgetBot(
	bot: string,
	keystore: Keystore,
	asked?: ReadonlySet<string>,
): Promise<Forgotten> {
	let forgotten: BotRecord | null = null;
	const left = await keystore.update(bot, record => {
		forgotten = recordOf(bot, record, asked);
		return asked === undefined ? null : withoutTokens(forgotten, asked, null);
	});
	return {
		bot,
		left: left !== null,
		async undo() {
			await keystore.update(bot, record => {
				if (record !== null && keysOf(record).length > 0) {
					throw new FlockError('bot-exists', `${visible(bot)} has a new key now.`, {
						hint: 'The forgotten key is still in the backups. Run keymaker restore to list them.',
					});
				}

				return forgotten;
			});
		},
	};
}

/**
 * Revokes a bot's tokens at X, and only then removes them here. A token that another bot also has, in its
 * record or among the unsaved keys, is only removed here: X issues the same token again, and revoking it
 * would silence that bot.
 * @param asked as for `forgetBot`.
 * @throws FlockError `no-key`, `other-app`, `bad-app-key`, `x-…` (then nothing is removed here), `keystore-…`
 */
export async function revokeBot(
	bot: string,
	{x, keystore, keymaker, appSource}: RevokeServices,
	asked?: ReadonlySet<string>,
): Promise<Revoked> {
	const record = recordOf(bot, await keystore.get(bot), asked);
	const keys = keysOf(record).filter(({accessToken}) => asked?.has(accessToken) ?? true);
	const tokens = new Map(keys.map(key => [key.accessToken, key]));
	const sharing = new Map(await keystore.sharing(bot));
	for (const other of keymaker.unsaved().filter(name => name !== bot)) {
		for (const {accessToken} of keymaker.reveal(other).filter(key => tokens.has(key.accessToken))) {
			sharing.set(accessToken, [...(sharing.get(accessToken) ?? []), other]);
		}
	}

	const inUse = await appSource();
	return await unfinished(`revoking ${visible(bot)}’s key`, revokeAll);

	async function revokeAll(): Promise<Revoked> {
		let revoked = 0;
		for (const key of tokens.values()) {
			if (!sharing.has(key.accessToken)) {
				await revokeKey(key);
				revoked += 1;
			}
		}

		// A key that arrived meanwhile was not revoked, so keep it.
		const left = await keystore.update(
			bot,
			// Hosts that can open the bot also get its next key.
			current => current && withoutTokens(current, tokens, onlyGrants(current)),
		);
		return {
			bot,
			revoked,
			sharedWith: [...new Set([...sharing.values()].flat())],
			left: left !== null && keysOf(left).length > 0,
		};
	}

	async function revokeKey(key: Key): Promise<void> {
		const appKey = await appKeyFor(bot, key, keystore, inUse);
		if (appKey instanceof FlockError) {
			throw appKey;
		}

		try {
			await x.revoke(appKey, key);
		} catch (error) {
			// X no longer knows the token, which was the goal. A 401 without X's own code may come from
			// elsewhere, and must not cost the key.
			if (!(error instanceof FlockError && error.code === 'x-token' && error.xCode !== null)) {
				throw error;
			}
		}
	}
}

/** A record's grants, without its keys; `null` if it has none. */
function onlyGrants({grants}: BotRecord): BotRecord | null {
	return grants === undefined ? null : {...emptyRecord, grants};
}

/** A record without the keys of these access tokens. @param rest replaces it if no key is left */
function withoutTokens(
	record: BotRecord,
	tokens: Pick<ReadonlySet<string>, 'has'>,
	rest: BotRecord | null,
): BotRecord | null {
	const {key, held, previous} = record;
	const left = {
		...record,
		key: key && tokens.has(key.accessToken) ? null : key,
		held: held.filter(one => !tokens.has(one.key.accessToken)),
		previous: previous && tokens.has(previous.accessToken) ? null : previous,
	};
	return keysOf(left).length === 0 ? rest : left;
}

function recordOf(bot: string, record: BotRecord | null, asked?: ReadonlySet<string>): BotRecord {
	const isThere = ({accessToken}: Key) => asked?.has(accessToken) ?? true;
	if (record !== null && keysOf(record).length > 0 && !keysOf(record).some(isThere)) {
		throw new FlockError('no-key', `${visible(bot)}’s keys changed since you were asked.`, {
			hint: 'Nothing was changed. Run keymaker list to see its keys.',
		});
	}

	if (record === null || keysOf(record).length === 0) {
		throw new FlockError('no-key', `${visible(bot)} has no key here.`, {
			hint: 'Run keymaker list to see which bots have one.',
		});
	}

	return record;
}
