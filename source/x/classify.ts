import type {IncomingHttpHeaders} from 'node:http';
import {duration, moment} from '../flock/duration.ts';
import type {FlockError, Limit} from '../flock/error.ts';
import {type Failure, type FailureName, failure, failures} from './failures.ts';
import {readLimit} from './limits.ts';
import {isPage, isRecord, type Problem, parseJson, readProblem} from './problem.ts';
import {quote} from './scrub.ts';

/** The calls that the program makes. */
export type Leg = 'request_token' | 'access_token' | 'users_me' | 'invalidate_token' | 'probe';

/** A reply, before it is understood. */
export type Reply = {
	status: number;
	headers: IncomingHttpHeaders;
	/** The body. */
	text: string;
	/** False if the body was cut off, or if that is unknown. */
	whole: boolean;
};

/** What is needed besides an answer to explain it. */
export type Circumstances = {
	leg: Leg;
	/** This computer's clock when the answer came, in milliseconds since 1970. */
	now: number;
	/** What must never be quoted. */
	secrets: readonly string[];
	/** The proxy in use, without its user and password; `null` if there is none. */
	proxy: string | null;
};

/** The difference between X's clock and this one, in seconds, from which a 401 is blamed on the clock. */
const tolerance = 5 * 60;

/** Replaces a proxy's address that keymaker did not choose. */
const unknownProxy = 'its address is unknown';

/** The failure in an answer, or `null` if it is complete and X did what was asked. */
export function failureIn(reply: Reply, circumstances: Circumstances): FlockError | null {
	const {status, headers, text} = reply;
	if (status >= 400) {
		return refusal(reply, circumstances);
	}

	const name =
		status >= 300
			? 'redirect'
			: !reply.whole
				? 'torn'
				: (headers['content-encoding'] ?? 'identity') !== 'identity'
					? 'unreadable'
					: text.trim() === ''
						? 'empty'
						: isPage(text)
							? 'html'
							: null;
	if (name !== null) {
		return failure(name, {}, {status, ...consequences(name, circumstances.leg)});
	}

	return circumstances.leg === 'users_me' && holdsErrorsAlone(text) ? refusal(reply, circumstances) : null;
}

/** True if X's API 2 answers 200 but only says why there is nothing, as for an account that is gone. */
function holdsErrorsAlone(text: string): boolean {
	if (!text.includes('"errors"')) {
		return false;
	}

	const json = parseJson(text);
	return isRecord(json) && json.data === undefined && Array.isArray(json.errors) && json.errors.length > 0;
}

/** The failure behind a network error, such as ECONNRESET. */
export function networkFailure(error: unknown, {leg, proxy}: Circumstances): FlockError {
	const code = codeOf(error);
	const name =
		isRecord(error) && error.statusCode === 407
			? 'proxy-login'
			: networkFailureName(code, isConnecting(error), proxy !== null);
	const cause = Object.assign(new Error(code), {code});
	return failure(name, {proxy: proxy ?? unknownProxy}, {cause, ...consequences(name, leg)});
}

/** How many seconds the answer's `Date` is ahead of this clock; `null` if it has none. */
export function clockSkewSeconds(headers: IncomingHttpHeaders, now: number): number | null {
	const date = Date.parse(headers.date ?? '');
	return Number.isNaN(date) ? null : Math.round((date - now) / 1000);
}

/** What an unanswered request may have done, and a hint about it; nothing if that is certain. */
export function consequences(name: FailureName, leg: Leg): {uncertain?: true; hint?: string} {
	if (!failures[name].uncertain) {
		return {};
	}

	if (leg === 'access_token') {
		return {
			uncertain: true,
			hint: 'X may or may not have accepted the PIN, so it counts as used. Get a new link and paste the PIN that it shows.',
		};
	}

	if (leg === 'invalidate_token') {
		return {
			uncertain: true,
			hint: 'X may or may not have revoked the key, so it stays here. Revoke it again; that does no harm.',
		};
	}

	return {};
}

function refusal(reply: Reply, {leg, now, secrets, proxy}: Circumstances): FlockError {
	const {status, headers} = reply;
	const problem = readProblem(reply.text);
	const skew = clockSkewSeconds(headers, now);
	const found = refusalName(reply, problem, leg, skew);
	const reached = found === 'rate-limit' ? readLimit(headers, now) : null;
	const name = reached === null ? found : rowOfLimit[reached.limit];
	const retryAt = reached?.retryAt ?? null;
	const xCode = problem.codes.find(code => failures[name].xCodes.includes(code)) ?? problem.codes[0];
	// An unknown name could be anything, even a secret.
	const xProblem = problem.names.find(one => byProblem.has(one));
	const values = {
		skew: describeSkew(skew),
		when: retryAt === null ? 'later' : moment(retryAt, now),
		quote: quote(problem.message, secrets),
		proxy: proxy ?? unknownProxy,
	};
	return failure(name, values, {
		status,
		...(xCode === undefined ? {} : {xCode}),
		...(xProblem === undefined ? {} : {xProblem}),
		...(reached === null ? {} : {limit: reached.limit}),
		...(retryAt === null ? {} : {retryAt}),
		...consequences(name, leg),
	});
}

