import type {Readable} from 'node:stream';
import {StringDecoder} from 'node:string_decoder';

/** A longer line is never kept complete; characters. */
export const longestLine = 64 * 1024;

/**
 * Passes on a stream line by line, without line ends. A line longer than `longestLine` comes in pieces as
 * they arrive, so a program that never ends its line takes no memory, and nothing is lost.
 * @param onLine gets a line, or a piece of one; `goesOn` is true for every piece but the first.
 * @returns passes on the current line so far as a whole one.
 */
export function eachLine(stream: Readable, onLine: (text: string, goesOn: boolean) => void): () => void {
	const decoder = new StringDecoder('utf8');
	let begun = '';
	let inPieces = false;
	let afterReturn = false;

	function end(): void {
		onLine(begun, inPieces);
		begun = '';
		inPieces = false;
	}

	function add(text: string): void {
		begun += text;
		while (begun.length > longestLine) {
			// Do not split a character of two units.
			const cut = /[\ud800-\udbff]/.test(begun[longestLine - 1] ?? '') ? longestLine - 1 : longestLine;
			onLine(begun.slice(0, cut), inPieces);
			begun = begun.slice(cut);
			inPieces = true;
		}
	}

	function take(text: string): void {
		// The second half of a line end that began earlier.
		const from = afterReturn && text.startsWith('\n') ? 1 : 0;
		afterReturn = text === '' ? afterReturn : text.endsWith('\r');
		const [first = '', ...lines] = text.slice(from).split(/\r\n|\n|\r/);
		add(first);
		for (const line of lines) {
			end();
			add(line);
		}
	}

	stream.on('data', (chunk: Buffer) => take(decoder.write(chunk)));
	const finish = (): void => {
		take(decoder.end());
		if (begun !== '') {
			end();
		}
	};
	stream.once('end', finish);
	return finish;
}
