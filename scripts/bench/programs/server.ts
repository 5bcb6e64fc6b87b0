// Gives every request the answer that it was started with, after so many milliseconds, and keeps connections open.
import {createServer, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

const answer = Buffer.from(process.argv[2] ?? '');
const distance = Number(process.argv[3]);
const server = createServer({keepAliveTimeout: 60_000}, (request, response) => {
	request.resume();
	setTimeout(() => give(response), distance);
});

function give(response: ServerResponse): void {
	response.writeHead(200, {
		'content-type': 'application/json; charset=utf-8',
		'content-length': answer.length,
		'x-access-level': 'read-write',
	});
	response.end(answer);
}

server.listen(0, '127.0.0.1', () => {
	process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
