import {FlockError} from '../flock/error.ts';
import {type AppKey, type BotRecord, keysOf, type RecordInfo, recordInfo} from '../flock/key.ts';
import {visible} from '../flock/visible.ts';
import type {Keystore, KeystoreContents} from './keystore.ts';
import {copyOfRecord, type State, withRecord, withSavedApp} from './state.ts';

/** A pure change of the whole state. It can throw to change nothing, and can run more than once. */
export type StateEdit<T> = (loaded: Readonly<{state: State}>) => {state: State; result: T};

/** What a file and a database share: a state that is read as a whole and changed atomically. */
export type StateStore = {
	/** The current state, including other programs' changes. */
	load(): Promise<Readonly<{state: State}>>;
	/** The state as read or saved a moment ago, for further questions; `null` if that is too long ago. */
	recent?(): State | null;
	/** Reads the state, changes it, and saves it before anybody else can intervene. */
	save<T>(edit: StateEdit<T>): Promise<T>;
};

/** The operations that need only a `StateStore`. */
export type Records = Omit<Keystore, 'path' | 'isShared' | 'isHosts' | 'waiting' | 'tryWriting' | 'watch'>;

/** The operations on records, over any state store. */
export function recordsOf(core: StateStore): Records {
	const contents = new WeakMap<State, KeystoreContents>();
	const appKeyIn = (state: State, consumerKey: string | null): AppKey | null => {
		const consumerSecret = consumerKey === null ? undefined : state.apps.get(consumerKey);
		return consumerKey === null || consumerSecret === undefined ? null : {consumerKey, consumerSecret};
	};

	// An app's secret is asked for right after the key that was made with it: one look is enough for both.
	// Whoever asks the same again wants to know what has become of it.
	const told: Record<'one' | 'saved', State | null> = {one: null, saved: null};
	const stateForApps = async (which: 'one' | 'saved') => {
		const recent = core.recent?.() ?? null;
		const state = recent === null || recent === told[which] ? (await core.load()).state : recent;
		told[which] = state;
		return state;
	};

	return {
		async list() {
			const {state} = await core.load();
			const known = contents.get(state) ?? contentsOf(state);
			contents.set(state, known);
			return known;
		},
		async get(bot) {
			const record = (await core.load()).state.records.get(bot);
			return record === undefined ? null : copyOfRecord(record);
		},
		async update(bot, change, appKey) {
			return await core.save(({state}) => {
				const others = new Map(state.records);
				const current = others.get(bot);
				others.delete(bot);
				const record = change(current === undefined ? null : copyOfRecord(current), others);
				return {
					state: record === null && current === undefined ? state : withRecord(state, bot, record, appKey),
					result: record && copyOfRecord(record),
				};
			});
		},
		async getAll(bots) {
			const {records} = (await core.load()).state;
			const found = new Map<string, BotRecord>();
			for (const bot of bots) {
				const record = records.get(bot);
				if (record !== undefined) {
					found.set(bot, copyOfRecord(record));
				}
			}

			return found;
		},
		async updateAll(changes) {
			await core.save(({state}) => {
				const records = new Map(state.records);
				for (const [bot, change] of changes) {
					const record = records.get(bot);
					if (record !== undefined) {
						records.set(bot, copyOfRecord(change(copyOfRecord(record))));
					}
				}

				return {state: {...state, records}, result: undefined};
			});
		},
		async sharing(bot) {
			const {records} = (await core.load()).state;
			const record = records.get(bot);
			const tokens = new Set(record === undefined ? [] : keysOf(record).map(key => key.accessToken));
			const sharing = new Map<string, string[]>();
			for (const [name, other] of records) {
				for (const {accessToken} of name === bot ? [] : keysOf(other)) {
					if (tokens.has(accessToken)) {
						const bots = sharing.get(accessToken) ?? [];
						sharing.set(accessToken, bots.includes(name) ? bots : [...bots, name]);
					}
				}
			}

			return sharing;
		},
		async rename(from, to) {
			await core.save(({state}) => {
				const record = state.records.get(from);
				if (record === undefined) {
					throw new FlockError('unknown-bot', `The keystore has no bot named ${visible(from)}.`, {
						hint: '`keymaker list` shows the bots.',
					});
				}

				if (state.records.has(to)) {
					throw new FlockError('bot-exists', `${visible(to)} already has a record.`, {
						hint: `Remove it with \`keymaker forget\` if you no longer need it.`,
					});
				}

				return {state: withRecord(withRecord(state, from, null), to, record), result: undefined};
			});
		},
		async appKey(consumerKey) {
			return appKeyIn(await stateForApps('one'), consumerKey);
		},
		async savedAppKey() {
			const state = await stateForApps('saved');
			const appKey = appKeyIn(state, state.savedApp);
			return appKey === null || state.savedCallback === null
				? appKey
				: {...appKey, callbackPort: state.savedCallback};
		},
		async saveAppKey(app) {
			await core.save(({state}) => ({state: withSavedApp(state, app), result: undefined}));
		},
	};
}

/** Everything in a state but the secrets. */
export function contentsOf(state: State): KeystoreContents {
	const records = new Map<string, RecordInfo>();
	for (const [bot, record] of state.records) {
		records.set(bot, recordInfo(record));
	}

	return {records, apps: new Set(state.apps.keys()), waiting: new Map()};
}
