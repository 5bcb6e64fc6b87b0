import {createServer, type IncomingHttpHeaders, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {callbackAddress, callbackPath} from '../flock/callback.ts';
import {FlockError} from '../flock/error.ts';
import {codeOf} from '../system/errors.ts';
import type {Callback, Delivery, Listening} from './callback.ts';
import {answerHeaders, donePage} from './callback-page.ts';

/** Where the browser is sent from the callback address, so that no verifier stands in it any more. */
const donePath = `${callbackPath}/done`;

/** How long a browser has to ask for its page after nobody waits for a link any more; milliseconds. */
const pageMs = 10_000;

/** How long the program's end waits for that page; milliseconds. */
const lastPageMs = 1000;

/** A request that takes longer is nobody's browser; milliseconds. */
const requestMs = 10_000;

/** No browser needs more connections at once. */
const mostConnections = 32;

/** What X puts into a callback address. */
const verifierForm = /^[A-Za-z0-9]{1,200}$/;

/** A port that is listened on. It may outlive a link by a page, and serve the next one. */
type Door = {
	port: number;
	server: Server;
	/** How many links it is open for. */
	links: number;
	/** The links that wait, by their request token. */
	waiting: Map<string, (delivery: Delivery | null) => void>;
	/** The page of the latest answer; `null` before there was one. */
	page: {sentence: PromiseWithResolvers<string>; served: boolean} | null;
	/** Shuts it when nobody has asked for the page. */
	timer: NodeJS.Timeout | undefined;
};

/**
 * Listens for browsers that come back from X. Only for a link that waits, with its request token, and once; everything else
 * that comes is answered with 404 and changes nothing. Who it was that came is not known: any user of this computer can.
 */
export function createListener(): Callback {
	/** By the port that was asked for. */
	const doors = new Map<number, Promise<Door>>();

	async function doorAt(port: number): Promise<Door> {
		const opening = doors.get(port) ?? openDoor(port);
		doors.set(port, opening);
		try {
			return await opening;
		} catch (error) {
			doors.delete(port);
			throw error;
		}
	}

	function shut(port: number, door: Door): void {
		if (door.links === 0) {
			clearTimeout(door.timer);
			doors.delete(port);
			door.server.close();
			door.server.closeIdleConnections();
		}
	}

	return {
		async listen(port) {
			const door = await doorAt(port);
			clearTimeout(door.timer);
			door.links += 1;
			let [token, isOpen] = ['', true];
			let page: Door['page'] = null;
			const listening: Listening = {
				address: callbackAddress(door.port),
				async expect(requestToken) {
					token = requestToken;
					const delivery = await new Promise<Delivery | null>(resolve => {
						door.waiting.set(token, resolve);
					});
					page = delivery === null ? null : door.page;
					return delivery;
				},
				say(sentence) {
					page?.sentence.resolve(sentence);
				},
				close() {
					if (!isOpen) {
						return;
					}

					isOpen = false;
					door.waiting.get(token)?.(null);
					door.waiting.delete(token);
					page?.sentence.resolve('keymaker is no longer waiting for this.');
					door.links -= 1;
					if (door.page === null || door.page.served) {
						shut(port, door);
					} else if (door.links === 0) {
						door.timer = setTimeout(() => shut(port, door), pageMs).unref();
						door.server.once('served', () => shut(port, door));
					}
				},
			};
			return listening;
		},
		async close() {
			for (const [port, opening] of doors) {
				const door = await opening;
				if (door.page !== null && !door.page.served) {
					const {promise, resolve} = Promise.withResolvers<void>();
					door.server.once('served', resolve);
					const timer = setTimeout(resolve, lastPageMs);
					await promise;
					clearTimeout(timer);
				}

				door.links = 0;
				shut(port, door);
				door.server.closeAllConnections();
			}
		},
	};
}

/** @throws FlockError `callback-port` */
async function openDoor(port: number): Promise<Door> {
	const server = createServer({
		maxHeaderSize: 8192,
		headersTimeout: requestMs,
		requestTimeout: requestMs,
		connectionsCheckingInterval: requestMs,
	});
	server.maxConnections = mostConnections;
	server.on('clientError', (_, socket) => socket.destroy());
	await new Promise<void>((resolve, reject) => {
		server.once('error', cause => reject(portError(port, cause)));
		// Never on all addresses, and never by a name, which may be anybody's.
		server.listen({port, host: '127.0.0.1', exclusive: true}, resolve);
	});
	server.on('error', () => {});
	const door: Door = {
		port: (server.address() as AddressInfo).port,
		server,
		links: 0,
		waiting: new Map(),
		page: null,
		timer: undefined,
	};
	server.on('request', ({method, url, headers}, response) => {
		answer(door, method === 'GET' && isBrowsersOwn(headers, door.port) ? (url ?? '') : '', response);
	});
	return door;
}

function portError(port: number, cause: unknown): FlockError {
	const isTaken = codeOf(cause) === 'EADDRINUSE';
	return new FlockError(
		'callback-port',
		isTaken ? `Another program uses port ${port}.` : `keymaker cannot listen on port ${port}.`,
		{hint: 'Stop that program, or choose another port with --callback and add its address at X.', cause},
	);
}

/**
 * True for a request under this very address, so that no name of somebody's can lead here, and for a page that the person
 * goes to: of what other pages load, and of frames, browsers say so.
 */
function isBrowsersOwn(headers: IncomingHttpHeaders, port: number): boolean {
	const {host, 'sec-fetch-dest': destination = 'document'} = headers;
	return host === `127.0.0.1:${port}` && destination === 'document';
}

async function answer(door: Door, url: string, response: ServerResponse): Promise<void> {
	const {page} = door;
	if (url === donePath && page !== null) {
		const sentence = await page.sentence.promise;
		response.on('close', () => {
			page.served = true;
			door.server.emit('served');
		});
		response.writeHead(200, {...answerHeaders, 'content-type': 'text/html;charset=utf-8'});
		response.end(donePage(sentence));
		return;
	}

	const found = deliveryIn(url);
	const deliver = found === null ? undefined : door.waiting.get(found.token);
	if (found === null || deliver === undefined) {
		response.writeHead(404, {...answerHeaders, 'content-type': 'text/plain;charset=utf-8'});
		response.end('Not found\n');
		return;
	}

	door.waiting.delete(found.token);
	const sentence = Promise.withResolvers<string>();
	door.page?.sentence.resolve('keymaker is waiting for another link.');
	door.page = {sentence, served: false};
	deliver(found.delivery);
	response.writeHead(303, {...answerHeaders, location: donePath});
	response.end();
}

/** The answer in an address, and the request token that it is to; `null` for any other address. */
function deliveryIn(url: string): {token: string; delivery: Delivery} | null {
	const [path, query = '', ...more] = url.split('?');
	if (path !== callbackPath || more.length > 0) {
		return null;
	}

	const fields = new URLSearchParams(query);
	const denied = onlyOf(fields, 'denied');
	const token = onlyOf(fields, 'oauth_token');
	const verifier = onlyOf(fields, 'oauth_verifier');
	if (denied !== null && verifier === null) {
		return {token: denied, delivery: {kind: 'denied'}};
	}

	return token !== null && denied === null && verifier !== null && verifierForm.test(verifier)
		? {token, delivery: {kind: 'verifier', verifier}}
		: null;
}

/** A field that stands there once; `null` otherwise. */
function onlyOf(fields: URLSearchParams, name: string): string | null {
	const values = fields.getAll(name);
	return values.length === 1 && values[0] !== '' ? (values[0] ?? null) : null;
}
