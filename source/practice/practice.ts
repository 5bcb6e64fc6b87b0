import type {Agent} from 'node:https';
import type {AppKey} from '../flock/key.ts';

/** One request that reached the stand-in; holds no header, parameter or body, so no secret. */
export type LoggedRequest = {
	/** When it came, ISO 8601 in UTC. */
	at: string;
	method: string;
	/** The path, without its query. */
	path: string;
	/** The status it was answered with; `null` where a fault left it without one. */
	status: number | null;
	/** The kind of the fault that it met. */
	fault: string | null;
};

/** A running stand-in for X. */
export type Practice = {
	/** `http://127.0.0.1:PORT`, which takes the place of `https://api.x.com` in links. */
	readonly origin: string;
	/** Sends requests for api.x.com to the stand-in, unchanged; handed to the client as its `httpAgent`. */
	readonly agent: Agent;
	/** The practice app, accepted by the stand-in. */
	readonly appKey: AppKey;
	/** Sets the faults that it shows from now on, in place of earlier ones; throws as `parseFaults` does. */
	setFault(spec: string): void;
	/** Ends every fault, for requests still to come. */
	clearFaults(): void;
	/** The latest thousand requests, oldest first. */
	log(): readonly LoggedRequest[];
	/** Stops it and closes its connections. */
	close(): Promise<void>;
};

/** How practice is started. */
export type PracticeOptions = {
	/** Where accounts and tokens are remembered between runs; `null` for memory alone. */
	statePath: string | null;
	/** Apps that it knows besides the practice app; none where not given. */
	otherApps?: readonly AppKey[] | undefined;
	/** The callback addresses in the settings of its apps, ten at most at X; any address of 127.0.0.1 where not given. */
	callbacks?: readonly string[] | undefined;
	/** The handles that the authorize page offers first, for bots to come: as many as are free, up to twelve. */
	handles: readonly string[];
	/** This flock's accounts, each with the bot that has its key; asked for each time that the page is shown. */
	taken?: (() => Promise<ReadonlyMap<string, string>>) | undefined;
	/** `LEG:KIND[:TIMES]`, several separated by commas; see `fault-plan.ts`. */
	fault?: string | undefined;
	/** The port to listen on; any free one where not given. */
	port?: number | undefined;
	/**
	 * Opens the control routes `POST /practice/faults` (a fault's spec as the body; an empty one ends all
	 * faults) and `GET /practice/log` to whoever sends `authorization: Bearer` with this; closed without.
	 */
	controlToken?: string | undefined;
};
