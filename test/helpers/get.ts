import {request} from 'node:http';

/** What came back. */
export type Got = {status: number; headers: Record<string, string | string[] | undefined>; body: string};

/** How a request differs from a browser's own. */
export type Spoilt = {method?: string; headers?: Record<string, string>; body?: string};

/** Sends one request to a port of this computer, its path exactly as it is given, and follows nothing. */
export function get(
	port: number,
	path: string,
	{method = 'GET', headers = {}, body}: Spoilt = {},
): Promise<Got> {
	return new Promise((resolve, reject) => {
		const sent = request(
			{host: '127.0.0.1', port, path, method, headers: {host: `127.0.0.1:${port}`, ...headers}, agent: false},
			async answer => {
				const chunks: Buffer[] = [];
				for await (const chunk of answer) {
					chunks.push(chunk);
				}

				resolve({
					status: answer.statusCode ?? 0,
					headers: answer.headers,
					body: Buffer.concat(chunks).toString(),
				});
			},
		);
		sent.on('error', reject);
		sent.end(body);
	});
}
