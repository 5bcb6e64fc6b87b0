import {type Answer, json, problem, xError} from './answer.ts';

/** The program's calls to X, named after the last part of their path. */
export const legs = ['request_token', 'access_token', 'users_me', 'invalidate_token', 'tweets'] as const;

/** One of the calls. */
export type Leg = (typeof legs)[number];

/** The call succeeds (a PIN is used up, a token exists), but its answer is lost or damaged. */
type DeliveryFault<K extends string> = {how: 'delivery'; kind: K; sentence: string; legs: readonly Leg[]};

/** The call is not made, and this answer comes instead. */
type InsteadFault<K extends string> = {
	how: 'instead';
	kind: K;
	sentence: string;
	legs: readonly Leg[];
	answer: () => Answer;
};

/** The call succeeds, but its answer has other fields; `null` removes a field. */
type ChangedFault<K extends string> = {
	how: 'changed';
	kind: K;
	sentence: string;
	legs: readonly Leg[];
	fields: ChangedFields;
};

type ChangedFields = Readonly<Record<string, string | null>>;

/** A fault; `legs` are the calls that it applies to, `sentence` says what happens. */
export type Fault = (typeof faults)[number];

/** The name of a fault. */
export type FaultKind = Fault['kind'];

/** The name of a fault that damages an answer in transit. */
export type DeliveryKind = Extract<Fault, {how: 'delivery'}>['kind'];

/** A screen name that would ring the bell, set the window's title and reverse the line. */
export const hostileName = 'mock\u001b]0;owned\u0007\rbird\u202Edrib';

/** Every fault that practice can show. To add one, add a line. */
export const faults = [
	delivery('reset', 'The connection is reset without an answer.'),
	delivery('hang', 'No answer ever comes.'),
	delivery('truncated', 'The connection ends after a third of the body.'),
	delivery('torn', 'The connection ends inside the secret, which comes last.'),
	delivery('torn-quiet', 'The same, and nothing tells how long the body should have been.'),
	delivery('dripping', 'The body comes byte by byte, two in a second.'),
	delivery('huge', 'The body never ends.'),
	instead('redirect', 'The answer leads elsewhere.', () => ({
		status: 302,
		type: null,
		body: '',
		headers: {location: 'https://login.practice.invalid/'},
	})),
	instead('empty', 'The answer is 200 and empty.', () => ({status: 200, type: null, body: ''})),
	instead('html', 'A captive portal answers with its own page.', () => ({
		status: 200,
		type: 'text/html;charset=utf-8',
		body: '<!doctype html><title>Welcome</title><h1>Welcome to the station’s network</h1><p>Please sign in.',
	})),
	changed('no-token', 'The answer lacks what was asked for.', ['request_token', 'access_token', 'users_me'], {
		oauth_token: null,
		oauth_token_secret: null,
		id: null,
	}),
	changed('unconfirmed', 'The callback is not confirmed.', ['request_token'], {
		oauth_callback_confirmed: 'false',
	}),
	changed('hostile-name', 'The screen name is full of control characters.', ['access_token', 'users_me'], {
		screen_name: hostileName,
		username: hostileName,
	}),
	instead('broken-json', 'The answer is JSON that stops in the middle.', () => ({
		status: 200,
		type: 'application/json;charset=utf-8',
		body: '{"data":{"id":"12',
	})),
	instead('xml-417', 'The callback is refused, in XML.', () => ({
		status: 403,
		type: 'application/xml;charset=utf-8',
		body:
			'<?xml version="1.0" encoding="UTF-8"?><errors><error code="417">Desktop applications only support ' +
			"the oauth_callback value 'oob'</error></errors>",
	})),
	instead('skewed-date', 'Refused with 401, and X’s clock is two hours ahead.', () =>
		xError(401, 32, 'Could not authenticate you.', {
			date: new Date(Date.now() + 2 * 60 * 60 * 1000).toUTCString(),
		}),
	),
	refused('401-32', 'App key or signature refused.', 401, 32, 'Could not authenticate you.'),
	refused('401-89', 'Token revoked.', 401, 89, 'Invalid or expired token.'),
	refused('401-135', 'Clock refused.', 401, 135, 'Timestamp out of bounds.'),
	refused(
		'403-415',
		'Callback not allowed.',
		403,
		415,
		'Callback URL not approved for this client application.',
	),
	refused(
		'403-453',
		'Not in the plan.',
		403,
		453,
		'You currently have access to a subset of X API endpoints.',
	),
	instead('403-not-enrolled', 'Not in the plan, in the words of X’s API 2.', () =>
		problem(
			403,
			'client-forbidden',
			'Client Forbidden',
			'When authenticating requests you must use keys of a Project that is enrolled.',
			{reason: 'client-not-enrolled'},
		),
	),
	refused('403-64', 'Account suspended.', 403, 64, 'Your account is suspended.'),
	refused(
		'403-326',
		'Account locked.',
		403,
		326,
		'To protect our users, this account is temporarily locked.',
	),
	refused('403-416', 'App suspended.', 403, 416, 'Invalid or suspended application.'),
	refused('403-261', 'App may only read.', 403, 261, 'Application cannot perform write actions.'),
	instead('403-user-suspended', 'Account suspended, in the words of X’s API 2.', () =>
		problem(403, 'user-suspended', 'Forbidden', 'The user used for authentication is suspended'),
	),
	instead('403-client-forbidden', 'Not for this client, in the words of X’s API 2.', () =>
		problem(
			403,
			'client-forbidden',
			'Client Forbidden',
			'This request must be made using an approved client.',
			{
				reason: 'official-client-forbidden',
			},
		),
	),
	instead('403-unsupported', 'Signed in a way that X no longer accepts.', () =>
		problem(
			403,
			'unsupported-authentication',
			'Unsupported Authentication',
			'Authenticating with OAuth 1.0a User Context is forbidden for this endpoint.',
		),
	),
	instead('403-cloudflare', 'The wall before X turns this computer’s address away.', () => ({
		status: 403,
		type: 'text/html;charset=UTF-8',
		body:
			'<!DOCTYPE html>\n<!--[if lt IE 7]> <html class="no-js ie6 oldie" lang="en-US"> <![endif]-->\n' +
			'<html class="no-js" lang="en-US"><head><title>Attention Required! | Cloudflare</title></head>' +
			'<body><h1>Sorry, you have been blocked</h1></body></html>',
		headers: {server: 'cloudflare', 'cf-ray': '99e334f8practice-SIN'},
	})),
	instead('403-xml-87', 'Refused in XML of several lines.', () => ({
		status: 403,
		type: 'application/xml;charset=utf-8',
		body:
			'<?xml version="1.0" encoding="UTF-8"?>\n<errors>\n\t<error code="87">Client is not permitted to perform ' +
			'this action</error>\n</errors>\n',
	})),
	instead('400-invalid-request', 'The form of the request is refused.', () =>
		problem(400, 'invalid-request', 'Invalid Request', 'One or more parameters to your request was invalid.'),
	),
	instead('402-credits', 'Out of credits.', () =>
		problem(
			402,
			'credits',
			'CreditsDepleted',
			'Your enrolled account [1999999999999999999] does not have any credits to fulfill this request.',
		),
	),
	instead(
		'404-not-found',
		'The account is gone.',
		() => problem(404, 'resource-not-found', 'Not Found Error', 'Could not find user with id: [12].'),
		['users_me'],
	),
	instead('429', 'Too many requests; the limit ends in a quarter of an hour.', () =>
		xError(429, 88, 'Rate limit exceeded', limitHeaders('x-rate-limit', 75, 0, 15 * 60)),
	),
	instead('429-account-day', 'The account’s calls of a day are used up; those of the window are not.', () =>
		xError(429, 88, 'Rate limit exceeded', {
			...limitHeaders('x-rate-limit', 75, 74, 15 * 60),
			...limitHeaders('x-user-limit-24hour', 25, 0, 22 * 60 * 60),
			...limitHeaders('x-app-limit-24hour', 1_200_000, 1_199_000, 22 * 60 * 60),
		}),
	),
	instead('429-app-day', 'The app’s calls of a day are used up.', () =>
		xError(429, 88, 'Rate limit exceeded', {
			...limitHeaders('x-rate-limit', 75, 74, 15 * 60),
			...limitHeaders('x-app-limit-24hour', 500, 0, 22 * 60 * 60),
		}),
	),
	instead('429-usage-capped', 'The plan’s cap is reached; no limit is.', () =>
		problem(
			429,
			'usage-capped',
			'UsageCapExceeded',
			'Usage cap exceeded: Monthly product cap',
			{period: 'Monthly', scope: 'Product'},
			limitHeaders('x-rate-limit', 40_000, 39_999, 15 * 60),
		),
	),
	refused('500', 'X has a problem.', 500, 131, 'Internal error'),
	refused('503', 'X is over capacity.', 503, 130, 'Over capacity'),
];

