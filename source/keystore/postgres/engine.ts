import {createHash, randomBytes} from 'node:crypto';
import {hostname, userInfo} from 'node:os';
import {setTimeout as pause} from 'node:timers/promises';
import type {Client} from 'pg';
import {FlockError} from '../../flock/error.ts';
import {type BotRecord, keysOf} from '../../flock/key.ts';
import {visible} from '../../flock/visible.ts';
import {changesOf} from '../changes.ts';
import {Damage} from '../form/damage.ts';
import {parseSealed, type ScryptCost, seal, unseal} from '../form/encryption.ts';
import type {Identity, Label} from '../form/identity.ts';
import {parseState} from '../form/parse.ts';
import {openKeyring, type PassphraseProvider} from '../keyring.ts';
import type {Change, What} from '../keystore.ts';
import type {StateStore} from '../records.ts';
import type {Memory, Seen} from '../seen/memory.ts';
import type {Sights} from '../seen/sights.ts';
import {emptyState, fieldsOf, type State} from '../state.ts';
import type {Sealer} from '../waiting.ts';
import {type Address, drawn} from './address.ts';
import {failureAt, Refusal, stateOf as serverState} from './failures.ts';
import {schemaSql, schemaVersion} from './schema.ts';
import {type Binding, newKey, openBytes, sealBytes} from './sealed.ts';
import {inTransaction, withClient} from './session.ts';

