import type {IncomingHttpHeaders} from 'node:http';
import type {Limit} from '../flock/error.ts';

/** X's limits, by the beginnings of their headers. */
const headersOf: Readonly<Record<Limit, string>> = {
	window: 'x-rate-limit',
	'account-day': 'x-user-limit-24hour',
	'app-day': 'x-app-limit-24hour',
};

/** Milliseconds. A day is X's longest limit, and nobody should wait longer. */
const longestWait = 25 * 60 * 60 * 1000;

/** How far the two clocks can differ, in milliseconds, before X's times are read by X's clock. */
const clockTolerance = 60 * 1000;

/** Which limit a 429 is about, and when it ends by this computer's clock (ms since 1970); `null` if X does not say. */
export type ReachedLimit = {limit: Limit; retryAt: number | null};

/**
 * Reads a 429's headers. A limit is reached if nothing remains. Of several, it returns the one that ends
 * last, since nothing works before. Ignores values that are not numbers, have passed, or are too far ahead.
 * @param now this computer's clock, in ms since 1970.
 */
export function readLimit(headers: IncomingHttpHeaders, now: number): ReachedLimit {
	const xClock = readClock(headers, now);
	const resetOf = (limit: Limit): number | null => {
		const reset = readNumber(headers[`${headersOf[limit]}-reset`]);
		return reset === null ? null : inRange(now + reset * 1000 - xClock, now);
	};
	const reached = (Object.keys(headersOf) as Limit[])
		.filter(limit => (readNumber(headers[`${headersOf[limit]}-remaining`]) ?? 1) <= 0)
		.map((limit): ReachedLimit => ({limit, retryAt: resetOf(limit)}))
		// A daily limit with an unknown end ends later than a window.
		.sort((one, other) => endOf(other) - endOf(one));
	const [last] = reached;
	return last !== undefined && (last.retryAt !== null || last.limit !== 'window')
		? last
		: {limit: 'window', retryAt: readRetryAfter(headers, now, xClock) ?? resetOf('window')};
}

function endOf({limit, retryAt}: ReachedLimit): number {
	return retryAt ?? (limit === 'window' ? 0 : Number.MAX_SAFE_INTEGER);
}

/** X's clock if the answer has it and it differs by much; else this computer's, which is more precise than seconds. */
function readClock(headers: IncomingHttpHeaders, now: number): number {
	const date = Date.parse(headers.date ?? '');
	return Math.abs(date - now) > clockTolerance ? date : now;
}

function readRetryAfter(headers: IncomingHttpHeaders, now: number, xClock: number): number | null {
	const after = headers['retry-after'] ?? '';
	return inRange(
		/^\d{1,9}$/.test(after) ? now + Number(after) * 1000 : now + Date.parse(after) - xClock,
		now,
	);
}

function inRange(at: number, now: number): number | null {
	return at > now && at <= now + longestWait ? at : null;
}

/** A header's number. Node joins repeated headers, which are then not a number. */
function readNumber(header: string | string[] | undefined): number | null {
	return typeof header === 'string' && /^-?\d{1,12}$/.test(header.trim()) ? Number(header) : null;
}
