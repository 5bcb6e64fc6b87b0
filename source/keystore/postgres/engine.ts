import {randomBytes} from 'node:crypto';
import type {Client} from 'pg';
import {FlockError} from '../../flock/error.ts';
import {visible} from '../../flock/visible.ts';
import {whoAmI} from '../../system/who.ts';
import {type DerivedKey, parseSealed, type ScryptCost, seal, unseal} from '../form/encryption.ts';
import type {Identity, Label} from '../form/identity.ts';
import {emptyError, existsError, type Marker, movedError} from '../form/marker.ts';
import {openKeyring, type PassphraseProvider} from '../keyring.ts';
import type {Change, Moving, StrayGrant, What} from '../keystore.ts';
import type {StateStore} from '../records.ts';
import type {Memory, Seen} from '../seen/memory.ts';
import type {Sights} from '../seen/sights.ts';
import {emptyState, isEmpty, type State, sameContents, withGrantsOf} from '../state.ts';
import type {Sealer} from '../waiting.ts';
import {type Address, drawn} from './address.ts';
import {failureAt, Refusal, stateOf as serverState} from './failures.ts';
import {grantRows, strayAmong, writeGrants} from './grants.ts';
import {caughtUp, olderThanRead} from './lag.ts';
import {nextOf} from './next.ts';
import {earlierOf, historyOf, lastChanges, type NumberedChange, recordsBefore} from './past.ts';
import {
	assertGood,
	assertStorable,
	changedNames,
	type FlockRow,
	type Known,
	markerOf,
	sameFrame,
	sealFrame,
	stateOf,
	withRecords,
} from './rows.ts';
import {assertReadable, schemaOf, schemaSql, schemaVersion} from './schema.ts';
import {newKey, openBytes, sealBytes} from './sealed.ts';
import {inTransaction, withClient} from './session.ts';
import {channel} from './watch.ts';
import {tryWrites, writeBots, writeFrame, writeHistory} from './write.ts';

/** What opening a keystore in a database needs. */
export type EngineOptions = Readonly<{
	address: Address;
	label: Label;
	passphrase?: PassphraseProvider | undefined;
	/** Asks for the passphrase of a flock that is made. */
	newPassphrase?: (() => Promise<string>) | undefined;
	/** True where nobody types the passphrase, who could mistype that of a new flock. */
	passphraseGiven?: boolean | undefined;
	/** How often it is asked before a wrong one is an error. */
	passphraseTries?: number | undefined;
	/** What deriving a new key costs. */
	scrypt?: ScryptCost | undefined;
	/** How long one call may take; milliseconds. */
	deadline: number;
	/** What this computer remembers of the flock from run to run; nothing is remembered without. */
	memory?: Memory | undefined;
}>;

/** A flock's state in a database. */
export type Engine = StateStore &
	Omit<Moving, 'place'> & {
		/** Makes the schema where there is none, and brings an older one up to date, in one transaction. */
		prepare(): Promise<void>;
		/** Tries what a save would do, and changes nothing but that a new flock is made. */
		tryWriting(): Promise<void>;
		/** What is there now; `null` where there is no such flock. */
		peek(): Promise<State | null>;
		/** Takes what is there as it is, whatever this computer has seen of it. */
		forgetSeen(): Promise<void>;
		/** Seals by the flock's own key, which is asked for where it was not read yet; `null` where there is no flock. */
		sealer(): Promise<Sealer | null>;
		/** The rows of grants that keymaker did not write, and missing ones. */
		strayGrants(): Promise<StrayGrant[]>;
		/** Who did what, the newest first. */
		history(): Promise<Change[]>;
		/** The flock's last changes, the newest first. */
		lastChanges(most: number): Promise<NumberedChange[]>;
		/**
		 * Puts back what was there before a change, as a change of its own.
		 * @returns its number; `null` where nothing differs. @throws FlockError `keystore-no-backup`
		 */
		restore(change: number): Promise<number | null>;
		/** Seals the flock's key by another passphrase; false where there is no flock yet. */
		changePassphrase(passphrase: string): Promise<boolean>;
		/**
		 * The changes whose earlier record holds keys of a bot, under this name or, by its tokens, another one.
		 * @param forget true to take these records out of the history.
		 */
		earlier(bot: string, tokens: Iterable<string>, forget: boolean): Promise<number>;
	};

