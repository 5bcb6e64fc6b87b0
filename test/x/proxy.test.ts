import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import {Agent, createServer as createTlsServer, request} from 'node:https';
import {type AddressInfo, connect, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {type TestContext, test} from 'node:test';
import {promisify} from 'node:util';
import type {Environment} from '../../source/system/environment.ts';
import {createClient} from '../../source/x/client.ts';
import {createX} from '../../source/x/create.ts';
import {proxyFrom, routeFrom, supportsProxies} from '../../source/x/proxy.ts';
import {makeCertificate, whyNoCertificate as skip} from '../helpers/certificate.ts';
import {inherited, withoutNetwork} from '../helpers/environment.ts';
import {fromSource} from '../helpers/from-source.ts';
import {appKey, assertNoSecret, calls, failureOf, goodLink, token} from './fixtures.ts';

const proxyPassword = 'practice-proxy-password';

async function listen(t: TestContext, server: Pick<Server, 'listen' | 'close' | 'address' | 'on' | 'once'>) {
	const sockets = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		socket.on('error', () => {});
	});
	server.listen(0, '127.0.0.1');
	await once(server as Server, 'listening');
	t.after(() => {
		for (const socket of sockets) {
			socket.destroy();
		}

		server.close();
	});
	return (server.address() as AddressInfo).port;
}

type Network = {
	/** The proxy's address, with a user and a password. */
	proxy: string;
	certPath: string;
	/** What the proxy was asked for. */
	asked: string[];
	/** The requests that came through to who stands there for X. */
	reached: string[];
	/** Where that one listens itself. */
	port: number;
};

/** A proxy, and behind it a stand-in for api.x.com that speaks TLS. */
async function startNetwork(
	t: TestContext,
	{name = 'api.x.com', refusal = null as string | null, hangs = false} = {},
): Promise<Network> {
	const folder = mkdtempSync(path.join(tmpdir(), 'keymaker-proxy-'));
	t.after(() => rmSync(folder, {recursive: true}));
	const {key, cert, certPath} = makeCertificate(folder, name);
	const reached: string[] = [];
	const behind = createTlsServer({key, cert}, (request, response) => {
		reached.push(`${request.method} ${request.url}`);
		response.end(request.method === 'POST' ? goodLink : undefined);
	});
	behind.on('tlsClientError', () => {});
	const port = await listen(t, behind);

	const asked: string[] = [];
	const proxy = createServer();
	proxy.on('connect', (request, socket: Socket) => {
		asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
		socket.on('error', () => {});
		if (refusal !== null) {
			socket.end(`HTTP/1.1 ${refusal}\r\n\r\n`);
		} else if (!hangs) {
			const onwards = connect(port, '127.0.0.1', () => {
				socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
				socket.pipe(onwards).pipe(socket);
			});
			onwards.on('error', () => socket.destroy());
			socket.on('close', () => onwards.destroy());
		}
	});
	const proxyPort = await listen(t, proxy);
	return {proxy: `http://user:${proxyPassword}@127.0.0.1:${proxyPort}`, certPath, asked, reached, port};
}

type Outcome = {
	code: string | null;
	message?: string;
	uncertain?: boolean;
	everything?: string;
	probe?: unknown;
};

/** Asks X from a process of its own, whose way there is told by just these variables. */
async function askFrom(env: Record<string, string>): Promise<Outcome> {
	const child = path.join(import.meta.dirname, 'proxy-child.ts');
	const {stdout, stderr} = await promisify(execFile)(process.execPath, [...fromSource, child], {
		env: {...inherited(), ...withoutNetwork(), ...env},
	});
	const shown = stdout + stderr;
	assertNoSecret(shown, [proxyPassword, Buffer.from(`user:${proxyPassword}`).toString('base64')]);
	return JSON.parse(stdout) as Outcome;
}

for (const variable of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY']) {
	test(`requests go through the proxy in ${variable}, and trust the certificates of NODE_EXTRA_CA_CERTS`, {
		skip,
	}, async t => {
		const {proxy, certPath, asked} = await startNetwork(t);
		const {code, probe} = await askFrom({[variable]: proxy, NODE_EXTRA_CA_CERTS: certPath});
		assert.equal(code, null);
		assert.deepEqual((probe as {proxy: string}).proxy, new URL(proxy).origin);
		const credentials = Buffer.from(`user:${proxyPassword}`).toString('base64');
		assert.deepEqual(asked, Array(2).fill(`api.x.com:443 Basic ${credentials}`));
	});
}

test('a certificate that nobody vouches for is refused, and the request is not sent', {skip}, async t => {
	const {proxy, asked} = await startNetwork(t);
	const {code, message, uncertain} = await askFrom({HTTPS_PROXY: proxy});
	assert.equal(code, 'x-tls');
	assert.match(message ?? '', /certificate for api\.x\.com is not trusted/);
	assert.equal(uncertain, false);
	assert.equal(asked.length, 1);
});

