import assert from 'node:assert/strict';
import {test} from 'node:test';
import {errorLabel, type FlockError, type Limit} from '../../source/flock/error.ts';
import {failureIn, type Leg, networkFailure} from '../../source/x/classify.ts';
import {type FailureName, failure, failures, sentenceOf} from '../../source/x/failures.ts';

const now = Date.UTC(2026, 10, 5, 12, 0, 0);

type Case = {
	title: string;
	leg?: Leg;
	status: number;
	body?: string;
	headers?: Record<string, string>;
	is: FailureName;
	sentence?: RegExp;
	xCode?: number;
	xProblem?: string | null;
	retryAt?: number;
};

const withCode = (code: number, message = 'So it is.') => JSON.stringify({errors: [{code, message}]});
const problem = (type: string, more = {}) =>
	JSON.stringify({title: 'Forbidden', detail: 'No.', type, status: 403, ...more});
const dated = (milliseconds: number) => ({date: new Date(now + milliseconds).toUTCString()});
/** What the headers of one limit say; seconds from now. */
const limit = (name: string, remaining: number, seconds: number) => ({
	[`${name}-remaining`]: String(remaining),
	[`${name}-reset`]: String(now / 1000 + seconds),
});
/** A moment on this computer's clock. */
const clock = (at: number) => new Date(at).toTimeString().slice(0, 5);
const wall =
	'<!DOCTYPE html>\n<!--[if lt IE 7]> <html class="no-js ie6 oldie" lang="en-US"> <![endif]-->\n<html><h1>Sorry, you have been blocked</h1></html>';
const anywhere: readonly Leg[] = ['request_token', 'access_token', 'users_me', 'invalidate_token'];

