/**
 * Tries addresses of a host that is no loopback address, in a network of this process's own, and writes down what its server
 * has seen of each: the program of `attempts.test.ts`. Reads `{host, addresses}` from its first argument.
 */
import {once} from 'node:events';
import {type AddressInfo, createServer} from 'node:net';
import {FlockError} from '../../../source/flock/error.ts';
import {readAddress} from '../../../source/keystore/postgres/address.ts';
import {clientOf} from '../../../source/keystore/postgres/client.ts';

/** What came of an address: the error's code, and the first bytes of each connection, as hexadecimal digits. */
export type Attempt = {code: string | null; bytes: string[]};

const {host, addresses} = JSON.parse(process.argv[2] ?? '') as {host: string; addresses: string[]};
let bytes: string[] = [];
const server = createServer(socket => {
	socket.on('error', () => {});
	socket.once('data', chunk => {
		bytes.push(chunk.toString('hex'));
		// A server without TLS, which somebody in between would play.
		socket.end('N');
	});
}).listen(0, host);
await once(server, 'listening');
const {port} = server.address() as AddressInfo;

const attempts: Attempt[] = [];
for (const text of addresses) {
	bytes = [];
	let code: string | null = null;
	try {
		const address = readAddress(text.replace('PORT', String(port)), {
			from: 'environment',
			environment: process.env,
		});
		const client = await clientOf(address);
		client.on('error', () => {});
		await client.connect();
	} catch (error) {
		code = error instanceof FlockError ? error.code : 'refused by pg';
	}

	attempts.push({code, bytes});
}

process.stdout.write(`${JSON.stringify(attempts)}\n`);
server.close();
