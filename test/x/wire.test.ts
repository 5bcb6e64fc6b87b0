import assert from 'node:assert/strict';
import type {Socket} from 'node:net';
import {test} from 'node:test';
import {gzipSync} from 'node:zlib';
import {createX} from '../../source/x/create.ts';
import {outOfTime} from '../helpers/deadline.ts';
import {assertNoSecret, calls, everythingOf, failureOf} from './fixtures.ts';
import {answer, type Behaviour, bytes, bytesThenEnd, head, startRawServer} from './raw-server.ts';

/** Writes a byte now and then for as long as anybody listens. */
function drip(body: string): Behaviour {
	return socket => {
		socket.write(head(200, {'content-length': '100000'}));
		let at = 0;
		const timer = setInterval(() => {
			socket.write(body[at++ % body.length] ?? ' ');
		}, 20);
		socket.on('close', () => clearInterval(timer));
	};
}

function flood(socket: Socket): void {
	socket.write(head(200, {'transfer-encoding': 'chunked'}));
	const block = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
	socket.on('drain', () => socket.write(block));
	while (socket.write(block));
}

/** What a connection can do wrong: the behaviour for a good body, and the code and the words that it gets. */
const wrongs: Record<string, {behave: (good: string) => Behaviour; code: string; sentence: RegExp}> = {
	'a body shorter than its content-length': {
		behave: good =>
			bytesThenEnd(head(200, {'content-length': String(good.length)}) + good.slice(0, good.length - 3)),
		code: 'x-network',
		sentence: /broke in the middle/,
	},
	'a chunked body without its end': {
		behave: good =>
			bytesThenEnd(
				`${head(200, {'transfer-encoding': 'chunked'})}${good.length.toString(16)}\r\n${good}\r\n`,
			),
		code: 'x-network',
		sentence: /broke in the middle/,
	},
	'a chunk that is cut off by a reset': {
		behave: good => socket => {
			const text = `${head(200, {'transfer-encoding': 'chunked'})}ff\r\n${good}`;
			socket.write(text, () => socket.resetAndDestroy());
		},
		code: 'x-network',
		sentence: /broke in the middle|was closed/,
	},
	'a body whose length nothing tells': {
		behave: good => bytesThenEnd(head(200, {connection: 'close'}) + good),
		code: 'x-network',
		sentence: /broke in the middle/,
	},
	'a reset instead of an answer': {
		behave: () => socket => socket.resetAndDestroy(),
		code: 'x-network',
		sentence: /connection to X was closed/,
	},
	'an end instead of an answer': {
		behave: () => bytesThenEnd(''),
		code: 'x-network',
		sentence: /connection to X was closed/,
	},
	'an answer that drips': {
		behave: drip,
		code: 'x-timeout',
		sentence: /did not answer within 15 seconds/,
	},
	'no answer at all': {
		behave: () => () => {},
		code: 'x-timeout',
		sentence: /did not answer within 15 seconds/,
	},
	'an answer without end': {behave: () => flood, code: 'x-answer', sentence: /too long/},
	'an empty body': {behave: () => answer(''), code: 'x-answer', sentence: /answer is empty/},
	'a page': {
		behave: () => answer('<!DOCTYPE html><html><body>Welcome to the hotel</body></html>'),
		code: 'x-answer',
		sentence: /web page came back instead/,
	},
	'a redirect': {
		behave: good => answer(good, {status: 302, headers: {location: 'https://portal.invalid/'}}),
		code: 'x-answer',
		sentence: /redirected instead of answered/,
	},
	'a body that was packed although nobody asked for it': {
		behave: good => socket => {
			const packed = gzipSync(good);
			socket.write(head(200, {'content-encoding': 'gzip', 'content-length': String(packed.length)}));
			socket.write(packed);
		},
		code: 'x-answer',
		sentence: /cannot be read/,
	},
	'something that is not HTTP': {
		behave: () => bytes('SSH-2.0-OpenSSH_9.9\r\n'),
		code: 'x-answer',
		sentence: /cannot be read/,
	},
	'half a JSON': {
		behave: () => answer('{"data":{"id":"12'),
		code: 'x-answer',
		sentence: /cannot be read|incomplete or malformed/,
	},
};

