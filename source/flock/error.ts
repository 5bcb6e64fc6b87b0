/**
 * Every way in which keymaker fails on purpose. A code is stable: scripts, tests and the README's
 * troubleshooting table refer to it.
 */
export type ErrorCode =
	// The person's words on the command line.
	| 'usage'
	| 'cancelled'
	// What nobody foresaw.
	| 'unexpected'
	| 'program-changed'
	// The flock.
	| 'no-poems'
	| 'init-unwritable'
	| 'init-unsafe'
	| 'unknown-bot'
	| 'no-key'
	| 'other-app'
	| 'held'
	| 'no-held-key'
	| 'held-several'
	| 'held-changed'
	| 'bot-exists'
	| 'no-app-key'
	| 'bad-app-key'
	| 'bad-handle'
	| 'expect-file'
	// The PIN, before X is asked.
	| 'pin-empty'
	| 'pin-not-a-pin'
	| 'pin-of-another-link'
	| 'link-void'
	// The keystore.
	| 'keystore-damaged'
	| 'keystore-newer'
	| 'keystore-plain'
	| 'keystore-older'
	| 'keystore-other-flock'
	| 'keystore-other-poems'
	| 'keystore-unreadable'
	| 'keystore-unwritable'
	| 'keystore-full'
	| 'keystore-locked'
	| 'keystore-lock-lost'
	| 'keystore-unsafe'
	| 'keystore-passphrase'
	| 'keystore-not-encrypted'
	| 'keystore-encrypted'
	| 'keystore-no-backup'
	// The keystore in a database.
	| 'keystore-address'
	| 'keystore-refused'
	| 'keystore-unreachable'
	| 'keystore-read-only'
	// A flock that moves.
	| 'keystore-moved'
	| 'keystore-exists'
	| 'keystore-empty'
	// X's answers: the table in `x/failures.ts` says which answer is which.
	| 'x-app-key'
	| 'x-token'
	| 'x-clock'
	| 'x-link-stale'
	| 'x-pin-wrong'
	| 'x-callback'
	| 'x-plan'
	| 'x-account-suspended'
	| 'x-account-locked'
	| 'x-account-unavailable'
	| 'x-app-suspended'
	| 'x-read-only'
	| 'x-rate-limit'
	| 'x-blocked'
	| 'x-trouble'
	| 'x-refused'
	| 'x-answer'
	| 'x-timeout'
	| 'x-network'
	| 'x-name'
	| 'x-tls'
	| 'x-proxy'
	// Files of other tools.
	| 'export-exists'
	| 'export-unsafe'
	| 'export-unwritable'
	| 'export-value'
	| 'import-unreadable'
	| 'import-format'
	| 'import-conflict'
	// Standard output.
	| 'output-unwritable'
	// Running a bot's own program.
	| 'exec-not-found';

/** One of X's limits: the calls of some minutes, or an account's or an app's calls of a day. */
export type Limit = 'window' | 'account-day' | 'app-day';

/** What a `FlockError` is made of, besides its code and its sentence. */
export type FlockErrorOptions = {
	/** The next step for the person, in one sentence; holds a command where there is one. */
	hint: string;
	/** What lies behind it, from which the caller has already taken every secret. */
	cause?: unknown;
	/** The HTTP status of X's answer. */
	status?: number;
	/** X's own error code, such as 89, for whoever searches for it. */
	xCode?: number;
	/** X's own name of the problem, such as `usage-capped`; one that the table of failures knows. */
	xProblem?: string;
	/** Which of X's limits is reached. */
	limit?: Limit;
	/** When trying again makes sense, in milliseconds since 1970 by this computer's clock. */
	retryAt?: number;
	/** True where the request may have reached X although no answer came: a PIN may be used up. */
	uncertain?: boolean;
	/** Which of the given values it is about, where the screen offers to change that one. */
	field?: ErrorField;
	/** True where what stands in the way is replaced if the person says so (`--force`). */
	replaceable?: boolean;
};

/** The values that an error can be about: the app's pair, and the place that an export goes to (`--out`). */
export type ErrorField = 'consumerKey' | 'consumerSecret' | 'out';

/**
 * The one error of this program: a code for programs, a sentence for people, and a hint that says
 * what to do next. No field of it ever holds a secret.
 */
export class FlockError extends Error {
	override readonly name = 'FlockError';
	readonly code: ErrorCode;
	readonly hint: string;
	readonly status: number | null;
	readonly xCode: number | null;
	readonly xProblem: string | null;
	readonly limit: Limit | null;
	readonly retryAt: number | null;
	readonly uncertain: boolean;
	readonly field: ErrorField | null;
	readonly replaceable: boolean;

	constructor(code: ErrorCode, message: string, options: FlockErrorOptions) {
		super(message, options.cause === undefined ? undefined : {cause: options.cause});
		this.code = code;
		this.hint = options.hint;
		this.status = options.status ?? null;
		this.xCode = options.xCode ?? null;
		this.xProblem = options.xProblem ?? null;
		this.limit = options.limit ?? null;
		this.retryAt = options.retryAt ?? null;
		this.uncertain = options.uncertain ?? false;
		this.field = options.field ?? null;
		this.replaceable = options.replaceable ?? false;
	}
}

/** The small print of an error: its code, and X's status, code and problem where there are any: `x-token · 401 · 89`. */
export function errorLabel(error: FlockError): string {
	return [error.code, error.status, error.xCode, error.xProblem].filter(part => part !== null).join(' · ');
}