/** The fault with a name. */
export function faultOf(kind: FaultKind): Fault {
	const fault = faults.find(candidate => candidate.kind === kind);
	if (!fault) {
		throw new RangeError(`No fault is called ${kind}`);
	}

	return fault;
}

/** A good answer with some fields changed. X's JSON has them in `data`. */
export function withFields(answer: Answer, fields: ChangedFields): Answer {
	if (answer.status !== 200) {
		return answer;
	}

	const isJson = answer.body.startsWith('{');
	const values: Record<string, string> = isJson
		? JSON.parse(answer.body).data
		: Object.fromEntries(new URLSearchParams(answer.body));
	for (const [name, value] of Object.entries(fields)) {
		if (value === null) {
			delete values[name];
		} else if (name in values) {
			values[name] = value;
		}
	}

	const {body} = isJson ? json(200, {data: values}) : {body: new URLSearchParams(values).toString()};
	return {...answer, body};
}

/** The headers of a limit that ends in some seconds. */
function limitHeaders(
	name: string,
	limit: number,
	remaining: number,
	seconds: number,
): Record<string, string> {
	return {
		[`${name}-limit`]: String(limit),
		[`${name}-remaining`]: String(remaining),
		[`${name}-reset`]: String(Math.ceil(Date.now() / 1000) + seconds),
	};
}

function delivery<K extends string>(kind: K, sentence: string): DeliveryFault<K> {
	return {how: 'delivery', kind, sentence, legs};
}

function instead<K extends string>(
	kind: K,
	sentence: string,
	answer: () => Answer,
	at: readonly Leg[] = legs,
): InsteadFault<K> {
	return {how: 'instead', kind, sentence, legs: at, answer};
}

function refused<K extends string>(
	kind: K,
	sentence: string,
	status: number,
	xCode: number,
	message: string,
): InsteadFault<K> {
	return instead(kind, sentence, () => xError(status, xCode, message));
}

function changed<K extends string>(
	kind: K,
	sentence: string,
	at: readonly Leg[],
	fields: ChangedFields,
): ChangedFault<K> {
	return {how: 'changed', kind, sentence, legs: at, fields};
}
