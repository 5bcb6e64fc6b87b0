import {hmacsign} from 'oauth-sign';
import type {AppKey} from '../flock/key.ts';
import {Refusal, xError} from './answer.ts';

/** A request as it came, as far as its signature is concerned. */
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

/** How far a request's clock may be from this one, in seconds. */
const skewSeconds = 5 * 60;

const couldNotAuthenticate = 'Could not authenticate you.';

/** Checks signatures by the words of RFC 5849, and remembers nonces. */
export type SignatureCheck = {
	/**
	 * Checks a request that is to be signed with the app key and with the secret of its token.
	 * @param signerOf what stands behind the request's `oauth_token`; throws a `Refusal` where that is not taken from
	 * the app that sends it.
	 * @returns every parameter that was signed, and what `signerOf` gave.
	 * @throws Refusal with X's answer.
	 */
	check<Signer extends {secret: string}>(
		request: ApiRequest,
		signerOf: (token: string | undefined, consumerKey: string) => Signer | Promise<Signer>,
	): Promise<{parameters: Record<string, string>; signer: Signer}>;
};

/** @param appKeys the apps that are known. */
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
 * Header, query and form in one. A name that stands in two of them with the same value (twitter-api-v2 puts
 * `oauth_token` into the header and the form) counts once; with two values the request is refused.
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
