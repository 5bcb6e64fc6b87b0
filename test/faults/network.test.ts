import assert from 'node:assert/strict';
import {writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {createServer as createByteServer, type Socket} from 'node:net';
import {networkInterfaces} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {approve} from '../helpers/approve.ts';
import {whyNoCertificate as skip} from '../helpers/certificate.ts';
import {withoutNetwork} from '../helpers/environment.ts';
import {listen, type Network, startNetwork} from '../helpers/network.ts';
import {type Finished, printedLink, type Workplace, workplace} from '../helpers/program.ts';
import {some} from '../helpers/thorough.ts';

const proxyPassword = 'practice-proxy-password';
const practiceApp = {
	// Whatever a machine's own settings are, nothing here may leave it.
	...withoutNetwork(),
	KEYMAKER_PRACTICE: undefined,
	TWITTER_CONSUMER_KEY: 'practiceConsumerKey0001',
	TWITTER_CONSUMER_SECRET: 'practice-secret-that-is-not-a-real-one',
	HTTPS_PROXY: 'http://127.0.0.1:9',
};

let place: Workplace;
let network: Network | null = null;
beforeEach(async () => {
	place = await workplace(['harbour']);
});
afterEach(async () => {
	await place.close();
	await network?.close();
	network = null;
});

/** Asks for a link of the one bot, in an environment. */
async function ask(more: Readonly<Record<string, string | undefined>>): Promise<Finished> {
	return place.run(['authorize', 'harbour'], '', {...practiceApp, ...more});
}

function assertToldWith(done: Finished, sentence: RegExp, label: string): void {
	assert.equal(done.code, 1, done.err);
	assert.equal(done.out, '', 'there is a link');
	const text = done.err.replace(/\s+/g, ' ');
	assert.match(text, sentence);
	assert.ok(text.includes(label), text);
	assert.doesNotMatch(text, /at .*\.js:\d|undefined/);
	assert.ok(!text.includes(proxyPassword) && !text.includes(practiceApp.TWITTER_CONSUMER_SECRET));
}

/** A server that meets each connection in its own way, until the test is over. */
async function serve(meet: (socket: Socket) => void): Promise<{address: string; close(): void}> {
	const sockets = new Set<Socket>();
	const server = createByteServer(socket => {
		sockets.add(socket);
		socket.on('error', () => {});
		meet(socket);
	});
	const port = await listen(server as ReturnType<typeof createServer>);
	return {
		address: `http://user:${proxyPassword}@127.0.0.1:${port}`,
		close() {
			for (const socket of sockets) {
				socket.destroy();
			}

			server.close();
		},
	};
}

for (const variable of some(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY'], 2)) {
	test(`a socks5 proxy in ${variable} is refused with a word, and not bypassed`, async () => {
		const done = await ask({
			HTTPS_PROXY: undefined,
			[variable]: `socks5://user:${proxyPassword}@127.0.0.1:9`,
		});
		assertToldWith(
			done,
			new RegExp(`cannot use the proxy in ${variable}: only http:// and https:// proxies work\\.`),
			'x-proxy',
		);
	});
}

test('a proxy that is not there is named', async () => {
	const server = createServer();
	const port = await listen(server);
	server.close();
	const done = await ask({HTTPS_PROXY: `http://127.0.0.1:${port}`});
	assertToldWith(
		done,
		new RegExp(`The proxy did not let the request through \\(http://127\\.0\\.0\\.1:${port}\\)`),
		'x-proxy',
	);
});

for (const {what, meet, sentence, label, timeout} of some(
	[
		{
			what: 'answers 502',
			meet: (socket: Socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n'),
			sentence: /The proxy did not let the request through/,
			label: 'x-proxy',
		},
		{
			what: 'wants a password',
			meet: (socket: Socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'),
			sentence: /The proxy needs a login/,
			label: 'x-proxy',
		},
		{
			what: 'closes without an answer',
			meet: (socket: Socket) => socket.once('data', () => socket.end()),
			sentence: /The proxy did not let|connection to X was closed/,
			label: 'x-',
		},
		{
			what: 'is no proxy',
			meet: (socket: Socket) => socket.end('SSH-2.0-practice\r\n'),
			sentence: /The proxy did not let|cannot be read|was closed/,
			label: 'x-',
		},
		{
			what: 'never answers',
			meet: () => {},
			sentence: /did not answer within 0\.5 seconds|The proxy did not let/,
			label: 'x-',
			timeout: '0.5',
		},
		{
			what: 'lets through to something that speaks no TLS',
			meet: (socket: Socket) =>
				socket.once('data', () => {
					socket.write('HTTP/1.1 200 OK\r\n\r\n');
					socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n<html>Welcome'));
				}),
			sentence: /connection is not secure|was closed|cannot be read/,
			label: 'x-',
		},
	],
	3,
)) {
	test(`a proxy that ${what} gets a sentence and a next step`, async () => {
		const server = await serve(meet);
		try {
			assertToldWith(await ask({HTTPS_PROXY: server.address, KEYMAKER_TIMEOUT: timeout}), sentence, label);
		} finally {
			server.close();
		}
	});
}

test('a name that is not found is told; where it is the proxy’s, the proxy is named', async () => {
	// Stands in for a computer that is offline: no name is looked up anywhere.
	const offline = path.join(place.folder, 'offline.cjs');
	await writeFile(
		offline,
		`require('node:dns').lookup = (_, options, done = options) =>
	setImmediate(done, Object.assign(new Error('getaddrinfo'), {code: 'ENOTFOUND', syscall: 'getaddrinfo'}));`,
	);
	const NODE_OPTIONS = `--require=${offline}`;
	const direct = await ask({HTTPS_PROXY: undefined, NODE_OPTIONS});
	assertToldWith(direct, /Cannot find api\.x\.com\..*Check the network/, 'x-name');
	const proxied = await ask({HTTPS_PROXY: 'http://proxy.practice.invalid:3128', NODE_OPTIONS});
	assertToldWith(
		proxied,
		/The proxy did not let the request through \(http:\/\/proxy\.practice\.invalid:3128\)/,
		'x-proxy',
	);
	const excepted = await ask({NO_PROXY: 'localhost, .x.com', NODE_OPTIONS});
	assertToldWith(excepted, /Cannot find api\.x\.com/, 'x-name');
});

test('a certificate that nobody vouches for ends the request before it is sent', {skip}, async () => {
	network = await startNetwork();
	const done = await ask({...network.env, NODE_EXTRA_CA_CERTS: undefined});
	assertToldWith(done, /the certificate for api\.x\.com is not trusted/, 'x-tls');
	assert.match(done.err, /NODE_EXTRA_CA_CERTS/);
	assert.deepEqual(network.passed, []);
});

test('a captive portal is told by its page, by its redirect, and by its own certificate', {
	skip,
}, async () => {
	network = await startNetwork();
	const page = '<!doctype html><title>Station</title><p>Please sign in.';
	network.instead = () =>
		`HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${page.length}\r\n\r\n${page}`;
	assertToldWith(
		await ask(network.env),
		/A web page came back instead of X’s answer\..*sign in to the network/,
		'x-answer · 200',
	);
	network.instead = () =>
		'HTTP/1.1 302 Found\r\nlocation: https://portal.practice.invalid/\r\ncontent-length: 0\r\n\r\n';
	assertToldWith(await ask(network.env), /redirected instead of answered/, 'x-answer · 302');
	network.instead = () =>
		'HTTP/1.1 511 Network Authentication Required\r\ncontent-type: text/html\r\ncontent-length: 0\r\n\r\n';
	assertToldWith(await ask(network.env), /A web page came back instead/, 'x-answer · 511');
	await network.close();

	network = await startNetwork('portal.practice.invalid');
	assertToldWith(await ask(network.env), /the certificate for api\.x\.com is not trusted/, 'x-tls');
});

test('the wall before X is told from a captive portal: its certificate is X’s, and signing in to the network is no cure', {
	skip,
}, async () => {
	network = await startNetwork();
	network.practice.setFault('request_token:403-cloudflare');
	const done = await ask(network.env);
	assertToldWith(done, /X blocks connections from this computer’s network\./, 'x-blocked · 403');
	assert.match(done.err, /Try another network, turn off the VPN, or try again later/);
	assert.doesNotMatch(done.err, /sign in to the network/);
});

test('through a proxy and a certificate of one’s own the whole job is done with the real addresses', {
	skip,
}, async () => {
	network = await startNetwork();
	const {env} = network;
	// The link is read from standard output while the command waits for its PIN.
	const terminal = place.shell('keymaker authorize harbour', {columns: 200, env});
	const link = await printedLink(terminal);
	assert.match(link, /^https:\/\/api\.x\.com\/oauth\/authorize\?oauth_token=\w+&force_login=true$/);
	terminal.type(`${await approve(network.pageOf(link), 'harbour_poem')}\r`);
	assert.equal((await terminal.exited).exitCode, 0);
	assert.match(terminal.raw(), /saved the key of @harbour_poem/);

	const checked = await place.run(['check', '--json'], '', env);
	assert.equal(checked.code, 0, checked.err);
	assert.equal(JSON.parse(checked.out)[0].handle, 'harbour_poem');
	network.practice.setFault('users_me:skewed-date');
	const skewed = await place.run(['check'], '', env);
	assert.equal(skewed.code, 1);
	assert.match(skewed.out + skewed.err, /clock: it is (2 hours|1 hour 59 minutes) behind X’s/);
	network.practice.clearFaults();

	// Anybody on the way can answer 401; that alone does not show that the token is void.
	network.instead = () => 'HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n';
	const doubtful = await place.run(['revoke', 'harbour', '--yes'], '', env);
	assert.equal(doubtful.code, 1, doubtful.err);
	const [still] = JSON.parse((await place.run(['list', '--json'], '', env)).out);
	assert.deepEqual([still.status, still.handle], ['ready', 'harbour_poem']);
	network.instead = () => null;
	const revoked = await place.run(['revoke', 'harbour', '--yes'], '', env);
	assert.equal(revoked.code, 0, revoked.err);
});

test('a network that has IPv6 alone is one like any other', {
	skip: skip || (hasIpv6() ? false : 'there is no IPv6 here'),
}, async () => {
	network = await startNetwork('api.x.com', '::1');
	const done = await ask(network.env);
	assert.match(done.out, /^https:\/\/api\.x\.com\/oauth\/authorize\?oauth_token=/);
	assert.match(done.err, /The input ended before a PIN/);
});

function hasIpv6(): boolean {
	return Object.values(networkInterfaces()).some(addresses =>
		addresses?.some(({address}) => address === '::1'),
	);
}
