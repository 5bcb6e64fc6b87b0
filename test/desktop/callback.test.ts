import assert from 'node:assert/strict';
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {connect} from 'node:net';
import {networkInterfaces} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, suite, test} from 'node:test';
import type {Callback, Delivery, Listening} from '../../source/desktop/callback.ts';
import {createCallback} from '../../source/desktop/callback-create.ts';
import {createListener} from '../../source/desktop/callback-listener.ts';
import {fromSource} from '../helpers/from-source.ts';
import {get, type Spoilt} from '../helpers/get.ts';

const token = 'practiceRequestToken0001';
const verifier = 'practiceVerifier0001';
const good = `/keymaker?oauth_token=${token}&oauth_verifier=${verifier}`;

let callback: Callback;
let listening: Listening;
let port: number;
let heard: (Delivery | null)[];
beforeEach(async () => {
	callback = createListener();
	listening = await callback.listen(0);
	port = Number(new URL(listening.address).port);
	heard = [];
	listening.expect(token).then(delivery => heard.push(delivery));
});
afterEach(() => {
	// Where nobody asked for the page, its second is not waited for.
	listening.close();
	return callback.close();
});

test('the browser’s answer is heard once, and leads to a page that holds nothing of it', async () => {
	assert.equal(listening.address, `http://127.0.0.1:${port}/keymaker`);
	assert.equal((await get(port, '/keymaker/done')).status, 404);
	const sent = await get(port, good);
	assert.equal(sent.status, 303);
	assert.equal(sent.headers.location, '/keymaker/done');
	assert.equal(sent.body, '');
	assert.deepEqual(heard, [{kind: 'verifier', verifier}]);

	const page = get(port, '/keymaker/done');
	listening.say('harbour <is> ready; you can close this.');
	const {status, headers, body} = await page;
	assert.equal(status, 200);
	assert.match(body, /harbour &#60;is&#62; ready; you can close this\./);
	assert.doesNotMatch(JSON.stringify([sent, headers, body]), new RegExp(`${token}|${verifier}|<script`));
	for (const one of [sent.headers, headers]) {
		assert.equal(one['referrer-policy'], 'no-referrer');
		assert.equal(one['cache-control'], 'no-store');
		assert.match(
			String(one['content-security-policy']),
			/^default-src 'none'; style-src 'sha256-[^;]+'; form-action 'none'/,
		);
		assert.match(String(one['content-security-policy']), /frame-ancestors 'none'/);
		assert.equal(one['x-frame-options'], 'DENY');
		assert.equal(one['set-cookie'], undefined);
		assert.equal(one['access-control-allow-origin'], undefined);
	}
});

test('Cancel at X is heard as such', async () => {
	assert.equal((await get(port, `/keymaker?denied=${token}`)).status, 303);
	assert.deepEqual(heard, [{kind: 'denied'}]);
});

const attacks: readonly [what: string, path: string, spoilt?: Spoilt][] = [
	['another path', `/elsewhere?oauth_token=${token}&oauth_verifier=${verifier}`],
	['the path with a slash more', `/keymaker/?oauth_token=${token}&oauth_verifier=${verifier}`],
	['the path in capitals', good.replace('keymaker', 'KEYMAKER')],
	['the path, encoded', good.replace('k', '%6b')],
	['the path with a way round', `/x/..${good}`],
	['the path under two slashes', `/${good}`],
	['a whole address', `http://127.0.0.1${good}`],
	['nothing at all', '/'],
	['the path alone', '/keymaker'],
	['another token', good.replace(token, 'practiceRequestToken0002')],
	['the beginning of the token', good.replace(token, token.slice(0, -1))],
	['the token with more behind it', good.replace(token, `${token}x`)],
	['no token', `/keymaker?oauth_verifier=${verifier}`],
	['an empty token', `/keymaker?oauth_token=&oauth_verifier=${verifier}`],
	['two tokens', `${good}&oauth_token=${token}`],
	['two verifiers', `${good}&oauth_verifier=another`],
	['an empty verifier', `/keymaker?oauth_token=${token}&oauth_verifier=`],
	['a verifier that is none', `/keymaker?oauth_token=${token}&oauth_verifier=%0Ax`],
	['a verifier far too long', `/keymaker?oauth_token=${token}&oauth_verifier=${'a'.repeat(201)}`],
	['another token denied', '/keymaker?denied=another'],
	['a verifier and a denial', `${good}&denied=${token}`],
	['two question marks', `/keymaker??oauth_token=${token}&oauth_verifier=${verifier}`],
	...['POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE'].map((method): [string, string, Spoilt] => [
		`the method ${method}`,
		good,
		{method, ...(method === 'POST' ? {body: `oauth_token=${token}&oauth_verifier=${verifier}`} : {})},
	]),
	['a name of somebody’s that leads here', good, {headers: {host: 'rebound.invalid'}}],
	['localhost', good, {headers: {host: 'localhost'}}],
	['the address without the port', good, {headers: {host: '127.0.0.1'}}],
	['an image on a page', good, {headers: {'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image'}}],
	['a script of a page', good, {headers: {'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty'}}],
	['a frame on a page', good, {headers: {'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe'}}],
];
for (const [what, where, spoilt] of attacks) {
	test(`${what} gets 404 and changes nothing`, async () => {
		const {status, headers, body} = await get(port, where, spoilt);
		assert.equal(status, 404);
		assert.equal(headers.location, undefined);
		assert.ok(['Not found\n', ''].includes(body), body);
		assert.deepEqual(heard, []);
		// What was waited for is waited for still.
		assert.equal((await get(port, good)).status, 303);
		assert.deepEqual(heard, [{kind: 'verifier', verifier}]);
		listening.say('done');
		await get(port, '/keymaker/done');
	});
}

test('a replay gets 404, with the same verifier or another one, before and after the page', async () => {
	assert.equal((await get(port, good)).status, 303);
	assert.equal((await get(port, good)).status, 404);
	assert.equal((await get(port, good.replace(verifier, 'anotherVerifier'))).status, 404);
	assert.equal((await get(port, `/keymaker?denied=${token}`)).status, 404);
	assert.deepEqual(heard, [{kind: 'verifier', verifier}]);
	listening.say('done');
	assert.equal((await get(port, '/keymaker/done')).status, 200);
	assert.equal((await get(port, good)).status, 404);
	assert.equal(heard.length, 1);
});

test('nothing listens any more once no link waits and the page was shown', async () => {
	await get(port, good);
	listening.say('done');
	listening.close();
	assert.equal((await get(port, '/keymaker/done')).status, 200);
	await refused(port);
});

test('a link that is given up is not listened for, and nobody waits', async () => {
	listening.close();
	await refused(port);
	assert.deepEqual(heard, [null]);
});

test('the next link of a walk finds the port free, and hears nothing of the one before', async () => {
	await get(port, good);
	listening.say('harbour is ready');
	listening.close();
	const next = await callback.listen(0);
	assert.equal(next.address, listening.address);
	const answer = next.expect('practiceRequestToken0002');
	assert.equal((await get(port, good)).status, 404);
	assert.match((await get(port, '/keymaker/done')).body, /harbour is ready/);
	assert.equal((await get(port, good.replace(token, 'practiceRequestToken0002'))).status, 303);
	assert.deepEqual(await answer, {kind: 'verifier', verifier});
	next.say('kettle is ready');
	next.close();
	assert.match((await get(port, '/keymaker/done')).body, /kettle is ready/);
	await refused(port);
});

test('it listens on 127.0.0.1 and on no other address of this computer', async () => {
	const others = Object.values(networkInterfaces())
		.flatMap(addresses => addresses ?? [])
		.map(({address, family, scopeid}) => (family === 'IPv6' && scopeid ? '' : address))
		.filter(address => address !== '127.0.0.1' && address !== '');
	// All of 127.0.0.0/8 is this computer on Linux.
	for (const address of [...others, ...(process.platform === 'linux' ? ['127.0.0.2'] : [])]) {
		await refused(port, address);
	}
});

suite('another user who listens first', () => {
	let holder: ChildProcess;
	afterEach(() => void holder.kill());

	for (const host of ['127.0.0.1', '0.0.0.0']) {
		test(`on ${host}: the port is not shared with it, and an error says so`, async () => {
			const program = path.join(import.meta.dirname, 'port-holder.ts');
			holder = spawn(process.execPath, [...fromSource, program, host], {
				stdio: ['ignore', 'pipe', 'inherit'],
			});
			const [line] = await once(holder.stdout as NodeJS.ReadableStream, 'data');
			const taken = Number(String(line));
			await assert.rejects(callback.listen(taken), {
				code: 'callback-port',
				message: `Another program uses port ${taken}.`,
			});
		});
	}
});

test('over SSH nothing is listened on: the browser is on another computer', async () => {
	const elsewhere = createCallback({SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22'});
	await assert.rejects(elsewhere.listen(0), {code: 'callback-ssh'});
	await elsewhere.close();
});

test('the program’s end waits for the last page', async () => {
	await get(port, good);
	listening.say('harbour is ready');
	listening.close();
	const [page] = await Promise.all([get(port, '/keymaker/done'), callback.close()]);
	assert.match(page.body, /harbour is ready/);
	await refused(port);
});

/** Nothing listens there; a server that is closing may take a connection and drop it at once. */
async function refused(at: number, host = '127.0.0.1'): Promise<void> {
	const socket = connect({port: at, host});
	await assert.rejects(once(socket, 'connect'), {
		code: /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/,
	});
	socket.destroy();
}
