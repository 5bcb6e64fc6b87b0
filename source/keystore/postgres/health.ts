import type {TLSSocket} from 'node:tls';
import type {Client} from 'pg';
import {FlockError} from '../../flock/error.ts';
import {visible} from '../../flock/visible.ts';
import type {KeystoreHealth, KeystoreLook} from '../keystore.ts';
import type {Memory} from '../seen/memory.ts';
import {botsWithKey} from '../state.ts';
import type {WaitingFile} from '../waiting.ts';
import {type Address, drawn} from './address.ts';
import type {Engine} from './engine.ts';
import {isTold} from './listening.ts';
import {schemaVersion} from './schema.ts';
import {withClient} from './session.ts';

/** What looking at a keystore in a database needs. */
export type HealthOptions = Readonly<{
	address: Address;
	engine: Engine;
	/** How long one call may take; milliseconds. */
	deadline: number;
	waiting: WaitingFile | null;
	memory: Memory | undefined;
}>;

/** What a database says of itself and of the role. */
export type Facts = Readonly<{
	version: string;
	role: string;
	reads_only: boolean;
	is_standby: boolean;
	may_make: boolean;
	/** Seconds since 1970. */
	clock: number;
	/** The rights of keymaker's tables that the role lacks, such as `insert on bot`; `null` where there are no tables. */
	lacking: string[] | null;
	/** `null` where there is none, or where it may not be read. */
	schema: number | null;
	/** The protocol of the connection's TLS; `null` for none. */
	tls: string | null;
	/** How far the clock here is behind the database's, at least; seconds. */
	ahead: number;
}>;

/** What a save does with each table. */
const needed = `(values (1, 'flock', 'select'), (2, 'bot', 'select'), (3, 'flock', 'update'), (4, 'bot', 'insert'),
	(5, 'bot', 'update'), (6, 'history', 'insert'))`;

const question = `select current_setting('server_version') as version, current_user as role,
	current_setting('transaction_read_only') = 'on' as reads_only, pg_is_in_recovery() as is_standby,
	has_database_privilege(current_database(), 'create') as may_make,
	extract(epoch from clock_timestamp())::float8 as clock,
	(select json_agg(n.what || ' on ' || n.name order by n.place) filter (where not (has_schema_privilege(s.oid, 'usage')
		and has_any_column_privilege(c.oid, n.what)))
		from ${needed} n (place, name, what) join pg_class c on c.relname = n.name
		join pg_namespace s on s.oid = c.relnamespace and s.nspname = 'keymaker') as lacking,
	(select count(*) from pg_namespace where nspname = 'keymaker')::int as schemas`;

/** A clock may be off by this much before anybody minds; seconds. */
const mostAhead = 10;

/** Looks at a keystore in a database, and at what waits for it here; makes nothing there. */
export async function healthOf({
	address,
	engine,
	deadline,
	waiting,
	memory,
}: HealthOptions): Promise<KeystoreHealth> {
	const path = drawn(address);
	const health: KeystoreHealth = {
		path,
		exists: true,
		encrypted: true,
		bots: null,
		backups: 0,
		findings: [],
	};
	const looks: KeystoreLook[] = [];
	const facts = await attempt(health, () => withClient(address, deadline, client => factsOf(client)));
	if (facts !== null) {
		looks.push(...looksAt(facts));
		await attempt(health, async () => {
			const startedAt = performance.now();
			const state = await engine.peek();
			const took = Math.round(performance.now() - startedAt);
			health.exists = state !== null;
			health.bots = state === null ? 0 : botsWithKey(state);
			looks.push(ok('read', `Connecting and reading the flock takes ${took} ms.`));
		});
		looks.push(await listenLook(address, deadline));
		if (health.bots !== null && health.exists && memory !== undefined) {
			looks.push(await seenLook(memory));
		}
	}

	if (waiting !== null) {
		looks.push(await waitingLook(waiting));
	}

	return {...health, looks};
}

/** What is told of a keystore in a database whose address makes no sense. @throws what is no `FlockError` */
export function unopenedHealth(path: string, error: unknown): KeystoreHealth {
	const health: KeystoreHealth = {
		path,
		exists: true,
		encrypted: true,
		bots: null,
		backups: 0,
		findings: [],
	};
	addFinding(health, error);
	return health;
}

async function attempt<T>(health: KeystoreHealth, look: () => Promise<T>): Promise<T | null> {
	try {
		return await look();
	} catch (error) {
		addFinding(health, error);
		return null;
	}
}

function addFinding(health: KeystoreHealth, error: unknown): void {
	if (!(error instanceof FlockError)) {
		throw error;
	}

	const {message: sentence, hint} = error;
	health.findings.push({sentence, hint, serious: true});
}

async function factsOf(client: Client): Promise<Facts> {
	const before = Date.now() / 1000;
	const {rows} = await client.query<Omit<Facts, 'schema' | 'tls' | 'ahead'> & {schemas: number}>(question);
	const after = Date.now() / 1000;
	const row = rows[0] as (typeof rows)[number];
	const ahead = row.clock > after ? row.clock - after : Math.min(0, row.clock - before);
	return {
		...row,
		lacking: row.schemas === 0 ? null : (row.lacking ?? []),
		schema: await schemaOf(client),
		tls: protocolOf(client),
		ahead,
	};
}

