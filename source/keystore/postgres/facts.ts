import type {TLSSocket} from 'node:tls';
import type {Client} from 'pg';
import {visible} from '../../flock/visible.ts';
import type {KeystoreLook} from '../keystore.ts';
import {schemaOf, schemaVersion} from './schema.ts';

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

/** What reading, saving and granting do with each table. */
const needed = `(values (1, 'flock', 'select'), (2, 'bot', 'select'), (3, 'flock', 'update'), (4, 'bot', 'insert'),
	(5, 'bot', 'update'), (6, 'history', 'insert'), (7, 'grants', 'select'), (8, 'grants', 'insert'), (9, 'grants', 'update'))`;

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

/** Asks a database about itself and about the role, and changes nothing. */
export async function factsOf(client: Client): Promise<Facts> {
	const before = Date.now() / 1000;
	const {rows} = await client.query<Omit<Facts, 'schema' | 'tls' | 'ahead'> & {schemas: number}>(question);
	const after = Date.now() / 1000;
	const row = rows[0] as (typeof rows)[number];
	const ahead = row.clock > after ? row.clock - after : Math.min(0, row.clock - before);
	return {
		...row,
		lacking: row.schemas === 0 ? null : (row.lacking ?? []),
		schema: (await schemaOf(client).catch(() => null)) || null,
		tls: protocolOf(client),
		ahead,
	};
}

function protocolOf(client: Client): string | null {
	const {stream} = (client as unknown as {connection: {stream: Partial<TLSSocket>}}).connection;
	return stream.getProtocol?.() ?? null;
}

/** What follows from what a database says of itself and of the role. */
export function looksAt(facts: Facts): KeystoreLook[] {
	return [tlsLook, serverLook, roleLook, schemaLook, clockLook].map(look => look(facts));
}

/** The same for a host, which saves nothing. */
export function hostLooksAt(facts: Facts): KeystoreLook[] {
	const server = ok('server', `PostgreSQL ${visible(facts.version)} answers.`);
	return [tlsLook(facts), server, hostRoleLook(facts), schemaLook(facts), clockLook(facts)];
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
				'Bots’ programs may read there; to save, name the server that accepts writes.',
			)
		: ok('server', `${server} accepts writes.`);
}

function roleLook({role, lacking}: Facts): KeystoreLook {
	const its = `The role ${visible(role)}`;
	if (lacking === null || lacking.length === 0) {
		return ok('role', lacking === null ? `${its} may log in.` : `${its} may read and save.`);
	}

	const mayNotRead = lacking.some(right => right === 'select on flock' || right === 'select on bot');
	const maySave = lacking.every(right => right.endsWith(' on grants'));
	const may = mayNotRead ? 'not read' : maySave ? 'read and save, but not grant bots' : 'read, and not save';
	return warning(
		'role',
		`${its} may ${may}: it lacks ${lacking.join(', ')}.`,
		`To ${maySave ? 'grant' : 'save'}, have an administrator grant that in the schema keymaker.`,
	);
}

function hostRoleLook({role, lacking}: Facts): KeystoreLook {
	const its = `The role ${visible(role)}`;
	const unread = lacking?.filter(right => right.startsWith('select on ')) ?? [];
	if (unread.length > 0) {
		return problem(
			'role',
			`${its} may not read: it lacks ${unread.join(', ')}.`,
			'Have an administrator grant that in the schema keymaker.',
		);
	}

	const maySave =
		lacking !== null &&
		['update on flock', 'update on bot', 'insert on bot'].some(right => !lacking.includes(right));
	return maySave
		? warning(
				'role',
				`${its} may also save.`,
				'A host only reads. Use a role that may only select, so nobody who takes over this computer can change anything.',
			)
		: ok('role', `${its} may only read. A host needs no more.`);
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
		? ok('schema', 'No schema yet. The first key creates it.')
		: warning(
				'schema',
				lacking === null
					? 'No schema yet, and this role cannot create it.'
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

/** All is well. */
export function ok(about: KeystoreLook['about'], sentence: string): KeystoreLook {
	return {about, state: 'ok', sentence, hint: null};
}

/** Worth knowing, and nothing that stops anybody. */
export function warning(about: KeystoreLook['about'], sentence: string, hint: string): KeystoreLook {
	return {about, state: 'warning', sentence, hint};
}

/** Has to be mended. */
export function problem(about: KeystoreLook['about'], sentence: string, hint: string): KeystoreLook {
	return {about, state: 'problem', sentence, hint};
}
