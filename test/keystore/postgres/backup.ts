import type {Postgres} from '../../helpers/postgres.ts';

const tables = ['flock', 'bot', 'history'];

function rowsOf(table: string, flock: string): string {
	return `${table === 'flock' ? 'id' : 'flock'} in (select id from keymaker.flock where name = '${flock}')`;
}

/** Keeps a flock as it is, whole, as a backup of the server does; the one that was kept before goes. */
export async function keep(server: Postgres, flock: string): Promise<void> {
	await server.query('create schema if not exists old');
	for (const table of tables) {
		await server.query(`drop table if exists old.${table}`);
		await server.query(
			`create table old.${table} as select * from keymaker.${table} where ${rowsOf(table, flock)}`,
		);
	}
}

/** Removes a flock as an administrator can. */
export async function drop(server: Postgres, flock: string): Promise<void> {
	for (const table of tables.toReversed()) {
		await server.query(`delete from keymaker.${table} where ${rowsOf(table, flock)}`);
	}
}

/** Puts a flock that was kept in the place of the one that is there. */
export async function putBack(server: Postgres, flock: string): Promise<void> {
	await drop(server, flock);
	for (const table of tables) {
		await server.query(`insert into keymaker.${table} select * from old.${table}`);
	}
}
