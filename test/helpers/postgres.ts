import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import {makeCertificate, whyNoCertificate} from './certificate.ts';
import {
	type Daemon,
	daemonFolder,
	give,
	removeDaemonFolder,
	runAs,
	startDaemon,
	whyNoDaemon,
} from './daemon.ts';
import {freePort} from './free-port.ts';
import {whySkipped} from './installed.ts';

/** Where Debian keeps PostgreSQL's own programs, the newest version first; elsewhere they are on the PATH. */
const folderOfPrograms = [
	...['/usr/lib/postgresql', '/usr/pgsql']
		.filter(existsSync)
		.flatMap(folder => readdirSync(folder).map(version => path.join(folder, version, 'bin')))
		.sort((left, right) => Number(right.split('/').at(-2)) - Number(left.split('/').at(-2))),
	...(process.env.PATH ?? '').split(':'),
].find(folder => existsSync(path.join(folder, 'initdb')) && existsSync(path.join(folder, 'postgres')));

/** Why no PostgreSQL can be started here; `false` where one can, or has to be. */
export const whyNoPostgres = whySkipped(
	folderOfPrograms === undefined ? 'PostgreSQL is not installed' : whyNoDaemon || whyNoCertificate,
);

/** The path of one of PostgreSQL's programs. */
function programOf(name: string): string {
	return path.join(folderOfPrograms ?? '', name);
}

/** Who may log in: the database's owner, who may make a schema, and two roles without any right of their own. */
export type Role = 'owner' | 'writer' | 'reader';

/** The roles' passwords. */
export const passwords: Readonly<Record<Role, string>> = {
	owner: 'not-a-real-owner-password',
	writer: 'not-a-real-writer-password',
	reader: 'not-a-real-reader-password',
};

/** The database that all roles may connect to. */
export const database = 'flocks';

/** A real PostgreSQL server in a temporary folder. */
export type Postgres = {
	/** Holds its data (`data`), its socket, its certificate and its log. */
	readonly folder: string;
	/** Its port on 127.0.0.1, which is the same after each start. */
	readonly port: number;
	/** The certificate that it shows, in a file; it is for `localhost`. */
	readonly certPath: string;
	/** Its address for a role, without a password, over TCP; over its Unix socket where `socket` says so. */
	address(role: Role, socket?: boolean): string;
	/** The same with a password, for the environment. @param port another way to it: a proxy's */
	secretAddress(role: Role, port?: number): string;
	/** Asks it something as its administrator, who needs no password on the Unix socket. */
	query<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
	/** What it has logged. */
	log(): string;
	/** Kills it at once (-9), with nothing written to its disk in order; `start` starts it again. */
	kill(): Promise<void>;
	/** Ends it as an administrator does, without waiting for those who are connected. */
	end(): Promise<void>;
	/** Starts it again. */
	start(): Promise<void>;
	/** Lets nothing of it run any more, with all connections open, until `thaw`. */
	freeze(): void;
	thaw(): void;
	/** Starts another one that follows it by streaming replication, and only reads. Ends by its own `close`. */
	standby(): Promise<Postgres>;
	/** Whatever happens, ends it and removes its folder. */
	close(): Promise<void>;
};

/** What may be asked of a server. */
export type PostgresOptions = {
	/** True where what it has confirmed has to be on its disk: for crashes of its computer's, not of its own. */
	durable?: boolean;
	/** Settings of its own, such as `log_statement`. */
	settings?: Readonly<Record<string, string>>;
	/** Makes its data folder; the server's own otherwise. Gets the folder. */
	make?: (data: string) => void;
	/** Where its data lie; in its folder otherwise. */
	data?: string;
};

/** Logins: the administrator's without a password from the same computer, all others' with one; TLS and plain text. */
const access = ['local all postgres trust', 'local all all scram-sha-256'].concat(
	['all', 'replication'].map(which => `host ${which} all 127.0.0.1/32 scram-sha-256`),
);

