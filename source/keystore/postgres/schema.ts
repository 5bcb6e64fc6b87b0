import type {Client} from 'pg';
import {FlockError} from '../../flock/error.ts';

/** The version of the schema that this program reads and writes. */
export const schemaVersion = 1;

/** @param place the address as it may be drawn @throws FlockError `keystore-newer` */
export function assertReadable(version: number, place: string): void {
	if (version > schemaVersion) {
		throw new FlockError('keystore-newer', `A newer keymaker has made the schema in ${place}.`, {
			hint: 'It was left untouched. Update keymaker.',
		});
	}
}

/** Makes the schema where there is none, and adds what an older one lacks, in one transaction, which waits for another program that does the same. What `*_sealed` and `*_key` hold is ciphertext. */
export const schemaSql = `begin;
select pg_advisory_xact_lock(hashtext('keymaker'));
create schema if not exists keymaker;
create table if not exists keymaker.schema_version (version integer primary key);
insert into keymaker.schema_version values (${schemaVersion}) on conflict do nothing;
create table if not exists keymaker.flock (
	id text primary key,
	name text not null,
	kind text not null,
	flock_key text not null,
	change bigint not null,
	frame_sealed text not null,
	moved text,
	unique (name, kind)
);
create table if not exists keymaker.bot (
	flock text not null references keymaker.flock (id),
	name text not null,
	version bigint not null,
	change bigint not null,
	bot_key text,
	record_sealed text,
	app_sealed text,
	primary key (flock, name)
);
create index if not exists bot_change on keymaker.bot (flock, change);
create table if not exists keymaker.grants (
	flock text not null references keymaker.flock (id),
	bot text not null,
	name text not null,
	recipient text not null,
	sealed_key text,
	at timestamptz not null,
	primary key (flock, bot, name)
);
create table if not exists keymaker.history (
	flock text not null references keymaker.flock (id),
	change bigint not null,
	bot text not null,
	what text not null,
	at timestamptz not null default now(),
	role text not null default current_user,
	by_whom text not null,
	version bigint not null,
	old_bot_key text,
	old_record_sealed text,
	purged boolean not null default false,
	primary key (flock, change, bot)
);
commit;
`;

/** The version of keymaker's schema; `null` where there is none. */
export async function schemaOf(client: Client): Promise<number | null> {
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
