/**
 * A text's encoding. `Windows-1252` is a guess for anything that is neither of the others and has no control
 * characters.
 */
export type Encoding = 'UTF-8' | 'UTF-16' | 'Windows-1252';

/** A text without its byte order mark, and its encoding. */
export type DecodedText = {text: string; encoding: Encoding};

/**
 * The text of a file's bytes from any program: PowerShell and Notepad write UTF-16, older editors
 * Windows-1252 or Latin-1. Detected by the byte order mark, else by the positions of NULs.
 * @param cutOff true if the file is longer than these bytes: then the last character can be incomplete.
 * @returns `null` if it is not text.
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

/** Controls that no text in another encoding than UTF-8 has. */
const binary = /[\0-\x08\x0e-\x1a\x1c-\x1f]/;

/** UTF-16 by its byte order mark, else by NULs only in every second place: Latin letters have one each. */
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
