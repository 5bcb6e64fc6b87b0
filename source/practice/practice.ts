import type {Agent} from 'node:https';
import type {AppKey} from '../flock/key.ts';

/** A request that reached the stand-in, without header, parameters or body, so without secrets. */
export type LoggedRequest = {
	/** When it came, ISO 8601 in UTC. */
	at: string;
	method: string;
	/** The path, without its query. */
	path: string;
	/** Its answer's status; `null` if a fault left it without one. */
	status: number | null;
	/** The kind of its fault. */
	fault: string | null;
};

/** A running stand-in for X. */
export type Practice = {
	/** `http://127.0.0.1:PORT`, which replaces `https://api.x.com` in links. */
	readonly origin: string;
	/** Sends requests for api.x.com to the stand-in unchanged; the client's `httpAgent`. */
	readonly agent: Agent;
	/** The practice app, which the stand-in accepts. */
	readonly appKey: AppKey;
	/** Replaces the current faults; throws like `parseFaults`. */
	setFault(spec: string): void;
	/** Ends every fault for later requests. */
	clearFaults(): void;
	/** The latest thousand requests, oldest first. */
	log(): readonly LoggedRequest[];
	/** Stops it and closes its connections. */
	close(): Promise<void>;
};

/** How practice is started. */
export type PracticeOptions = {
	/** Where to remember accounts and tokens between runs; `null` for memory only. */
	statePath: string | null;
	/** Other known apps; none by default. */
	otherApps?: readonly AppKey[] | undefined;
	/** The callback addresses in the settings of its apps, ten at most at X; any address of 127.0.0.1 where not given. */
	callbacks?: readonly string[] | undefined;
	/** The handles that the authorize page offers first for new bots: up to twelve free ones. */
	handles: readonly string[];
	/** This flock's accounts, each with the bot that has its key; called each time the page is shown. */
	taken?: (() => Promise<ReadonlyMap<string, string>>) | undefined;
	/** `LEG:KIND[:TIMES]`, separated by commas; see `fault-plan.ts`. */
	fault?: string | undefined;
	/** The port to listen on; by default any free one. */
	port?: number | undefined;
	/**
	 * Opens the control routes `POST /practice/faults` (a fault's spec as the body; an empty one ends all
	 * faults) and `GET /practice/log` to requests with `authorization: Bearer` and this; closed without it.
	 */
	controlToken?: string | undefined;
};
