import {isIP, isIPv4} from 'node:net';
import {parse} from 'pg-connection-string';
import {FlockError} from '../../flock/error.ts';
import {shellWord} from '../../flock/shell-word.ts';
import {visible} from '../../flock/visible.ts';
import type {Environment} from '../../system/environment.ts';

/** A database's address, judged: nothing of it has to be looked at again before a connection. */
export type Address = Readonly<{
	/** The role. */
	user: string;
	/** The host's name or number, or the folder of a Unix socket, which begins with a slash. */
	host: string;
	port: number;
	database: string;
	/** Whether only TLS with a checked certificate may be used: always, to any other computer. */
	tls: boolean;
	/** The file with the certificates that are trusted in place of the system's, or `null`. */
	rootCertificate: string | null;
	/** The password that came with the address, or from PGPASSWORD; `null` for none. A function, so that nothing prints it. */
	password: () => string | null;
	/** Whether the address itself holds a password. */
	holdsPassword: boolean;
}>;

/** Where an address was given, and the variables of the process. */
export type AddressSource = Readonly<{from: 'argument' | 'environment'; environment: Environment}>;

const usualPort = 5432;

/** What an address looks like, in hints. */
const form = 'postgres://USER@HOST/DATABASE';

/** The parameters that an address may have. */
const allowed = ['host', 'port', 'sslmode', 'sslrootcert'] as const;
type Parameter = (typeof allowed)[number];

/**
 * Reads an address, and judges it by the host that will be connected to.
 * @throws FlockError `keystore-address`, which quotes nothing that could be a password
 */
export function readAddress(text: string, {from, environment}: AddressSource): Address {
	const [main = '', query] = partsOf(text);
	const authority = main.slice(main.indexOf('//') + 2).split('/')[0] ?? '';
	const [login, place] = authority.split('@');
	if (place === undefined || login === '') {
		throw refusal('names no role', `Write it as ${form}.`);
	}

	if (decoded(place).includes(',')) {
		throw refusal('names several hosts', 'Name one host: the one that accepts writes.');
	}

	const read = parsed(main);
	const {user, database} = read;
	const ownPassword = read.password === '' ? null : read.password;
	if ([user, database, ownPassword].some(one => one !== null && control.test(one))) {
		throw refusal('has control characters in it', 'Take them out.');
	}

	if (database === '' || /[/%]/.test(database)) {
		throw refusal(
			database === '' ? 'names no database' : 'has a database’s name with a slash or a percent sign in it',
			`Write it as ${form}.`,
		);
	}

	const given = parametersOf(query);
	const host = hostOf(read.host, given.get('host'));
	const port = portOf(read.port, given.get('port'));
	const isSocket = host.startsWith('/');
	const mode = given.get('sslmode');
	const rootCertificate = given.get('sslrootcert') ?? null;
	if (mode !== undefined && mode !== 'verify-full' && mode !== 'require') {
		throw refusal('has an sslmode other than verify-full', 'Leave it out: certificates are always checked.');
	}

	const asks = mode !== undefined || rootCertificate !== null;
	if (isSocket && asks) {
		throw refusal('asks for TLS on a Unix socket', 'Take sslmode and sslrootcert out.');
	}

	if (rootCertificate === '') {
		throw refusal('has an empty sslrootcert', 'Name the file with the certificates, or leave it out.');
	}

	const password = ownPassword ?? (environment.PGPASSWORD || null);
	const address: Address = {
		user,
		host,
		port,
		database,
		tls: !isSocket && (asks || !isLoopback(host)),
		rootCertificate,
		password: () => password,
		holdsPassword: ownPassword !== null,
	};
	if (from === 'argument' && ownPassword !== null) {
		throw new FlockError(
			'keystore-address',
			'The keystore’s address contains a password, which others can read in the list of processes.',
			{
				hint: `Use ${shellWord(withoutPassword(address))}, with the password in PGPASSWORD or in ~/.pgpass.`,
			},
		);
	}

	return address;
}

/** An address as it may be drawn and logged. */
export function drawn(address: Address): string {
	return visible(written(address, address.holdsPassword ? ':…' : ''));
}

/** The same address with no password in it: for arguments, for a file, and for the programs of bots. */
export function withoutPassword(address: Address): string {
	const {host, tls, rootCertificate} = address;
	const parameters = [
		...(tls && rootCertificate === null && isLoopback(host) ? ['sslmode=verify-full'] : []),
		...(rootCertificate === null ? [] : [`sslrootcert=${encodeURIComponent(rootCertificate)}`]),
	];
	const whole = written(address, '');
	return parameters.length === 0
		? whole
		: `${whole}${whole.includes('?') ? '&' : '?'}${parameters.join('&')}`;
}

