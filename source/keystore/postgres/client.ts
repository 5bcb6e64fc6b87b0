import {PassThrough} from 'node:stream';
import {checkServerIdentity} from 'node:tls';
import type {Client, ClientConfig} from 'pg';
import {FlockError} from '../../flock/error.ts';
import {shellWord} from '../../flock/shell-word.ts';
import {readFileWithin, reasonOf} from '../../system/files.ts';
import {type Address, drawn} from './address.ts';

/** A file of certificates may be as large as a system's own. Bytes. */
const largestCertificates = 5_000_000;

/** Folders of Unix sockets that stand in a passfile as `localhost`, as for libpq. */
const usualFolders = ['/var/run/postgresql', '/run/postgresql', '/tmp'];

/** How long calls of a client may take, in milliseconds. */
export type Patience = Readonly<Pick<ClientConfig, 'connectionTimeoutMillis' | 'query_timeout'>>;

/**
 * Makes a client for an address, without connecting it. None of libpq's variables changes where it goes, how, or what it asks.
 * Whoever gets it has to listen to its errors.
 * @throws FlockError `keystore-address` where `sslrootcert` cannot be read
 */
export async function clientOf(address: Address, patience: Patience = {}): Promise<Client> {
	const {default: pg} = await import('pg');
	const client = new pg.Client({...(await connectionOf(address)), ...patience});
	// For want of a value, pg takes them from PGOPTIONS and PGREPLICATION; an empty value counts as none there.
	const {connectionParameters} = client as unknown as {connectionParameters: Record<string, unknown>};
	Object.assign(connectionParameters, {options: undefined, replication: undefined});
	return client;
}

/** An address as pg wants it, field by field. @throws FlockError `keystore-address` */
export async function connectionOf(address: Address): Promise<ClientConfig> {
	const {user, host, port, database, tls, rootCertificate} = address;
	return {
		user,
		host,
		port,
		database,
		password: async () => passwordOf(address),
		// Said outright, since NODE_TLS_REJECT_UNAUTHORIZED is the default of the first.
		ssl: tls && {
			rejectUnauthorized: true,
			checkServerIdentity,
			...(rootCertificate === null ? {} : {ca: await certificates(rootCertificate)}),
		},
		sslnegotiation: 'postgres',
		application_name: 'keymaker',
		client_encoding: 'utf8',
		keepAlive: true,
	} as ClientConfig;
}

async function certificates(file: string): Promise<string> {
	try {
		const {bytes} = await readFileWithin(file, {most: largestCertificates});
		return bytes.toString('latin1');
	} catch (error) {
		throw new FlockError(
			'keystore-address',
			`The file that sslrootcert names cannot be read: ${reasonOf(error)}.`,
			{
				hint: `Look at it with ls -l ${shellWord(file)}, or name another one.`,
			},
		);
	}
}

/** The password, asked for only where the server wants one. @throws FlockError `keystore-refused` where there is none */
async function passwordOf(address: Address): Promise<string> {
	const password = address.password() ?? (await fromPassfile(address));
	if (password === null) {
		throw new FlockError('keystore-refused', `${drawn(address)} asks for a password, and there is none.`, {
			hint: 'Set PGPASSWORD, or add a line to ~/.pgpass, which only you may read (chmod 600 ~/.pgpass).',
		});
	}

	return password;
}

async function fromPassfile({user, host, port, database}: Address): Promise<string | null> {
	const {default: pgpass} = await import('pgpass');
	// It would write its warnings over the screen.
	pgpass.warnTo(new PassThrough());
	const line = {user, host: usualFolders.includes(host) ? 'localhost' : host, port, database};
	return new Promise(resolve => pgpass(line, password => resolve(password ?? null)));
}
