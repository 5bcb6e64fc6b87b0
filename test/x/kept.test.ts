import assert from 'node:assert/strict';
import type {Socket} from 'node:net';
import {test} from 'node:test';
import {createX} from '../../source/x/create.ts';
import type {X} from '../../source/x/x.ts';
import {outOfTime} from '../helpers/deadline.ts';
import {appKey, assertNoSecret, calls, everythingOf, failureOf, goodAccount, token} from './fixtures.ts';
import {answer, type Behaviour, bytesThenEnd, head, type RawServer, startRawServer} from './raw-server.ts';

/** Counts the connections that requests come in on. */
function counting(behave: Behaviour): {sockets: Set<Socket>; behave: Behaviour} {
	const sockets = new Set<Socket>();
	return {
		sockets,
		behave(socket, request) {
			sockets.add(socket);
			behave(socket, request);
		},
	};
}

/** Answers on new connections, and does something else on those that are known. */
function unless(known: ReadonlySet<Socket>, other: (socket: Socket) => void): Behaviour {
	return (socket, request) => {
		if (known.has(socket)) {
			other(socket);
		} else {
			answer(goodAccount)(socket, request);
		}
	};
}

const reset = (socket: Socket) => {
	socket.resetAndDestroy();
};

const whoIs = (x: X) => x.whoIs(appKey, token);

/** So many kept connections, each used once. */
async function keep(server: RawServer, x: X, count: number): Promise<Set<Socket>> {
	const waiting: (() => void)[] = [];
	const counted = counting((socket, request) => {
		waiting.push(() => answer(goodAccount)(socket, request));
		if (waiting.length === count) {
			for (const go of waiting) {
				go();
			}
		}
	});
	server.behaviour = counted.behave;
	await Promise.all(Array.from({length: count}, () => whoIs(x)));
	assert.equal(counted.sockets.size, count);
	return counted.sockets;
}

test('keys are asked about one after the other on one connection, and several at once on several', async t => {
	const {sockets, behave} = counting(answer(goodAccount));
	const server = await startRawServer(t, behave);
	const x = createX({agent: server.agent, env: {}});
	for (let number = 0; number < 12; number += 1) {
		await whoIs(x);
	}

	assert.equal(sockets.size, 1);
	for (let number = 0; number < 5; number += 1) {
		await Promise.all(Array.from({length: 8}, () => whoIs(x)));
	}

	assert.equal(sockets.size, 8);
	assert.equal(server.requests.length, 52);
});

test('no listeners pile up on a connection that is kept', async t => {
	const warnings: Error[] = [];
	const warn = (warning: Error) => warnings.push(warning);
	process.on('warning', warn);
	t.after(() => process.off('warning', warn));
	const server = await startRawServer(t, answer(goodAccount));
	const x = createX({agent: server.agent, env: {}});
	const listeners = () => {
		const [socket, ...others] = Object.values(server.agent.freeSockets).flatMap(sockets => sockets ?? []);
		assert.ok(socket);
		assert.equal(others.length, 0);
		return Object.fromEntries(socket.eventNames().map(name => [name, socket.listenerCount(name)]));
	};
	await whoIs(x);
	await whoIs(x);
	// The connection is given back in the turn after the answer.
	await new Promise(setImmediate);
	const before = listeners();
	for (let number = 0; number < 30; number += 1) {
		await whoIs(x);
	}

	await new Promise(setImmediate);
	assert.deepEqual(listeners(), before);
	assert.deepEqual(warnings, []);
});

test('where a kept connection has died, the key is asked about once more on a new one, signed anew', async t => {
	const server = await startRawServer(t, () => {});
	const x = createX({agent: server.agent, env: {}});
	const old = await keep(server, x, 1);
	server.behaviour = unless(old, reset);
	assert.equal((await whoIs(x)).handle, 'harbour_poem');
	assert.equal(server.requests.length, 3);
	const nonces = server.requests.map(request => /oauth_nonce="([^"]+)"/.exec(request)?.[1]);
	assert.equal(new Set(nonces).size, 3);
});

