import type {Client} from 'pg';
import type {Label} from '../form/identity.ts';
import type {Address} from './address.ts';
import {clientOf} from './client.ts';

/** The channel on which a change is told; the flock's id is what is said. */
export const channel = 'keymaker';

/** Where an engine tells nothing by itself, its version is asked for this often; a lost connection is made anew as often. Milliseconds. */
const pause = 2000;

/**
 * Calls back after a flock in a database was changed, by any program: at once where the engine tells, else within the pause.
 * Also when the engine has gone away, and when it is back.
 * On a connection of its own, which comes back by itself and keeps no program alive.
 * @returns how to stop.
 */
export function watchFlock(
	{address, label, deadline}: {address: Address; label: Label; deadline: number},
	onChange: () => void,
): () => void {
	let stopped = false;
	let client: Client | null = null;
	let timer: NodeJS.Timeout | null = null;
	let last: string | null = null;
	let isAway = false;

	async function look(): Promise<void> {
		try {
			client ??= await connected();
			const {rows} = await client.query<{seen: string}>(
				"select id || ' ' || change as seen from keymaker.flock where name = $1 and kind = $2",
				[label.flock, label.kind],
			);
			const seen = rows[0]?.seen ?? '';
			const isNews = isAway || (last !== null && seen !== last);
			isAway = false;
			last = seen;
			tell(isNews);
		} catch {
			drop();
			const isNews = !isAway;
			isAway = true;
			tell(isNews);
		}
	}

	function tell(isNews: boolean): void {
		if (isNews && !stopped) {
			onChange();
		}
	}

	async function connected(): Promise<Client> {
		const made = await clientOf(address, {connectionTimeoutMillis: deadline, query_timeout: deadline});
		made.on('error', drop);
		made.on('notification', () => void look());
		await made.connect();
		(made as Client & {unref(): void}).unref();
		await made.query(`listen ${channel}`).catch(() => {});
		return made;
	}

	function drop(): void {
		const lost = client;
		client = null;
		lost?.end().catch(() => {});
	}

	async function round(): Promise<void> {
		await look();
		if (stopped) {
			drop();
			return;
		}

		timer = setTimeout(round, pause);
		timer.unref();
	}

	void round();
	return () => {
		stopped = true;
		if (timer !== null) {
			clearTimeout(timer);
		}

		drop();
	};
}
