import type {IncomingMessage} from 'node:http';
import type {Reply} from './classify.ts';

/** The most bytes of a body to read; X's answers have some hundred. */
export const bodyLimit = 64 * 1024;

/** Reads an answer as it comes in, up to the limit. */
export class ReplyReader {
	#response: IncomingMessage | null = null;
	readonly #chunks: Buffer[] = [];
	#size = 0;
	readonly #onTooLong: () => void;

	/** @param onTooLong is called once the body is longer than the limit, to end the request. */
	constructor(onTooLong: () => void) {
		this.#onTooLong = onTooLong;
	}

	/** Starts to read; called once, as soon as the headers are there. */
	read(response: IncomingMessage): void {
		this.#response = response;
		response.on('data', (chunk: Buffer) => {
			this.#size += chunk.length;
			if (this.#size > bodyLimit) {
				this.#onTooLong();
			} else {
				this.#chunks.push(chunk);
			}
		});
	}

	/** What has come so far; `null` before the headers. */
	get reply(): Reply | null {
		const response = this.#response;
		if (response === null) {
			return null;
		}

		const {statusCode = 0, headers, complete} = response;
		// Without either header, the end of the connection ends the body, and a cut goes unnoticed.
		const measured =
			/\bchunked\b/i.test(headers['transfer-encoding'] ?? '') ||
			Number(headers['content-length'] ?? Number.NaN) === this.#size;
		return {
			status: statusCode,
			headers,
			text: Buffer.concat(this.#chunks).toString(),
			whole: complete && measured,
		};
	}
}
