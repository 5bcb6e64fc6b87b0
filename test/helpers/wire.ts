import {once} from 'node:events';
import {type AddressInfo, connect, createServer, type Socket} from 'node:net';

/** What lies between a program and a server, and does to their connection what a network may do. */
export type Wire = {
	/** Its port on 127.0.0.1. */
	readonly port: number;
	/** How many connections it has taken. */
	readonly taken: number;
	/** All bytes that have passed, or were to, in the order in which they came. */
	passed(way: 'to' | 'from'): Buffer;
	/** Cuts each new connection once this many bytes have passed it, both ways together; `null` for never. */
	cutAfter(bytes: number | null): void;
	/** Holds back, on each connection, what comes after a text has passed to the server so many times on all of them, and the last time itself. */
	holdAt(text: string, times: number): void;
	/** Cuts all connections that there are. */
	cut(): void;
	/** Lets no byte pass any more, with all connections open and new ones taken, until `thaw`. */
	freeze(): void;
	thaw(): void;
	close(): Promise<void>;
};

/**
 * Starts one.
 * @param target the server's port on 127.0.0.1; `null` for none: then nothing ever answers.
 */
export async function startWire(target: number | null): Promise<Wire> {
	const passed: {way: 'to' | 'from'; chunk: Buffer}[] = [];
	const sockets = new Set<Socket>();
	let limit: number | null = null;
	let isFrozen = false;
	let taken = 0;
	let held: {text: string; times: number} | null = null;

	function remember(socket: Socket): void {
		sockets.add(socket);
		socket.on('error', () => {});
		socket.on('close', () => sockets.delete(socket));
		if (isFrozen) {
			socket.pause();
		}
	}

	const server = createServer(near => {
		taken += 1;
		let left = limit ?? Number.POSITIVE_INFINITY;
		const far = target === null ? null : connect(target, '127.0.0.1');
		remember(near);
		if (far !== null) {
			remember(far);
		}

		const carry = (way: 'to' | 'from', to: Socket | null) => (chunk: Buffer) => {
			passed.push({way, chunk});
			if (way === 'to' && held !== null && (held.times <= 0 || chunk.includes(held.text))) {
				held.times -= 1;
				if (held.times <= 0) {
					return;
				}
			}

			to?.write(chunk.subarray(0, left));
			left -= chunk.length;
			if (left <= 0) {
				near.end();
				far?.end();
				near.destroySoon();
				far?.destroySoon();
			}
		};

		near.on('data', carry('to', far));
		far?.on('data', carry('from', near));
		near.on('close', () => far?.destroy());
		far?.on('close', () => near.destroySoon());
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');

	return {
		port: (server.address() as AddressInfo).port,
		get taken() {
			return taken;
		},
		passed: way => Buffer.concat(passed.filter(one => one.way === way).map(({chunk}) => chunk)),
		cutAfter(bytes) {
			limit = bytes;
		},
		holdAt(text, times) {
			held = {text, times};
		},
		cut() {
			for (const socket of sockets) {
				socket.destroy();
			}
		},
		freeze() {
			isFrozen = true;
			for (const socket of sockets) {
				socket.pause();
			}
		},
		thaw() {
			isFrozen = false;
			for (const socket of sockets) {
				socket.resume();
			}
		},
		async close() {
			for (const socket of sockets) {
				socket.destroy();
			}

			await new Promise(resolve => server.close(resolve));
		},
	};
}
