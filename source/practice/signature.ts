import {hmacsign} from 'oauth-sign';
import type {AppKey} from '../flock/key.ts';
import {Refusal, xError} from './answer.ts';

/** A request, as far as its signature needs it. */
export type ApiRequest = {
	method: string;
	/** The path, without its query. */
	path: string;
	query: URLSearchParams;
	/** The `authorization` header. */
	authorization: string | undefined;
	/** The fields of an encoded form; empty for every other body, which OAuth does not sign. */
	form: URLSearchParams;
	/** The body as it came. */
	body: string;
};

/** The largest difference between a request's clock and this one, in seconds. */
const skewSeconds = 5 * 60;

const couldNotAuthenticate = 'Could not authenticate you.';

/** Checks signatures as in RFC 5849, and remembers nonces. */
export type SignatureCheck = {
	/**
	 * Checks a request that must be signed with the app key and its token's secret.
	 * @param signerOf returns what the request's `oauth_token` belongs to; throws a `Refusal` if its app may
	 * not use it.
	 * @returns every signed parameter, and `signerOf`'s result.
	 * @throws Refusal with X's answer.
	 */
	check<Signer extends {secret: string}>(
		request: ApiRequest,
		signerOf: (token: string | undefined, consumerKey: string) => Signer | Promise<Signer>,
	): Promise<{parameters: Record<string, string>; signer: Signer}>;
};

/** @param appKeys the known apps. */
export function createSignatureCheck(appKeys: readonly AppKey[]): SignatureCheck {
	const apps = new Map(appKeys.map(({consumerKey, consumerSecret}) => [consumerKey, consumerSecret]));
	const nonces = new Map<string, number>();
	return {
		async check(request, signerOf) {
			const {oauth_signature: signature, ...parameters} = signedParameters(request);
			const {oauth_timestamp: timestamp = '', oauth_nonce: nonce, oauth_consumer_key: app = ''} = parameters;
			const consumerSecret = apps.get(app);
			const now = Math.floor(Date.now() / 1000);
			if (
				consumerSecret === undefined ||
				parameters.oauth_signature_method !== 'HMAC-SHA1' ||
				(parameters.oauth_version ?? '1.0') !== '1.0' ||
				!signature ||
				!nonce
			) {
				throw new Refusal(xError(401, 32, couldNotAuthenticate));
			}

			if (!/^\d+$/.test(timestamp) || Math.abs(Number(timestamp) - now) > skewSeconds) {
				throw new Refusal(xError(401, 135, 'Timestamp out of bounds.'));
			}

			const signer = await signerOf(parameters.oauth_token, app);
			const address = `https://api.x.com${request.path}`;
			if (hmacsign(request.method, address, parameters, consumerSecret, signer.secret) !== signature) {
				throw new Refusal(xError(401, 32, couldNotAuthenticate));
			}

			forgetNoncesBefore(nonces, now - skewSeconds);
			const use = `${timestamp} ${parameters.oauth_token ?? ''} ${nonce}`;
			if (nonces.has(use)) {
				throw new Refusal(xError(401, 32, couldNotAuthenticate));
			}

			nonces.set(use, Number(timestamp));
			return {parameters, signer};
		},
	};
}

/**
 * Header, query and form together. A name that appears twice with the same value (twitter-api-v2 puts
 * `oauth_token` into header and form) counts once; with two values the request is refused.
 */
function signedParameters(request: ApiRequest): Record<string, string> {
	const header = headerParameters(request.authorization);
	if (header === null) {
		throw new Refusal(xError(400, 215, 'Bad Authentication data.'));
	}

	const parameters = new Map<string, string>();
	for (const [name, value] of [...header, ...request.query, ...request.form]) {
		if ((parameters.get(name) ?? value) !== value) {
			throw new Refusal(xError(401, 32, couldNotAuthenticate));
		}

		parameters.set(name, value);
	}

	return Object.fromEntries(parameters);
}

function headerParameters(authorization = ''): [string, string][] | null {
	if (!/^OAuth\s/i.test(authorization)) {
		return null;
	}

	const pairs = authorization.matchAll(/([^\s,="]+)="([^"]*)"/g);
	try {
		return [...pairs]
			.map(([, name = '', value = '']): [string, string] => [
				decodeURIComponent(name),
				decodeURIComponent(value),
			])
			.filter(([name]) => name !== 'realm');
	} catch {
		return null;
	}
}

function forgetNoncesBefore(nonces: Map<string, number>, oldest: number): void {
	for (const [use, timestamp] of nonces) {
		if (timestamp < oldest) {
			nonces.delete(use);
		}
	}
}