const cases: readonly Case[] = [
	{title: 'code 32', status: 401, body: withCode(32), is: 'app-key', xCode: 32},
	{title: 'code 215', status: 400, body: withCode(215), is: 'app-key', xCode: 215},
	{
		title: 'code 99 behind one that nobody knows',
		status: 403,
		body: '{"errors":[{"code":7},{"code":99},{"code":215}]}',
		is: 'app-key',
		xCode: 99,
	},
	{
		title: 'two codes that say different things',
		status: 400,
		body: '{"errors":[{"code":215},{"code":88}]}',
		is: 'app-key',
		xCode: 215,
	},
	{title: 'a timeout of X’s own', status: 408, is: 'trouble'},
	{
		title: 'the word “callback” in X’s own trouble',
		leg: 'request_token',
		status: 500,
		body: '{"errors":[{"message":"No callback."}]}',
		is: 'trouble',
	},
	{
		title: 'the first text of several things that are none',
		status: 400,
		body: '{"errors":[{"code":"none","message":7},{"message":"Bad thing"}]}',
		is: 'refused',
		sentence: /“Bad thing”/,
	},
	{title: 'a choice of places', status: 300, is: 'redirect'},
	{title: 'code 99', status: 403, body: withCode(99), is: 'app-key', xCode: 99},
	{title: 'a bare 401', leg: 'request_token', status: 401, is: 'app-key'},
	{title: 'code 89', leg: 'users_me', status: 401, body: withCode(89), is: 'token', xCode: 89},
	{title: 'code 89', leg: 'invalidate_token', status: 401, body: withCode(89), is: 'token', xCode: 89},
	{title: 'code 89', leg: 'request_token', status: 401, body: withCode(89), is: 'app-key', xCode: 89},
	{title: 'code 89', leg: 'access_token', status: 401, body: withCode(89), is: 'link-stale', xCode: 89},
	{
		title: 'a v2 “Unauthorized”',
		leg: 'users_me',
		status: 401,
		body: '{"title":"Unauthorized","type":"about:blank","status":401,"detail":"Unauthorized"}',
		is: 'token',
	},
	{
		title: 'code 135 without a date',
		status: 401,
		body: withCode(135),
		is: 'clock',
		sentence: /it is not what X expects\./,
		xCode: 135,
	},
	{
		title: 'code 135 a minute off',
		status: 401,
		body: withCode(135),
		headers: dated(-61_000),
		is: 'clock',
		sentence: /it is 1 minute 1 second ahead of X’s\./,
	},
	{
		title: 'code 32 two hours off',
		status: 401,
		body: withCode(32),
		headers: dated(2 * 3_600_000),
		is: 'clock',
		sentence: /it is 2 hours behind X’s\./,
		xCode: 32,
	},
	{
		title: 'a bare 401 a day and an hour off',
		status: 401,
		headers: dated(-25 * 3_600_000),
		is: 'clock',
		sentence: /it is 1 day 1 hour ahead of X’s\./,
	},
	{
		title: 'code 32 four minutes off',
		status: 401,
		body: withCode(32),
		headers: dated(240_000),
		is: 'app-key',
	},
	{title: 'a plain word', leg: 'access_token', status: 401, body: 'Request token missing', is: 'link-stale'},
	{title: 'a bare 401', leg: 'access_token', status: 401, is: 'link-stale'},
	{
		title: 'a plain word about the verifier',
		leg: 'access_token',
		status: 401,
		body: 'Error processing your OAuth request: Invalid oauth_verifier parameter',
		is: 'pin-wrong',
	},
	{
		title: 'code 32 about the verifier',
		leg: 'access_token',
		status: 401,
		body: withCode(32, 'invalid oauth_verifier'),
		is: 'pin-wrong',
	},
	{title: 'code 415', status: 403, body: withCode(415), is: 'callback', xCode: 415},
	{title: 'code 417', status: 403, body: withCode(417), is: 'callback', xCode: 417},
	{
		title: 'code 417 in XML',
		status: 403,
		body: '<?xml version="1.0"?><errors><error code="417">Only oob</error></errors>',
		is: 'callback',
		xCode: 417,
	},
	{
		title: 'XML without a code',
		leg: 'request_token',
		status: 401,
		body: "<?xml version='1.0'?><hash><error>This callback is not for you</error></hash>",
		is: 'callback',
	},
	{title: 'an empty 403', leg: 'request_token', status: 403, is: 'callback'},
	{title: 'code 453', status: 403, body: withCode(453), is: 'plan', xCode: 453},
	{title: 'code 63', status: 403, body: withCode(63), is: 'account-suspended', xCode: 63},
	{title: 'code 64', status: 403, body: withCode(64), is: 'account-suspended', xCode: 64},
	{title: 'code 326', status: 403, body: withCode(326), is: 'account-locked', xCode: 326},
	{title: 'code 416', status: 403, body: withCode(416), is: 'app-suspended', xCode: 416},
	{title: 'code 261', status: 403, body: withCode(261), is: 'read-only', xCode: 261},
	{
		title: '429 with its reset',
		status: 429,
		body: withCode(88),
		headers: {'x-rate-limit-reset': String(now / 1000 + 750)},
		is: 'rate-limit',
		sentence: new RegExp(`Try again at ${clock(now + 750_000)}\\.$`),
		xCode: 88,
		retryAt: now + 750_000,
	},
	{title: 'a bare 429', status: 429, is: 'rate-limit', sentence: /Try again later\.$/},
	{
		title: 'the account’s day, beside a window that has calls left',
		status: 429,
		body: '{"title":"Too Many Requests","detail":"Too Many Requests","type":"about:blank","status":429}',
		headers: {
			...limit('x-rate-limit', 74, 900),
			...limit('x-user-limit-24hour', 0, 22 * 3600),
			...limit('x-app-limit-24hour', 1_199_000, 22 * 3600),
		},
		is: 'rate-limit-account',
		retryAt: now + 22 * 3_600_000,
	},
	{
		title: 'the app’s day',
		status: 429,
		headers: {...limit('x-rate-limit', 74, 900), ...limit('x-app-limit-24hour', 0, 22 * 3600)},
		is: 'rate-limit-app',
		retryAt: now + 22 * 3_600_000,
	},
	{
		title: 'a cap, with calls left in the window',
		status: 429,
		body: JSON.stringify({
			account_id: 1,
			product_name: 'standard-basic',
			title: 'UsageCapExceeded',
			period: 'Monthly',
			scope: 'Product',
			detail: 'Usage cap exceeded: Monthly product cap',
			type: 'https://api.twitter.com/2/problems/usage-capped',
		}),
		headers: limit('x-rate-limit', 39_999, 900),
		is: 'cap',
		sentence: /X says “Usage cap exceeded: Monthly product cap”\.$/,
		xProblem: 'usage-capped',
	},
	{
		title: 'no credits',
		status: 402,
		body: JSON.stringify({
			title: 'CreditsDepleted',
			detail:
				'Your enrolled account [1999999999999999999] does not have any credits to fulfill this request.',
			type: 'https://api.twitter.com/2/problems/credits',
		}),
		is: 'credits',
		sentence: /X says “Your enrolled account \[•••\] does not have any credits to fulfill this request\.”\.$/,
		xProblem: 'credits',
	},
	{title: 'a bare 402', status: 402, is: 'credits', sentence: /X says nothing more\.$/},
	{
		title: 'missing access in X’s words',
		status: 403,
		body: withCode(453, 'You currently have access to a subset of X API V2 endpoints.'),
		is: 'plan',
		sentence: /X says “You currently have access to a subset of X API V2 endpoints\.”\.$/,
		xCode: 453,
	},
	{
		title: 'client-not-enrolled as a reason alone',
		status: 403,
		body: '{"title":"Client Forbidden","reason":"client-not-enrolled","type":"about:blank","detail":"Enroll."}',
		is: 'plan',
		xProblem: 'client-not-enrolled',
	},
	{
		title: 'a type that nobody knows',
		leg: 'users_me',
		status: 403,
		body: problem('https://api.x.com/2/problems/something-new'),
		is: 'refused',
		sentence: /says “No\.”\.$/,
		xProblem: null,
	},
	{
		title: 'a type that is no name',
		leg: 'users_me',
		status: 403,
		body: problem('https://api.x.com/2/problems/user-suspended\u001b[2J'),
		is: 'refused',
	},
	{
		title: 'a type of somebody else’s',
		leg: 'users_me',
		status: 403,
		body: problem('https://example.com/problems/user-suspended'),
		is: 'refused',
	},
	{
		title: 'errors and nothing else',
		leg: 'users_me',
		status: 200,
		body: JSON.stringify({
			errors: [
				{
					value: '12',
					detail: 'User has been suspended: [12].',
					title: 'Forbidden',
					resource_type: 'user',
					type: 'https://api.twitter.com/2/problems/resource-not-found',
				},
			],
		}),
		is: 'account-unavailable',
		sentence: /X says “User has been suspended: \[12\]\.”\.$/,
		xProblem: 'resource-not-found',
	},
	{
		title: 'something that is not found, where no account was asked for',
		leg: 'request_token',
		status: 404,
		body: problem('https://api.x.com/2/problems/resource-not-found'),
		is: 'refused',
	},
	{title: 'Cloudflare’s page', status: 403, body: wall, headers: {server: 'cloudflare'}, is: 'blocked'},
	{title: 'Cloudflare’s page', status: 403, body: wall, headers: {'cf-ray': '99e334f8-SIN'}, is: 'blocked'},
	{
		title: 'Cloudflare’s line',
		status: 403,
		body: 'error code: 1010',
		headers: {server: 'cloudflare', 'cf-ray': '99e334f8-SIN'},
		is: 'blocked',
	},
	{
		title: 'Cloudflare’s challenge',
		status: 503,
		body: wall,
		headers: {server: 'cloudflare', 'cf-mitigated': 'challenge'},
		is: 'blocked',
	},
	{
		title: 'Cloudflare’s page about X’s own trouble',
		status: 503,
		body: wall,
		headers: {server: 'cloudflare', 'cf-ray': '99e334f8-SIN'},
		is: 'trouble',
	},
	{
		title: 'Cloudflare’s page about too many requests',
		status: 429,
		body: wall,
		headers: {server: 'cloudflare', 'retry-after': '30'},
		is: 'rate-limit',
		retryAt: now + 30_000,
	},
	{title: 'a page of no Cloudflare', status: 403, body: wall, headers: {server: 'nginx'}, is: 'html'},
	{
		title: 'X’s own words by way of Cloudflare, as all of them are',
		status: 403,
		body: withCode(326),
		headers: {server: 'cloudflare envoy', 'cf-ray': '99e334f8-SIN'},
		is: 'account-locked',
	},
	{
		title: 'pretty-printed XML with a code that nobody knows',
		status: 403,
		body: '<?xml version="1.0" encoding="UTF-8"?>\n<errors>\n\t<error code="87">Client is not permitted\n\tto perform this action</error>\n</errors>\n',
		is: 'refused',
		sentence: /says “Client is not permitted to perform this action”\.$/,
		xCode: 87,
	},
	{
		title: 'pretty-printed XML',
		status: 403,
		body: '<errors>\n\t<error\n\t\tlang="en"\n\t\tcode="415"\n\t>\n\t\tCallback URL not approved\n\t</error>\n</errors>',
		is: 'callback',
		xCode: 415,
	},
	{
		title: 'a code as text',
		status: 403,
		body: '{"errors":[{"code":"64"}]}',
		is: 'account-suspended',
		xCode: 64,
	},
	{title: 'code 131', status: 500, body: withCode(131), is: 'trouble', xCode: 131},
	{title: 'code 130', status: 503, body: withCode(130), is: 'trouble', xCode: 130},
	{title: '502 with a page', status: 502, body: '<html><h1>Bad Gateway</h1></html>', is: 'trouble'},
	{title: '500 with half a JSON', status: 500, body: '{"errors":[{"co', is: 'trouble'},
	{title: '403 with a page', status: 403, body: '<!-- hi -->\n<!doctype html><p>Blocked', is: 'html'},
	{title: '511', status: 511, is: 'html'},
	{title: '200 with a page', status: 200, body: '<HTML><BODY>Log in</BODY></HTML>', is: 'html'},
	{title: '301', status: 301, body: 'x', is: 'redirect'},
	{title: '200 with blanks', status: 200, body: ' \r\n', is: 'empty'},
	{title: '200, packed', status: 200, body: 'x', headers: {'content-encoding': 'br'}, is: 'unreadable'},
	{title: '407', status: 407, is: 'proxy-login'},
	{
		title: 'a code that nobody knows',
		status: 404,
		body: withCode(34, 'No page.'),
		is: 'refused',
		xCode: 34,
		sentence: /says “No page\.”\.$/,
	},
	{
		title: 'a refusal without a word',
		leg: 'users_me',
		status: 403,
		is: 'refused',
		sentence: /says nothing more\.$/,
	},
	{
		title: 'an old form of errors',
		status: 400,
		body: '{"error":"Bad thing"}',
		is: 'refused',
		sentence: /“Bad thing”/,
	},
	{
		title: 'errors as a text',
		status: 400,
		body: '{"errors":"Bad thing"}',
		is: 'refused',
		sentence: /“Bad thing”/,
	},
	{
		title: 'odd JSON',
		status: 400,
		body: '{"errors":[null,{"code":"x","message":7}],"title":[]}',
		is: 'refused',
	},
];

