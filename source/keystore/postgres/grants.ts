import type {Client} from 'pg';
import type {BotRecord, Grant} from '../../flock/key.ts';
import type {StrayGrant} from '../keystore.ts';

/** A host that a bot's key is sealed to. If the bot is taken back, its row stays, without a key. */
export type GrantRow = {bot: string; name: string; recipient: string};

/** A bot's own key, and the hosts that it is sealed to. */
export type GrantedBot = Readonly<{bot: string; botKey: Buffer; grants: readonly Grant[]}>;

/** Seals a bot's key to these hosts, and removes it from all other rows. */
export async function writeGrants(
	client: Client,
	flock: string,
	{bot, botKey, grants}: GrantedBot,
): Promise<void> {
	await client.query(
		`update keymaker.grants set sealed_key = null
		where flock = $1 and bot = $2 and sealed_key is not null and not (name = any($3))`,
		[flock, bot, grants.map(({name}) => name)],
	);
	if (grants.length === 0) {
		return;
	}

	const {sealTo} = await import('../../system/age.ts');
	for (const {name, recipient, at} of grants) {
		await client.query(
			`insert into keymaker.grants (flock, bot, name, recipient, sealed_key, at)
			values ($1, $2, $3, $4, $5, $6) on conflict (flock, bot, name) do update
			set recipient = excluded.recipient, sealed_key = excluded.sealed_key, at = excluded.at`,
			[flock, bot, name, recipient, (await sealTo([recipient], botKey)).toString('base64'), at],
		);
	}
}

/** The grants in a database, without those taken back. */
export async function grantRows(client: Client, flock: string): Promise<GrantRow[]> {
	const {rows} = await client.query<GrantRow>(
		`select bot, name, recipient from keymaker.grants
		where flock = $1 and sealed_key is not null order by bot, name`,
		[flock],
	);
	return rows;
}

/** Compares the rows with the records, which only somebody with the flock's key can write. */
export function strayAmong(rows: readonly GrantRow[], records: ReadonlyMap<string, BotRecord>): StrayGrant[] {
	const granted = [...records].flatMap(([bot, {grants = []}]) =>
		grants.map(({name, recipient}): GrantRow => ({bot, name, recipient})),
	);
	const keyOf = ({bot, name, recipient}: GrantRow) => JSON.stringify([bot, name, recipient]);
	const without = (some: readonly GrantRow[], others: readonly GrantRow[]) => {
		const known = new Set(others.map(keyOf));
		return some.filter(row => !known.has(keyOf(row)));
	};
	return [
		...without(rows, granted).map(row => ({...row, kind: 'added' as const})),
		...without(granted, rows).map(row => ({...row, kind: 'gone' as const})),
	];
}
