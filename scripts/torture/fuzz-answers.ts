import {once} from 'node:events';
import {Agent} from 'node:https';
import {type AddressInfo, connect, createServer, type Socket} from 'node:net';
import fc from 'fast-check';
import {createX} from '../../source/x/create.ts';
import type {X} from '../../source/x/x.ts';
import type {Bench, Condition} from './bench.ts';
import {anyText, fuzz, hostileText} from './fuzz.ts';
import {lookAtError} from './fuzz-input.ts';
import {mark} from './keys.ts';

const appKey = {consumerKey: 'practice-consumer-key', consumerSecret: `${mark}consumer/secret+%`};
const requestToken = {token: 'practiceRequestToken', tokenSecret: `${mark}request-secret`};
const token = {accessToken: `12-${mark}token`, accessSecret: `${mark}access&secret`};
const granted = {oauth_token: `12-${mark}granted`, oauth_token_secret: `${mark}granted-secret`};

const own = (secret: string) => [secret, encodeURIComponent(secret)];
const appSecrets = own(appKey.consumerSecret);
const tokenSecrets = [...appSecrets, ...own(token.accessToken), ...own(token.accessSecret)];

/** What each leg knows, and so must never show, whoever says it. */
const known: Record<keyof typeof legs, readonly string[]> = {
	link: appSecrets,
	grant: [...appSecrets, ...own(requestToken.tokenSecret), '0012345'],
	account: tokenSecrets,
	revocation: tokenSecrets,
};

/** What a server does with a request. */
type Answer = {
	status: number;
	headers: Record<string, string>;
	/** `ECHO` in it becomes the request, with its signature. */
	body: string;
	/** How many bytes more the head promises than come; 0 for a whole answer. */
	torn: number;
};

const legs = {
	link: (x: X) => x.requestLink({appKey, expectedHandle: null, access: null}),
	grant: (x: X) => x.exchangePin(appKey, requestToken, '0012345'),
	account: (x: X) => x.whoIs(appKey, token),
	revocation: (x: X) => x.revoke(appKey, token),
};

const words = fc.oneof(
	anyText,
	hostileText,
	fc.constantFrom('ECHO', `${token.accessSecret} ${appKey.consumerSecret} ${requestToken.tokenSecret}`),
);
const form = (fields: Record<string, fc.Arbitrary<string>>) =>
	fc
		.record(fields, {requiredKeys: []})
		.map(values => new URLSearchParams(values as Record<string, string>).toString());
/** What X would say, with any secret. */
const good = fc
	.tuple(
		fc.constantFrom('12-practiceGranted', 'practiceRequestToken'),
		fc.oneof(fc.stringMatching(/^[A-Za-z\d]{1,50}$/), fc.string({minLength: 1, maxLength: 50})),
	)
	.map(([oauth_token, oauth_token_secret]) =>
		new URLSearchParams({
			oauth_token,
			oauth_token_secret,
			oauth_callback_confirmed: 'true',
			user_id: '12',
			screen_name: 'harbour_poem',
		}).toString(),
	);
