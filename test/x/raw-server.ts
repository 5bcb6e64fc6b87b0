import {once} from 'node:events';
import {Agent} from 'node:https';
import {type AddressInfo, connect, createServer, type Socket} from 'node:net';
import type {TestContext} from 'node:test';

/** What the server does with a request: writes bytes, or breaks the connection. */
export type Behaviour = (socket: Socket, request: string) => void;

/** A server of bytes on 127.0.0.1 that requests for api.x.com reach. */
export type RawServer = {
	agent: Agent;
	/** Where it listens. */
	port: number;
	/** Every request so far, whole, as text. */
	requests: string[];
	/** What the next requests meet. */
	behaviour: Behaviour;
	/** Resolves once a request has come in. */
	requested(): Promise<void>;
	/** Stops listening. */
	close(): Promise<void>;
};

/** Starts a server, and ends it after the test. */
export async function startRawServer(t: TestContext, behaviour: Behaviour): Promise<RawServer> {
	const sockets = new Set<Socket>();
	const arrivals = new EventTarget();
	const server = createServer(socket => {
		sockets.add(socket);
		socket.on('error', () => {});
		let text = '';
		socket.on('data', chunk => {
			text += chunk.toString('latin1');
			const [head = '', body] = text.split('\r\n\r\n');
			const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
			if (body !== undefined && body.length >= length) {
				const request = text;
				text = '';
				raw.requests.push(request);
				arrivals.dispatchEvent(new Event('request'));
				raw.behaviour(socket, request);
			}
		});
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	class LocalAgent extends Agent {
		override createConnection(): Socket {
			return connect(port, '127.0.0.1');
		}
	}

	const raw: RawServer = {
		agent: new LocalAgent({keepAlive: true}),
		port,
		requests: [],
		behaviour,
		async requested() {
			if (raw.requests.length === 0) {
				await new Promise(resolve => {
					arrivals.addEventListener('request', resolve, {once: true});
				});
			}
		},
		async close() {
			if (server.listening) {
				server.close();
				await once(server, 'close');
			}
		},
	};
	t.after(async () => {
		raw.agent.destroy();
		for (const socket of sockets) {
			socket.destroy();
		}

		await raw.close();
	});
	return raw;
}

/** Answers with a body whose length is told. */
export function answer(
	body: string,
	{status = 200, headers = {}}: {status?: number; headers?: Record<string, string>} = {},
): Behaviour {
	const lines = {'content-length': String(Buffer.byteLength(body)), ...headers};
	return bytes(`${head(status, lines)}${body}`);
}

/** Writes these bytes and leaves the connection open. */
export function bytes(text: string): Behaviour {
	return socket => {
		socket.write(text);
	};
}

/** Writes these bytes and ends the connection. */
export function bytesThenEnd(text: string): Behaviour {
	return socket => {
		socket.end(text);
	};
}

/** The beginning of an answer. */
export function head(status: number, headers: Record<string, string>): string {
	const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
	return `HTTP/1.1 ${status} Practice\r\n${lines.join('')}\r\n`;
}
