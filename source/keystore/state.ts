import {type AppKey, type BotRecord, type Key, keysOf} from '../flock/key.ts';
import {copyOfKey} from './form/fields.ts';

/** Everything in a keystore, as it stands in memory. Never changed in place. */
export type State = {
	/** The absolute path of the flock's poems folder; `null` where none was recorded. */
	poems: string | null;
	/** The consumer key of the app that the setup screen saved; `null` where there is none. */
	savedApp: string | null;
	/** Consumer secrets by consumer key. */
	apps: ReadonlyMap<string, string>;
	/** Every bot's record by its name, in its one form (`oneForm`). */
	records: ReadonlyMap<string, BotRecord>;
};

/** What a new keystore holds. */
export const emptyState: State = {poems: null, savedApp: null, apps: new Map(), records: new Map()};

/** What stands before a bot's name, and before a consumer key, in the file: so that no name is special to anything. */
export const botPrefix = 'bot:';
export const appPrefix = 'app:';

/** A state as the flat fields of the file, in a fixed order. */
export function fieldsOf(state: State): Record<string, unknown> {
	const fields: Record<string, unknown> = {poems: state.poems, savedApp: state.savedApp};
	for (const [consumerKey, consumerSecret] of state.apps) {
		fields[`${appPrefix}${consumerKey}`] = {consumerSecret};
	}

	for (const [bot, record] of state.records) {
		fields[`${botPrefix}${bot}`] = record;
	}

	return fields;
}

/** A copy of a record with exactly the known fields, so that nothing else finds its way into the file. */
export function copyOfRecord(record: BotRecord): BotRecord {
	return {
		expectedHandle: record.expectedHandle,
		wantedAccess: record.wantedAccess,
		key: record.key && copyOfKey(record.key),
		held: record.held.map(({key, reason}) => ({key: copyOfKey(key), reason})),
		previous: record.previous && copyOfKey(record.previous),
	};
}

/** A state with another record for a bot (`null` removes it), and with the app that its key was made with. */
export function withRecord(state: State, bot: string, record: BotRecord | null, appKey?: AppKey): State {
	const records = new Map(state.records);
	if (record === null) {
		records.delete(bot);
	} else {
		records.set(bot, copyOfRecord(record));
	}

	return {...state, records, apps: withApp(state.apps, appKey)};
}

/** A state in which the setup screen has saved an app. */
export function withSavedApp(state: State, appKey: AppKey): State {
	return {...state, savedApp: appKey.consumerKey, apps: withApp(state.apps, appKey)};
}

/** A state without a bot, without the keys of these access tokens wherever else they stand, and without the secrets of apps that nothing needs any more. */
export function withoutKeys(state: State, bot: string, tokens: ReadonlySet<string>): State {
	const records = new Map<string, BotRecord>();
	for (const [name, record] of state.records) {
		if (name !== bot) {
			records.set(name, carriesAny(record, tokens) ? stripped(record, tokens) : record);
		}
	}

	return withoutUnusedApps({...state, records});
}

/** True where a state holds a key of this bot, or a key with one of these access tokens under any name. */
export function holdsKeys(state: State, bot: string, tokens: ReadonlySet<string>): boolean {
	const own = state.records.get(bot);
	return (
		(own !== undefined && keysOf(own).length > 0) ||
		[...state.records.values()].some(record => carriesAny(record, tokens))
	);
}

/** The access tokens that a state's records carry. */
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

/** How many bots of a state have a key in force. */
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

/** A state without the secrets of apps that no key needs and nobody saved. Not part of every change, since a key that was just forgotten may be put back, and needs its app then. */
export function withoutUnusedApps(state: State): State {
	const used = new Set(
		[...state.records.values()].flatMap(record => keysOf(record).map(key => key.consumerKey)),
	);
	const apps = [...state.apps].filter(([name]) => used.has(name) || name === state.savedApp);
	return apps.length === state.apps.size ? state : {...state, apps: new Map(apps)};
}
