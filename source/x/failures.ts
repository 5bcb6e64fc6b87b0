import {type ErrorCode, FlockError, type FlockErrorOptions} from '../flock/error.ts';

/** One way in which a call to X fails: what people see of it, and which of X's codes mean it. */
export type Failure = {
	/** The code of the `FlockError`. */
	code: ErrorCode;
	/** X's own error codes that mean this. */
	xCodes: readonly number[];
	/** X's own names of problems (API 2) that mean this: the last part of a problem's type, or its reason. */
	problems?: readonly string[];
	/** What the person sees. `{name}` marks a value that varies. */
	sentence: string;
	/** What it means, for docs/messages.md and for `doctor`. */
	meaning: string;
	/** What to do next. */
	hint: string;
	/** True if X may have carried out the request although no good answer came. */
	uncertain: boolean;
};

const rows = {
	'app-key': {
		code: 'x-app-key',
		xCodes: [32, 99, 215],
		sentence: 'X rejected the app’s key and secret.',
		meaning:
			'The API Key or Secret (consumer key or secret) is mistyped or was regenerated, or the app is suspended.',
		hint: 'Compare both with the app’s “Keys and tokens” page in X’s Developer Console, and enter them again.',
		uncertain: false,
	},
	token: {
		code: 'x-token',
		xCodes: [89],
		sentence: 'X no longer accepts this bot’s key.',
		meaning: 'The account’s owner revoked the app’s access, or X did.',
		hint: 'Authorize the bot again: keymaker authorize BOT.',
		uncertain: false,
	},
	clock: {
		code: 'x-clock',
		xCodes: [135],
		sentence: 'X rejected this computer’s clock: it is {skew}.',
		meaning: 'Every request carries the time, and X accepts only the last few minutes.',
		hint: 'Set the clock (automatic network time is best) and try again. Nothing is lost.',
		uncertain: false,
	},
	'link-stale': {
		code: 'x-link-stale',
		xCodes: [],
		sentence: 'X no longer knows this link.',
		meaning: 'The link expired, or its PIN was already used.',
		hint: 'The old link and its PIN no longer work. Get a new link and paste the PIN that it shows.',
		uncertain: false,
	},
	'pin-wrong': {
		code: 'x-pin-wrong',
		xCodes: [],
		sentence: 'Wrong PIN.',
		meaning: 'It was mistyped, or it came from another link. A link stops working after a wrong PIN.',
		hint: 'The old link and its PIN no longer work. Get a new link and paste the PIN that it shows.',
		uncertain: false,
	},
	callback: {
		code: 'x-callback',
		xCodes: [415, 417],
		sentence: 'The app’s settings at X do not allow PINs.',
		meaning: 'X rejected the callback “oob”, which asks for a PIN.',
		hint: 'In X’s Developer Console, give the app’s “User authentication settings” any callback URL, then try again.',
		uncertain: false,
	},
	plan: {
		code: 'x-plan',
		xCodes: [453],
		problems: ['client-forbidden', 'client-not-enrolled', 'official-client-forbidden'],
		sentence: 'The app’s plan at X does not include this call. X says {quote}.',
		meaning: 'The keys are fine. The plan does not cover this call, or the app is not in a project.',
		hint: 'Check the app’s plan and project in X’s Developer Console. Saved keys stay saved.',
		uncertain: false,
	},
	cap: {
		code: 'x-plan',
		xCodes: [],
		problems: ['usage-capped'],
		sentence: 'The app has used up its plan at X. X says {quote}.',
		meaning:
			'The keys are fine. The app reached its plan’s cap or its spending limit, usually until next month.',
		hint: 'Check the app’s usage and spending limit in X’s Developer Console. Saved keys stay saved.',
		uncertain: false,
	},
	credits: {
		code: 'x-plan',
		xCodes: [],
		problems: ['credits', 'credits-depleted'],
		sentence: 'The app’s account at X is out of credits. X says {quote}.',
		meaning: 'The keys are fine. X bills each call, and no credits are left.',
		hint: 'Add credits in X’s Developer Console. Saved keys stay saved.',
		uncertain: false,
	},
	'account-suspended': {
		code: 'x-account-suspended',
		xCodes: [63, 64],
		problems: ['user-suspended'],
		sentence: 'X suspended this account.',
		meaning: 'Nobody can use the account until X lifts the suspension. The app is not the cause.',
		hint: 'Sign in to the account at x.com and follow X’s instructions.',
		uncertain: false,
	},
	'account-locked': {
		code: 'x-account-locked',
		xCodes: [326],
		sentence: 'X locked this account temporarily.',
		meaning: 'X wants proof that its owner is a person.',
		hint: 'Sign in to the account at x.com, unlock it, and try again.',
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
		sentence: 'X cannot find this account. X says {quote}.',
		meaning: 'The account is deactivated, deleted, suspended or withheld. The app is not the cause.',
		hint: 'Sign in to the account at x.com and follow X’s instructions.',
		uncertain: false,
	},
	'app-suspended': {
		code: 'x-app-suspended',
		xCodes: [416],
		problems: ['app-suspended'],
		sentence: 'X suspended this app.',
		meaning: 'No bot can use the app until X lifts the suspension.',
		hint: 'Look for X’s message in the Developer Console, or set up another app.',
		uncertain: false,
	},
	'read-only': {
		code: 'x-read-only',
		xCodes: [261],
		problems: ['oauth1-permissions'],
		sentence: 'This key is read-only.',
		meaning: 'The app could only read when the key was made. Keys made earlier keep the old permission.',
		hint: 'Set the app to “Read and write” in X’s Developer Console, then authorize the bot again.',
		uncertain: false,
	},
	'rate-limit': {
		code: 'x-rate-limit',
		xCodes: [88],
		problems: ['rate-limit-exceeded'],
		sentence: 'X’s rate limit is reached. Try again {when}.',
		meaning: 'Too many calls in a short time. X usually counts them over 15 minutes.',
		hint: 'Wait until then. Nothing is lost.',
		uncertain: false,
	},
	'rate-limit-account': {
		code: 'x-rate-limit',
		xCodes: [],
		sentence: 'This account has reached X’s limit for 24 hours. Try again {when}.',
		meaning: 'The account has no calls left today. The bot’s own program uses the same ones.',
		hint: 'Wait until then. Other accounts still work. Nothing is lost.',
		uncertain: false,
	},
	'rate-limit-app': {
		code: 'x-rate-limit',
		xCodes: [],
		sentence: 'The app has reached X’s limit for 24 hours. Try again {when}.',
		meaning: 'The app has no calls left today. All its bots share them.',
		hint: 'Wait until then, or check the app’s plan in X’s Developer Console. Nothing is lost.',
		uncertain: false,
	},
	blocked: {
		code: 'x-blocked',
		xCodes: [],
		sentence: 'X blocks connections from this computer’s network.',
		meaning:
			'X’s firewall (Cloudflare) blocks the address, as it does for some VPNs, proxies and data centers.',
		hint: 'Try another network, turn off the VPN, or try again later. Nothing is lost.',
		uncertain: false,
	},
	trouble: {
		code: 'x-trouble',
		xCodes: [130, 131],
		problems: ['client-disconnected', 'operational-disconnect', 'streaming-connection'],
		sentence: 'X is having problems.',
		meaning: 'X is overloaded or broken. Nothing is wrong on your side.',
		hint: 'Try again in a few minutes. Nothing is lost.',
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
		sentence: 'X rejected the request as malformed. X says {quote}.',
		meaning: 'X’s API has changed, or keymaker has a bug. The keys are fine.',
		hint: 'Update keymaker. If that does not help, report a bug and quote X’s words. Nothing is lost.',
		uncertain: false,
	},
	refused: {
		code: 'x-refused',
		xCodes: [],
		sentence: 'X rejected the request. X says {quote}.',
		meaning: 'keymaker does not know this answer.',
		hint: 'Search the web for X’s words, or for the status and code after the message. Nothing is lost.',
		uncertain: false,
	},
	html: {
		code: 'x-answer',
		xCodes: [],
		sentence: 'A web page came back instead of X’s answer.',
		meaning: 'A network’s sign-in page (hotel, train, café) or a firewall answered instead of X.',
		hint: 'Open any page in the browser, sign in to the network, and try again. Nothing is lost.',
		uncertain: true,
	},
	redirect: {
		code: 'x-answer',
		xCodes: [],
		sentence: 'The request was redirected instead of answered.',
		meaning:
			'X does not redirect these calls, but a network’s sign-in page or a proxy does. keymaker did not follow it.',
		hint: 'Open any page in the browser, sign in to the network, and try again. Nothing is lost.',
		uncertain: true,
	},
	empty: {
		code: 'x-answer',
		xCodes: [],
		sentence: 'X’s answer is empty.',
		meaning: 'The network dropped it, or X is having problems.',
		hint: 'Try again. Nothing is lost.',
		uncertain: true,
	},
	unreadable: {
		code: 'x-answer',
		xCodes: [],
		sentence: 'X’s answer cannot be read.',
		meaning: 'It is not in X’s format. It was damaged on the way, or did not come from X.',
		hint: 'Try again. Nothing is lost.',
		uncertain: true,
	},
	incomplete: {
		code: 'x-answer',
		xCodes: [],
		sentence: 'X’s answer was incomplete or malformed: {field}.',
		meaning: 'keymaker checks every field and uses nothing from a malformed answer.',
		hint: 'Try again. Nothing is lost.',
		uncertain: true,
	},
	huge: {
		code: 'x-answer',
		xCodes: [],
		sentence: 'The answer is too long to be from X.',
		meaning: 'X’s answers are short. keymaker did not read the rest.',
		hint: 'Sign in to the network if it needs that, then try again. Nothing is lost.',
		uncertain: true,
	},
	torn: {
		code: 'x-network',
		xCodes: [],
		sentence: 'The connection broke in the middle of X’s answer.',
		meaning: 'keymaker never uses half an answer.',
		hint: 'Try again. Nothing is lost.',
		uncertain: true,
	},
	reset: {
		code: 'x-network',
		xCodes: [],
		sentence: 'The connection to X was closed.',
		meaning: 'X or the network closed it before an answer came.',
		hint: 'Try again. Nothing is lost.',
		uncertain: true,
	},
	unreachable: {
		code: 'x-network',
		xCodes: [],
		sentence: 'X cannot be reached.',
		meaning: 'This computer is offline, or a firewall blocks the connection.',
		hint: 'Check the network (keymaker doctor helps), then try again. Nothing is lost.',
		uncertain: false,
	},
	timeout: {
		code: 'x-timeout',
		xCodes: [],
		sentence: 'X did not answer within {seconds} seconds.',
		meaning: 'The network or X is slow. The time counts from the request to the end of the answer.',
		hint: 'Try again, or set a longer KEYMAKER_TIMEOUT. Nothing is lost.',
		uncertain: true,
	},
	name: {
		code: 'x-name',
		xCodes: [],
		sentence: 'Cannot find api.x.com.',
		meaning: 'This computer is offline, or its DNS cannot find X.',
		hint: 'Check the network (keymaker doctor helps), then try again. Nothing is lost.',
		uncertain: false,
	},
	tls: {
		code: 'x-tls',
		xCodes: [],
		sentence: 'The connection is not secure: the certificate for api.x.com is not trusted.',
		meaning:
			'A proxy or firewall intercepts the connection, or this computer’s clock or certificates are wrong.',
		hint: 'Set NODE_EXTRA_CA_CERTS to your network’s certificate, or check the clock, then try again. Nothing is lost.',
		uncertain: false,
	},
	proxy: {
		code: 'x-proxy',
		xCodes: [],
		sentence: 'The proxy did not let the request through ({proxy}).',
		meaning: 'The proxy in the environment cannot be reached, or refused the request.',
		hint: 'Correct HTTPS_PROXY, or add api.x.com to NO_PROXY, then try again. Nothing is lost.',
		uncertain: false,
	},
	'proxy-login': {
		code: 'x-proxy',
		xCodes: [],
		sentence: 'The proxy needs a login, or rejected yours ({proxy}: 407).',
		meaning: 'The user name and password in HTTPS_PROXY are missing or wrong.',
		hint: 'Set HTTPS_PROXY to http://USER:PASSWORD@HOST:PORT. For NTLM, run a local proxy such as px in between. Nothing is lost.',
		uncertain: false,
	},
	'proxy-kind': {
		code: 'x-proxy',
		xCodes: [],
		sentence: 'keymaker cannot use the proxy in {variable}: {reason}.',
		meaning: 'It is a SOCKS proxy, or not a valid address. keymaker does not bypass it.',
		hint: 'Write http://USER:PASSWORD@HOST:PORT, with %25 for %, %23 for #, %2F for /, %40 for @, %5C for \\; or add api.x.com to NO_PROXY.',
		uncertain: false,
	},
	'proxy-node': {
		code: 'x-proxy',
		xCodes: [],
		sentence: 'This version of Node cannot use the proxy in {variable}.',
		meaning: 'Proxies need Node 24.5 or later, or 22.21 or later in the 22 line.',
		hint: 'Update Node, or run npm start, which brings its own.',
		uncertain: false,
	},
} as const satisfies Record<string, Failure>;

/** The name of a row in the table. */
export type FailureName = keyof typeof rows;

/** Every failure of a call to X, in the order of docs/messages.md. */
export const failures: Readonly<Record<FailureName, Failure>> = rows;

/** A row's sentence with its values; a missing value becomes `…`. */
export function sentenceOf(failure: Failure, values: Readonly<Record<string, string>> = {}): string {
	return failure.sentence.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '…');
}

/**
 * The error for one row of the table.
 * @param values for the sentence, already safe to draw and without secrets.
 * @param more options beyond the row; a `cause` must be free of secrets.
 */
export function failure(
	name: FailureName,
	values: Readonly<Record<string, string>> = {},
	more: Partial<FlockErrorOptions> = {},
): FlockError {
	const row = failures[name];
	return new FlockError(row.code, sentenceOf(row, values), {hint: row.hint, ...more});
}
