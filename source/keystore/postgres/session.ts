import type {Client} from 'pg';
import {type Address, drawn} from './address.ts';
import {clientOf} from './client.ts';
import {failureAt, isTransient} from './failures.ts';

/** How often a transaction that came into another's way is tried. */
const mostTries = 10;

/** Does something on a connection of its own, which ends with it. @throws FlockError */
export async function withClient<T>(
	address: Address,
	deadline: number,
	work: (client: Client) => Promise<T>,
): Promise<T> {
	let client: Client | null = null;
	try {
		client = await clientOf(address, {connectionTimeoutMillis: deadline, query_timeout: deadline});
		// A lost connection is told by the query that meets it.
		client.on('error', () => {});
		await client.connect();
		return await work(client);
	} catch (error) {
		throw failureAt(error, drawn(address));
	} finally {
		letGo(client);
	}
}

/** Does something in one transaction, and again where another's came in its way. @throws FlockError */
export async function inTransaction<T>(
	address: Address,
	deadline: number,
	work: (client: Client) => Promise<T>,
): Promise<T> {
	return withClient(address, deadline, async client => {
		for (let tries = 1; ; tries += 1) {
			let committing = false;
			try {
				await client.query('begin');
				await client.query(`set local statement_timeout = ${Math.ceil(deadline)}`);
				const result = await work(client);
				committing = true;
				await client.query('commit');
				return result;
			} catch (error) {
				await client.query('rollback').catch(() => {});
				if (!isTransient(error) || tries === mostTries) {
					throw committing ? failureAt(error, drawn(address), true) : error;
				}
			}
		}
	});
}

/** A frozen server answers no goodbye, so nobody waits for it. */
function letGo(client: Client | null): void {
	client?.end().catch(() => {});
	(client as (Client & {unref(): void}) | null)?.unref();
}