test('where all kept connections have died, every key is asked about all the same', async t => {
	const server = await startRawServer(t, () => {});
	const x = createX({agent: server.agent, env: {}});
	const old = await keep(server, x, 8);
	server.behaviour = unless(old, reset);
	for (const account of await Promise.all(Array.from({length: 20}, () => whoIs(x)))) {
		assert.equal(account.handle, 'harbour_poem');
	}
});

test('a new connection that is reset too is told of, without a secret', async t => {
	const server = await startRawServer(t, () => {});
	const x = createX({agent: server.agent, env: {}});
	await keep(server, x, 1);
	server.behaviour = reset;
	const error = await failureOf(whoIs(x));
	assert.equal(error.code, 'x-network');
	assert.equal(error.uncertain, false);
	assert.equal(server.requests.length, 3);
	assertNoSecret(everythingOf(error));
});

test('an answer that has begun on a kept connection is not asked for again', async t => {
	const server = await startRawServer(t, () => {});
	const x = createX({agent: server.agent, env: {}});
	await keep(server, x, 1);
	server.behaviour = bytesThenEnd(head(200, {'content-length': '100'}) + goodAccount.slice(0, 20));
	const error = await failureOf(whoIs(x));
	assert.match(error.message, /broke in the middle/);
	assert.equal(server.requests.length, 2);
});

test('asking again takes no more time than asking once may', async t => {
	const server = await startRawServer(t, () => {});
	const x = createX({agent: server.agent, env: {}});
	const old = await keep(server, x, 1);
	server.behaviour = socket => {
		if (old.has(socket)) {
			reset(socket);
		}
	};
	const askedAgain = () => server.requests.length === 3;
	assert.equal((await outOfTime(15, askedAgain, () => failureOf(whoIs(x)))).code, 'x-timeout');
	assert.equal(server.requests.length, 3);
});

for (const [leg, call] of Object.entries(calls).filter(([name]) => name !== 'users_me')) {
	test(`${leg} goes down a new connection, whatever is kept, and none is kept of it`, async t => {
		const server = await startRawServer(t, () => {});
		const x = createX({agent: server.agent, env: {}});
		const old = await keep(server, x, 4);
		const {sockets, behave} = counting(answer(call.good));
		server.behaviour = behave;
		await call.make(x);
		await call.make(x);
		assert.equal(sockets.size, 2);
		assert.ok([...sockets].every(socket => !old.has(socket)));
		assert.equal(server.requests.length, 6);
		for (const request of server.requests.slice(4)) {
			assert.match(request, /\r\nconnection: close\r\n/i);
		}
	});

	test(`${leg} is sent once, though its connection is reset`, async t => {
		const server = await startRawServer(t, () => {});
		const x = createX({agent: server.agent, env: {}});
		await keep(server, x, 2);
		server.behaviour = reset;
		assert.equal((await failureOf(call.make(x))).code, 'x-network');
		assert.equal(server.requests.length, 3);
	});
}

test('the probe goes down a new connection', async t => {
	const server = await startRawServer(t, () => {});
	const x = createX({agent: server.agent, env: {}});
	const old = await keep(server, x, 2);
	server.behaviour = unless(old, reset);
	assert.equal((await x.probe()).status, 200);
});

test('a kept connection keeps no program from ending', async t => {
	const server = await startRawServer(t, answer(goodAccount));
	await whoIs(createX({agent: server.agent, env: {}}));
	await new Promise(setImmediate);
	const kept = Object.values(server.agent.freeSockets).flatMap(sockets => sockets ?? []);
	assert.equal(kept.length, 1);
	assert.equal((kept[0] as unknown as {_handle: {hasRef(): boolean}})._handle.hasRef(), false);
});