test('a certificate that nobody vouches for is refused although NODE_TLS_REJECT_UNAUTHORIZED is 0', {
	skip,
}, async t => {
	const {proxy, asked, reached, port} = await startNetwork(t);
	const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
	t.after(() => {
		if (before === undefined) {
			delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
		} else {
			process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
		}
	});
	process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
	const toThere = {host: '127.0.0.1', port, servername: 'api.x.com'};
	const outcomeOf = (agent: Agent) =>
		new Promise(resolve => {
			request({...toThere, agent})
				.on('response', response => resolve(response.resume().statusCode))
				.on('error', error => resolve('code' in error ? error.code : error))
				.end();
		});
	// Without keymaker's word anybody would be taken for X.
	assert.equal(await outcomeOf(new Agent()), 200);
	assert.equal(await outcomeOf(routeFrom({}).agent), 'DEPTH_ZERO_SELF_SIGNED_CERT');
	assert.equal(reached.length, 1);

	const env = {HTTPS_PROXY: proxy, NODE_TLS_REJECT_UNAUTHORIZED: '0'};
	const x = createX({env});
	assert.match(
		x.warning ?? '',
		/^NODE_TLS_REJECT_UNAUTHORIZED=0 is set\. keymaker still checks X’s certificate/,
	);
	for (const call of Object.values(calls)) {
		assert.equal((await failureOf(call.make(x))).code, 'x-tls');
	}

	assert.equal((await failureOf(x.probe())).code, 'x-tls');
	const token = {accessToken: '12-not-a-real-token', accessSecret: 'not-a-real-secret'};
	const client = createClient({consumerKey: 'not-a-real-key', consumerSecret: 'not-a-real-one'}, token, {
		env,
	});
	await assert.rejects(client.v2.me());
	assert.equal(asked.length, Object.keys(calls).length + 2);
	assert.equal(reached.length, 1, 'a request went to somebody else');
	assert.equal(createX({env: {NODE_TLS_REJECT_UNAUTHORIZED: '1'}}).warning, null);
	assert.equal(createX({env, agent: new Agent()}).warning, null, 'practice asks nobody else');
});

test('a trusted certificate for another name is refused', {skip}, async t => {
	const {proxy, certPath} = await startNetwork(t, {name: 'portal.invalid'});
	assert.equal((await askFrom({HTTPS_PROXY: proxy, NODE_EXTRA_CA_CERTS: certPath})).code, 'x-tls');
});

test('a proxy that refuses who asks it is named with its 407, and without its password', {skip}, async t => {
	const {proxy} = await startNetwork(t, {refusal: '407 Proxy Authentication Required'});
	const {code, message} = await askFrom({HTTPS_PROXY: proxy});
	assert.equal(code, 'x-proxy');
	assert.equal(message, `The proxy needs a login, or rejected yours (${new URL(proxy).origin}: 407).`);
});

test('a proxy that never answers ends at the deadline, and lets the program end', {skip}, async t => {
	const {proxy} = await startNetwork(t, {hangs: true});
	const {code} = await askFrom({HTTPS_PROXY: proxy, KEYMAKER_TIMEOUT: '0.4'});
	assert.ok(code === 'x-timeout' || code === 'x-proxy', String(code));
});

test('a proxy that is not there is named', async t => {
	const gone = createServer();
	const port = await listen(t, gone);
	gone.close();
	await once(gone, 'close');
	const x = createX({env: {https_proxy: `127.0.0.1:${port}`}});
	const error = await failureOf(calls.access_token.make(x));
	assert.equal(error.code, 'x-proxy');
	assert.equal(error.message, `The proxy did not let the request through (http://127.0.0.1:${port}).`);
	assert.equal(error.uncertain, false);
});

for (const variable of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']) {
	for (const address of [`socks5://user:${proxyPassword}@127.0.0.1:1080`, 'socks://[::1]', 'ftp://a']) {
		test(`${address.split('@')[0]} in ${variable} is refused with a word, and never bypassed`, async () => {
			const x = createX({env: {[variable]: address}});
			for (const call of Object.values(calls)) {
				const error = await failureOf(call.make(x));
				assert.equal(error.code, 'x-proxy');
				assert.equal(
					error.message,
					`keymaker cannot use the proxy in ${variable}: only http:// and https:// proxies work.`,
				);
				assertNoSecret(`${error.stack} ${error.hint}`, [proxyPassword]);
			}

			assert.equal((await failureOf(x.probe())).code, 'x-proxy');
		});
	}
}