async function schemaOf(client: Client): Promise<number | null> {
	try {
		const {rows} = await client.query('select max(version) as version from keymaker.schema_version');
		return rows[0]?.version ?? null;
	} catch {
		return null;
	}
}

function protocolOf(client: Client): string | null {
	const {stream} = (client as unknown as {connection: {stream: Partial<TLSSocket>}}).connection;
	return stream.getProtocol?.() ?? null;
}

/** What follows from what a database says of itself and of the role. */
export function looksAt(facts: Facts): KeystoreLook[] {
	return [tlsLook, serverLook, roleLook, schemaLook, clockLook].map(look => look(facts));
}

function tlsLook({tls}: Facts): KeystoreLook {
	return tls === null
		? ok('tls', 'The connection is in plain text: the database is on this computer.')
		: ok('tls', `The connection is ${tls}, and the certificate is checked.`);
}

function serverLook({version, is_standby, reads_only}: Facts): KeystoreLook {
	const server = `PostgreSQL ${visible(version)}`;
	return is_standby || reads_only
		? warning(
				'server',
				`${server} only reads: it is ${is_standby ? 'a standby' : 'set to read-only'}.`,
				'Bots’ programs may read there; to save, name the server that takes writes.',
			)
		: ok('server', `${server} takes writes.`);
}

function roleLook({role, lacking}: Facts): KeystoreLook {
	const its = `The role ${visible(role)}`;
	const mayNotRead = lacking?.some(right => right === 'select on flock' || right === 'select on bot');
	return lacking === null || lacking.length === 0
		? ok('role', lacking === null ? `${its} may log in.` : `${its} may read and save.`)
		: warning(
				'role',
				`${its} may ${mayNotRead ? 'not read' : 'read, and not save'}: it lacks ${lacking.join(', ')}.`,
				'To save, have an administrator grant that in the schema keymaker.',
			);
}

function schemaLook({lacking, schema, may_make}: Facts): KeystoreLook {
	if (schema !== null && schema > schemaVersion) {
		return problem(
			'schema',
			`The schema has version ${schema}, made by a newer keymaker.`,
			'Update keymaker.',
		);
	}

	if (schema !== null) {
		return ok('schema', `The schema has version ${schema}.`);
	}

	return lacking === null && may_make
		? ok('schema', 'There is no schema yet: the first key makes it.')
		: warning(
				'schema',
				lacking === null
					? 'There is no schema yet, and this role may not make it.'
					: 'The schema’s version cannot be read.',
				'Have an administrator run the SQL that `keymaker schema` prints, and grant this role its rights.',
			);
}

function clockLook({ahead}: Facts): KeystoreLook {
	const seconds = Math.round(Math.abs(ahead));
	return seconds <= mostAhead
		? ok('clock', 'Its clock and the one here agree.')
		: warning(
				'clock',
				`Its clock is ${seconds} seconds ${ahead > 0 ? 'ahead of' : 'behind'} the one here.`,
				'Set the clock that is wrong: the history’s times are the database’s, and X refuses a wrong one here.',
			);
}

async function listenLook(address: Address, deadline: number): Promise<KeystoreLook> {
	return (await isTold(address, deadline))
		? ok('listen', 'A change is told at once (LISTEN).')
		: warning(
				'listen',
				'A change is not told at once: a pooler or a standby passes LISTEN by.',
				'The screen asks every two seconds instead. Name the server itself for more.',
			);
}

async function seenLook(memory: Memory): Promise<KeystoreLook> {
	return (await memory.isKept())
		? ok('seen', 'What this computer sees of it is remembered: an older one in its place is noticed.')
		: warning(
				'seen',
				`What this computer sees of it cannot be kept in ${visible(memory.file ?? '')}: an older one in its place would not be noticed.`,
				'Give yourself permission to write there (chmod u+rwx), or name another folder in KEYMAKER_STATE.',
			);
}

async function waitingLook(waiting: WaitingFile): Promise<KeystoreLook> {
	const place = visible(waiting.path);
	try {
		const {keys, strange} = await waiting.count();
		if (keys === null) {
			return warning(
				'waiting',
				`Keys may wait in ${place}: without the database it cannot be told.`,
				'Keep that file. The next command that saves anything saves them.',
			);
		}

		if (keys > 0) {
			return warning(
				'waiting',
				`${keys} ${keys === 1 ? 'key waits' : 'keys wait'} in ${place} to be saved.`,
				'The screen saves them, and so does the next command that saves anything.',
			);
		}

		return strange === 0
			? ok('waiting', 'No key waits on this computer.')
			: warning(
					'waiting',
					`${place} holds ${strange} that cannot be opened here: damaged, or of a flock elsewhere.`,
					'Keep that file until you know that no key is in it.',
				);
	} catch (error) {
		if (!(error instanceof FlockError)) {
			throw error;
		}

		return problem('waiting', error.message, error.hint);
	}
}

function ok(about: KeystoreLook['about'], sentence: string): KeystoreLook {
	return {about, state: 'ok', sentence, hint: null};
}

function warning(about: KeystoreLook['about'], sentence: string, hint: string): KeystoreLook {
	return {about, state: 'warning', sentence, hint};
}

function problem(about: KeystoreLook['about'], sentence: string, hint: string): KeystoreLook {
	return {about, state: 'problem', sentence, hint};
}
