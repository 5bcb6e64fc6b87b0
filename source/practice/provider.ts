import {
	createServer,
	type IncomingHttpHeaders,
	type IncomingMessage,
	type Server,
	type ServerResponse,
} from 'node:http';
import {Agent} from 'node:https';
import {type AddressInfo, connect, type Socket} from 'node:net';
import {FlockError} from '../flock/error.ts';
import type {AppKey} from '../flock/key.ts';
import {type Answer, json, text, xError} from './answer.ts';
import {createApi} from './api.ts';
import {createAuthorizePage} from './authorize.ts';
import {send, spoil} from './delivery.ts';
import {parseFaults, takeFault} from './fault-plan.ts';
import {type Fault, type Leg, withFields} from './faults.ts';
import {createLinks} from './links.ts';
import {refusedPage} from './pages.ts';
import type {LoggedRequest, Practice, PracticeOptions} from './practice.ts';
import {openTokens} from './tokens.ts';

/** The practice app: the same in every run, so that keys made in practice belong to one app. */
export const practiceAppKey: AppKey = {
	consumerKey: 'practiceConsumerKey0001',
	consumerSecret: 'practiceConsumerSecretThatOpensNothingAtX0000000001',
};

const apiHost = 'api.x.com';

const routes: Readonly<Record<string, Leg>> = {
	'POST /oauth/request_token': 'request_token',
	'POST /oauth/access_token': 'access_token',
	'GET /2/users/me': 'users_me',
	'POST /1.1/oauth/invalidate_token': 'invalidate_token',
	'POST /1.1/oauth/invalidate_token.json': 'invalidate_token',
	'POST /2/tweets': 'tweets',
};

/** A request whose body has been read. */
type ReadRequest = {
	method: string;
	/** The path, without its query. */
	path: string;
	query: URLSearchParams;
	body: string;
	headers: IncomingHttpHeaders;
};

/** An answer, and the fault that affected its request. */
type Reply = {answer: Answer; fault: Fault | null};

/** The longest body to read, in bytes. */
const longestBody = 64 * 1024;

/** How many requests the log remembers. */
const longestLog = 1000;

/**
 * Starts the stand-in for X on 127.0.0.1. It does not keep the program running.
 * @throws FlockError `usage` for a wrong fault or an unavailable port.
 */
