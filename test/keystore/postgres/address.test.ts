import assert from 'node:assert/strict';
import {test} from 'node:test';
import {inspect} from 'node:util';
import fc from 'fast-check';
import {FlockError} from '../../../source/flock/error.ts';
import {
	type Address,
	drawn,
	readAddress,
	withoutPassword,
} from '../../../source/keystore/postgres/address.ts';
import {isAddress} from '../../../source/keystore/postgres/is-address.ts';
import {runs} from '../../helpers/thorough.ts';

const secret = 'not-a-real-secret';

function read(text: string, environment: Record<string, string> = {}): Address {
	return readAddress(text, {from: 'environment', environment});
}

function refused(text: string, from: 'argument' | 'environment' = 'environment'): FlockError {
	try {
		readAddress(text, {from, environment: {}});
	} catch (error) {
		assert.ok(error instanceof FlockError, String(error));
		assert.equal(error.code, 'keystore-address');
		assert.equal(inspect(error).includes(secret), false, inspect(error));
		return error;
	}

	assert.fail(`${text} was taken`);
}

test('an address is known by its scheme, one that is written wrong as well, and a folder is none', () => {
	for (const text of [
		'postgres://a@b/c',
		'postgresql://a@b/c',
		'POSTGRES://a@b/c',
		'postgres:/a:b@c/d',
		' postgres://a@b/c',
	]) {
		assert.equal(isAddress(text), true, text);
	}

	for (const text of ['/srv/keys', './postgres://a', 'postgres', 'C:\\keys', 'mypostgres://a@b/c', '']) {
		assert.equal(isAddress(text), false, text);
	}
});

test('an address gives role, host, port and database, with what is encoded in them', () => {
	const {password, ...plain} = read('postgres://a%40b@DB.example:5433/my%20flocks');
	assert.deepEqual(plain, {
		user: 'a@b',
		host: 'db.example',
		port: 5433,
		database: 'my flocks',
		tls: true,
		rootCertificate: null,
		holdsPassword: false,
	});
	assert.equal(password(), null);
	assert.deepEqual(
		{...read('postgresql://a@[2001:db8::1]/c'), password: null},
		{
			...plain,
			user: 'a',
			host: '2001:db8::1',
			port: 5432,
			database: 'c',
			password: null,
		},
	);
	const socket = read('postgres://a@/c?host=/run/a%20b&port=5433');
	assert.deepEqual([socket.host, socket.port, socket.tls], ['/run/a b', 5433, false]);
});

test('TLS is used to whatever is not this computer by its plain name', () => {
	const hosts: Record<string, boolean> = {
		localhost: false,
		LOCALHOST: false,
		'127.0.0.1': false,
		'127.8.9.10': false,
		'[::1]': false,
		'[0:0:0:0:0:0:0:1]': false,
		'%6cocalhost': false,
		'localhost.': true,
		'localhost.example': true,
		'my.localhost': true,
		'127.0.0.1.example': true,
		'127.1': true,
		'2130706433': true,
		'0x7f000001': true,
		'0': true,
		'0.0.0.0': true,
		'[::ffff:127.0.0.1]': true,
		'[::]': true,
		'10.0.0.1': true,
		db: true,
	};
	for (const [host, tls] of Object.entries(hosts)) {
		assert.equal(read(`postgres://a@${host}/c`).tls, tls, host);
	}

	assert.equal(read('postgres://a@localhost/c?sslmode=verify-full').tls, true);
	assert.equal(read('postgres://a@localhost/c?sslmode=require').tls, true);
	const rooted = read('postgres://a@localhost/c?sslrootcert=/etc/a+b.pem');
	assert.deepEqual([rooted.tls, rooted.rootCertificate], [true, '/etc/a+b.pem']);
	assert.equal(read('postgres://a@localhost/c', {PGSSLMODE: 'require', PGOPTIONS: '-c x=y'}).tls, false);
	assert.equal(read('postgres://a@db/c', {PGSSLMODE: 'disable'}).tls, true);
});

