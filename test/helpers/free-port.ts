import {createServer} from 'node:net';

/**
 * Below the ports that systems give to whoever asks for any, such as each of the connections of tests that run beside this
 * one: one of those may be somebody else's by the time a test's program listens on it, or after a server's restart.
 */
const [first, count] = [10_000, 20_000];

/** So far apart are the ports of processes whose numbers follow each other. */
const apart = 32;

let next = process.pid * apart;

/** A port of 127.0.0.1 that is free, and that nobody is given meanwhile. */
export async function freePort(): Promise<number> {
	for (;;) {
		const port = first + (next % count);
		next += 1;
		if (await isFree(port)) {
			return port;
		}
	}
}

function isFree(port: number): Promise<boolean> {
	return new Promise(resolve => {
		const server = createServer();
		server.once('error', () => resolve(false));
		server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
	});
}
