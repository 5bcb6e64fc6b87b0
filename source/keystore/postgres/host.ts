import {notGranted, notHosts, savesNothing} from '../../flock/hosts.ts';
import type {AppKey} from '../../flock/key.ts';
import type {Identities, Identity} from '../../system/identity.ts';
import {Damage} from '../form/damage.ts';
import {emptyError, movedError} from '../form/marker.ts';
import {parseState} from '../form/parse.ts';
import {contentsOf, recordsOf} from '../records.ts';
import type {Memory, Seen} from '../seen/memory.ts';
import type {Sights} from '../seen/sights.ts';
import {appPrefix, botPrefix, copyOfRecord, emptyState, fieldsOf} from '../state.ts';
import {drawn, readAddress, withoutPassword} from './address.ts';
import {failureAt} from './failures.ts';
import {type HostRead, hostHealthOf} from './host-health.ts';
import type {DatabaseOptions, Shared} from './keystore.ts';
import {caughtUp, olderThanRead} from './lag.ts';
import {markerOf} from './rows.ts';
import {assertReadable} from './schema.ts';
import {openBytes} from './sealed.ts';
import {withClient} from './session.ts';
import {watchFlock} from './watch.ts';

/** What a host needs to open its bots. */
export type HostOptions = Pick<
	DatabaseOptions,
	'address' | 'environment' | 'label' | 'deadline' | 'memoryOf'
> &
	Readonly<{identity: Identity}>;

/** A bot as a host reads it; the sealed fields are `null` if it is not granted to the host. */
type HostRow = {
	name: string;
	version: number;
	sealed_key: string | null;
	record_sealed: string | null;
	app_sealed: string | null;
};

type FlockRow = {id: string; moved: string | null; schema: number; bots: HostRow[]};

const botsFor = `select f.id, f.moved, (select max(version) from keymaker.schema_version) as schema,
	(select coalesce(json_agg(json_build_object('name', b.name, 'version', b.version, 'sealed_key', g.sealed_key,
		'record_sealed', case when g.sealed_key is not null then b.record_sealed end,
		'app_sealed', case when g.sealed_key is not null then b.app_sealed end) order by b.name), '[]')
		from keymaker.bot b left join keymaker.grants g
			on g.flock = b.flock and g.bot = b.name and g.recipient = any($3) and g.sealed_key is not null
		where b.flock = f.id and b.record_sealed is not null) as bots
	from keymaker.flock f where f.name = $1 and f.kind = $2`;

/**
 * Opens the bots of a flock in a database that are granted to this computer's identity, and saves nothing. A role that may only
 * select is enough. Connects, and reads the identity, at the first call.
 * @throws FlockError `keystore-address`
 */
