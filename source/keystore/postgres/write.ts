import type {Client} from 'pg';
import type {What} from '../keystore.ts';

/** One bot's row. A removed one stays, without a record, so that its version still counts up. */
export type BotRow = {
	name: string;
	version: number;
	bot_key: string | null;
	record_sealed: string | null;
	/** The app of its key, for hosts; `null` if its secret is not known. */
	app_sealed: string | null;
};

/** What the history tells of a bot's new version. */
export type Told = Readonly<{name: string; version: number; what: What}>;

/** Writes a flock's own row. */
export async function writeFrame(
	client: Client,
	{flock, change, sealed}: Readonly<{flock: string; change: number; sealed: string}>,
): Promise<void> {
	await client.query('update keymaker.flock set change = $2, frame_sealed = $3 where id = $1', [
		flock,
		change,
		sealed,
	]);
}

/** Everything that a save writes, of no row: the server says of each whether this role may. */
export async function tryWrites(client: Client): Promise<void> {
	const nothing = {flock: '', change: 0};
	await writeFrame(client, {...nothing, sealed: ''});
	await writeBots(client, nothing, []);
	await writeHistory(client, {...nothing, by: ''}, []);
}

/** Notes what is done to bots, and what it replaces: so before that is written. */
export async function writeHistory(
	client: Client,
	{flock, change, by}: Readonly<{flock: string; change: number; by: string}>,
	told: readonly Told[],
): Promise<void> {
	await client.query(
		`insert into keymaker.history (flock, change, bot, what, by_whom, version, old_bot_key, old_record_sealed)
			select $1, $2, t.name, t.what, $3, t.version, b.bot_key, b.record_sealed
			from json_to_recordset($4) as t (name text, version bigint, what text)
			left join keymaker.bot b on b.flock = $1 and b.name = t.name`,
		[flock, change, by, JSON.stringify(told)],
	);
}

/** Writes the next versions of bots, all at once: of ten thousand, each on its own would take as many ways there and back. */
export async function writeBots(
	client: Client,
	{flock, change}: Readonly<{flock: string; change: number}>,
	rows: readonly BotRow[],
): Promise<void> {
	await client.query(
		`insert into keymaker.bot (flock, name, version, change, bot_key, record_sealed, app_sealed)
			select $1, t.name, t.version, $2, t.bot_key, t.record_sealed, t.app_sealed
			from json_to_recordset($3) as t
				(name text, version bigint, bot_key text, record_sealed text, app_sealed text)
			on conflict (flock, name) do update
			set version = excluded.version, change = excluded.change, bot_key = excluded.bot_key,
				record_sealed = excluded.record_sealed, app_sealed = excluded.app_sealed`,
		[flock, change, JSON.stringify(rows)],
	);
}
