import type {AccessLevel, AppKey, Key, RequestToken, WantedAccess} from '../flock/key.ts';

/** What a request for a link needs. */
export type LinkRequest = {
	appKey: AppKey;
	/** Filled in on X's page, without @; `null` to leave it empty. */
	expectedHandle: string | null;
	/** X's `x_auth_access_type`; `null` leaves it to the app's settings. */
	access: WantedAccess | null;
	/** The address that X sends the browser to; X shows a PIN where there is none. */
	callback?: string | null;
	/** Cancels the request. */
	signal?: AbortSignal | undefined;
};

/** A request token and the page where its PIN is shown. */
export type RequestedLink = RequestToken & {url: string};

/** X's answer to a right PIN: a token, a secret, and their account. */
export type Grant = {
	/** Secret. */
	accessToken: string;
	/** Secret. */
	accessSecret: string;
	userId: string;
	handle: string;
	/** `null` if the answer does not say. */
	accessLevel: AccessLevel | null;
};

/** X's answer about a token that it accepts. */
export type Account = {userId: string; handle: string; accessLevel: AccessLevel | null};

/** The part of a key that signs requests. */
export type Token = Pick<Key, 'accessToken' | 'accessSecret'>;

/** The result of an unsigned request of X's front page, for `doctor`. */
export type Probe = {
	/** The HTTP status. Any of X's own is a good sign, but a redirect is not. */
	status: number;
	/** How many seconds X's `Date` is ahead of this clock (negative: behind); `null` without a `Date`. */
	clockSkewSeconds: number | null;
	/** The proxy in use, without its user and password; `null` if there is none. */
	proxy: string | null;
};

/**
 * X, as far as this program needs it. Every call ends within the deadline, checks every field of the answer,
 * and throws a `FlockError` whose code begins with `x-`.
 */
export type X = {
	/** How many seconds X has to answer, from the request to the end. */
	readonly deadlineSeconds: number;
	/** A warning about the connection before X is asked; `null` if there is none, and in practice. */
	readonly warning: string | null;
	/** Leg 1: `POST oauth/request_token` with `oauth_callback=oob`, or with an address of the app's settings. */
	requestLink(request: LinkRequest): Promise<RequestedLink>;
	/** Leg 3: `POST oauth/access_token`. Cannot be cancelled: a PIN works once, and its token must not be lost. */
	exchangePin(appKey: AppKey, requestToken: RequestToken, pin: string): Promise<Grant>;
	/** `GET 2/users/me`: a token's account. X bills it. */
	whoIs(appKey: AppKey, token: Token, signal?: AbortSignal): Promise<Account>;
	/** `POST 1.1/oauth/invalidate_token`, signed with the token that it revokes. */
	revoke(appKey: AppKey, token: Token, signal?: AbortSignal): Promise<void>;
	/** Tries whether X takes the app key at all, and the callback where one is given (a request token is made and left); throws where it does not. */
	tryAppKey(appKey: AppKey, signal?: AbortSignal, callback?: string | null): Promise<void>;
	/** Requests `https://api.x.com/` without signing: checks name, TLS and proxy, and X's clock. Free. */
	probe(signal?: AbortSignal): Promise<Probe>;
};
