import type {AppKey} from '../flock/key.ts';
import {type Answer, form, json, problem, Refusal, text, xError} from './answer.ts';
import type {Leg} from './faults.ts';
import type {Links} from './links.ts';
import {type ApiRequest, createSignatureCheck} from './signature.ts';
import type {PracticeToken, Tokens} from './tokens.ts';

/** The answers of api.x.com. */
export type Api = {
	/** Answers a call as X would. */
	answer(leg: Leg, request: ApiRequest): Promise<Answer>;
};

/** X's limit for `GET /2/users/me`: calls per user in each window. */
const rateLimit = {calls: 75, windowSeconds: 15 * 60};

const requestTokenMissing = text(401, 'Request token missing');

/**
 * @param appKeys the known apps, which may read and write.
 * @param links the request tokens.
 * @param tokens the access tokens.
 * @param callbacks the addresses of the apps' settings; any of this computer's where not given.
 */
export function createApi(
	appKeys: readonly AppKey[],
	links: Links,
	tokens: Tokens,
	callbacks: readonly string[] | undefined,
): Api {
	const signature = createSignatureCheck(appKeys);
	const windows = new Map<string, {calls: number; endsAt: number}>();

	/** Checks a request that must be signed with an access token. */
	async function signedBy(request: ApiRequest): Promise<PracticeToken> {
		const {signer} = await signature.check(request, async (token, consumerKey) => {
			const found = token === undefined ? null : await tokens.find(token);
			if (found === null || found.revoked || found.consumerKey !== consumerKey) {
				throw new Refusal(xError(401, 89, 'Invalid or expired token.'));
			}

			return found;
		});
		return signer;
	}

	const answers: Record<Leg, (request: ApiRequest) => Promise<Answer>> = {
		async request_token(request) {
			const {parameters} = await signature.check(request, () => ({secret: ''}));
			const {
				oauth_consumer_key: consumerKey = '',
				oauth_callback: callback,
				x_auth_access_type: access,
			} = parameters;
			if (callback !== 'oob' && callbacks?.length === 0) {
				return text(401, "Desktop applications only support the oauth_callback value 'oob'");
			}

			if (callback !== 'oob' && !isAllowed(callback ?? '', callbacks)) {
				return xError(403, 415, 'Callback URL not approved for this client application.');
			}

			if (access !== undefined && access !== 'read' && access !== 'write') {
				return xError(400, 214, 'x_auth_access_type must be read or write.');
			}

			const link = links.create(
				consumerKey,
				access === 'read' ? 'read' : 'read-write',
				callback === 'oob' ? null : (callback ?? null),
			);
			return form({
				oauth_token: link.token,
				oauth_token_secret: link.secret,
				oauth_callback_confirmed: 'true',
			});
		},

		async access_token(request) {
			const {parameters, signer: link} = await signature.check(request, (token, consumerKey) => {
				const found = links.find(token ?? '');
				if (found?.consumerKey !== consumerKey) {
					throw new Refusal(requestTokenMissing);
				}

				return found;
			});
			// A right PIN works once, and a wrong one ends its request token.
			if (!links.remove(link)) {
				return requestTokenMissing;
			}

			if (link.approval === null || parameters.oauth_verifier !== link.approval.pin) {
				return text(401, 'Error processing your OAuth request: invalid oauth_verifier parameter');
			}

			const granted = await tokens.grant(link.approval.handle, link.consumerKey, link.access);
			return form(
				{
					oauth_token: granted.token,
					oauth_token_secret: granted.secret,
					user_id: granted.userId,
					screen_name: granted.handle,
				},
				{'x-access-level': granted.access},
			);
		},

		async users_me(request) {
			const {userId, handle, access} = await signedBy(request);
			const now = Math.floor(Date.now() / 1000);
			const open = windows.get(userId);
			const window = open && open.endsAt > now ? open : {calls: 0, endsAt: now + rateLimit.windowSeconds};
			windows.set(userId, window);
			window.calls++;
			const headers = {
				'x-access-level': access,
				'x-rate-limit-limit': String(rateLimit.calls),
				'x-rate-limit-remaining': String(Math.max(0, rateLimit.calls - window.calls)),
				'x-rate-limit-reset': String(window.endsAt),
			};
			return window.calls > rateLimit.calls
				? xError(429, 88, 'Rate limit exceeded', headers)
				: json(200, {data: {id: userId, name: handle, username: handle}}, headers);
		},

		async invalidate_token(request) {
			const {token, access} = await signedBy(request);
			await tokens.revoke(token);
			return json(200, {access_token: token}, {'x-access-level': access});
		},

		async tweets(request) {
			const {access} = await signedBy(request);
			if (access === 'read') {
				return problem(
					403,
					'oauth1-permissions',
					'Forbidden',
					'Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.',
				);
			}

			const post = postText(request.body);
			if (post === null) {
				return problem(
					400,
					'invalid-request',
					'Invalid Request',
					'One or more parameters to your request was invalid.',
				);
			}

			const id = String(BigInt(Date.now()) << 22n);
			return json(201, {data: {id, text: post, edit_history_tweet_ids: [id]}}, {'x-access-level': access});
		},
	};

	return {
		async answer(leg, request) {
			try {
				return await answers[leg](request);
			} catch (error) {
				if (error instanceof Refusal) {
					return error.answer;
				}

				throw error;
			}
		},
	};
}

/** True for an address of this computer's own that the app's settings hold, to the last slash. */
function isAllowed(callback: string, callbacks: readonly string[] | undefined): boolean {
	return (
		/^http:\/\/127\.0\.0\.1:[1-9]\d{0,4}\/[\w/-]*$/.test(callback) &&
		URL.canParse(callback) &&
		(callbacks === undefined || callbacks.includes(callback))
	);
}

/** The text of a post; `null` if the body is not one. */
function postText(body: string): string | null {
	try {
		const value: unknown = JSON.parse(body);
		return typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string'
			? value.text || null
			: null;
	} catch {
		return null;
	}
}
