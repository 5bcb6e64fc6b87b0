import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {createServer, type Server} from 'node:http';
import {type AddressInfo, connect, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {createServer as createTlsServer} from 'node:tls';
import type {Practice} from '../../source/practice/practice.ts';
import {startPractice} from '../../source/practice/provider.ts';
import {approve} from './approve.ts';
import {makeCertificate} from './certificate.ts';
import {type Variables, withoutNetwork} from './environment.ts';
import {nextLink} from './program.ts';
import type {Pty} from './pty.ts';

/** A network of its own, in which the real program believes to speak to X itself: a proxy, TLS, and practice behind it. */
export type Network = {
	practice: Practice;
	/** What the program has to be started with, in place of practice of its own. */
	env: Variables;
	/** The proxy's address. */
	proxy: string;
	/** Every request and every answer that has passed, as text. */
	passed: string[];
	/** The page behind a link to X. */
	pageOf(link: string): string;
	/** From now on answers wait, until `release`. */
	hold(): void;
	release(): void;
	/** Lets later answers pass, while those that wait now wait on; returns how to release them. */
	setApart(): () => void;
	/** Resolves once a call of this path has been answered by practice, even where its answer waits. */
	answered(path: string): Promise<void>;
	/** Answers in practice's place where it gives something other than `null`. */
	instead: (request: string) => string | null;
	close(): Promise<void>;
};

/**
 * Starts the network on the loopback address.
 * @param name the host that its certificate is for.
 * @param proxyHost the proxy's own address.
 */
export async function startNetwork(name = 'api.x.com', proxyHost = '127.0.0.1'): Promise<Network> {
	const folder = await mkdtemp(path.join(tmpdir(), 'keymaker-network-'));
	const {key, cert, certPath} = makeCertificate(folder, name);
	const practice = await startPractice({statePath: null, handles: []});
	const sockets = new Set<Socket>();
	const answers = new EventTarget();
	let gate = Promise.withResolvers<void>();
	gate.resolve();

	function pass(socket: Socket, request: string): void {
		network.passed.push(request);
		const own = network.instead(request);
		if (own !== null) {
			network.passed.push(own);
			socket.end(own);
			return;
		}

		const onwards = connect(Number(new URL(practice.origin).port), '127.0.0.1');
		remember(onwards);
		onwards.write(request, 'latin1');
		let passes = gate.promise;
		onwards.on('data', chunk => {
			network.passed.push(chunk.toString('latin1'));
			answers.dispatchEvent(new Event(pathOf(request)));
			passes = gate.promise;
			passes.then(() => socket.write(chunk));
		});
		onwards.on('close', () => passes.then(() => socket.end()));
		socket.on('close', () => onwards.destroy());
	}

	function remember(socket: Socket): void {
		sockets.add(socket);
		socket.on('error', () => {});
		socket.on('close', () => sockets.delete(socket));
	}

	const behind = createTlsServer({key, cert}, socket => {
		remember(socket);
		let text = '';
		socket.on('data', chunk => {
			text += chunk.toString('latin1');
			const [head = '', body] = text.split('\r\n\r\n');
			if (body !== undefined && body.length >= Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)) {
				pass(socket, text);
				text = '';
			}
		});
	});
	behind.on('tlsClientError', () => {});
	const proxy = createServer();
	proxy.on('connect', (_, socket: Socket) => {
		remember(socket);
		socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
		behind.emit('connection', socket);
	});
	const port = await listen(proxy, proxyHost);
	const address = `http://${proxyHost.includes(':') ? `[${proxyHost}]` : proxyHost}:${port}`;
	const network: Network = {
		practice,
		proxy: address,
		env: {
			...withoutNetwork(),
			KEYMAKER_PRACTICE: undefined,
			HTTPS_PROXY: address,
			NODE_EXTRA_CA_CERTS: certPath,
			TWITTER_CONSUMER_KEY: practice.appKey.consumerKey,
			TWITTER_CONSUMER_SECRET: practice.appKey.consumerSecret,
		},
		passed: [],
		pageOf(link) {
			const {origin, pathname, search} = new URL(link);
			if (origin !== 'https://api.x.com') {
				throw new Error(`The link leads to ${origin}`);
			}

			return `${practice.origin}${pathname}${search}`;
		},
		hold() {
			gate = Promise.withResolvers();
		},
		release: () => gate.resolve(),
		setApart() {
			const {resolve} = gate;
			gate = Promise.withResolvers();
			gate.resolve();
			return resolve;
		},
		async answered(where) {
			await new Promise<void>(resolve => {
				answers.addEventListener(where, () => resolve(), {once: true});
			});
		},
		instead: () => null,
		async close() {
			for (const socket of sockets) {
				socket.destroy();
			}

			proxy.close();
			await practice.close();
			await rm(folder, {recursive: true, force: true});
		},
	};
	return network;
}

function pathOf(request: string): string {
	return request.split(' ')[1]?.split('?')[0] ?? '';
}

/** Listens on a free port, and gives it. */
export async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
	server.listen(0, host);
	await once(server, 'listening');
	return (server.address() as AddressInfo).port;
}

/** Hands in the PIN of the screen's first bot, and keeps the answer on its way until the network is released. */
export async function holdExchange(network: Network, screen: Pty): Promise<void> {
	await screen.waitFor(/❯ ○ harbour/);
	screen.press('enter');
	const pin = await approve(network.pageOf(await nextLink(screen)), 'harbour_poem');
	network.hold();
	const answered = network.answered('/oauth/access_token');
	screen.paste(`${pin}\n`);
	await answered;
}