test('every way round TLS, or to another host, is refused by name', () => {
	const attacks: [string, RegExp][] = [
		['postgres://a@localhost/c?host=elsewhere', /“host” that is no folder/],
		['postgres://a@localhost/c?host=elsewhere.example,/tmp', /“host” that is no folder/],
		['postgres://a@/c?host=/tmp,elsewhere', /“host” that is no folder/],
		['postgres://a@/c?host=@abstract', /taken apart/],
		['postgres://a@/c?host=%40abstract', /“host” that is no folder/],
		['postgres://a@db/c?host=/tmp', /several hosts/],
		['postgres://a@/c?host=/tmp&host=/run', /“host”/],
		['postgres://a@db/c?hostaddr=10.0.0.1', /“hostaddr”/],
		['postgres://a@db/c?ssl=no-verify', /“ssl”/],
		['postgres://a@db/c?ssl=false', /“ssl”/],
		['postgres://a@db/c?ssl=0', /“ssl”/],
		['postgres://a@db/c?uselibpqcompat=true&sslmode=require', /“uselibpqcompat”/],
		['postgres://a@db/c?sslmode=require&uselibpqcompat=true', /“uselibpqcompat”/],
		['postgres://a@db/c?sslnegotiation=direct', /“sslnegotiation”/],
		['postgres://a@db/c?options=-c%20log_statement%3Dall', /“options”/],
		['postgres://a@db/c?application_name=x', /“application_name”/],
		['postgres://a@db/c?replication=database', /“replication”/],
		['postgres://a@db/c?sslkey=/etc/shadow', /“sslkey”/],
		['postgres://a@db/c?user=b', /“user”/],
		[`postgres://a@db/c?password=${secret}`, /“password”/],
		['postgres://a@db/c?SSLMODE=disable', /“SSLMODE”/],
		['postgres://a@db/c?__proto__=x', /“__proto__”/],
		['postgres://a@db/c?sslmode=verify-full&sslmode=disable', /“sslmode”/],
		...['disable', 'allow', 'prefer', 'verify-ca', 'no-verify', '', 'Require'].map(
			(mode): [string, RegExp] => [`postgres://a@db/c?sslmode=${mode}`, /an sslmode other/],
		),
		['postgres://a@db/c?sslrootcert=', /empty sslrootcert/],
		['postgres://a@/c?host=/tmp&sslmode=verify-full', /Unix socket/],
		['postgres://a@one,two/c', /several hosts/],
		['postgres://a@one:1,two:2/c', /several hosts/],
		['postgres://a@one%2Ctwo/c', /several hosts/],
		['postgres://a@/c', /names no host/],
		['postgres://a@:5433/c', /cannot be read/],
		['postgres://a@%2Ftmp/c', /no name/],
		['postgres://a@db%00.example/c', /no name/],
		['postgres://a@-db/c', /no name/],
		['postgres://a@bücher.example/c', /no name/],
		['postgres://db/c', /names no role/],
		['postgres://@db/c', /names no role/],
		['postgres://a@db', /names no database/],
		['postgres://a@db/', /names no database/],
		['postgres://a@db/c/d', /slash/],
		['postgres://a@db/c%2Fd', /percent/],
		['postgres://a@db/c%2500', /percent/],
		['postgres://a@db/c%00options', /control/],
		['postgres://a%00options%00-cx%3Dy@db/c', /control/],
		[`postgres://a:${secret}%0a@db/c`, /control/],
		['postgres://a%@db/c', /percent sign/],
		['postgres://a%ff@db/c', /percent sign/],
		['postgres://a@db/c%zz', /percent sign/],
		['postgres://a@db:0/c', /port/],
		['postgres://a@db:65536/c', /cannot be read|port/],
		['postgres://a@db:5433/c?port=1', /port/],
		['postgres://a@/c?host=/tmp&port=1e3', /port/],
		[`postgres://a:${secret}@x@db/c`, /taken apart/],
		[`postgres://a:${secret}?b@db/c`, /taken apart/],
		[`postgres://a:${secret}#b@db/c`, /taken apart/],
		[`postgres://a:${secret}\\b@db/c`, /taken apart/],
		[`postgres://a:${secret}/b@db/c`, /names no role/],
		[`postgres://a:1/${secret}@db/c`, /names no role/],
		['postgres://a@db/c\nd', /taken apart/],
		['postgres://a@db/c\td', /taken apart/],
		[' postgres://a@db/c', /does not begin/],
		[`postgres:/a:${secret}@db/c`, /does not begin/],
		[`POSTGRES://a:${secret}@db/c`, /does not begin/],
	];
	for (const [text, sentence] of attacks) {
		assert.match(refused(text).message, sentence, text);
	}
});

