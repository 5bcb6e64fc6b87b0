import type {Client} from 'pg';
import {type BotRecord, keysOf} from '../../flock/key.ts';
import {parseState} from '../form/parse.ts';
import type {Change} from '../keystore.ts';
import {emptyState, fieldsOf, type State} from '../state.ts';
import {openBytes} from './sealed.ts';

/** A row of history with what it replaced, under the version that followed it. */
export type EarlierRow = {
	change: number;
	bot: string;
	version: number;
	old_bot_key: string | null;
	old_record_sealed: string | null;
};

/** Who opens earlier records. */
type Opener = Readonly<{id: string; key: Buffer}>;

/** One of a flock's changes, as its number and what was done. */
export type NumberedChange = {number: number; changes: Change[]};

type ChangeRow = Omit<Change, 'at'> & {at: Date; change: number};

const changeOf = 'change::int8::float8 as change, at, bot, what, role, by_whom as by';

function told({at, bot, what, role, by}: ChangeRow): Change {
	return {at: at.toISOString(), bot, what, role, by};
}

/** A record as a row of history keeps it; `null` where there was none, or it was purged. @throws `Damage` */
export function earlierRecord({id, key}: Opener, row: EarlierRow): BotRecord | null {
	const {bot, version, old_bot_key, old_record_sealed} = row;
	if (old_bot_key === null || old_record_sealed === null) {
		return null;
	}

	const botKey = openBytes(old_bot_key, key, [id, 'key', bot]);
	const record = JSON.parse(
		openBytes(old_record_sealed, botKey, [id, 'record', bot, version - 1]).toString(),
	);
	const {records} = parseState({...fieldsOf(emptyState), [`bot:${bot}`]: record});
	return records.values().next().value ?? null;
}

/** All that was done to a flock's bots, the newest first. */
export async function historyOf(client: Client, flock: string): Promise<Change[]> {
	const {rows} = await client.query<ChangeRow>(
		`select ${changeOf} from keymaker.history where flock = $1 order by keymaker.history.change desc, bot`,
		[flock],
	);
	return rows.map(told);
}

/** A flock's last changes, the newest first. */
export async function lastChanges(client: Client, flock: string, most: number): Promise<NumberedChange[]> {
	const {rows} = await client.query<ChangeRow>(
		`select ${changeOf} from keymaker.history
		where flock = $1 and change in
			(select distinct change from keymaker.history where flock = $1 order by change desc limit $2)
		order by keymaker.history.change desc, bot`,
		[flock, most],
	);
	const found = new Map<number, NumberedChange>();
	for (const row of rows) {
		const entry = found.get(row.change) ?? {number: row.change, changes: []};
		entry.changes.push(told(row));
		found.set(row.change, entry);
	}

	return [...found.values()];
}

/**
 * What the bots that were changed by a change and since had before it; `null` for those that had no record. Bots whose
 * record from then was purged are left out.
 * @returns `null` where there is no such change.
 */
export async function recordsBefore(
	client: Client,
	opener: Opener,
	change: number,
): Promise<ReadonlyMap<string, BotRecord | null> | null> {
	const {rows} = await client.query<EarlierRow & {purged: boolean}>(
		`select distinct on (bot) change::int8::float8 as change, bot, version::int8::float8 as version,
			old_bot_key, old_record_sealed, purged
		from keymaker.history where flock = $1 and change >= $2
			and exists (select 1 from keymaker.history where flock = $1 and change = $2)
		order by bot, keymaker.history.change`,
		[opener.id, change],
	);
	return rows.length === 0
		? null
		: new Map(rows.filter(({purged}) => !purged).map(row => [row.bot, earlierRecord(opener, row)]));
}

/** The rows of history whose earlier record holds keys of a bot; all of a bot's where they are forgotten. */
export async function earlierOf(
	client: Client,
	{id, key, state}: Opener & {state: State},
	bot: string,
	tokens: ReadonlySet<string>,
	forget: boolean,
): Promise<EarlierRow[]> {
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
		const record = earlierRecord({id, key}, row);
		const its = record === null ? [] : keysOf(record).map(({accessToken}) => accessToken);
		return (
			(row.bot === bot && (forget || its.length > 0)) ||
			its.some(one => tokens.has(one) && !ofOthers.has(one))
		);
	});
}
