// Another user's program: listens on a port before keymaker does, and says which.

import type {AddressInfo} from 'node:net';
import {createServer} from 'node:net';

const [host = '127.0.0.1'] = process.argv.slice(2);
const server = createServer(socket => socket.destroy());
server.listen(0, host, () => {
	process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
