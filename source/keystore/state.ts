import {type AppKey, type BotRecord, grantsIn, type Key, keysOf, type SavedApp} from '../flock/key.ts';
import {copyOfKey} from './form/fields.ts';

/** Everything in a keystore, in memory. Never changed in place. */
export type State = {
	/** The absolute path of the flock's poems folder; `null` if none was recorded. */
	poems: string | null;
	/** The consumer key of the setup screen's app; `null` if there is none. */
	savedApp: string | null;
	/** The port of that app's callback address; `null` where it has none. */
	savedCallback: number | null;
	/** Consumer secrets by consumer key. */
	apps: ReadonlyMap<string, string>;
	/** Every bot's record by its name in normal form (`oneForm`). */
	records: ReadonlyMap<string, BotRecord>;
};

/** A new keystore's contents. */
export const emptyState: State = {
	poems: null,
	savedApp: null,
	savedCallback: null,
	apps: new Map(),
	records: new Map(),
};

/** The prefix of bots' names and consumer keys in the file, so that no name is special. */
export const botPrefix = 'bot:';
export const appPrefix = 'app:';

/** A state as the file's flat fields, in a fixed order. */
export function fieldsOf(state: State): Record<string, unknown> {
	const {poems, savedApp, savedCallback} = state;
	const fields: Record<string, unknown> = {
		poems,
		savedApp,
		...(savedCallback === null ? {} : {savedCallback}),
	};
	for (const [consumerKey, consumerSecret] of state.apps) {
		fields[`${appPrefix}${consumerKey}`] = {consumerSecret};
	}

	for (const [bot, record] of state.records) {
		fields[`${botPrefix}${bot}`] = record;
	}

	return fields;
}

/** A copy of a record with exactly the known fields, so that nothing else gets into the file. */
export function copyOfRecord(record: BotRecord): BotRecord {
	return {
		expectedHandle: record.expectedHandle,
		wantedAccess: record.wantedAccess,
		key: record.key && copyOfKey(record.key),
		held: record.held.map(({key, reason}) => ({key: copyOfKey(key), reason})),
		previous: record.previous && copyOfKey(record.previous),
		...grantsIn(record.grants),
	};
}

/** A state with a bot's new record (`null` removes it) and the app of its key. */
export function withRecord(state: State, bot: string, record: BotRecord | null, appKey?: AppKey): State {
	const records = new Map(state.records);
	if (record === null) {
		records.delete(bot);
	} else {
		records.set(bot, copyOfRecord(record));
	}

	return {...state, records, apps: withApp(state.apps, appKey)};
}

/** A state with the setup screen's app. */
export function withSavedApp(state: State, {callbackPort, ...appKey}: SavedApp): State {
	return {
		...state,
		savedApp: appKey.consumerKey,
		savedCallback: callbackPort ?? null,
		apps: withApp(state.apps, appKey),
	};
}

/**
 * A state without a bot, without keys of these access tokens anywhere else, and without the secrets of apps
 * that nothing needs any more.
 */
export function withoutKeys(state: State, bot: string, tokens: ReadonlySet<string>): State {
	const records = new Map<string, BotRecord>();
	for (const [name, record] of state.records) {
		if (name !== bot) {
			records.set(name, carriesAny(record, tokens) ? stripped(record, tokens) : record);
		}
	}

	return withoutUnusedApps({...state, records});
}

/**
 * Earlier records with the grants that their bots have now, so restoring a key does not bring back a host that a bot was
 * taken back from.
 */
export function withGrantsOf<T extends BotRecord | null>(
	now: ReadonlyMap<string, BotRecord>,
	earlier: ReadonlyMap<string, T>,
): ReadonlyMap<string, T> {
	const withThose = (bot: string, record: T): T => {
		if (record === null) {
			return record;
		}

		const {grants: _then, ...rest} = record;
		return {...rest, ...grantsIn(now.get(bot)?.grants)} as T;
	};
	return new Map([...earlier].map(([bot, record]) => [bot, withThose(bot, record)]));
}

/** True if a state holds a key of this bot, or a key with one of these access tokens under any name. */
export function holdsKeys(state: State, bot: string, tokens: ReadonlySet<string>): boolean {
	const own = state.records.get(bot);
	return (
		(own !== undefined && keysOf(own).length > 0) ||
		[...state.records.values()].some(record => carriesAny(record, tokens))
	);
}

/** The access tokens in a state's records. */
export function tokensOf(records: Iterable<BotRecord>): Set<string> {
	return new Set([...records].flatMap(record => keysOf(record).map(key => key.accessToken)));
}

/** True where a state holds nothing. */
export function isEmpty({records, apps}: State): boolean {
	return records.size === 0 && apps.size === 0;
}

/** True where two states hold the same records and apps, whatever their order and their folders of poems. */
export function sameContents(one: State, other: State): boolean {
	return contentsOf(one) === contentsOf(other);
}

function contentsOf(state: State): string {
	return JSON.stringify(Object.entries(fieldsOf({...state, poems: null})).sort(byName));
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
	return one < other ? -1 : 1;
}

/** How many bots of a state have an active key. */
export function botsWithKey(state: State): number {
	return [...state.records.values()].filter(record => record.key !== null).length;
}

function carriesAny(record: BotRecord, tokens: ReadonlySet<string>): boolean {
	return keysOf(record).some(key => tokens.has(key.accessToken));
}

function stripped(record: BotRecord, tokens: ReadonlySet<string>): BotRecord {
	const kept = (key: Key | null) => (key && !tokens.has(key.accessToken) ? key : null);
	return {
		...record,
		key: kept(record.key),
		held: record.held.filter(({key}) => kept(key) !== null),
		previous: kept(record.previous),
	};
}

function withApp(apps: ReadonlyMap<string, string>, appKey: AppKey | undefined): ReadonlyMap<string, string> {
	return appKey === undefined ? apps : new Map(apps).set(appKey.consumerKey, appKey.consumerSecret);
}

/**
 * A state without the secrets of unsaved apps that no key needs. Not part of every change, since a key that
 * was just forgotten can be restored, and needs its app then.
 */
export function withoutUnusedApps(state: State): State {
	const used = new Set(
		[...state.records.values()].flatMap(record => keysOf(record).map(key => key.consumerKey)),
	);
	const apps = [...state.apps].filter(([name]) => used.has(name) || name === state.savedApp);
	return apps.length === state.apps.size ? state : {...state, apps: new Map(apps)};
}
