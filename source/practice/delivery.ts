import type {ServerResponse} from 'node:http';
import type {Answer} from './answer.ts';
import type {DeliveryKind} from './faults.ts';

/** Sends an answer unchanged. */
export function send(response: ServerResponse, answer: Answer): void {
	response.writeHead(answer.status, headersOf(answer));
	response.end(answer.body);
}

/** Sends an answer in one of the ways in which networks spoil them. */
export function spoil(response: ServerResponse, answer: Answer, how: DeliveryKind): void {
	const {socket} = response;
	const body = secretLast(answer.body);
	switch (how) {
		case 'reset': {
			socket?.resetAndDestroy();
			return;
		}

		case 'hang': {
			return;
		}

		case 'truncated': {
			cut(response, answer, Math.floor(answer.body.length / 3));
			return;
		}

		case 'torn': {
			cut(response, {...answer, body}, insideSecret(body));
			return;
		}

		case 'torn-quiet': {
			const type = answer.type === null ? '' : `content-type: ${answer.type}\r\n`;
			const head = `HTTP/1.1 ${answer.status} \r\ndate: ${new Date().toUTCString()}\r\n${type}connection: close`;
			socket?.end(`${head}\r\n\r\n${body.slice(0, insideSecret(body))}`);
			return;
		}

		case 'dripping': {
			drip(response, answer);
			return;
		}

		case 'huge': {
			flood(response, answer);
			return;
		}
	}
}

function headersOf(answer: Answer): Record<string, string | number> {
	return {
		'cache-control': 'no-store',
		'content-length': Buffer.byteLength(answer.body),
		...(answer.type === null ? {} : {'content-type': answer.type}),
		...answer.headers,
	};
}

/** Promises the whole body, sends its beginning, and ends the connection. */
function cut(response: ServerResponse, answer: Answer, length: number): void {
	response.writeHead(answer.status, headersOf(answer));
	response.write(answer.body.slice(0, length) || ' ', () => response.socket?.destroySoon());
}

/** The same form with the secret last: cutting it keeps every other field. */
function secretLast(body: string): string {
	const [secret] = body.match(/oauth_token_secret=[^&]*/) ?? [];
	return secret === undefined
		? body
		: [...body.split('&').filter(field => field !== secret), secret].join('&');
}

/** Where to cut off the last third of the body; inside a secret, if there is one. */
function insideSecret(body: string): number {
	const secret = body.indexOf('oauth_token_secret=') + 'oauth_token_secret='.length;
	return body.includes('oauth_token_secret=')
		? secret + Math.floor((body.length - secret) / 2)
		: Math.floor((body.length * 2) / 3);
}

function drip(response: ServerResponse, answer: Answer): void {
	response.writeHead(answer.status, headersOf(answer));
	const bytes = Buffer.from(answer.body);
	let sent = 0;
	const next = (): void => {
		response.write(bytes.subarray(sent, sent + 1));
		sent++;
		if (sent >= bytes.length) {
			clearInterval(timer);
			response.end();
		}
	};
	const timer = setInterval(next, 500);
	timer.unref();
	response.on('close', () => clearInterval(timer));
	next();
}

/** Sends as fast as the other side reads, until it leaves. */
function flood(response: ServerResponse, answer: Answer): void {
	const {'content-length': _, ...headers} = headersOf(answer);
	response.writeHead(answer.status, headers);
	response.write(`${answer.body}&padding=`);
	const block = 'x'.repeat(64 * 1024);
	response.on('drain', () => response.write(block));
	response.write(block);
}