export function openHost({
	address: given,
	environment,
	label,
	deadline,
	identity,
	memoryOf,
}: HostOptions): Shared {
	const address = readAddress(given.text, {from: given.from, environment});
	const place = drawn(address);
	/** Opening a key is slow, so each is opened once. */
	const botKeys = new Map<string, Buffer>();
	const memories = new Map<string, Memory | undefined>();
	/** What was last read of each bot. */
	let seen = new Map<string, Seen>();
	let identities: Promise<Identities> | null = null;

	/** Remembers each bot's own version, which is sealed with it. A host cannot verify the flock's. */
	function memoryFor(bot: string): Memory | undefined {
		const known = memories.get(bot) ?? memoryOf?.(`${withoutPassword(address)} (${label.flock}) ${bot}`);
		memories.set(bot, known);
		return known;
	}

	function read(): Promise<HostRead> {
		return caughtUp(deadline, () => readOnce(false));
	}

	/** @param anyway true accepts older versions, too */
	async function readOnce(anyway: boolean): Promise<HostRead> {
		const sights = (await memoryFor('')?.recall()) ?? new Map();
		identities ??= identity.read();
		const {secrets, recipients} = await identities.catch(error => {
			identities = null;
			throw error;
		});
		const row = await withClient(address, deadline, async client => {
			const wanted = [label.flock, label.kind, recipients];
			const {rows} = await client.query<FlockRow>(botsFor, wanted);
			return rows[0] ?? null;
		});
		if (row === null) {
			throw emptyError(
				place,
				label.flock,
				'Check --flock and KEYMAKER_FLOCK: use the name that the flock has where you manage it.',
			);
		}

		assertReadable(row.schema, place);
		if (row.moved !== null) {
			throw movedError(place, label.flock, markerOf(row.moved));
		}

		try {
			return await opened(row, secrets, anyway ? null : sights);
		} catch (error) {
			throw failureAt(error, place);
		}
	}

	async function opened(
		{id, bots}: FlockRow,
		secrets: readonly string[],
		sights: Sights | null,
	): Promise<HostRead> {
		const now = new Map<string, Seen>();
		const fields = fieldsOf(emptyState);
		const others = new Set<string>();
		for (const {name, version, sealed_key, record_sealed, app_sealed} of bots) {
			if (sealed_key === null || record_sealed === null) {
				others.add(name);
				continue;
			}

			const key = await botKeyOf(sealed_key, secrets);
			const read = (sealed: string, kind: string) =>
				JSON.parse(openBytes(sealed, key, [id, kind, name, version]).toString());
			fields[botPrefix + name] = read(record_sealed, 'record');
			if (app_sealed !== null) {
				const {consumerKey, consumerSecret}: AppKey = read(app_sealed, 'app');
				fields[appPrefix + consumerKey] = {consumerSecret};
			}

			const found = {identity: {id: `${id} ${name}`, ...label, counter: version}, encrypted: true};
			if (sights !== null) {
				if (version < (seen.get(name)?.identity.counter ?? 0)) {
					throw olderThanRead(place);
				}

				memoryFor(name)?.checkState(found, sights);
			}

			now.set(name, found);
		}

		const state = parseState(fields);
		seen = new Map([...seen, ...now]);
		for (const [name, found] of now) {
			const memory = memoryFor(name);
			await (sights === null ? memory?.accept(found) : memory?.learn(found, sights));
		}

		return {state, others};
	}

	async function botKeyOf(sealed: string, secrets: readonly string[]): Promise<Buffer> {
		const known = botKeys.get(sealed);
		if (known !== undefined) {
			return known;
		}

		const {openWith} = await import('../../system/age.ts');
		const key = await openWith(secrets, Buffer.from(sealed, 'base64'));
		if (key === null) {
			throw new Damage('a grant to this computer was changed by something other than keymaker');
		}

		botKeys.set(sealed, key);
		return key;
	}

	const refuse = () => Promise.reject(savesNothing());
	const records = recordsOf({load: read, save: refuse});
	return {
		path: place,
		waiting: null,
		...records,
		async list() {
			const {state, others} = await read();
			return {...contentsOf(state), others};
		},
		async get(bot) {
			const {state, others} = await read();
			if (others.has(bot)) {
				throw notGranted(bot);
			}

			const record = state.records.get(bot);
			return record === undefined ? null : copyOfRecord(record);
		},
		tryWriting: refuse,
		place: async () => withoutPassword(address),
		snapshot: refuse,
		askPassphrase: refuse,
		handOver: refuse,
		takeIn: refuse,
		watch: onChange => watchFlock({address, label, deadline}, onChange),
		encrypt: refuse,
		decrypt: refuse,
		changePassphrase: refuse,
		backups: async () => [],
		restore: refuse,
		async forgetSeen() {
			await readOnce(true);
		},
		strayGrants: async () => [],
		history: () => Promise.reject(notHosts()),
		backupsHolding: async () => 0,
		purge: refuse,
		health: () =>
			hostHealthOf({
				address,
				deadline,
				identity,
				read,
				memoryOf: memoryFor,
			}),
	};
}