for (const [leg, call] of Object.entries(calls)) {
	for (const [name, {behave, code, sentence}] of Object.entries(wrongs)) {
		test(`${leg} meets ${name}: a sentence, one request, no secret, and it works afterwards`, async t => {
			const server = await startRawServer(t, behave(call.good));
			const x = createX({agent: server.agent, env: {}});
			const make = () => failureOf(call.make(x));
			const hasCome = () => server.requests.length > 0;
			const error = await (code === 'x-timeout' ? outOfTime(15, hasCome, make) : make());
			assert.equal(error.code, code);
			assert.match(error.message, sentence);
			assert.equal(error.uncertain, leg === 'access_token' || leg === 'invalidate_token');
			if (leg === 'access_token') {
				assert.match(error.hint, /^X may or may not have accepted the PIN/);
			}

			assert.equal(server.requests.length, 1);
			assertNoSecret(everythingOf(error));

			server.behaviour = answer(call.good);
			await call.make(x);
			assert.equal(server.requests.length, 2);
		});
	}
}

for (const [leg, call] of Object.entries(calls).filter(([name]) => name !== 'access_token')) {
	test(`${leg} is cancelled while X does not answer`, async t => {
		const server = await startRawServer(t, () => {});
		const x = createX({agent: server.agent, env: {}});
		const controller = new AbortController();
		const failing = failureOf(call.make(x, controller.signal));
		await server.requested();
		controller.abort();
		assert.equal((await failing).code, 'cancelled');
	});

	test(`${leg} that is cancelled beforehand asks nothing`, async t => {
		const server = await startRawServer(t, answer(call.good));
		const x = createX({agent: server.agent, env: {}});
		assert.equal((await failureOf(call.make(x, AbortSignal.abort()))).code, 'cancelled');
		assert.equal(server.requests.length, 0);
	});
}

for (const [name, behaviour] of Object.entries({
	'no answer comes': (() => {}) as Behaviour,
	'the answer drips': drip('x'),
	'the answer has no end': flood,
})) {
	test(`the connection is closed once a request is given up because ${name}`, async t => {
		const {promise: closed, resolve} = Promise.withResolvers<void>();
		const server = await startRawServer(t, (socket, request) => {
			socket.on('close', () => resolve());
			behaviour(socket, request);
		});
		const x = createX({agent: server.agent, env: {}});
		const hasCome = () => server.requests.length > 0;
		await outOfTime(15, hasCome, () => failureOf(calls.users_me.make(x)));
		await closed;
	});
}

test('no connection is used twice, so that no PIN goes down one that has died meanwhile', async t => {
	const sockets = new Set<Socket>();
	const server = await startRawServer(t, (socket, request) => {
		sockets.add(socket);
		answer(calls.access_token.good)(socket, request);
	});
	const x = createX({agent: server.agent, env: {}});
	await calls.access_token.make(x);
	await calls.access_token.make(x);
	assert.equal(sockets.size, 2);
});

test('the probe tells X’s clock and its status, and signs nothing', async t => {
	const now = Date.UTC(2026, 10, 5, 12, 0, 0);
	const server = await startRawServer(
		t,
		bytes(head(404, {'content-length': '0', date: new Date(now + 90_000).toUTCString()})),
	);
	const x = createX({agent: server.agent, env: {}, now: () => now});
	assert.deepEqual(await x.probe(), {status: 404, clockSkewSeconds: 90, proxy: null});
	assert.match(server.requests[0] ?? '', /^HEAD \/ HTTP/);
	assert.doesNotMatch(server.requests[0] ?? '', /authorization/i);
});

test('the probe ends at its deadline and when it is cancelled', async t => {
	const server = await startRawServer(t, () => {});
	const x = createX({agent: server.agent, env: {}});
	const hasCome = () => server.requests.length > 0;
	assert.equal((await outOfTime(15, hasCome, () => failureOf(x.probe()))).code, 'x-timeout');
	const controller = new AbortController();
	const failing = failureOf(x.probe(controller.signal));
	controller.abort();
	assert.equal((await failing).code, 'cancelled');
});

test('a refused connection cannot have used up a PIN', async t => {
	const server = await startRawServer(t, () => {});
	await server.close();
	const x = createX({agent: server.agent, env: {}});
	const error = await failureOf(calls.access_token.make(x));
	assert.equal(error.code, 'x-network');
	assert.match(error.message, /cannot be reached/);
	assert.equal(error.uncertain, false);
});
