import assert from 'node:assert/strict';
import {once} from 'node:events';
import {writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {createServer as createTlsServer} from 'node:https';
import type {AddressInfo} from 'node:net';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {makeCertificate, whyNoCertificate as skip} from '../helpers/certificate.ts';
import {withoutNetwork} from '../helpers/environment.ts';
import {type Workplace, workplace} from '../helpers/program.ts';

let place: Workplace;
beforeEach(async () => {
	place = await workplace(['harbour']);
});
afterEach(() => place.close());

const warning =
	/^NODE_TLS_REJECT_UNAUTHORIZED=0 is set\. keymaker still checks X’s certificate, but .*\. Unset it\.$/gm;

/** Nothing listens at the proxy, so that nothing goes out to X. */
const way = {
	...withoutNetwork(),
	NODE_TLS_REJECT_UNAUTHORIZED: '0',
	KEYMAKER_PRACTICE: undefined,
	HTTPS_PROXY: 'http://127.0.0.1:1',
	TWITTER_CONSUMER_KEY: 'not-a-real-key',
	TWITTER_CONSUMER_SECRET: 'not-a-real-secret',
};

test('what asks X says first that certificates are not checked elsewhere; what does not, does not', async () => {
	const lines = ['TWITTER_ACCESS_TOKEN=12-not-a-real-token', 'TWITTER_ACCESS_TOKEN_SECRET=not-a-real-secret'];
	const app = ['TWITTER_CONSUMER_KEY=not-a-real-key', 'TWITTER_CONSUMER_SECRET=not-a-real-secret'];
	await writeFile(path.join(place.folder, 'harbour.env'), `${[...app, ...lines].join('\n')}\n`);
	for (const [args, times] of [
		[['import', 'harbour.env'], 0],
		[['list'], 0],
		[['check'], 1],
		[['revoke', 'harbour', '--yes'], 1],
		[['authorize', 'harbour'], 1],
		[['forget', 'harbour', '--yes'], 0],
	] as const) {
		const {err} = await place.run(args, '', way);
		assert.equal(err.match(warning)?.length ?? 0, times, `keymaker ${args.join(' ')}: ${err}`);
	}

	const {err} = await place.run(['check'], '', {NODE_TLS_REJECT_UNAUTHORIZED: '0'});
	assert.doesNotMatch(err, warning, 'practice asks nobody else');
});

test('an https:// proxy that nobody vouches for gets neither its password nor a request', {skip}, async t => {
	const {key, cert} = makeCertificate(place.folder, 'proxy.invalid');
	const asked: unknown[] = [];
	const proxy = createTlsServer({key, cert}).on('connect', (request, socket) => {
		asked.push(request.headers);
		socket.on('error', () => {}).end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
	});
	proxy.on('tlsClientError', () => {}).listen(0, '127.0.0.1');
	await once(proxy, 'listening');
	t.after(() => proxy.close());
	const {port} = proxy.address() as AddressInfo;
	const more = {...way, HTTPS_PROXY: `https://poet:not-a-real-password@127.0.0.1:${port}`};
	const {code, err} = await place.run(['authorize', 'harbour'], '', more);
	assert.equal(code, 1);
	assert.match(err, /\(x-\w+/);
	assert.doesNotMatch(err, /\(node:\d+\)|not-a-real-password/);
	assert.deepEqual(asked, []);
});

test('every frame says that the way to X is not safe, and Node’s own warning is not written across it', async t => {
	// A proxy with nothing behind it: TLS is begun there, and that is when Node warns.
	const proxy = createServer().on('connect', (_, socket) => {
		socket.on('error', () => {}).end('HTTP/1.1 200 Connection established\r\n\r\n');
	});
	proxy.listen(0, '127.0.0.1');
	await once(proxy, 'listening');
	t.after(() => proxy.close());
	const HTTPS_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
	const screen = place.screen([], {env: {...way, HTTPS_PROXY}, columns: 80});
	await screen.waitFor(/unsafe: see doctor$/m);
	await screen.waitFor('NODE_TLS_REJECT_UNAUTHORIZED=0 is set');
	screen.press('?');
	await screen.waitFor(/^ Help .*unsafe: see doctor$/m);
	screen.press('escape');
	await screen.waitUntilGone('Help');
	screen.press('enter');
	await screen.waitFor('x-network');
	await screen.waitFor(/unsafe: see doctor$/m);
	assert.doesNotMatch(screen.raw(), /\(node:\d+\)|makes TLS connections/);

	const practice = place.screen([], {env: {NODE_TLS_REJECT_UNAUTHORIZED: '0'}});
	await practice.waitFor(/practice$/m);
	assert.doesNotMatch(practice.screen().join(), /unsafe|NODE_TLS/);
});
