/** Begins a piece of the link (OSC 8). The pieces share an id, so that a terminal highlights them together. */
export const linkStart = '\u001B]8;id=keymaker-link;';

/** Ends a hyperlink. */
export const linkEnd = '\u001B]8;;\u001B\\';

/** An OSC 8 hyperlink. */
export function hyperlink(text: string, url: string): string {
	return `${linkStart}${encodeURI(decodeSafely(url))}\u001B\\${text}${linkEnd}`;
}

/**
 * The same for a name. It is not the link that must be selected whole, so its row is painted like any other.
 * @param url only ASCII
 */
export function nameLink(text: string, url: string): string {
	return `\u001B]8;;${url}\u001B\\${text}${linkEnd}`;
}

function decodeSafely(url: string): string {
	try {
		return decodeURI(url);
	} catch {
		return url;
	}
}