const body = fc.oneof(
	{weight: 6, arbitrary: good},
	form({
		oauth_token: fc.oneof(fc.constant(granted.oauth_token), fc.constant('practiceRequestToken'), words),
		oauth_token_secret: fc.oneof(fc.constant(granted.oauth_token_secret), words),
		oauth_callback_confirmed: fc.constantFrom('true', 'true', 'false'),
		user_id: fc.oneof(fc.constant('12'), words),
		screen_name: fc.oneof(fc.constant('harbour_poem'), words),
	}),
	fc
		.record({code: fc.integer({min: 0, max: 500}), message: words})
		.map(error => JSON.stringify({errors: [error]})),
	fc.record({title: words, detail: words, type: words}).map(problem => JSON.stringify(problem)),
	fc
		.record({id: fc.oneof(fc.constant('12'), words), username: fc.oneof(fc.constant('harbour_poem'), words)})
		.map(data => JSON.stringify({data})),
	fc.record({access_token: words}).map(revoked => JSON.stringify(revoked)),
	words.map(text => `<html>${text}</html>`),
	words.map(text => `<errors><error code="32">${text}</error></errors>`),
	fc
		.array(
			fc.oneof(
				words,
				fc.constantFrom('<', '>', '"', '\n', '<!--', '<![CDATA[', '&#x3c;', '/>', ' code="87"'),
			),
		)
		.map(parts => `<?xml version="1.0"?>\n<errors>\n\t<error ${parts.join('')}</error>\n</errors>`),
	fc
		.record({
			detail: words,
			reason: words,
			type: fc
				.oneof(words, fc.constantFrom('user-suspended', 'usage-capped', 'credits', 'resource-not-found'))
				.map(name => `https://api.x.com/2/problems/${name}`),
		})
		.map(problem => JSON.stringify({errors: [problem]})),
	words,
	fc.json(),
);
const answer: fc.Arbitrary<Answer> = fc.record({
	status: fc.constantFrom(200, 200, 200, 204, 301, 400, 401, 403, 404, 418, 429, 500, 503),
	headers: fc.dictionary(
		fc.constantFrom(
			'date',
			'x-rate-limit-reset',
			'x-user-limit-24hour-remaining',
			'x-user-limit-24hour-reset',
			'x-app-limit-24hour-remaining',
			'x-app-limit-24hour-reset',
			'server',
			'cf-ray',
			'retry-after',
			'x-access-level',
			'content-type',
			'location',
		),
		fc.oneof(
			fc.string({maxLength: 30}),
			fc.constantFrom('read-write', token.accessSecret, 'Wed, 25 Nov 2026 00:00:00 GMT'),
		),
		{maxKeys: 3},
	),
	body,
	torn: fc.constantFrom(0, 0, 0, 1, 500),
});

/** X answers with anything at all. */
export const answers: Condition = {
	name: 'answers of X',
	async run(bench) {
		let current: Answer = {status: 200, headers: {}, body: '', torn: 0};
		const server = await startServer(() => current);
		try {
			const x = createX({agent: server.agent, env: {}});
			await fuzz(
				bench,
				4000,
				fc.tuple(fc.constantFrom(...(Object.keys(legs) as (keyof typeof legs)[])), answer),
				async ([leg, next]) => {
					current = next;
					const result = await legs[leg](x).catch((error: unknown) => {
						lookAtError(
							bench,
							error,
							/^x-/,
							[...known[leg], ...server.signatures()],
							JSON.stringify([leg, next]),
						);
						return null;
					});
					if (result !== null && result !== undefined) {
						assertWhole(bench, leg, next, result);
					}
				},
			);
		} finally {
			await server.close();
		}
	},
};

/** What is taken for an answer is exactly what was sent. */
function assertWhole(bench: Bench, leg: string, {body: sent, torn}: Answer, result: object): void {
	const fields = new URLSearchParams(sent);
	const isSame =
		'accessSecret' in result
			? result.accessSecret === fields.get('oauth_token_secret')
			: !('tokenSecret' in result) || result.tokenSecret === fields.get('oauth_token_secret');
	if (torn > 0 || !isSame) {
		bench.count('broken', `${leg}: ${JSON.stringify(sent)} was taken for an answer`);
	}
}

async function startServer(answerNow: () => Answer) {
	const sockets = new Set<Socket>();
	let signatures: string[] = [];
	const server = createServer(socket => {
		sockets.add(socket);
		socket.on('error', () => {});
		socket.on('close', () => sockets.delete(socket));
		let text = '';
		socket.on('data', chunk => {
			text += chunk.toString('latin1');
			const [head = '', rest] = text.split('\r\n\r\n');
			if (rest === undefined || rest.length < Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)) {
				return;
			}

			const signature = /oauth_signature="([^"]+)"/.exec(text)?.[1] ?? 'none';
			signatures = [signature, decodeURIComponent(signature)];
			const {status, headers, body: sent, torn} = answerNow();
			const bytes = Buffer.from(sent.replaceAll('ECHO', () => JSON.stringify(text)));
			const lines = Object.entries({...headers, 'content-length': String(bytes.length + torn)})
				.map(([name, value]) => `${name}: ${value}\r\n`)
				.join('');
			socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Practice\r\n${lines}\r\n`), bytes]));
			text = '';
		});
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	class LocalAgent extends Agent {
		override createConnection(): Socket {
			return connect(port, '127.0.0.1');
		}
	}

	const agent = new LocalAgent({keepAlive: false});
	return {
		agent,
		signatures: () => signatures,
		async close() {
			agent.destroy();
			for (const socket of sockets) {
				socket.destroy();
			}

			server.close();
			await once(server, 'close');
		},
	};
}