function written({user, host, port, database}: Address, secret: string): string {
	const role = `postgres://${encodeURIComponent(user)}${secret}@`;
	const name = encodeURIComponent(database);
	if (host.startsWith('/')) {
		const folder = host.split('/').map(encodeURIComponent).join('/');
		return `${role}/${name}?host=${folder}${port === usualPort ? '' : `&port=${port}`}`;
	}

	const place = isIP(host) === 6 ? `[${host}]` : host;
	return `${role}${place}${port === usualPort ? '' : `:${port}`}/${name}`;
}

/** Characters that no name and no password has: one of them ends a field in what is sent to the server. */
const control = /[\u0000-\u001f\u007f]/;

/** An address without its parameters, and these; refused where programs would take it apart in different ways. */
function partsOf(text: string): [string, string] {
	if (!/^postgres(?:ql)?:\/\//.test(text)) {
		throw refusal('does not begin with postgres://', `Write it as ${form}.`);
	}

	const [main = '', query = '', ...others] = text.split('?');
	// Whoever reads an address takes these characters for its own, in a password as well.
	const isTorn = /[\s#\\]/.test(text) || control.test(text) || others.length > 0;
	if (isTorn || text.split('@').length > 2 || query.includes('@')) {
		throw refusal(
			'cannot be taken apart with certainty',
			'Write a space as %20, # as %23, / as %2F, ? as %3F, @ as %40 and \\ as %5C in names and passwords.',
		);
	}

	decoded(text);
	return [main, query];
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		throw refusal('has a percent sign in it that encodes nothing', 'Write it as %25.');
	}
}

function parsed(main: string): Record<'user' | 'password' | 'host' | 'port' | 'database', string> {
	try {
		const {user = '', password = '', host, port, database} = parse(main);
		// The parser leaves some characters of the database's name encoded. A percent sign stays, and is refused.
		const name = main.includes('%25', main.lastIndexOf('/')) ? '%' : decodeURIComponent(database ?? '');
		return {user, password, host: host ?? '', port: port ?? '', database: name};
	} catch {
		// The parser's own error may quote the password.
		throw refusal('cannot be read', `Write it as ${form}.`);
	}
}

function parametersOf(query: string): ReadonlyMap<Parameter, string> {
	const given = new Map<Parameter, string>();
	// A plus sign is a space in a form of the web's, and itself in an address.
	for (const [name, value] of new URLSearchParams(query.replaceAll('+', '%2B'))) {
		const parameter = allowed.find(one => one === name);
		if (parameter === undefined) {
			const shown = /^\w{1,40}$/.test(name) ? `the parameter “${name}”` : 'a parameter';
			throw refusal(
				`has ${shown}, which is not allowed`,
				'Only sslrootcert, sslmode=verify-full, and host and port of a Unix socket are.',
			);
		}

		if (given.has(parameter) || control.test(value)) {
			throw refusal(`has a faulty “${parameter}”`, 'Give each parameter once, and as plain text.');
		}

		given.set(parameter, value);
	}

	return given;
}

function hostOf(host: string, folder: string | undefined): string {
	if (folder !== undefined) {
		if (!folder.startsWith('/') || folder.includes(',')) {
			throw refusal('has a “host” that is no folder', `Name a host before the slash: ${form}.`);
		}

		if (host !== '') {
			throw refusal('names several hosts', `Use either ${form}, or postgres://USER@/DATABASE?host=/FOLDER.`);
		}

		return folder;
	}

	if (host === '') {
		throw refusal(
			'names no host',
			`Write it as ${form}, or as postgres://USER@/DATABASE?host=/FOLDER for a Unix socket.`,
		);
	}

	if (isIP(host) === 0 && !/^[a-z\d](?:[a-z\d._-]*[a-z\d.])?$/.test(host.toLowerCase())) {
		throw refusal('has a host that is no name of one', 'Use letters, digits, dots and hyphens.');
	}

	return host.toLowerCase();
}

function portOf(port: string, parameter: string | undefined): number {
	const text = parameter ?? port;
	if (
		(parameter !== undefined && port !== '') ||
		!/^(?:[1-9]\d{0,4})?$/.test(text) ||
		Number(text) > 65_535
	) {
		throw refusal('has a faulty port', 'Name one port, from 1 to 65535.');
	}

	return text === '' ? usualPort : Number(text);
}

/** Whether a host is this computer, by no more than its name: what else leads here is spoken to by TLS. */
function isLoopback(host: string): boolean {
	return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

function refusal(what: string, hint: string): FlockError {
	return new FlockError('keystore-address', `The keystore’s address ${what}.`, {hint});
}