const rowOfLimit: Readonly<Record<Limit, FailureName>> = {
	window: 'rate-limit',
	'account-day': 'rate-limit-account',
	'app-day': 'rate-limit-app',
};

function refusalName(reply: Reply, problem: Problem, leg: Leg, skew: number | null): FailureName {
	const {status} = reply;
	const {words, codes, names} = problem;
	if (status === 401 && skew !== null && Math.abs(skew) >= tolerance) {
		return 'clock';
	}

	if (leg === 'access_token' && status < 500) {
		if (/verifier/i.test(words)) {
			return 'pin-wrong';
		}

		if (codes.includes(89) || /request token/i.test(words)) {
			return 'link-stale';
		}
	}

	// Only the app signs a request for a link: it has no bot's key that X could reject.
	if (leg === 'request_token' && codes.includes(89)) {
		return 'app-key';
	}

	const known = [...codes.map(code => byXCode.get(code)), ...names.map(name => byProblem.get(name))].find(
		name => name !== undefined,
	);
	// Only one call asks for an account, so only there can one be missing.
	if (known !== undefined && (known !== 'account-unavailable' || leg === 'users_me')) {
		return known;
	}

	if (status === 402) {
		return 'credits';
	}

	if (isWall(reply)) {
		return 'blocked';
	}

	if (leg === 'request_token' && status < 500 && /callback/i.test(words)) {
		return 'callback';
	}

	switch (status) {
		case 407:
			return 'proxy-login';
		case 408:
			return 'trouble';
		case 420:
		case 429:
			return 'rate-limit';
		case 511:
			return 'html';
	}

	if (status >= 500) {
		return 'trouble';
	}

	if (isPage(reply.text)) {
		return 'html';
	}

	if (status === 401) {
		return leg === 'request_token' ? 'app-key' : leg === 'access_token' ? 'link-stale' : 'token';
	}

	// X also refuses a callback with a bare 403.
	return status === 403 && leg === 'request_token' && problem.message === null ? 'callback' : 'refused';
}

const rows = Object.entries(failures) as [FailureName, Failure][];
const byXCode = new Map(rows.flatMap(([name, {xCodes}]) => xCodes.map(code => [code, name] as const)));
const byProblem = new Map(
	rows.flatMap(([name, {problems = []}]) => problems.map(problem => [problem, name] as const)),
);

/**
 * True if Cloudflare, which protects X, blocked the request: a page or line of its own, not X's answer. Only
 * X's own Cloudflare has a certificate for X's name, so no other network's block looks like it.
 */
function isWall({status, headers, text}: Reply): boolean {
	const isCloudflare = headers['cf-ray'] !== undefined || /^cloudflare\b/i.test(String(headers.server));
	const isChallenge = headers['cf-mitigated'] !== undefined;
	return (
		isCloudflare &&
		(isChallenge || status === 401 || status === 403) &&
		(isPage(text) || /^\s*error code: 1\d{3}\s*$/.test(text))
	);
}

const tlsCode =
	/^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)_|ERR_(TLS|SSL)_|EPROTO$|HOSTNAME_MISMATCH$|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$)/;
const connectCodes = ['ECONNREFUSED', 'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL'];

function networkFailureName(code: string, connecting: boolean, proxied: boolean): FailureName {
	if (code.startsWith('ERR_PROXY_')) {
		return 'proxy';
	}

	if (code === 'ENOTFOUND' || code.startsWith('EAI_')) {
		return proxied ? 'proxy' : 'name';
	}

	if (connecting || connectCodes.includes(code)) {
		return proxied ? 'proxy' : 'unreachable';
	}

	if (tlsCode.test(code)) {
		return 'tls';
	}

	return code.startsWith('HPE_') ? 'unreadable' : 'reset';
}

/** True if no connection was made, so nothing was sent. Several addresses give several errors. */
function isConnecting(error: unknown): boolean {
	return isRecord(error) && (error.syscall === 'connect' || Array.isArray(error.errors));
}

function codeOf(error: unknown): string {
	const code = isRecord(error) ? error.code : undefined;
	// A code is one word. Anything else may be somebody's text.
	return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : 'ECONNRESET';
}

function describeSkew(skew: number | null): string {
	if (skew === null || skew === 0) {
		return 'not what X expects';
	}

	return `${duration(Math.abs(skew))} ${skew > 0 ? 'behind' : 'ahead of'} X’s`;
}
