import type {ClientRequest} from 'node:http';
import type {Agent} from 'node:https';
import type {Deadline} from './deadline.ts';
import {closeKept} from './kept.ts';
import type {ReplyReader} from './reply.ts';

/** What a guard works with. */
export type GuardOptions = {
	/** The agent that the request goes to. */
	agent: Agent;
	/** Ends the request. */
	deadline: Deadline;
	/** Gets the answer. */
	reader: ReplyReader;
	/** True for a request that may go down a connection that was kept from an earlier one. */
	mayReuse: boolean;
};

/**
 * Watches one request of twitter-api-v2, which by itself takes torn, empty and foreign answers for whole ones, and has
 * no deadline: ends it at ours, and reads the answer as it comes.
 */
export class Guard {
	/** What went wrong on the network; `null` where nothing did. */
	networkError: unknown = null;
	#request: ClientRequest | null = null;
	readonly #options: GuardOptions;

	constructor(options: GuardOptions) {
		this.#options = options;
	}

	/** The signature of the request, as it must never be shown. */
	get signature(): string {
		const authorization = String(this.#request?.getHeader('authorization'));
		return decodeURIComponent(/oauth_signature="([^"]*)"/.exec(authorization)?.[1] ?? '');
	}

	/** True where the request went down a kept connection that had died. */
	get metDeadConnection(): boolean {
		const {code} = (this.networkError ?? {}) as {code?: unknown};
		return this.#request?.reusedSocket === true && (code === 'ECONNRESET' || code === 'EPIPE');
	}

	/** Takes care of the request, before anything of it is sent. */
	watch(request: ClientRequest): void {
		const {agent, deadline, reader, mayReuse} = this.#options;
		this.#request = request;
		request.setHeader('accept-encoding', 'identity');
		request.on('response', response => reader.read(response));
		request.on('error', error => {
			this.networkError = error;
		});
		deadline.onEnd(() => request.destroy());
		if (!mayReuse) {
			request.setHeader('connection', 'close');
			closeKept(agent);
		}
	}
}

/** How Node hands a request to its agent. */
type Adding = {addRequest(request: ClientRequest, options: object): void};

/** Made once for each agent, not for each request. */
const watchedAgents = new WeakMap<Agent, object>();

/**
 * An agent for one call of the library: it shows the request to the guard, and hands it to the real agent. The library's
 * own ways to look on leave six listeners on the connection each time (`requestEventDebugHandler`), which pile up where it
 * is kept, and cost each request (plugins).
 */
export function guardedAgent(agent: Agent, guard: Guard): Agent {
	const watched = watchedAgents.get(agent) ?? watchedAgent(agent);
	watchedAgents.set(agent, watched);
	return Object.assign(Object.create(watched) as Agent, {guard});
}

function watchedAgent(agent: Agent): object {
	function addRequest(this: {guard: Guard}, request: ClientRequest, options: object): void {
		this.guard.watch(request);
		(agent as unknown as Adding).addRequest(request, options);
	}

	return Object.create(agent, {addRequest: {value: addRequest}});
}
