declare module 'oauth-sign' {
	/** The base64 HMAC-SHA1 signature of a request (RFC 5849, section 3.4). */
	export function hmacsign(
		method: string,
		baseUri: string,
		parameters: Record<string, string>,
		consumerSecret: string,
		tokenSecret?: string,
	): string;
}
