import {setTimeout as pause} from 'node:timers/promises';
import type {Client} from 'pg';
import {type Address, drawn} from './address.ts';
import {clientOf} from './client.ts';
import {failureAt, isBusy, isTransient} from './failures.ts';

/** How long one waits before the same is tried again, at most; milliseconds. */
const longestPause = 100;

/**
 * Does something on a connection of its own, which ends with it.
 * @param deadline for all of it; milliseconds
 * @param isCommitting true once the engine may have done what it was asked, whether it says so or not
 * @throws FlockError, after the deadline at the latest
 */
export async function withClient<T>(
	address: Address,
	deadline: number,
	work: (client: Client) => Promise<T>,
	isCommitting: () => boolean = () => false,
): Promise<T> {
	let client: Client | null = null;
	let isOver = false;
	let last: unknown = new Error('The deadline passed.');
	const late = Promise.withResolvers<never>();
	const timer = setTimeout(() => late.reject(last), deadline);

	async function connected(): Promise<Client> {
		for (;;) {
			const made = await clientOf(address, {connectionTimeoutMillis: deadline});
			client = made;
			// A lost connection is told by the query that meets it.
			made.on('error', () => {});
			if (isOver) {
				throw last;
			}

			try {
				await made.connect();
				return made;
			} catch (error) {
				letGo(made);
				if (!isBusy(error)) {
					throw error;
				}

				last = error;
			}

			await pause(Math.random() * longestPause);
		}
	}

	try {
		return await Promise.race([connected().then(work), late.promise]);
	} catch (error) {
		throw failureAt(error, drawn(address), isCommitting());
	} finally {
		isOver = true;
		clearTimeout(timer);
		letGo(client);
	}
}

/** Does something in one transaction, and again where another's came in its way. @throws FlockError */
export async function inTransaction<T>(
	address: Address,
	deadline: number,
	work: (client: Client) => Promise<T>,
): Promise<T> {
	let isCommitting = false;
	const whole = async (client: Client): Promise<T> => {
		for (;;) {
			try {
				await client.query(beginning(deadline));
				const result = await work(client);
				isCommitting = true;
				await client.query('commit');
				return result;
			} catch (error) {
				await client.query('rollback').catch(() => {});
				if (!isTransient(error)) {
					throw error;
				}

				isCommitting = false;
			}

			await pause(Math.random() * longestPause);
		}
	};
	return withClient(address, deadline, whole, () => isCommitting);
}

/**
 * Each statement sees what was committed before it, so a flock that is locked is read as it is now, whatever the role's default is.
 * A program that is frozen holds nobody up for longer than its own deadline; whoever waits for a lock hears of it in time.
 */
function beginning(deadline: number): string {
	const most = Math.ceil(deadline);
	return `begin isolation level read committed;
		set local statement_timeout = ${most};
		set local lock_timeout = ${Math.ceil(most / 2)};
		set local idle_in_transaction_session_timeout = ${most}`;
}

/** A frozen server answers no goodbye, so nobody waits for it. */
function letGo(client: Client | null): void {
	client?.end().catch(() => {});
	(client as (Client & {unref(): void}) | null)?.unref();
}