const limitOfRow: Partial<Record<FailureName, Limit>> = {
	'rate-limit': 'window',
	'rate-limit-account': 'account-day',
	'rate-limit-app': 'app-day',
};

/** Every problem that X's own description of its API 2 lists, and those that people met besides; with their rows. */
const problems: Readonly<Record<string, FailureName>> = {
	'client-disconnected': 'trouble',
	'client-forbidden': 'plan',
	conflict: 'request',
	'disallowed-resource': 'account-unavailable',
	'duplicate-rules': 'request',
	'invalid-request': 'request',
	'invalid-rules': 'request',
	'noncompliant-rules': 'request',
	'not-authorized-for-field': 'account-unavailable',
	'not-authorized-for-resource': 'account-unavailable',
	'operational-disconnect': 'trouble',
	'resource-not-found': 'account-unavailable',
	'resource-unavailable': 'account-unavailable',
	'rule-cap': 'request',
	'streaming-connection': 'trouble',
	'unsupported-authentication': 'request',
	'usage-capped': 'cap',
	'rate-limit-exceeded': 'rate-limit',
	'client-not-enrolled': 'plan',
	'oauth1-permissions': 'read-only',
	'user-suspended': 'account-suspended',
	'app-suspended': 'app-suspended',
	credits: 'credits',
	'credits-depleted': 'credits',
};