export async function startPractice(options: PracticeOptions): Promise<Practice> {
	let plan = parseFaults(options.fault ?? '');
	const log: LoggedRequest[] = [];
	const links = createLinks();
	const tokens = openTokens(options.statePath);
	const api = createApi([practiceAppKey, ...(options.otherApps ?? [])], links, tokens, options.callbacks);

	const server = createServer((request, response) => {
		answer(request, response).catch(() => {
			response.socket?.destroy();
		});
	});
	// Closing idle connections would race with requests on them. They end with the stand-in.
	server.keepAliveTimeout = 0;
	const port = await listen(server, options.port ?? 0);
	server.unref();
	// Nor does a connection that a client keeps open.
	server.on('connection', socket => socket.unref());
	const pageHosts = [`127.0.0.1:${port}`, `localhost:${port}`];
	const page = createAuthorizePage(
		links,
		tokens,
		pageHosts.map(host => `http://${host}`),
		options.handles,
		options.taken ?? (async () => new Map()),
	);

	async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const {method = 'GET', url = '/'} = request;
		const {pathname: path, searchParams: query} = new URL(url, 'http://practice.invalid');
		const entry: LoggedRequest = {at: new Date().toISOString(), method, path, status: null, fault: null};
		log.push(entry);
		log.splice(0, log.length - longestLog);

		const body = await readBody(request);
		const reply =
			body === null
				? {answer: text(413, 'Too large'), fault: null}
				: await replyTo({method, path, query, body, headers: request.headers});
		entry.fault = reply.fault?.kind ?? null;
		if (reply.fault?.how === 'delivery') {
			spoil(response, reply.answer, reply.fault.kind);
		} else {
			entry.status = reply.answer.status;
			send(response, reply.answer);
		}
	}

	/** A request's answer, and the fault that affected it. */
	async function replyTo(request: ReadRequest): Promise<Reply> {
		const host = request.headers.host?.toLowerCase() ?? '';
		if (host === apiHost) {
			return replyOfApi(request);
		}

		const answer = pageHosts.includes(host)
			? await answerOfPage(request)
			: refusedPage(421, 'Practice answers under its own address alone.');
		return {answer, fault: null};
	}

	async function replyOfApi({method, path, query, body, headers}: ReadRequest): Promise<Reply> {
		const leg = routes[`${method} ${path}`];
		if (leg === undefined) {
			return {answer: xError(404, 34, 'Sorry, that page does not exist.'), fault: null};
		}

		const fault = takeFault(plan, leg);
		if (fault?.how === 'instead') {
			return {answer: fault.answer(), fault};
		}

		const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '');
		const form = new URLSearchParams(isForm ? body : '');
		const {authorization} = headers;
		const answer = await api.answer(leg, {method, path, query, authorization, form, body});
		return {answer: fault?.how === 'changed' ? withFields(answer, fault.fields) : answer, fault};
	}

	async function answerOfPage({method, path, query, body, headers}: ReadRequest): Promise<Answer> {
		if (path === '/oauth/authorize' && method === 'GET') {
			return page.show(query, headers.cookie);
		}

		if (path === '/oauth/authorize' && method === 'POST') {
			const site = headers['sec-fetch-site']?.toString();
			const {origin, cookie: cookies} = headers;
			return page.submit({fields: new URLSearchParams(body), site, origin, cookies});
		}

		if (path.startsWith('/practice/') && options.controlToken !== undefined) {
			return control(`${method} ${path}`, headers.authorization, body);
		}

		return refusedPage(404, 'Open the link that keymaker shows.');
	}

	function control(route: string, authorization: string | undefined, body: string): Answer {
		if (authorization !== `Bearer ${options.controlToken}`) {
			return text(403, 'The control token is missing or wrong');
		}

		if (route === 'GET /practice/log') {
			return json(200, log);
		}

		if (route !== 'POST /practice/faults') {
			return text(404, 'There is no such control');
		}

		try {
			plan = parseFaults(body);
			return json(200, {faults: plan.length});
		} catch (error) {
			return text(400, error instanceof FlockError ? error.message : 'The faults could not be read');
		}
	}

	const agent = new PracticeAgent(port);
	return {
		origin: `http://127.0.0.1:${port}`,
		agent,
		appKey: practiceAppKey,
		setFault(spec) {
			plan = parseFaults(spec);
		},
		clearFaults() {
			plan = [];
		},
		log: () => log,
		async close() {
			agent.destroy();
			const closed = new Promise<void>(resolve => {
				server.close(() => resolve());
			});
			server.closeAllConnections();
			await closed;
			await tokens.settle();
		},
	};
}

/** An agent that thinks it uses TLS to api.x.com, but reaches the local port. */
class PracticeAgent extends Agent {
	readonly #port: number;

	constructor(port: number) {
		super({keepAlive: true});
		this.#port = port;
	}

	override createConnection(): Socket {
		return connect(this.#port, '127.0.0.1');
	}
}

async function listen(server: Server, port: number): Promise<number> {
	await new Promise<void>((resolve, reject) => {
		server.once('error', cause => {
			reject(
				new FlockError('usage', `Practice cannot listen on port ${port} of 127.0.0.1.`, {
					hint: 'Choose another port, or none to use any free one.',
					cause,
				}),
			);
		});
		server.listen(port, '127.0.0.1', resolve);
	});
	return (server.address() as AddressInfo).port;
}

/** The whole body as text; `null` if it is too long. */
async function readBody(request: IncomingMessage): Promise<string | null> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of request) {
		length += (chunk as Buffer).length;
		if (length <= longestBody) {
			chunks.push(chunk as Buffer);
		}
	}

	return length > longestBody ? null : Buffer.concat(chunks).toString('utf8');
}
