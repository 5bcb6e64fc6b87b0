import type {BundleEntry} from '../../bundles/format.ts';
import {FlockError} from '../../flock/error.ts';
import {type AppKey, appTail, type BotRecord, type Key, sameHandle} from '../../flock/key.ts';
import {visible} from '../../flock/visible.ts';
import type {AppInUse} from '../../keymaker/app-key.ts';
import {botOfAccount, withKey} from '../../keymaker/guard.ts';
import {appKeyOf} from '../../keymaker/in-force.ts';
import type {OtherRecords} from '../../keystore/keystore.ts';
import type {Services} from '../../services.ts';
import {linesOf, type Write} from './command.ts';

/** A key of a file, and its bot; `null` if none was found. */
export type FoundKey = {entry: BundleEntry; bot: string | null};

/** What happened to a key. */
export type TakeResult = 'taken' | 'replaced' | 'there already' | 'different key' | 'no bot' | 'no account';

/** What importing a key needs: the keystore, and the app key in use. */
export type TakeServices = Pick<Services, 'keystore'> & {app: AppInUse};

/** More to say about a key. */
type Taken = {result: TakeResult; lines: readonly string[]};

/**
 * Makes keys from files the active ones of their bots, unless a bot has a different key, and reports on those
 * with a bot. All of them go into one save, so the backups still hold the earlier state.
 * @returns what happened to each, in the order given.
 */
export async function takeKeys(
	found: readonly FoundKey[],
	force: boolean,
	services: TakeServices,
	write: Write,
): Promise<TakeResult[]> {
	const apps = new Map<string, AppKey>();
	const takes: (() => Promise<Taken>)[] = [];
	for (const {entry, bot} of found) {
		if (bot === null) {
			takes.push(async () => ({result: 'no bot', lines: []}));
		} else if (entry.userId === null) {
			takes.push(async () => ({result: 'no account', lines: [withoutAccount(bot)]}));
		} else {
			const key = keyOf(entry, entry.userId);
			const appKey = await appFor(entry, apps, force, services, write);
			apps.set(appKey.consumerKey, appKey);
			takes.push(() => take(bot, key, appKey, force, services.keystore));
		}
	}

	// All started together, so they share one save.
	const taken = await Promise.all(takes.map(begin => begin()));
	for (const line of taken.flatMap(({lines}) => lines)) {
		write.err(line);
	}

	return taken.map(({result}) => result);
}

function withoutAccount(bot: string): string {
	return `${visible(bot)}: neither the file nor the key says which account it belongs to.`;
}

async function take(
	bot: string,
	key: Key,
	appKey: AppKey,
	force: boolean,
	keystore: Services['keystore'],
): Promise<Taken> {
	let result: TakeResult = 'taken';
	let lines: string[] = [];
	try {
		await keystore.update(
			bot,
			(record, others) => {
				const old = record?.key ?? null;
				const isThere = old !== null && isSameKey(old, key);
				if (old !== null && !isThere && !force) {
					throw conflict(bot);
				}

				result = isThere ? 'there already' : old === null ? 'taken' : 'replaced';
				lines = isThere ? [] : doubts(bot, key, record, others);
				return isThere ? record : withKey(record, withKnownHandle(key, record));
			},
			appKey,
		);
		return {result, lines};
	} catch (error) {
		if (error instanceof FlockError && error.code === 'import-conflict') {
			return {result: 'different key', lines: linesOf(error)};
		}

		throw error;
	}
}

/** The app of a key as it will be stored: only `--force` replaces a known secret. */
async function appFor(
	{consumerKey, consumerSecret}: BundleEntry,
	apps: ReadonlyMap<string, AppKey>,
	force: boolean,
	{keystore, app}: TakeServices,
	write: Write,
): Promise<AppKey> {
	const known = apps.get(consumerKey) ?? (await appKeyOf(consumerKey, keystore, app));
	if (known === null || known.consumerSecret === consumerSecret || force) {
		return {consumerKey, consumerSecret};
	}

	write.err(
		`The file has a different secret for the app ${visible(appTail(consumerKey))}. Keeping the current one; --force uses the file’s.`,
	);
	return known;
}

function keyOf(entry: BundleEntry, userId: string): Key {
	return {
		accessToken: entry.accessToken,
		accessSecret: entry.accessSecret,
		userId,
		handle: entry.handle ?? '',
		consumerKey: entry.consumerKey,
		accessLevel: null,
		authorizedAt: null,
		checkedAt: null,
		rejected: false,
	};
}

/** Not every format names the account, but the bot's earlier key may. */
function withKnownHandle(key: Key, record: BotRecord | null): Key {
	const known = record?.key?.userId === key.userId ? record.key.handle : '';
	return key.handle === '' ? {...key, handle: known} : key;
}

function isSameKey(one: Key, other: Key): boolean {
	return (
		one.accessToken === other.accessToken &&
		one.accessSecret === other.accessSecret &&
		one.consumerKey === other.consumerKey
	);
}

/** Warnings about a key that is imported anyway. */
function doubts(bot: string, key: Key, record: BotRecord | null, others: OtherRecords): string[] {
	const other = botOfAccount(others, key.userId);
	const expected = record?.expectedHandle ?? null;
	return [
		...(other === null ? [] : [`${visible(bot)}: its account already belongs to ${visible(other)}.`]),
		...(expected === null || key.handle === '' || sameHandle(expected, key.handle)
			? []
			: [`${visible(bot)}: its account is @${visible(key.handle)}, not the expected @${visible(expected)}.`]),
	];
}

function conflict(bot: string): FlockError {
	return new FlockError('import-conflict', `${visible(bot)} already has a different key.`, {
		hint: 'Use --force to replace it; the old one is kept as the previous key.',
	});
}
