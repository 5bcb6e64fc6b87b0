/**
 * The codes of keymaker's expected failures. A code is stable: scripts, tests and docs/troubleshooting.md
 * refer to it.
 */
export type ErrorCode =
	// The command line.
	| 'usage'
	| 'cancelled'
	// Unexpected.
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
	// The callback that brings X's answer.
	| 'callback-port'
	| 'callback-ssh'
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
	// Identities, recipients and grants.
	| 'not-granted'
	| 'no-grant'
	| 'keystore-not-shared'
	| 'no-identity'
	| 'identity-exists'
	| 'identity-unsafe'
	| 'identity-unreadable'
	| 'identity-unwritable'
	// X's answers: `x/failures.ts` maps each answer to a code.
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
	// Other tools' files.
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

/** A limit of X: the calls in some minutes, or an account's or an app's daily calls. */
export type Limit = 'window' | 'account-day' | 'app-day';

/** The parts of a `FlockError` besides its code and sentence. */
export type FlockErrorOptions = {
	/** The next step for the person, in one sentence, with a command if there is one. */
	hint: string;
	/** The underlying error, from which the caller has already removed every secret. */
	cause?: unknown;
	/** The HTTP status of X's answer. */
	status?: number;
	/** X's own error code, such as 89, to search for. */
	xCode?: number;
	/** X's own name of the problem, such as `usage-capped`, if the table of failures knows it. */
	xProblem?: string;
	/** Which of X's limits was reached. */
	limit?: Limit;
	/** When to try again, in milliseconds since 1970 by this computer's clock. */
	retryAt?: number;
	/** True if the request may have reached X although no answer came: a PIN may be used up. */
	uncertain?: boolean;
	/** Which of the given values it is about, so the screen can offer to change it. */
	field?: ErrorField;
	/** True if the person can choose to overwrite what is in the way (`--force`). */
	replaceable?: boolean;
};

/** The values that an error can be about: the app's pair, its callback, and the place that an export goes to (`--out`). */
export type ErrorField = 'consumerKey' | 'consumerSecret' | 'callback' | 'out';

/**
 * The only error class of this program: a code for programs, a sentence for people, and a hint for the next
 * step. None of its fields holds a secret.
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

/** An error's details: its code, and X's status, code and problem if there are any: `x-token · 401 · 89`. */
export function errorLabel(error: FlockError): string {
	return [error.code, error.status, error.xCode, error.xProblem].filter(part => part !== null).join(' · ');
}