for (const [name, is] of Object.entries(problems)) {
	test(`X’s problem ${name} is ${is}, at each of X’s names and statuses`, () => {
		for (const host of ['api.twitter.com', 'api.x.com']) {
			for (const status of [400, 402, 403, 404, 409, 429]) {
				const text = problem(`https://${host}/2/problems/${name}`, {status});
				const error = failureIn(
					{status, headers: {}, text, whole: true},
					{leg: 'users_me', now, secrets: [], proxy: null},
				);
				assert.ok(error);
				assertRow(error, is, 'users_me');
				assert.equal(error.xProblem, name);
				assert.match(errorLabel(error), new RegExp(` · ${status} · ${name}$`));
			}
		}
	});
}

test('every problem that has a row is met here', () => {
	const met = new Set([...Object.keys(problems), 'official-client-forbidden']);
	assert.deepEqual(
		Object.values(failures).flatMap(row => (row.problems ?? []).filter(name => !met.has(name))),
		[],
	);
});

for (const {title, leg, status, body = '', headers = {}, is, ...expected} of cases) {
	for (const at of leg === undefined ? anywhere : [leg]) {
		test(`${status} at ${at}, ${title}: ${is}`, () => {
			const reply = {status, headers, text: body, whole: true};
			const error = failureIn(reply, {leg: at, now, secrets: [], proxy: null});
			assert.ok(error);
			assertRow(error, is, at);
			assert.equal(error.status, status);
			assert.match(error.message, expected.sentence ?? /./);
			if (expected.xCode !== undefined) {
				assert.equal(error.xCode, expected.xCode);
			}

			if (expected.xProblem !== undefined) {
				assert.equal(error.xProblem, expected.xProblem);
			}

			assert.equal(error.retryAt, expected.retryAt ?? null);
			assert.equal(error.limit, limitOfRow[is] ?? null);
		});
	}
}