/** What a save is, where it is more than the change of some bots. */
type Whole = {
	/** What is told of each bot; what differs is, unless given. */
	what?: What;
	/** True where a flock comes in, of which a marker may say that it is elsewhere. */
	comesIn?: boolean;
};

/** What was read so lately is asked for no second time by the same look at a flock; milliseconds. */
const moment = 1000;

const botsOf = `select f.id, f.flock_key, f.change::int8::float8 as change, f.frame_sealed, f.moved,
	(select max(version) from keymaker.schema_version) as schema,
	(select coalesce(json_agg(json_build_object('name', b.name, 'version', b.version, 'bot_key', b.bot_key,
		'record_sealed', b.record_sealed, 'app_sealed', b.app_sealed) order by b.name), '[]') from keymaker.bot b
		where b.flock = f.id and b.change > $3) as bots
	from keymaker.flock f where f.name = $1 and f.kind = $2`;

/** Connects to nothing before the first call. */
export function openEngine(options: EngineOptions): Engine {
	const {address, label, deadline, memory} = options;
	const place = drawn(address);
	const keyring = openKeyring({
		provider: options.passphrase,
		file: place,
		tries: options.passphraseTries,
		newPassphrase: options.newPassphrase,
		cost: options.scrypt,
	});
	let known: Known | null = null;
	let knownAt = 0;
	let who: string | null = null;
	let fetching: Promise<unknown> = Promise.resolve();
	let next: Promise<Known | null> | null = null;
	let sights: Sights = new Map();

	/** A flock's row, and the bots' rows that have changed since; `null` where there is no such flock. */
	async function fetch(client: Client, since: Known | null): Promise<FlockRow | null> {
		const {rows} = await client.query<FlockRow>(botsOf, [label.flock, label.kind, since?.change ?? -1]);
		return rows[0] ?? null;
	}

	async function opened(row: FlockRow, since: Known | null, ask: boolean, comesIn = false): Promise<Known> {
		assertReadable(row.schema, place);
		if (row.moved !== null && !comesIn) {
			throw movedError(place, label.flock, markerOf(row.moved));
		}

		if (since !== null && (since.id !== row.id || row.change < since.change)) {
			throw olderThanRead(place);
		}

		const isSame = since !== null && since.change === row.change && row.bots.length === 0;
		const now = isSame ? since : stateOf(row, since?.key ?? (await flockKeyOf(row, ask)), since);
		memory?.checkState(seenOf(now), sights);
		learn(now);
		return now;
	}

	function seenOf({id, change}: Known): Seen {
		return {identity: {...identityOf(id), counter: change}, encrypted: true};
	}

	/** A late answer takes no newer one's place. */
	function learn(now: Known): void {
		if (known === null || now.change >= known.change) {
			known = now;
			knownAt = performance.now();
		}
	}

	async function flockKeyOf(row: FlockRow, ask: boolean): Promise<Buffer> {
		const sealed = parseSealed(JSON.parse(row.flock_key));
		const derived = await keyring.keyFor(sealed, ask);
		return Buffer.from(unseal(sealed, derived, identityOf(row.id)), 'base64');
	}

	function identityOf(id: string): Identity {
		return {id, ...label, counter: 1};
	}

	/** The key that a new flock is sealed by. @throws FlockError `keystore-passphrase` where it would be typed once only */
	async function givenKey(): Promise<DerivedKey> {
		const {passphrase, passphraseGiven, newPassphrase} = options;
		if (passphrase !== undefined && passphraseGiven !== true && newPassphrase === undefined) {
			throw new FlockError('keystore-passphrase', `${place} has no flock ${visible(label.flock)} yet.`, {
				hint: 'To make it, set KEYMAKER_PASSPHRASE_COMMAND to a command that prints its passphrase, or KEYMAKER_PASSPHRASE.',
			});
		}

		return keyring.makeGiven();
	}

	/** Makes a flock's row, which others may have made meanwhile; nothing of it is in plain text but its name. */
	async function make(): Promise<void> {
		const derived = await givenKey();
		const id = randomBytes(16).toString('hex');
		const key = newKey();
		const sealed = JSON.stringify(seal(key.toString('base64'), derived, identityOf(id)));
		await inTransaction(address, deadline, client =>
			client.query(
				`insert into keymaker.flock (id, name, kind, flock_key, change, frame_sealed)
				values ($1, $2, $3, $4, 0, $5) on conflict (name, kind) do nothing`,
				[id, label.flock, label.kind, sealed, sealFrame(emptyState, new Map(), key, [id, 'frame', 0])],
			),
		);
	}

	/**
	 * What is there now. Whoever asks while another's answer is on its way shares the next one, which is asked for after that:
	 * so a program of many bots holds one connection at a time, and nobody gets what was there before they asked.
	 */
	function load(): Promise<Known | null> {
		next ??= loadAfter(fetching, performance.now());
		return next;
	}

	/** Waits a moment for a standby that is behind, since programs that ask by one name may come to several. */
	async function loadAfter(earlier: Promise<unknown>, askedAt: number): Promise<Known | null> {
		await earlier;
		const left = Math.max(deadline - (performance.now() - askedAt), 1);
		let first: ReturnType<typeof ask> | null = ask(left);
		fetching = first.catch(() => {});
		next = null;
		const read = async () => {
			const asking = first ?? ask(left);
			first = null;
			const {row, since} = await asking;
			// Whoever is asked for a passphrase holds no connection meanwhile, and has all the time there is.
			return await remembered(row && (await opened(row, since, true)));
		};
		return caughtUp(left, read).catch(error => {
			throw failureAt(error, place);
		});
	}

	async function ask(left: number): Promise<{row: FlockRow | null; since: Known | null}> {
		sights = (await memory?.recall()) ?? sights;
		const since = known;
		return {row: await current(since, left), since};
	}

	async function current(since: Known | null, left: number): Promise<FlockRow | null> {
		return await withClient(address, left, async client => {
			try {
				const row = await fetch(client, since);
				if (row === null) {
					// A newer keymaker may keep it elsewhere.
					assertReadable((await schemaOf(client)) ?? schemaVersion, place);
				}

				return row;
			} catch (error) {
				if (![undefinedTable, undefinedColumn].includes(serverState(error))) {
					throw error;
				}

				const schema = await schemaOf(client);
				if (schema === null) {
					// A database that no flock was ever put into.
					return null;
				}

				assertReadable(schema, place);
				throw error;
			}
		});
	}

	/** What is there now, read whole; where a flock comes in, one that is elsewhere will do. */
	async function loadWhole(): Promise<Known | null> {
		sights = (await memory?.recall()) ?? sights;
		const row = await current(null, deadline);
		try {
			return await remembered(row && (await opened(row, null, true, true)));
		} catch (error) {
			throw failureAt(error, place);
		}
	}

	async function remembered(now: Known | null): Promise<Known | null> {
		await (now === null ? memory?.checkMissing(sights) : memory?.learn(seenOf(now), sights));
		return now;
	}

	/** Reads a flock that nobody else changes until the transaction ends. */
	async function readLocked(client: Client, comesIn: boolean): Promise<Known> {
		await lock(client);
		const since = known;
		const row = await fetch(client, since);
		if (row === null) {
			throw new FlockError('keystore-unreadable', `The flock is gone from ${place}.`, {
				hint: 'Nothing was changed. Ask the database’s administrator.',
			});
		}

		return await opened(row, since, false, comesIn);
	}

	async function write<T>(
		client: Client,
		edit: (before: Known) => {state: State; result: unknown},
		{what, comesIn = false}: Whole = {},
	): Promise<[T, Known]> {
		const before = await readLocked(client, comesIn);
		const {state, result} = edited(edit, before);
		const names = changedNames(before.state, state);
		assertStorable(names);
		assertGood(state, names);
		if (names.length === 0 && !before.isMarked && sameFrame(before.state, state)) {
			return [result as T, before];
		}

		const {after, rows, granted, told} = nextOf(before, state, names, what);
		const at = {flock: after.id, change: after.change};
		who ??= whoAmI();
		if (told.length > 0) {
			await writeHistory(client, {...at, by: who}, told);
		}

		if (rows.length > 0) {
			await writeBots(client, at, rows);
		}

		for (const bot of granted) {
			await writeGrants(client, after.id, bot);
		}

		await writeFlock(client, after);
		if (before.isMarked) {
			await mark(client, after, null);
		}

		return [result as T, after];
	}

	/** Writes a flock's own row, and tells watchers. */
	async function writeFlock(client: Client, {id, change, state, marks, key}: Known): Promise<void> {
		const sealed = sealFrame(state, marks, key, [id, 'frame', change]);
		await writeFrame(client, {flock: id, change, sealed});
		await client.query('select pg_notify($1, $2)', [channel, id]);
	}

	/** Says where a flock went; `null` where it is here. Apart, since whoever only saves needs no right to it. */
	async function mark(client: Client, {id}: Known, moved: Marker | null): Promise<void> {
		await client.query('update keymaker.flock set moved = $2 where id = $1', [
			id,
			moved && JSON.stringify(moved),
		]);
	}

	async function prepare(): Promise<void> {
		await withClient(address, deadline, async client => {
			const schema = await schemaOf(client);
			assertReadable(schema ?? schemaVersion, place);
			if (schema === null || schema < schemaVersion) {
				await client.query(schemaSql);
			}
		});
	}

	/** Has the flock there to be written to. Whoever is asked for a passphrase holds up nobody. @param read what reads it. */
	async function ready(read = load): Promise<void> {
		await prepare();
		if ((await read()) === null) {
			await make();
			await read();
		}
	}

	/** Takes in what was written. */
	async function written(after: Known): Promise<void> {
		learn(after);
		await memory?.learn(seenOf(after), sights);
	}

	/** Waits until no other program changes this flock. */
	async function lock(client: Client): Promise<void> {
		await client.query('select 1 from keymaker.flock where name = $1 and kind = $2 for update', [
			label.flock,
			label.kind,
		]);
	}

	return {
		prepare,
		async tryWriting() {
			await ready();
			await inTransaction(address, deadline, async client => {
				await lock(client);
				await tryWrites(client);
				await client.query('select pg_notify($1, $2)', [`${channel}_trial`, '']);
			});
		},
		recent: () => (known !== null && performance.now() - knownAt < moment ? known.state : null),
		async load() {
			return (await load()) ?? {state: emptyState};
		},
		async save(edit) {
			if (known === null) {
				await ready();
			}

			const [result, after] = await inTransaction(address, deadline, client =>
				write<ReturnType<typeof edit>['result']>(client, edit),
			);
			await written(after);
			return result;
		},
		peek: async () => (await load())?.state ?? null,
		async forgetSeen() {
			const row = await current(null, deadline);
			known = null;
			const key = row && (await flockKeyOf(row, true));
			await memory?.accept(row && key && seenOf(stateOf(row, key, null)));
		},
		async sealer() {
			const now = known ?? (await load());
			if (now === null) {
				return null;
			}

			const {id, key} = now;
			return {
				id,
				seal: plain => sealBytes(plain, key, [id, 'waiting']),
				open: sealed => openBytes(sealed, key, [id, 'waiting']),
			};
		},
		async strayGrants() {
			const now = await load();
			if (now === null) {
				return [];
			}

			const there = await withClient(address, deadline, client => grantRows(client, now.id));
			return strayAmong(there, now.state.records);
		},
		async history() {
			const now = await load();
			return now === null ? [] : await withClient(address, deadline, client => historyOf(client, now.id));
		},
		async lastChanges(most) {
			const now = await load();
			return now === null
				? []
				: await withClient(address, deadline, client => lastChanges(client, now.id, most));
		},
		async restore(change) {
			if ((await load()) === null) {
				throw noChange(change, place);
			}

			const [before, after] = await inTransaction(address, deadline, async client => {
				const now = await readLocked(client, false);
				const earlier = await recordsBefore(client, now, change);
				if (earlier === null) {
					throw noChange(change, place);
				}

				const edit = ({state}: Known) => ({
					// The earlier record may name a host that the bot was taken back from.
					state: withRecords(state, withGrantsOf(state.records, earlier)),
					result: now.change,
				});
				return await write<number>(client, edit, {what: 'restored'});
			});
			await written(after);
			return after.change === before ? null : after.change;
		},
		async changePassphrase(passphrase) {
			const now = await load();
			if (now === null) {
				return false;
			}

			const derived = await keyring.make(passphrase);
			const sealed = JSON.stringify(seal(now.key.toString('base64'), derived, identityOf(now.id)));
			await inTransaction(address, deadline, client =>
				client.query('update keymaker.flock set flock_key = $2 where id = $1', [now.id, sealed]),
			);
			return true;
		},
		async snapshot() {
			const now = await loadWhole();
			return now === null || now.isMarked ? null : now.state;
		},
		async askPassphrase() {
			if (known === null && (await loadWhole()) === null) {
				await givenKey();
			}
		},
		async handOver(to, take) {
			if ((await load()) === null) {
				throw emptyError(place, label.flock);
			}

			const after = await inTransaction(address, deadline, async client => {
				const before = await readLocked(client, false);
				if (isEmpty(before.state)) {
					throw emptyError(place, label.flock);
				}

				// What another keystore says is none of this engine's failures.
				await take(before.state).catch(error => {
					throw new Refusal(error);
				});
				const now = {...before, change: before.change + 1, isMarked: true};
				await writeFlock(client, now);
				await mark(client, now, {to, by: whoAmI(), at: new Date().toISOString()});
				return now;
			});
			await written(after);
		},
		async takeIn(flock) {
			if (known === null) {
				await ready(loadWhole);
			}

			const [, after] = await inTransaction(address, deadline, client =>
				write<undefined>(
					client,
					({state, isMarked}) => {
						if (!isMarked && !isEmpty(state) && !sameContents(state, flock)) {
							throw existsError(place, label.flock);
						}

						return {state: {...flock, poems: null}, result: undefined};
					},
					{what: 'moved', comesIn: true},
				),
			);
			await written(after);
		},
		async earlier(bot, tokens, forget) {
			const now = await load();
			if (now === null) {
				return 0;
			}

			const wanted = new Set(tokens);
			return await inTransaction(address, deadline, async client => {
				const rows = await earlierOf(client, now, bot, wanted, forget);
				for (const {change, bot: name} of forget ? rows : []) {
					await client.query(
						`update keymaker.history set old_bot_key = null, old_record_sealed = null, purged = true
						where flock = $1 and change = $2 and bot = $3`,
						[now.id, change, name],
					);
				}

				return rows.length;
			});
		},
	};
}

function edited<T>(edit: (before: Known) => T, before: Known): T {
	try {
		return edit(before);
	} catch (error) {
		throw new Refusal(error);
	}
}

/** PostgreSQL's names of a table and a column that are not there. */
const undefinedTable = '42P01';
const undefinedColumn = '42703';

function noChange(number: number, place: string): FlockError {
	return new FlockError('keystore-no-backup', `${place} knows no change ${number} of this flock.`, {
		hint: 'Nothing was changed. `keymaker restore` lists the last changes.',
	});
}
