import {randomBytes} from 'node:crypto';
import {hostname, userInfo} from 'node:os';
import type {Client} from 'pg';
import {FlockError} from '../../flock/error.ts';
import type {BotRecord} from '../../flock/key.ts';
import {Damage} from '../form/damage.ts';
import {parseSealed, type ScryptCost, seal, unseal} from '../form/encryption.ts';
import {withoutLearnt} from '../form/fields.ts';
import type {Identity, Label} from '../form/identity.ts';
import {parseState} from '../form/parse.ts';
import {openKeyring, type PassphraseProvider} from '../keyring.ts';
import type {StateStore} from '../records.ts';
import {emptyState, fieldsOf, type State} from '../state.ts';
import {type Address, drawn} from './address.ts';
import {Refusal} from './failures.ts';
import {schemaSql, schemaVersion} from './schema.ts';
import {newKey, openBytes, sealBytes} from './sealed.ts';
import {inTransaction, withClient} from './session.ts';

/** What opening a keystore in a database needs. */
export type EngineOptions = Readonly<{
	address: Address;
	label: Label;
	passphrase?: PassphraseProvider | undefined;
	/** How often it is asked before a wrong one is an error. */
	passphraseTries?: number | undefined;
	/** What deriving a new key costs. */
	scrypt?: ScryptCost | undefined;
	/** How long one call may take; milliseconds. */
	deadline: number;
}>;

/** A flock's state in a database, and the channel on which its changes are told. */
export type Engine = StateStore & {
	/** Makes the schema where there is none. */
	prepare(): Promise<void>;
};

/** One bot's row. A removed one stays, without a record, so that its version still counts up. */
type BotRow = {name: string; version: number; bot_key: string | null; record_sealed: string | null};

type FlockRow = {id: string; flock_key: string; change: number; frame_sealed: string; bots: BotRow[]};

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
type Written = {name: string; version: number; change: number; record: BotRecord | null; botKey: Buffer};

/** The channel on which a change is told; the flock's id is what is said. */
export const channel = 'keymaker';

const botsOf = `select f.id, f.flock_key, f.change::int8::float8 as change, f.frame_sealed,
	(select coalesce(json_agg(json_build_object('name', b.name, 'version', b.version, 'bot_key', b.bot_key,
		'record_sealed', b.record_sealed) order by b.name), '[]') from keymaker.bot b
		where b.flock = f.id and b.change > $3) as bots
	from keymaker.flock f where f.name = $1 and f.kind = $2`;

