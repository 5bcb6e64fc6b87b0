import {createHmac, randomUUID} from 'node:crypto';
import type {IncomingHttpHeaders, IncomingMessage} from 'node:http';
import {request} from 'node:https';
import type {AppKey} from '../../source/flock/key.ts';
import type {Practice} from '../../source/practice/practice.ts';

/** What came back. */
export type Received = {status: number; headers: IncomingHttpHeaders; body: string};

/** A call at X, signed here by hand; what is given besides the call spoils it in one way or another. */
export type Call = {
	/** Method and path, such as `POST /oauth/request_token`. */
	route: string;
	/** Sent as a form, and signed. */
	form?: Record<string, string>;
	/** Sent as JSON, and not signed. */
	json?: unknown;
	token?: {token: string; secret: string};
	/** Default: the practice app. */
	appKey?: AppKey;
	/** Seconds that the clock is ahead. */
	ahead?: number;
	/** Replaces header parameters after they were signed. */
	forged?: Record<string, string>;
	/** Replaces the form after it was signed. */
	forgedForm?: Record<string, string>;
	/** Sent instead of all that. */
	authorization?: string;
	/** Default: api.x.com, as the agent has it. */
	host?: string;
};

/** Makes a call at the stand-in through its agent, and reads the answer to its end. */
export async function call(practice: Practice, options: Call): Promise<Received> {
	const answer = await begin(practice, options);
	const chunks: Buffer[] = [];
	for await (const chunk of answer) {
		chunks.push(chunk);
	}

	const {statusCode: status = 0, headers} = answer;
	return {status, headers, body: Buffer.concat(chunks).toString()};
}

/** Makes a call, and leaves the answer's body to be read. */
export function begin(practice: Practice, options: Call): Promise<IncomingMessage> {
	const [method = 'GET', path = '/'] = options.route.split(' ');
	const body = options.json
		? JSON.stringify(options.json)
		: String(new URLSearchParams(options.forgedForm ?? options.form ?? {}));
	const headers: Record<string, string> = {
		authorization: options.authorization ?? authorization(practice, options),
		'content-length': String(Buffer.byteLength(body)),
		...(options.host === undefined ? {} : {host: options.host}),
	};
	if (options.json) {
		headers['content-type'] = 'application/json';
	} else if (options.form) {
		headers['content-type'] = 'application/x-www-form-urlencoded;charset=UTF-8';
	}

	return new Promise((resolve, reject) => {
		const {agent} = practice;
		const sent = request(`https://api.x.com${path}`, {method, headers, agent}, resolve);
		sent.on('error', reject);
		sent.end(body);
	});
}

/** X's error code in a JSON answer. */
export function xCode({body}: Received): number {
	return JSON.parse(body).errors[0].code;
}

/** Gets a link's request token. */
export async function requestToken(
	practice: Practice,
	more: Record<string, string> = {},
): Promise<{token: string; secret: string; url: string}> {
	const {status, body} = await call(practice, {
		route: 'POST /oauth/request_token',
		form: {oauth_callback: 'oob', ...more},
	});
	const fields = new URLSearchParams(body);
	const token = fields.get('oauth_token');
	if (status !== 200 || token === null) {
		throw new Error(`No request token: ${status} ${body}`);
	}

	const secret = fields.get('oauth_token_secret') ?? '';
	return {token, secret, url: `${practice.origin}/oauth/authorize?oauth_token=${token}`};
}

/** The header that signs a call. */
export function authorization(
	practice: Practice,
	{route, form = {}, token, appKey, ...options}: Call,
): string {
	const [method = '', path = ''] = route.split(' ');
	const {consumerKey, consumerSecret} = appKey ?? practice.appKey;
	const header: Record<string, string> = {
		oauth_consumer_key: consumerKey,
		oauth_nonce: randomUUID(),
		oauth_signature_method: 'HMAC-SHA1',
		oauth_timestamp: String(Math.floor(Date.now() / 1000) + (options.ahead ?? 0)),
		oauth_version: '1.0',
		...(token ? {oauth_token: token.token} : {}),
	};
	const parameters = Object.entries({...header, ...form})
		.map(([name, value]) => `${encode(name)}=${encode(value)}`)
		.sort()
		.join('&');
	const base = [method, `https://api.x.com${path}`, parameters].map(encode).join('&');
	const key = `${encode(consumerSecret)}&${encode(token?.secret ?? '')}`;
	const signature = createHmac('sha1', key).update(base).digest('base64');
	return `OAuth ${Object.entries({...header, oauth_signature: signature, ...options.forged})
		.map(([name, value]) => `${encode(name)}="${encode(value)}"`)
		.join(', ')}`;
}

function encode(text: string): string {
	return encodeURIComponent(text).replace(
		/[!*'()]/g,
		character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);
}