/** What opening a keystore in a database needs. */
export type EngineOptions = Readonly<{
	address: Address;
	label: Label;
	passphrase?: PassphraseProvider | undefined;
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

/** A flock's state in a database, and the channel on which its changes are told. */
export type Engine = StateStore & {
	/** Makes the schema where there is none. */
	prepare(): Promise<void>;
	/** Tries what a save would do, and changes nothing but that a new flock is made. */
	tryWriting(): Promise<void>;
	/** What is there now; `null` where there is no such flock. */
	peek(): Promise<State | null>;
	/** Takes what is there as it is, whatever this computer has seen of it. */
	forgetSeen(): Promise<void>;
	/** Seals by the flock's own key, which is asked for where it was not read yet; `null` where there is no flock. */
	sealer(): Promise<Sealer | null>;
	/** Who did what, the newest first. */
	history(): Promise<Change[]>;
	/** Seals the flock's key by another passphrase; false where there is no flock yet. */
	changePassphrase(passphrase: string): Promise<boolean>;
	/**
	 * The changes whose earlier record holds keys of a bot, under this name or, by its tokens, another one.
	 * @param forget true to take these records out of the history.
	 */
	earlier(bot: string, tokens: Iterable<string>, forget: boolean): Promise<number>;
};

/** One bot's row. A removed one stays, without a record, so that its version still counts up. */
type BotRow = {name: string; version: number; bot_key: string | null; record_sealed: string | null};

type FlockRow = {
	id: string;
	flock_key: string;
	change: number;
	frame_sealed: string;
	schema: number;
	bots: BotRow[];
};

/** A row of history with what it replaced. */
type EarlierRow = {
	change: number;
	bot: string;
	version: number;
	old_bot_key: string;
	old_record_sealed: string;
};

/** What was read last. */
type Known = {
	id: string;
	key: Buffer;
	change: number;
	state: State;
	versions: ReadonlyMap<string, number>;
	/** Each bot's own key, which its record keeps from version to version. */
	botKeys: ReadonlyMap<string, Buffer>;
};

/** A bot's next version. */
type Written = {
	what: What | undefined;
	name: string;
	version: number;
	change: number;
	record: BotRecord | null;
	botKey: Buffer;
};

/** What was read so lately is asked for no second time by the same look at a flock; milliseconds. */
const moment = 1000;

/** The channel on which a change is told; the flock's id is what is said. */
export const channel = 'keymaker';

/** Everything that a save does, of no row: the server says of each whether this role may. */
const trial: readonly string[] = [
	'update keymaker.flock set change = change, frame_sealed = frame_sealed where false',
	`insert into keymaker.bot (flock, name, version, change, bot_key, record_sealed)
		select flock, name, version, change, bot_key, record_sealed from keymaker.bot where false
		on conflict (flock, name) do update set version = excluded.version, change = excluded.change,
			bot_key = excluded.bot_key, record_sealed = excluded.record_sealed`,
	`insert into keymaker.history (flock, change, bot, what, by_whom, version, old_bot_key, old_record_sealed)
		select flock, change, bot, what, by_whom, version, old_bot_key, old_record_sealed
		from keymaker.history where false`,
	`select pg_notify('${channel}_trial', '')`,
];

/** A standby that is behind is waited for so long, and asked so often; milliseconds. */
const longestLag = 2000;
const lagPause = 200;

const botsOf = `select f.id, f.flock_key, f.change::int8::float8 as change, f.frame_sealed,
	(select max(version) from keymaker.schema_version) as schema,
	(select coalesce(json_agg(json_build_object('name', b.name, 'version', b.version, 'bot_key', b.bot_key,
		'record_sealed', b.record_sealed) order by b.name), '[]') from keymaker.bot b
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

	async function opened(row: FlockRow, since: Known | null, ask: boolean): Promise<Known> {
		assertReadable(row.schema);
		if (since !== null && (since.id !== row.id || row.change < since.change)) {
			throw new FlockError('keystore-older', `The keystore ${place} is older than what was read before.`, {
				hint: 'A backup may have been put back. Ask whoever looks after the database.',
			});
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

	function stateOf(row: FlockRow, key: Buffer, since: Known | null): Known {
		const frame = JSON.parse(openBytes(row.frame_sealed, key, [row.id, 'frame', row.change]).toString());
		const {rows, ...fields}: Record<string, unknown> = frame;
		const versions = new Map(since?.versions);
		const botKeys = new Map(since?.botKeys);
		const gone = new Set<string>();
		for (const {name, version, bot_key, record_sealed} of row.bots) {
			if (version <= (versions.get(name) ?? 0)) {
				throw new Damage('a bot’s row is older than one that was read before');
			}

			versions.set(name, version);
			if (bot_key === null || record_sealed === null) {
				gone.add(name);
				botKeys.delete(name);
				continue;
			}

			const botKey = openBytes(bot_key, key, [row.id, 'key', name]);
			botKeys.set(name, botKey);
			const record = openBytes(record_sealed, botKey, [row.id, 'record', name, version]);
			fields[`bot:${name}`] = JSON.parse(record.toString());
		}

		if (rows !== digestOf(versions)) {
			throw new Damage('a bot’s row is missing, or an older one was put back');
		}

		const {records: changed, ...rest} = parseState(fields);
		const records = new Map(since?.state.records);
		for (const name of gone) {
			records.delete(name);
		}

		for (const [name, record] of changed) {
			records.set(name, record);
		}

		return {id: row.id, key, change: row.change, state: {...rest, records}, versions, botKeys};
	}

	/** Makes a flock's row, which others may have made meanwhile; nothing of it is in plain text but its name. */
	async function make(): Promise<void> {
		if (options.passphrase !== undefined && options.passphraseGiven !== true) {
			throw new FlockError('keystore-passphrase', `${place} has no flock ${visible(label.flock)} yet.`, {
				hint: 'To make it, set KEYMAKER_PASSPHRASE_COMMAND to a command that prints its passphrase, or KEYMAKER_PASSPHRASE.',
			});
		}

		const derived = await keyring.makeGiven();
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
		const end = performance.now() + Math.min(longestLag, left);
		let asking = ask(left);
		fetching = asking.catch(() => {});
		next = null;
		for (;;) {
			try {
				const {row, since} = await asking;
				// Whoever is asked for a passphrase holds no connection meanwhile, and has all the time there is.
				return await remembered(row && (await opened(row, since, true)));
			} catch (error) {
				const isBehind = error instanceof FlockError && error.code === 'keystore-older';
				if (!isBehind || performance.now() > end) {
					throw failureAt(error, place);
				}
			}

			await pause(lagPause);
			asking = ask(left);
		}
	}

	async function ask(left: number): Promise<{row: FlockRow | null; since: Known | null}> {
		sights = (await memory?.recall()) ?? sights;
		const since = known;
		return {row: await current(since, left), since};
	}

	async function current(since: Known | null, left: number): Promise<FlockRow | null> {
		return await withClient(address, left, async client => {
			try {
				return await fetch(client, since);
			} catch (error) {
				if (![undefinedTable, undefinedColumn].includes(serverState(error))) {
					throw error;
				}

				const schema = await schemaOf(client);
				if (schema === null) {
					// A database that no flock was ever put into.
					return null;
				}

				assertReadable(schema);
				throw error;
			}
		});
	}

	async function remembered(now: Known | null): Promise<Known | null> {
		await (now === null ? memory?.checkMissing(sights) : memory?.learn(seenOf(now), sights));
		return now;
	}

	async function write<T>(client: Client, edit: Parameters<StateStore['save']>[0]): Promise<[T, Known]> {
		await lock(client);
		const since = known;
		const row = await fetch(client, since);
		if (row === null) {
			throw new FlockError('keystore-unreadable', `The flock is gone from ${place}.`, {
				hint: 'Nothing was changed. Ask whoever looks after the database.',
			});
		}

		const before = await opened(row, since, false);
		const {state, result} = edited(edit, before);
		const names = changedNames(before.state, state);
		assertGood(state, names);
		if (names.length === 0 && frameOf(before.state) === frameOf(state)) {
			return [result as T, before];
		}

		const change = before.change + 1;
		const versions = new Map(before.versions);
		const botKeys = new Map(before.botKeys);
		const changes = changesOf(before.state.records, state.records, names);
		for (const name of names) {
			const version = (versions.get(name) ?? 0) + 1;
			versions.set(name, version);
			const record = state.records.get(name) ?? null;
			const botKey = botKeys.get(name) ?? newKey();
			botKeys.set(name, botKey);
			await writeBot(client, before, {what: changes.get(name), name, version, change, record, botKey});
			if (record === null) {
				botKeys.delete(name);
			}
		}

		await client.query('update keymaker.flock set change = $2, frame_sealed = $3 where id = $1', [
			before.id,
			change,
			sealFrame(state, versions, before.key, [before.id, 'frame', change]),
		]);
		await client.query('select pg_notify($1, $2)', [channel, before.id]);
		return [result as T, {...before, change, state, versions, botKeys}];
	}

	async function writeBot(
		client: Client,
		{id, key}: Known,
		{what, name, version, change, record, botKey}: Written,
	): Promise<void> {
		if (what !== undefined) {
			who ??= whoAmI();
			await client.query(
				`insert into keymaker.history (flock, change, bot, what, by_whom, version, old_bot_key, old_record_sealed)
				select $1::text, $3::bigint, $2::text, $6::text, $4::text, $5::bigint, b.bot_key, b.record_sealed
				from (select 1) one left join keymaker.bot b on b.flock = $1 and b.name = $2`,
				[id, name, change, who, version, what],
			);
		}

		const sealed =
			record && sealBytes(Buffer.from(JSON.stringify(record)), botKey, [id, 'record', name, version]);
		await client.query(
			`insert into keymaker.bot (flock, name, version, change, bot_key, record_sealed)
			values ($1, $2, $3, $4, $5, $6) on conflict (flock, name) do update
			set version = excluded.version, change = excluded.change, bot_key = excluded.bot_key,
				record_sealed = excluded.record_sealed`,
			[id, name, version, change, record && sealBytes(botKey, key, [id, 'key', name]), sealed],
		);
	}

	async function prepare(): Promise<void> {
		await withClient(address, deadline, async client => {
			const schema = await schemaOf(client);
			if (schema === null) {
				await client.query(schemaSql);
			} else {
				assertReadable(schema);
			}
		});
	}

	function assertReadable(schema: number): void {
		if (schema > schemaVersion) {
			throw new FlockError('keystore-newer', `A newer keymaker has made the schema in ${place}.`, {
				hint: 'It was left untouched. Update keymaker.',
			});
		}
	}

	/** Waits until no other program changes this flock. */
	async function lock(client: Client): Promise<void> {
		await client.query('select 1 from keymaker.flock where name = $1 and kind = $2 for update', [
			label.flock,
			label.kind,
		]);
	}

	/** The rows of history whose earlier record holds keys of a bot. */
	async function earlierOf(
		client: Client,
		{id, key, state}: Known,
		bot: string,
		tokens: ReadonlySet<string>,
	) {
		const ofOthers = new Set(
			[...state.records].flatMap(([name, record]) =>
				name === bot ? [] : keysOf(record).map(({accessToken}) => accessToken),
			),
		);
		const {rows} = await client.query<EarlierRow>(
			`select change::int8::float8 as change, bot, version::int8::float8 as version, old_bot_key, old_record_sealed
			from keymaker.history where flock = $1 and old_record_sealed is not null`,
			[id],
		);
		return rows.filter(row => {
			const botKey = openBytes(row.old_bot_key, key, [id, 'key', row.bot]);
			const sealedAs = [id, 'record', row.bot, row.version - 1];
			const record = JSON.parse(openBytes(row.old_record_sealed, botKey, sealedAs).toString());
			const {records} = parseState({...fieldsOf(emptyState), [`bot:${row.bot}`]: record});
			const its = [...records.values()].flatMap(keysOf).map(({accessToken}) => accessToken);
			return (row.bot === bot && its.length > 0) || its.some(one => tokens.has(one) && !ofOthers.has(one));
		});
	}

	return {
		prepare,
		async tryWriting() {
			if ((await load()) === null) {
				await prepare();
				await make();
				await load();
			}

			await inTransaction(address, deadline, async client => {
				await lock(client);
				for (const statement of trial) {
					await client.query(statement);
				}
			});
		},
		recent: () => (known !== null && performance.now() - knownAt < moment ? known.state : null),
		async load() {
			return (await load()) ?? {state: emptyState};
		},
		async save(edit) {
			// Whoever is asked for a passphrase holds up nobody.
			if (known === null && (await load()) === null) {
				await prepare();
				await make();
				await load();
			}

			const [result, after] = await inTransaction(address, deadline, client =>
				write<ReturnType<typeof edit>['result']>(client, edit),
			);
			learn(after);
			await memory?.learn(seenOf(after), sights);
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
		async history() {
			if ((await load()) === null) {
				return [];
			}

			return await withClient(address, deadline, async client => {
				const {rows} = await client.query<Omit<Change, 'at'> & {at: Date}>(
					`select h.at, h.bot, h.what, h.role, h.by_whom as by from keymaker.history h
					join keymaker.flock f on f.id = h.flock where f.name = $1 and f.kind = $2
					order by h.change desc, h.bot`,
					[label.flock, label.kind],
				);
				return rows.map(row => ({...row, at: row.at.toISOString()}));
			});
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
		async earlier(bot, tokens, forget) {
			const now = await load();
			if (now === null) {
				return 0;
			}

			const wanted = new Set(tokens);
			return await inTransaction(address, deadline, async client => {
				const rows = await earlierOf(client, now, bot, wanted);
				for (const {change, bot: name} of forget ? rows : []) {
					await client.query(
						`update keymaker.history set old_bot_key = null, old_record_sealed = null
						where flock = $1 and change = $2 and bot = $3`,
						[now.id, change, name],
					);
				}

				return rows.length;
			});
		},
	};
}

function edited(edit: Parameters<StateStore['save']>[0], before: Known): {state: State; result: unknown} {
	try {
		return edit(before);
	} catch (error) {
		throw new Refusal(error);
	}
}

/** Everybody must be able to read what is saved; what was read is good. @throws `Damage` */
function assertGood(state: State, changed: readonly string[]): void {
	const records = new Map(
		changed.flatMap(name => {
			const record = state.records.get(name);
			return record === undefined ? [] : [[name, record] as const];
		}),
	);
	parseState(fieldsOf({...state, records}));
}

/** The bots whose records differ. Records that no edit has touched are the very same objects. */
function changedNames(before: State, after: State): string[] {
	return [...new Set([...before.records.keys(), ...after.records.keys()])].filter(name => {
		const [one, other] = [before.records.get(name), after.records.get(name)];
		return one !== other && JSON.stringify(one) !== JSON.stringify(other);
	});
}

/** PostgreSQL's names of a table and a column that are not there. */
const undefinedTable = '42P01';
const undefinedColumn = '42703';

/** The version of keymaker's schema; `null` where there is none. */
async function schemaOf(client: Client): Promise<number | null> {
	const {rows: found} = await client.query<{there: boolean}>(
		"select to_regclass('keymaker.schema_version') is not null as there",
	);
	if (found[0]?.there !== true) {
		return null;
	}

	const {rows} = await client.query<{version: number | null}>(
		'select max(version) as version from keymaker.schema_version',
	);
	return rows[0]?.version ?? 0;
}

/** All of a state but its records and the folder of poems, which differs from computer to computer. */
function frameOf(state: State): string {
	return JSON.stringify(fieldsOf({...state, poems: null, records: new Map()}));
}

/** The frame holds a digest of all rows, so that none can be removed or put back unnoticed. */
function sealFrame(
	state: State,
	versions: ReadonlyMap<string, number>,
	key: Buffer,
	binding: Binding,
): string {
	const frame = {...JSON.parse(frameOf(state)), rows: digestOf(versions)};
	return sealBytes(Buffer.from(JSON.stringify(frame)), key, binding);
}

/** Of every row's name and version, the removed bots' included. */
function digestOf(versions: ReadonlyMap<string, number>): string {
	const rows = [...versions].sort(([one], [other]) => (one < other ? -1 : 1));
	return createHash('sha256').update(JSON.stringify(rows)).digest('base64');
}

/** The person and the computer; a container's user may have no name. */
function whoAmI(): string {
	let user = 'unknown';
	try {
		user = userInfo().username;
	} catch {}

	return `${user}@${hostname()}`;
}
