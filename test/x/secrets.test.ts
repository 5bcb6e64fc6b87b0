import assert from 'node:assert/strict';
import {test} from 'node:test';
import {inspect} from 'node:util';
import {createClient} from '../../source/x/client.ts';
import {createX} from '../../source/x/create.ts';
import {quote, scrub} from '../../source/x/scrub.ts';
import {
	appKey,
	assertNoSecret,
	calls,
	everythingOf,
	failureOf,
	requestToken,
	secrets,
	token,
} from './fixtures.ts';
import {answer, type Behaviour, bytesThenEnd, head, startRawServer} from './raw-server.ts';

const planted = secrets.join(' ');

/** Answers that throw every secret back, and the whole request with its signature. */
const echoes: Record<string, (request: string) => Behaviour> = {
	'a JSON message': request =>
		answer(JSON.stringify({errors: [{code: 34, message: `${planted} ${request}`}]}), {status: 404}),
	'a problem document': request =>
		answer(JSON.stringify({title: planted, detail: request, type: planted, reason: planted}), {status: 403}),
	'an XML message': request =>
		answer(`<errors><error code="1">${planted.replaceAll('&', '')} ${request}</error></errors>`, {
			status: 404,
		}),
	'XML of many lines and entities': request => {
		const hidden = `${planted} ${request}`.replace(
			/[^\w\s]/g,
			one => `&#x${one.codePointAt(0)?.toString(16)};`,
		);
		return answer(
			`<?xml version="1.0"?>\n<errors>\n\t<error\n\t\tcode="87">\n\t\t${hidden}\n\t\t<![CDATA[${planted}]]>\n\t</error>\n</errors>`,
			{status: 403},
		);
	},
	'the names of problems': () =>
		answer(
			JSON.stringify({
				errors: secrets.map(secret => ({type: `https://api.x.com/2/problems/${secret}`, reason: secret})),
			}),
			{status: 403},
		),
	'the words of the plan': request =>
		answer(
			JSON.stringify({detail: `${planted} ${request}`, type: 'https://api.x.com/2/problems/usage-capped'}),
			{
				status: 429,
			},
		),
	'a plain text': request => answer(`${planted} ${request}`, {status: 404}),
	'a page': request => answer(`<html>${planted} ${request}</html>`),
	'a redirect': request =>
		answer(request, {
			status: 302,
			headers: {location: `https://portal.invalid/?${encodeURIComponent(planted)}`},
		}),
	headers: () =>
		answer('{}', {
			status: 429,
			headers: {
				'retry-after': planted,
				'x-rate-limit-reset': planted,
				'x-user-limit-24hour-remaining': '0',
				'x-user-limit-24hour-reset': planted,
				server: planted,
				'cf-ray': planted,
			},
		}),
	'a torn body': request => bytesThenEnd(`${head(200, {'content-length': '99999'})}${planted} ${request}`),
	'a status line': () =>
		bytesThenEnd(`HTTP/1.1 200 ${appKey.consumerSecret}\r\n${token.accessSecret}\r\n\r\n`),
	'the fields themselves': request =>
		answer(new URLSearchParams({oauth_token: planted, screen_name: request}).toString()),
};

for (const [leg, call] of Object.entries(calls)) {
	for (const [name, echo] of Object.entries(echoes)) {
		test(`secrets and the signature that ${leg} gets back in ${name} are in no part of the error`, async t => {
			const server = await startRawServer(t, (socket, request) => echo(request)(socket, request));
			const error = await failureOf(call.make(createX({agent: server.agent, env: {}})));
			const signature = /oauth_signature="([^"]+)"/.exec(server.requests[0] ?? '')?.[1] ?? '';
			assert.ok(signature.length > 20);
			assertNoSecret(everythingOf(error), [signature, decodeURIComponent(signature)]);
			assert.doesNotMatch(everythingOf(error), /ClientRequest \{|IncomingMessage \{|Socket \{|_header/);
		});
	}
}

test('a PIN that looks like a word is not quoted either', async t => {
	const body = JSON.stringify({errors: [{code: 34, message: 'No, harbour will not do.'}]});
	const server = await startRawServer(t, answer(body, {status: 404}));
	const x = createX({agent: server.agent, env: {}});
	const error = await failureOf(x.exchangePin(appKey, requestToken, 'harbour'));
	assert.equal(error.message, 'X rejected the request. X says “No, ••• will not do.”.');
});

test('the object X itself shows no secret and no client', async t => {
	const server = await startRawServer(t, answer(calls.request_token.good));
	const x = createX({
		agent: server.agent,
		env: {HTTPS_PROXY: `http://user:${appKey.consumerSecret}@proxy.invalid`},
	});
	await calls.request_token.make(x);
	assertNoSecret(inspect(x, {showHidden: true, depth: null}));
});

test('a secret is taken out as it is, as it looks in a form, and whole where it holds another one', () => {
	assert.equal(scrub('a s3cr&et b s3cr%26et c', ['s3cr&et']), 'a ••• b ••• c');
	assert.equal(scrub('longer-secret', ['secret', 'longer-secret']), '•••');
	assert.equal(scrub('1 and nothing', ['1', '']), '1 and nothing');
});

test('words of X are quoted on one line, visible, short, and without anything like a token', () => {
	assert.equal(quote('Go\u001b]0;x\u0007 away\r\n', []), '“Go␛]0;x␇ away”');
	assert.equal(quote(null, []), 'nothing more');
	assert.equal(quote('key abcDEF0123456789abcDEF0123 is bad', []), '“key ••• is bad”');
	assert.equal([...quote('word '.repeat(100), [])].length, 123);
});

test('a client for a bot’s program shows its secrets to nobody, and neither do those made from it', () => {
	const env = {HTTPS_PROXY: `http://user:${encodeURIComponent(appKey.consumerSecret)}@proxy.invalid`};
	const client = createClient(appKey, token, {env});
	for (const shown of [client, client.v2, client.v1, client.readWrite, client.readOnly.v2]) {
		for (const customInspect of [true, false]) {
			assertNoSecret(inspect(shown, {showHidden: true, depth: null, customInspect}));
		}

		assertNoSecret(JSON.stringify(shown));
	}

	const tokens = client.readWrite.getActiveTokens();
	assert.ok(tokens.type === 'oauth-1.0a');
	assert.equal(tokens.accessSecret, token.accessSecret);
});