const networkCases: readonly (readonly [error: unknown, direct: FailureName, proxied: FailureName])[] = [
	[{code: 'ECONNRESET'}, 'reset', 'reset'],
	[{code: 'EPIPE'}, 'reset', 'reset'],
	[new Error('Socket closed without any information.'), 'reset', 'reset'],
	[null, 'reset', 'reset'],
	[{code: 'ECONNREFUSED', syscall: 'connect'}, 'unreachable', 'proxy'],
	[{code: 'ETIMEDOUT', syscall: 'connect'}, 'unreachable', 'proxy'],
	[Object.assign(new AggregateError([], ''), {code: 'ETIMEDOUT'}), 'unreachable', 'proxy'],
	[{code: 'ETIMEDOUT', syscall: 'read'}, 'reset', 'reset'],
	[{code: 'ENOTFOUND', syscall: 'getaddrinfo'}, 'name', 'proxy'],
	[{code: 'EAI_AGAIN', syscall: 'getaddrinfo'}, 'name', 'proxy'],
	[{code: 'DEPTH_ZERO_SELF_SIGNED_CERT'}, 'tls', 'tls'],
	[{code: 'SELF_SIGNED_CERT_IN_CHAIN'}, 'tls', 'tls'],
	[{code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'}, 'tls', 'tls'],
	[{code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'}, 'tls', 'tls'],
	[{code: 'CERT_HAS_EXPIRED'}, 'tls', 'tls'],
	[{code: 'ERR_TLS_CERT_ALTNAME_INVALID'}, 'tls', 'tls'],
	[{code: 'ERR_SSL_WRONG_VERSION_NUMBER'}, 'tls', 'tls'],
	[{code: 'EPROTO', syscall: 'write'}, 'tls', 'tls'],
	[{code: 'ERR_PROXY_TUNNEL'}, 'proxy', 'proxy'],
	[{code: 'ERR_PROXY_TUNNEL', statusCode: 502}, 'proxy', 'proxy'],
	[{code: 'ERR_PROXY_TUNNEL', statusCode: 407}, 'proxy-login', 'proxy-login'],
	[{code: 'HPE_INVALID_CONSTANT'}, 'unreadable', 'unreadable'],
];

for (const [error, direct, proxied] of networkCases) {
	const code = (error as {code?: string} | null)?.code ?? String(error);
	for (const leg of anywhere) {
		test(`the network’s ${code} at ${leg} is ${direct}, behind a proxy ${proxied}`, () => {
			const circumstances = {leg, now, secrets: []};
			assertRow(networkFailure(error, {...circumstances, proxy: null}), direct, leg);
			assertRow(networkFailure(error, {...circumstances, proxy: 'http://proxy.invalid:3128'}), proxied, leg);
		});
	}
}

test('a refusal to wait is believed for 25 hours, and no longer', () => {
	const retryAt = (seconds: number) => {
		const headers = {'x-rate-limit-reset': String(now / 1000 + seconds)};
		const reply = {status: 429, headers, text: '', whole: true};
		return failureIn(reply, {leg: 'users_me', now, secrets: [], proxy: null})?.retryAt;
	};
	assert.equal(retryAt(25 * 60 * 60), now + 25 * 60 * 60 * 1000);
	assert.equal(retryAt(25 * 60 * 60 + 1), null);
});

test('a failure names the proxy on the way, and of an error no more than its code', () => {
	const circumstances = {leg: 'users_me', now, secrets: []} as const;
	const proxy = 'http://proxy.invalid:3128';
	assert.match(
		networkFailure({code: 'ECONNREFUSED'}, {...circumstances, proxy}).message,
		/proxy\.invalid:3128/,
	);
	const refused = failureIn({status: 407, headers: {}, text: '', whole: true}, {...circumstances, proxy});
	assert.match(refused?.message ?? '', /proxy\.invalid:3128/);
	const {cause} = networkFailure({code: 'Somebody’s own words'}, {...circumstances, proxy: null});
	assert.equal((cause as {code?: string}).code, 'ECONNRESET');
});

test('every row of the table is met by a case here, or in the tests of the fields, the wire and the proxy', () => {
	const elsewhere: FailureName[] = ['incomplete', 'huge', 'torn', 'timeout', 'proxy-kind', 'proxy-node'];
	const met = new Set<string>([
		...cases.map(({is}) => is),
		...Object.values(problems),
		...networkCases.flatMap(([, direct, proxied]) => [direct, proxied]),
		...elsewhere,
	]);
	assert.deepEqual(
		Object.keys(failures).filter(name => !met.has(name)),
		[],
	);
});

test('every row says calmly what is wrong, what it means, and what to do next', () => {
	const sentences = new Set<string>();
	const codes = new Set<number>();
	for (const [name, row] of Object.entries(failures)) {
		for (const text of [row.sentence, row.meaning, row.hint]) {
			assert.match(text, /^[A-Zk].{8,140}[.]$/u, name);
			assert.doesNotMatch(text, /!|error|invalid|'/i, name);
		}

		assert.ok(!sentences.has(row.sentence), name);
		sentences.add(row.sentence);
		for (const code of row.xCodes) {
			assert.ok(!codes.has(code), `${name}: ${code} stands twice`);
			codes.add(code);
		}
	}
});

test('a sentence whose values are not known yet has dots in their place', () => {
	assert.equal(sentenceOf(failures.timeout), 'X did not answer within … seconds.');
	assert.equal(failure('timeout', {seconds: '15'}).message, 'X did not answer within 15 seconds.');
});

function assertRow(error: FlockError, name: FailureName, leg: Leg): void {
	const row = failures[name];
	const pattern = row.sentence
		.split(/\{\w+\}/)
		.map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
		.join('.*');
	assert.match(error.message, new RegExp(`^${pattern}$`));
	assert.doesNotMatch(error.message, /[{}…]/);
	assert.equal(error.code, row.code);
	const acts = leg === 'access_token' || leg === 'invalidate_token';
	assert.equal(error.uncertain, row.uncertain && acts);
	if (error.uncertain) {
		assert.match(error.hint, leg === 'access_token' ? /have accepted the PIN/ : /have revoked the key/);
	} else {
		assert.equal(error.hint, row.hint);
	}
}
