// Gives every request the answer that it was started with, and keeps connections open.
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';

const answer = Buffer.from(process.argv[2] ?? '');
const server = createServer({keepAliveTimeout: 60_000}, (request, response) => {
	request.resume();
	response.writeHead(200, {
		'content-type': 'application/json; charset=utf-8',
		'content-length': answer.length,
		'x-access-level': 'read-write',
	});
	response.end(answer);
});
server.listen(0, '127.0.0.1', () => {
	process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
