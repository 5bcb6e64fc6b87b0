/** How a text was written. `Windows-1252` is a guess: whatever is neither of the others, and holds no control characters. */
export type Encoding = 'UTF-8' | 'UTF-16' | 'Windows-1252';

/** A text, without its byte order mark, and how it was written. */
export type DecodedText = {text: string; encoding: Encoding};

/**
 * The text of a file's bytes, whoever wrote it: PowerShell and Notepad write UTF-16, older editors what Windows or Latin-1
 * had. Told apart by the byte order mark, else by where the NULs stand.
 * @param cutOff true where the file goes on after these bytes: then the last character may be missing its end.
 * @returns `null` for what is no text.
 */
export function decodeText(bytes: Uint8Array, cutOff = false): DecodedText | null {
	const read = (encoding: string): string | null => {
		try {
			return new TextDecoder(encoding, {fatal: true}).decode(bytes, {stream: cutOff});
		} catch {
			return null;
		}
	};

	const wide = wideEncoding(bytes);
	if (wide !== null) {
		const text = read(wide);
		return text === null || binary.test(text) ? null : {text, encoding: 'UTF-16'};
	}

	const text = read('utf-8');
	if (text !== null) {
		return text.includes('\0') ? null : {text, encoding: 'UTF-8'};
	}

	const old = read('windows-1252');
	return old === null || binary.test(old) ? null : {text: old, encoding: 'Windows-1252'};
}

/** Controls that no text in another encoding than UTF-8 holds. */
const binary = /[\0-\x08\x0e-\x1a\x1c-\x1f]/;

/** UTF-16 by its byte order mark, else by NULs in every second place alone: Latin letters have one each. */
function wideEncoding(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
	const [first, second] = bytes;
	if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
		return first === 0xff ? 'utf-16le' : 'utf-16be';
	}

	if (!bytes.includes(0)) {
		return null;
	}

	const nulls = [0, 0];
	for (const [index, byte] of bytes.entries()) {
		if (byte === 0) {
			nulls[index % 2] = (nulls[index % 2] ?? 0) + 1;
		}
	}

	const [even = 0, odd = 0] = nulls;
	if (Math.min(even, odd) > 0 || Math.max(even, odd) * 4 < bytes.length) {
		return null;
	}

	return odd > 0 ? 'utf-16le' : 'utf-16be';
}