/** Connects to nothing before the first call. */
export function openEngine(options: EngineOptions): Engine {
	const {address, label, deadline} = options;
	const place = drawn(address);
	const keyring = openKeyring({
		provider: options.passphrase,
		file: place,
		tries: options.passphraseTries,
		cost: options.scrypt,
	});
	let known: Known | null = null;

	async function read(client: Client, ask: boolean): Promise<Known | null> {
		const since = known;
		const {rows} = await client.query<FlockRow>(botsOf, [label.flock, label.kind, since?.change ?? -1]);
		const row = rows[0];
		if (row === undefined) {
			return null;
		}

		if (since !== null && (since.id !== row.id || row.change < since.change)) {
			throw new FlockError('keystore-older', `The keystore ${place} is older than what was read before.`, {
				hint: 'A backup may have been put back. Ask whoever looks after the database.',
			});
		}

		const key = since?.key ?? (await flockKeyOf(row, ask));
		const now = stateOf(row, key, since);
		learn(now);
		return now;
	}

	/** A late answer takes no newer one's place. */
	function learn(now: Known): void {
		if (known === null || now.change >= known.change) {
			known = now;
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
		const fields: Record<string, unknown> = {...frame};
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
		const derived = await keyring.makeGiven();
		const id = randomBytes(16).toString('hex');
		const key = newKey();
		const sealed = JSON.stringify(seal(key.toString('base64'), derived, identityOf(id)));
		await inTransaction(address, deadline, client =>
			client.query(
				`insert into keymaker.flock (id, name, kind, flock_key, change, frame_sealed)
				values ($1, $2, $3, $4, 0, $5) on conflict (name, kind) do nothing`,
				[id, label.flock, label.kind, sealed, sealFrame(emptyState, key, id, 0)],
			),
		);
	}

	async function load(): Promise<Known | null> {
		return await withClient(address, deadline, client => read(client, true));
	}

	async function write<T>(client: Client, edit: Parameters<StateStore['save']>[0]): Promise<[T, Known]> {
		await client.query('select 1 from keymaker.flock where name = $1 and kind = $2 for update', [
			label.flock,
			label.kind,
		]);
		const before = await read(client, false);
		if (before === null) {
			throw new FlockError('keystore-unreadable', `The flock is gone from ${place}.`, {
				hint: 'Nothing was changed. Ask whoever looks after the database.',
			});
		}

		const {state, result} = edited(edit, before);
		parseState(fieldsOf(state));
		const change = before.change + 1;
		const names = changedNames(before.state, state);
		if (names.length === 0 && frameOf(before.state) === frameOf(state)) {
			return [result as T, before];
		}

		const versions = new Map(before.versions);
		const botKeys = new Map(before.botKeys);
		for (const name of names) {
			const version = (versions.get(name) ?? 0) + 1;
			versions.set(name, version);
			const record = state.records.get(name) ?? null;
			const botKey = botKeys.get(name) ?? newKey();
			botKeys.set(name, botKey);
			await writeBot(client, before, {name, version, change, record, botKey});
			if (record === null) {
				botKeys.delete(name);
			}
		}

		await client.query('update keymaker.flock set change = $2, frame_sealed = $3 where id = $1', [
			before.id,
			change,
			sealFrame(state, before.key, before.id, change),
		]);
		await client.query('select pg_notify($1, $2)', [channel, before.id]);
		return [result as T, {...before, change, state, versions, botKeys}];
	}

	async function writeBot(
		client: Client,
		{id, key, state}: Known,
		{name, version, change, record, botKey}: Written,
	): Promise<void> {
		const old = state.records.get(name);
		if (old === undefined || record === null || withoutLearnt(old) !== withoutLearnt(record)) {
			await client.query(
				`insert into keymaker.history (flock, change, bot, by_whom, version, old_bot_key, old_record_sealed)
				select $1::text, $3::bigint, $2::text, $4::text, $5::bigint, b.bot_key, b.record_sealed
				from (select 1) one left join keymaker.bot b on b.flock = $1 and b.name = $2`,
				[id, name, change, `${userInfo().username}@${hostname()}`, version],
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

	return {
		async prepare() {
			await withClient(address, deadline, async client => {
				const {rows} = await client.query("select to_regclass('keymaker.schema_version') as there");
				if (rows[0]?.there === null) {
					await client.query(schemaSql);
				}

				const {rows: found} = await client.query(
					'select max(version) as version from keymaker.schema_version',
				);
				if (found[0]?.version > schemaVersion) {
					throw new FlockError('keystore-newer', `A newer keymaker has made the schema in ${place}.`, {
						hint: 'It was left untouched. Update keymaker.',
					});
				}
			});
		},
		async load() {
			return (await load()) ?? {state: emptyState};
		},
		async save(edit) {
			// Whoever is asked for a passphrase holds up nobody.
			if ((await load()) === null) {
				await make();
				await load();
			}

			const [result, after] = await inTransaction(address, deadline, client =>
				write<ReturnType<typeof edit>['result']>(client, edit),
			);
			learn(after);
			return result;
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

/** The bots whose records differ. Records that no edit has touched are the very same objects. */
function changedNames(before: State, after: State): string[] {
	return [...new Set([...before.records.keys(), ...after.records.keys()])].filter(name => {
		const [one, other] = [before.records.get(name), after.records.get(name)];
		return one !== other && JSON.stringify(one) !== JSON.stringify(other);
	});
}

/** All of a state but its records and the folder of poems, which differs from computer to computer. */
function frameOf(state: State): string {
	return JSON.stringify(fieldsOf({...state, poems: null, records: new Map()}));
}

function sealFrame(state: State, key: Buffer, id: string, change: number): string {
	return sealBytes(Buffer.from(frameOf(state)), key, [id, 'frame', change]);
}
