import {spawnSync} from 'node:child_process';
import {existsSync, writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import path from 'node:path';
import {daemonFolder, give, removeDaemonFolder, startDaemon} from './daemon.ts';
import {freePort} from './free-port.ts';
import {whySkipped} from './installed.ts';
import {database, type Postgres, passwords} from './postgres.ts';

/** Debian puts it where only root's PATH leads. */
const program = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find(existsSync) ?? 'pgbouncer';

/** Why no pgbouncer can be started here; `false` where one can, or has to be. */
export const whyNoPgbouncer = whySkipped(
	spawnSync(program, ['--version']).status === 0 ? false : 'pgbouncer is not installed',
);

/**
 * Starts a pgbouncer in front of a server, in transaction mode, in which it swallows LISTEN.
 * @returns its port, and what ends it
 */
export async function startPgbouncer(server: Postgres): Promise<{port: number; close: () => Promise<void>}> {
	const folder = daemonFolder('pgbouncer');
	const port = await freePort();
	const write = (name: string, lines: readonly string[]) => {
		writeFileSync(path.join(folder, name), `${lines.join('\n')}\n`, {mode: 0o600});
		give(path.join(folder, name));
		return path.join(folder, name);
	};
	const users = write(
		'users',
		Object.entries(passwords).map(([role, password]) => `"${role}" "${password}"`),
	);
	const settings = write('pgbouncer.ini', [
		'[databases]',
		`${database} = host=127.0.0.1 port=${server.port} dbname=${database}`,
		'[pgbouncer]',
		'listen_addr = 127.0.0.1',
		`listen_port = ${port}`,
		'unix_socket_dir =',
		'auth_type = scram-sha-256',
		`auth_file = ${users}`,
		'pool_mode = transaction',
		'server_connect_timeout = 2',
		'server_login_retry = 1',
	]);
	try {
		const daemon = await startDaemon(program, [settings], path.join(folder, 'log'), async () =>
			answers(port),
		);
		return {
			port,
			async close() {
				await daemon.end('SIGKILL');
				removeDaemonFolder(folder);
			},
		};
	} catch (error) {
		removeDaemonFolder(folder);
		throw error;
	}
}

async function answers(port: number): Promise<boolean> {
	return new Promise(resolve => {
		const socket = connect(port, '127.0.0.1');
		socket.on('connect', () => {
			socket.destroy();
			resolve(true);
		});
		socket.on('error', () => resolve(false));
	});
}