/** Starts a server. `close` it whatever happens. */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
	if (folderOfPrograms === undefined) {
		throw new Error('PostgreSQL is not installed.');
	}

	const folder = daemonFolder('postgres');
	const data = options.data ?? path.join(folder, 'data');
	const log = path.join(folder, 'log');
	const {certPath} = makeCertificate(folder, 'localhost');
	for (const name of ['cert.pem', 'key.pem']) {
		give(path.join(folder, name));
	}

	if (options.make === undefined) {
		const how = ['--no-sync', '--no-instructions', '--encoding=UTF8', '--locale=C', '--username=postgres'];
		runAs(programOf('initdb'), [...how, '--auth=trust', `--pgdata=${data}`], folder);
	} else {
		options.make(data);
	}

	writeFileSync(path.join(data, 'pg_hba.conf'), `${access.join('\n')}\nlocal replication all trust\n`);
	const port = await freePort();
	const settings: Record<string, string> = {
		port: String(port),
		listen_addresses: '127.0.0.1',
		unix_socket_directories: folder,
		ssl: 'on',
		ssl_cert_file: certPath,
		ssl_key_file: path.join(folder, 'key.pem'),
		fsync: options.durable ? 'on' : 'off',
		shared_buffers: '16MB',
		dynamic_shared_memory_type: 'mmap',
		wal_level: 'replica',
		...options.settings,
	};
	const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
	let daemon: Daemon | null = null;

	const server: Postgres = {
		folder,
		port,
		certPath,
		address: (role, socket = false) =>
			socket
				? `postgres://${role}@/${database}?host=${encodeURIComponent(folder)}&port=${port}`
				: `postgres://${role}@localhost:${port}/${database}`,
		secretAddress: (role, way = port) => `postgres://${role}:${passwords[role]}@localhost:${way}/${database}`,
		async query(sql, values = []) {
			const client = new pg.Client({
				host: folder,
				port,
				user: 'postgres',
				database,
				password: '',
				ssl: false,
			});
			await client.connect();
			try {
				return (await client.query(sql, [...values])).rows;
			} finally {
				await client.end();
			}
		},
		log: () => readFileSync(log, 'utf8'),
		kill: async () => ended('SIGKILL'),
		end: async () => ended('SIGINT'),
		async start() {
			const pidFile = path.join(data, 'postmaster.pid');
			daemon = await startDaemon(programOf('postgres'), ['-D', data, ...args], log, ({child}) => {
				// The last line says so once logins are taken; a file that a killed server has left names another process.
				const lines = linesOf(pidFile);
				return lines[0] === String(child.pid) && lines[7]?.trim() === 'ready';
			});
		},
		freeze: () => daemon?.signal('SIGSTOP'),
		thaw: () => daemon?.signal('SIGCONT'),
		standby: async () =>
			startPostgres({
				...options,
				make(copy) {
					const from = ['-h', folder, '-p', String(port), '-U', 'postgres'];
					runAs(programOf('pg_basebackup'), [...from, '--no-sync', '-c', 'fast', '-R', '-D', copy], folder);
				},
			}),
		async close() {
			try {
				await ended('SIGQUIT');
			} finally {
				removeDaemonFolder(folder);
			}
		},
	};

	async function ended(signal: NodeJS.Signals): Promise<void> {
		const running = daemon;
		daemon = null;
		await running?.end(signal);
	}

	try {
		await server.start();
		if (options.make === undefined) {
			await makeRoles(folder, port);
		}
	} catch (error) {
		await server.close();
		throw error;
	}

	return server;
}

async function makeRoles(host: string, port: number): Promise<void> {
	const client = new pg.Client({
		host,
		port,
		user: 'postgres',
		database: 'postgres',
		password: '',
		ssl: false,
	});
	await client.connect();
	for (const [role, password] of Object.entries(passwords)) {
		await client.query(`create role ${role} login password '${password}'`);
	}

	await client.query(`create database ${database} owner owner`);
	await client.end();
}

/** A file's lines; none while it is not there. A server that starts removes the one that a killed server has left, at any instant. */
function linesOf(file: string): string[] {
	try {
		return readFileSync(file, 'utf8').split('\n');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
			return [];
		}

		throw error;
	}
}