/** What a password may hold, and whether it must be written otherwise; the rest of the password is a secret. */
const passwords: ReadonlyArray<readonly [string, string | null]> = [
	['100%sure', '% must be written %25'],
	['100%', '% must be written %25'],
	['100%2', '% must be written %25'],
	['%E9t%E9', '% must be written %25'],
	['1#2', '# must be written %23'],
	['a#b', '# must be written %23'],
	['12/3', '/ must be written %2F'],
	['a/b@c', '/ must be written %2F'],
	['a?b', '? must be written %3F'],
	['100%25sure', null],
	['%C3%A9', null],
	['a@b', null],
	['a:b', null],
	['[a]', null],
	['é', null],
	['a b', null],
];
for (const [special, reason] of passwords) {
	const password = `practice${special}password`;
	for (const scheme of ['http://', 'https://', '']) {
		test(`a proxy with ${special} in its password, after ${scheme || 'nothing'}, is ${reason === null ? 'used' : 'refused by that character'}`, async () => {
			const env = {HTTPS_PROXY: `${scheme}user:${password}@proxy.invalid:8080`};
			if (reason === null) {
				const url = proxyFrom(env)?.url;
				assert.equal(url?.hostname, 'proxy.invalid');
				assert.equal(decodeURIComponent(url.password), decodeURIComponent(password));
				assert.equal(routeFrom(env).proxy, `${scheme || 'http://'}proxy.invalid:8080`);
				return;
			}

			const error = await failureOf(createX({env}).probe());
			assert.equal(error.code, 'x-proxy');
			assert.equal(
				error.message,
				`keymaker cannot use the proxy in HTTPS_PROXY: in its user name or password, ${reason}.`,
			);
			assertNoSecret(`${error.stack} ${error.hint} ${error.cause}`, [special, 'password@', 'practice']);
			await assert.rejects(async () => createClient(appKey, token, {env}), {code: 'x-proxy'});
		});
	}
}

for (const [address, reason] of [
	['"http://proxy.invalid:8080"', 'remove the quotation marks around it'],
	[`'http://user:${proxyPassword}@proxy.invalid:8080'`, 'remove the quotation marks around it'],
	['http://CORP\\user:practice@proxy.invalid:8080', 'in its user name or password, \\ must be written %5C'],
	['CORP\\user:practice@proxy.invalid:8080', 'in its user name or password, \\ must be written %5C'],
	['http://', 'it is not like http://HOST:PORT'],
	['http://proxy.invalid:80801', 'it is not like http://HOST:PORT'],
	['http:/proxy.invalid:8080', 'it is not like http://HOST:PORT'],
] as const) {
	test(`${address} is refused as a proxy, with what is wrong about it`, () => {
		assert.throws(() => proxyFrom({ALL_PROXY: address}), {
			code: 'x-proxy',
			message: `keymaker cannot use the proxy in ALL_PROXY: ${reason}.`,
		});
	});
}

test('a user name with its domain goes through the proxy where it is written as the sentence says', () => {
	const url = proxyFrom({HTTPS_PROXY: 'http://CORP%5Cuser:practice@proxy.invalid:8080'})?.url;
	assert.equal(decodeURIComponent(url?.username ?? ''), 'CORP\\user');
});

const proxied: readonly Environment[] = [
	{HTTPS_PROXY: 'http://a:1'},
	{https_proxy: 'http://a:1', HTTPS_PROXY: 'socks5://b'},
	{HTTPS_PROXY: 'a:1', NO_PROXY: 'example.com, api.x.com.invalid,notx.com,pi.x.com'},
	{HTTPS_PROXY: 'http://a:1', NO_PROXY: ''},
	{HTTPS_PROXY: ' http://a:1 ', NO_PROXY: ' , '},
	{HTTPS_PROXY: 'http://a:1', NO_PROXY: 'api.x.com:8443'},
	{HTTPS_PROXY: 'http://a:1', no_proxy: 'localhost', NO_PROXY: '*'},
];
for (const env of proxied) {
	test(`${JSON.stringify(env)} leads through the proxy`, () => {
		assert.equal(proxyFrom(env)?.url.origin, 'http://a:1');
		assert.equal(routeFrom(env).proxy, 'http://a:1');
	});
}

const direct: readonly Environment[] = [
	{},
	{HTTPS_PROXY: ''},
	{HTTP_PROXY: 'http://a:1'},
	...['*', 'api.x.com', 'API.X.COM', '.x.com', '*.x.com', 'x.com', 'foo api.x.com', 'api.x.com:443'].flatMap(
		list => [
			{HTTPS_PROXY: 'http://a:1', NO_PROXY: list},
			{https_proxy: 'socks5://a:1', no_proxy: list},
		],
	),
];
for (const env of direct) {
	test(`${JSON.stringify(env)} leads straight to X`, () => {
		assert.equal(proxyFrom(env), null);
		assert.equal(routeFrom(env).proxy, null);
	});
}

test('versions of Node that know no proxies are told from those that do', () => {
	for (const version of ['22.21.0', '22.30.1', '24.5.0', '25.0.0', '26.1.0']) {
		assert.ok(supportsProxies(version), version);
	}

	for (const version of ['22.0.0', '22.20.9', '23.11.0', '24.4.1']) {
		assert.ok(!supportsProxies(version), version);
	}
});

test('a proxy is not bypassed by a version of Node that knows none', () => {
	assert.throws(() => routeFrom({HTTPS_PROXY: 'http://a:1'}, {}, '22.12.0'), {
		code: 'x-proxy',
		message: 'This version of Node cannot use the proxy in HTTPS_PROXY.',
	});
	assert.equal(routeFrom({}, {}, '22.12.0').proxy, null);
});
