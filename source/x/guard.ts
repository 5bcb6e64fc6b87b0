import type {ClientRequest} from 'node:http';
import type {Agent} from 'node:https';
import type {Deadline} from './deadline.ts';
import {closeKept} from './kept.ts';
import type {ReplyReader} from './reply.ts';

/** What a guard depends on. */
export type GuardOptions = {
	/** The agent for the request. */
	agent: Agent;
	/** Ends the request. */
	deadline: Deadline;
	/** Gets the answer. */
	reader: ReplyReader;
	/** True for a request that can use a kept connection. */
	mayReuse: boolean;
};

/**
 * Guards one request of twitter-api-v2, which itself accepts incomplete, empty and foreign answers and has no
 * deadline: ends it at ours, and reads the answer as it comes.
 */
export class Guard {
	/** The network error; `null` if there was none. */
	networkError: unknown = null;
	#request: ClientRequest | null = null;
	readonly #options: GuardOptions;

	constructor(options: GuardOptions) {
		this.#options = options;
	}

	/** The request's signature, which must never be shown. */
	get signature(): string {
		const authorization = String(this.#request?.getHeader('authorization'));
		return decodeURIComponent(/oauth_signature="([^"]*)"/.exec(authorization)?.[1] ?? '');
	}

	/** True if the request used a kept connection that had died. */
	get metDeadConnection(): boolean {
		const {code} = (this.networkError ?? {}) as {code?: unknown};
		return this.#request?.reusedSocket === true && (code === 'ECONNRESET' || code === 'EPIPE');
	}

	/** Guards the request before anything of it is sent. */
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

/** How Node passes a request to its agent. */
type Adding = {addRequest(request: ClientRequest, options: object): void};

/** Created once per agent, not per request. */
const watchedAgents = new WeakMap<Agent, object>();

/**
 * An agent for one call of the library: it shows the request to the guard, and passes it to the real agent.
 * The library's own hooks leave six listeners on the connection each time (`requestEventDebugHandler`), which
 * pile up on a kept one, or slow each request (plugins).
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
