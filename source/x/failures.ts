import {type ErrorCode, FlockError, type FlockErrorOptions} from '../flock/error.ts';

/** One way in which a call to X fails: what people see of it, and which of X's codes mean it. */
export type Failure = {
	/** The code of the `FlockError`. */
	code: ErrorCode;
	/** X's own error codes that mean this. */
	xCodes: readonly number[];
	/** X's own names of problems (API 2) that mean this: the last part of a problem's type, or its reason. */
	problems?: readonly string[];
	/** What the person sees. `{name}` stands for a value that differs from time to time. */
	sentence: string;
	/** What it means, for docs/messages.md and for `doctor`. */
	meaning: string;
	/** What to do next. */
	hint: string;
	/** True where X may have carried the request out although no good answer came. */
	uncertain: boolean;
};

const rows = {
	'app-key': {
		code: 'x-app-key',
		xCodes: [32, 99, 215],
		sentence: 'X does not accept the app’s key and secret.',
		meaning:
			'The API Key or Secret (consumer key or secret) is mistyped or was regenerated, or the app is suspended.',
		hint: 'Compare both with the app’s “Keys and tokens” page in X’s Developer Console, and enter them again.',
		uncertain: false,
	},
	token: {
		code: 'x-token',
		xCodes: [89],
		sentence: 'X no longer accepts this bot’s key.',
		meaning: 'The account’s owner took the app’s access back, or X ended it.',
		hint: 'Authorize the bot again: keymaker authorize BOT.',
		uncertain: false,
	},
	clock: {
		code: 'x-clock',
		xCodes: [135],
		sentence: 'X refuses this computer’s clock: it is {skew}.',
		meaning: 'Every request carries the time, and X only takes those of the last few minutes.',
		hint: 'Set the clock (best by automatic network time), then try again. Nothing is lost.',
		uncertain: false,
	},
	'link-stale': {
		code: 'x-link-stale',
		xCodes: [],
		sentence: 'X does not know this link any more.',
		meaning: 'The link is too old, or its PIN was already used.',
		hint: 'The link and its PIN are void: get a new link, and paste the PIN that it shows.',
		uncertain: false,
	},
	'pin-wrong': {
		code: 'x-pin-wrong',
		xCodes: [],
		sentence: 'X does not accept this PIN.',
		meaning: 'It was mistyped, or another link showed it. A refused PIN ends its link, too.',
		hint: 'The link and its PIN are void: get a new link, and paste the PIN that it shows.',
		uncertain: false,
	},
	callback: {
		code: 'x-callback',
		xCodes: [415, 417],
		sentence: 'The app’s settings at X do not allow authorizing by PIN.',
		meaning: 'X refuses the callback “oob”, which asks for a PIN.',
		hint: 'In X’s Developer Console set up the app’s “User authentication settings” with any callback URL, then try again.',
		uncertain: false,
	},
	plan: {
		code: 'x-plan',
		xCodes: [453],
		problems: ['client-forbidden', 'client-not-enrolled', 'official-client-forbidden'],
		sentence: 'The app’s plan at X does not include this call. X says {quote}.',
		meaning: 'The keys are fine. The plan lacks this call, or the app is in no project.',
		hint: 'Check the app’s plan and project in X’s Developer Console. Keys that are saved stay saved.',
		uncertain: false,
	},
	cap: {
		code: 'x-plan',
		xCodes: [],
		problems: ['usage-capped'],
		sentence: 'The app has used up the calls of its plan at X. X says {quote}.',
		meaning:
			'The keys are fine. The plan’s cap or the spending limit is reached, mostly until the next month.',
		hint: 'Check the app’s usage and spending limit in X’s Developer Console. Keys that are saved stay saved.',
		uncertain: false,
	},
	credits: {
		code: 'x-plan',
		xCodes: [],
		problems: ['credits', 'credits-depleted'],
		sentence: 'The app’s account at X is out of credits. X says {quote}.',
		meaning: 'The keys are fine. X bills each call, and there is nothing left to pay with.',
		hint: 'Add credits in X’s Developer Console. Keys that are saved stay saved.',
		uncertain: false,
	},
	'account-suspended': {
		code: 'x-account-suspended',
		xCodes: [63, 64],
		problems: ['user-suspended'],
		sentence: 'X has suspended this account.',
		meaning: 'The account cannot be used until X lifts the suspension; the app is not the reason.',
		hint: 'Sign in to the account at x.com and follow what X says there.',
		uncertain: false,
	},
	'account-locked': {
		code: 'x-account-locked',
		xCodes: [326],
		sentence: 'X has locked this account for now.',
		meaning: 'X wants to know that its owner is a person.',
		hint: 'Sign in to the account at x.com, unlock it there, then try again.',
		uncertain: false,
	},
	'account-unavailable': {
		code: 'x-account-unavailable',
		xCodes: [],
		problems: [
			'resource-not-found',
			'resource-unavailable',
			'not-authorized-for-resource',
			'not-authorized-for-field',
			'disallowed-resource',
		],
		sentence: 'X does not show this account. X says {quote}.',
		meaning: 'The account is deactivated, deleted, suspended or withheld; the app is not the reason.',
		hint: 'Sign in to the account at x.com and follow what X says there.',
		uncertain: false,
	},
	'app-suspended': {
		code: 'x-app-suspended',
		xCodes: [416],
		problems: ['app-suspended'],
		sentence: 'X has suspended this app.',
		meaning: 'No bot can use the app until X lifts the suspension.',
		hint: 'Look for X’s message in the Developer Console, or enter the key of another app.',
		uncertain: false,
	},
	'read-only': {
		code: 'x-read-only',
		xCodes: [261],
		problems: ['oauth1-permissions'],
		sentence: 'This key may only read.',
		meaning: 'The app was set to read when the key was made; a later change does not reach older keys.',
		hint: 'Set the app to “Read and write” in X’s Developer Console, then authorize the bot again.',
		uncertain: false,
	},
	'rate-limit': {
		code: 'x-rate-limit',
		xCodes: [88],
		problems: ['rate-limit-exceeded'],
		sentence: 'X’s rate limit is reached. Try again {when}.',
		meaning: 'Too many calls in a short time; mostly X counts them for 15 minutes.',
		hint: 'Wait until then. Nothing is lost.',
		uncertain: false,
	},
	'rate-limit-account': {
		code: 'x-rate-limit',
		xCodes: [],
		sentence: 'This account has reached X’s limit for 24 hours. Try again {when}.',
		meaning: 'The account’s calls of a day are used up; the bot’s own program shares them.',
		hint: 'Wait until then; other accounts still work. Nothing is lost.',
		uncertain: false,
	},
	'rate-limit-app': {
		code: 'x-rate-limit',
		xCodes: [],
		sentence: 'The app has reached X’s limit for 24 hours. Try again {when}.',
		meaning: 'The app’s calls of a day are used up; all its bots share them.',
		hint: 'Wait until then, or check the app’s plan in X’s Developer Console. Nothing is lost.',
		uncertain: false,
	},
	blocked: {
		code: 'x-blocked',
		xCodes: [],
		sentence: 'X refuses connections from this computer’s network.',
		meaning:
			'X’s firewall (Cloudflare) turns the address away, as it does with some VPNs, proxies and data centers.',
		hint: 'Try another network, turn off the VPN, or try again later. Nothing is lost.',
		uncertain: false,
	},
	trouble: {
		code: 'x-trouble',
		xCodes: [130, 131],
		problems: ['client-disconnected', 'operational-disconnect', 'streaming-connection'],
		sentence: 'X has a problem of its own.',
		meaning: 'X is overloaded or broken; nothing is wrong here.',
		hint: 'Try again in a while. Nothing is lost.',
		uncertain: true,
	},
	request: {
		code: 'x-refused',
		xCodes: [],
		problems: [
			'invalid-request',
			'unsupported-authentication',
			'conflict',
			'duplicate-rules',
			'invalid-rules',
			'noncompliant-rules',
			'rule-cap',
		],
		sentence: 'X does not accept the form of the request. X says {quote}.',
		meaning: 'X’s API has changed, or keymaker has a bug; the keys are fine.',
		hint: 'Update keymaker. If that does not help, report it with X’s words. Nothing is lost.',
		uncertain: false,
	},
	refused: {
		code: 'x-refused',
		xCodes: [],
		sentence: 'X refuses the request, and says {quote}.',
		meaning: 'An answer that keymaker does not know.',
		hint: 'Search for X’s words, or for the status and code beside the message. Nothing is lost.',
		uncertain: false,
	},
	html: {
		code: 'x-answer',
		xCodes: [],
		sentence: 'A web page came instead of X’s answer.',
		meaning: 'A network’s sign-in page (hotel, train, café) or a firewall answers in X’s place.',
		hint: 'Open any page in the browser and sign in to the network, then try again. Nothing is lost.',
		uncertain: true,
	},
	redirect: {
		code: 'x-answer',
		xCodes: [],
		sentence: 'The request was sent elsewhere instead of being answered by X.',
		meaning: 'X does not redirect these calls: a network’s sign-in page or a proxy does. It is not followed.',
		hint: 'Open any page in the browser and sign in to the network, then try again. Nothing is lost.',
		uncertain: true,
	},
	empty: {
		code: 'x-answer',
		xCodes: [],
		sentence: 'X’s answer is empty.',
		meaning: 'Something on the way swallowed it, or X has a problem.',
		hint: 'Try again. Nothing is lost.',
		uncertain: true,
	},
	unreadable: {
		code: 'x-answer',
		xCodes: [],
		sentence: 'X’s answer cannot be read.',
		meaning: 'It is not in the form that X promises: damaged on the way, or not from X.',
		hint: 'Try again. Nothing is lost.',
		uncertain: true,
	},
	incomplete: {
		code: 'x-answer',
		xCodes: [],
		sentence: 'X’s answer lacks what is needed, or holds something odd: {field}.',
		meaning: 'keymaker checks every field, and takes no link and no key from an answer that is not right.',
		hint: 'Try again. Nothing is lost.',
		uncertain: true,
	},
	huge: {
		code: 'x-answer',
		xCodes: [],
		sentence: 'The answer is far too long to be X’s.',
		meaning: 'X’s answers are short; the rest was not read.',
		hint: 'Try again; on a foreign network, sign in to it first. Nothing is lost.',
		uncertain: true,
	},
	torn: {
		code: 'x-network',
		xCodes: [],
		sentence: 'The connection broke off in the middle of X’s answer.',
		meaning: 'Half an answer is never taken for a whole one.',
		hint: 'Try again. Nothing is lost.',
		uncertain: true,
	},
	reset: {
		code: 'x-network',
		xCodes: [],
		sentence: 'The connection to X was cut.',
		meaning: 'X or something on the way closed it before an answer came.',
		hint: 'Try again. Nothing is lost.',
		uncertain: true,
	},
	unreachable: {
		code: 'x-network',
		xCodes: [],
		sentence: 'X cannot be reached.',
		meaning: 'No connection could be made: this computer is offline, or a firewall forbids it.',
		hint: 'Check the network; keymaker doctor helps. Then try again. Nothing is lost.',
		uncertain: false,
	},
	timeout: {
		code: 'x-timeout',
		xCodes: [],
		sentence: 'X gave no whole answer within {seconds} seconds.',
		meaning: 'The network or X is slow; the time counts from the request, whatever trickles in.',
		hint: 'Try again; KEYMAKER_TIMEOUT sets the seconds. Nothing is lost.',
		uncertain: true,
	},
	name: {
		code: 'x-name',
		xCodes: [],
		sentence: 'The name api.x.com is not found.',
		meaning: 'This computer is offline, or its DNS does not know X.',
		hint: 'Check the network; keymaker doctor helps. Then try again. Nothing is lost.',
		uncertain: false,
	},
	tls: {
		code: 'x-tls',
		xCodes: [],
		sentence: 'No secure connection: the certificate shown for api.x.com is not trusted.',
		meaning: 'A proxy or firewall reads along, or this computer’s clock or certificates are wrong.',
		hint: 'Name your network’s own certificate in NODE_EXTRA_CA_CERTS, or check the clock, then try again. Nothing is lost.',
		uncertain: false,
	},
	proxy: {
		code: 'x-proxy',
		xCodes: [],
		sentence: 'The proxy does not let the request through ({proxy}).',
		meaning: 'The proxy named in the environment cannot be reached, or refuses.',
		hint: 'Correct HTTPS_PROXY, or add api.x.com to NO_PROXY, then try again. Nothing is lost.',
		uncertain: false,
	},
	'proxy-login': {
		code: 'x-proxy',
		xCodes: [],
		sentence: 'The proxy asks who you are, and does not take the answer ({proxy}: 407).',
		meaning: 'It wants a user name and a password, or refuses those in HTTPS_PROXY.',
		hint: 'Set HTTPS_PROXY to http://USER:PASSWORD@HOST:PORT; one that wants NTLM needs a local proxy, such as px, in between. Nothing is lost.',
		uncertain: false,
	},
	'proxy-kind': {
		code: 'x-proxy',
		xCodes: [],
		sentence: 'keymaker cannot use the proxy in {variable}: {reason}.',
		meaning: 'A SOCKS proxy, or an address that makes no sense. It is not bypassed in silence.',
		hint: 'Write http://USER:PASSWORD@HOST:PORT, with %25 for %, %23 for #, %2F for /, %40 for @, %5C for \\; or add api.x.com to NO_PROXY.',
		uncertain: false,
	},
	'proxy-node': {
		code: 'x-proxy',
		xCodes: [],
		sentence: 'This version of Node cannot go through the proxy in {variable}.',
		meaning: 'Proxies need Node 24.5 or later (or 22.21 or later of the 22 line).',
		hint: 'Update Node, or start keymaker by npm start, which brings its own.',
		uncertain: false,
	},
} as const satisfies Record<string, Failure>;

/** Names one row of the table. */
export type FailureName = keyof typeof rows;

/** Every failure of a call to X, in the order of docs/messages.md. */
export const failures: Readonly<Record<FailureName, Failure>> = rows;

/** A row's sentence with its values put in; a value that is not given becomes `…`. */
export function sentenceOf(failure: Failure, values: Readonly<Record<string, string>> = {}): string {
	return failure.sentence.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '…');
}

/**
 * The error for one row of the table.
 * @param values for the places of the sentence, already fit to be drawn and without secrets.
 * @param more beyond the row; a `cause` must be free of secrets.
 */
export function failure(
	name: FailureName,
	values: Readonly<Record<string, string>> = {},
	more: Partial<FlockErrorOptions> = {},
): FlockError {
	const row = failures[name];
	return new FlockError(row.code, sentenceOf(row, values), {hint: row.hint, ...more});
}