test('a password is taken from the environment’s address, then from PGPASSWORD, and never from an argument', () => {
	assert.equal(read(`postgres://a:${secret}@db/c`).password(), secret);
	assert.equal(read(`postgres://a:${secret}@db/c`, {PGPASSWORD: 'other'}).password(), secret);
	assert.equal(read('postgres://a:p%40%2F%3A%25@db/c').password(), 'p@/:%');
	assert.equal(read('postgres://a@db/c', {PGPASSWORD: secret}).password(), secret);
	assert.equal(read('postgres://a@db/c', {PGPASSWORD: ''}).password(), null);
	const error = refused(`postgres://a:${secret}@db/c`, 'argument');
	assert.match(error.message, /contains a password/);
	assert.match(error.hint, /postgres:\/\/a@db\/c.*PGPASSWORD/);
	const given = readAddress('postgres://a@db/c', {from: 'argument', environment: {PGPASSWORD: secret}});
	assert.equal(given.password(), secret);
});

test('an address is drawn, logged and handed on without its password', () => {
	const address = read(`postgres://a:${secret}@db:5433/c?sslrootcert=/ca.pem`);
	assert.equal(drawn(address), 'postgres://a:…@db:5433/c');
	assert.equal(withoutPassword(address), 'postgres://a@db:5433/c?sslrootcert=%2Fca.pem');
	assert.equal(inspect(address, {depth: null, showHidden: true}).includes(secret), false);
	assert.equal(JSON.stringify(address).includes(secret), false);
	assert.equal(drawn(read('postgres://a%1b@db/c'.replace('%1b', '%E2%80%AE'))).includes('\u202e'), false);
});

test('what is handed on is read as the same address', () => {
	const name = fc
		.string({minLength: 1, unit: 'grapheme'})
		.filter(text => /^[^\p{Cc}/%]+$/u.test(text) && !/^\.+$/.test(text));
	const host = fc.oneof(
		fc.constantFrom('localhost', '127.0.0.1', '[::1]', '[2001:db8::1]', '10.1.2.3'),
		fc.domain(),
	);
	fc.assert(
		fc.property(
			name,
			name,
			name,
			fc.oneof(
				host,
				name.map(folder => `/${folder.replaceAll(',', '')}`),
			),
			fc.integer({min: 1, max: 65_535}),
			fc.option(name),
			fc.boolean(),
			(user, password, database, place, port, certificate, asks) => {
				const encoded = encodeURIComponent;
				const login = `${encoded(user)}:${encoded(password)}`;
				const tls = [
					...(certificate === null ? [] : [`sslrootcert=${encoded(certificate)}`]),
					...(asks ? ['sslmode=require'] : []),
				];
				const text = place.startsWith('/')
					? `postgres://${login}@/${encoded(database)}?host=${encoded(place)}&port=${port}`
					: `postgres://${login}@${place}:${port}/${encoded(database)}?${tls.join('&')}`;
				const address = read(text);
				assert.deepEqual([address.user, address.database, address.port], [user, database, port]);
				assert.equal(address.password(), password);
				const again = read(withoutPassword(address));
				assert.deepEqual({...again, password: null}, {...address, password: null, holdsPassword: false});
				assert.equal(again.password(), null);
			},
		),
		{numRuns: runs(1000)},
	);
});
