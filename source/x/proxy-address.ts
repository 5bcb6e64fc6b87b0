/** A proxy's address from a variable: parsed, or the reason why not, to follow a colon. */
export type ProxyAddress = {url: URL; wrong: null} | {url: null; wrong: string};

/** Characters that end a host or begin an escape, so a user name and password must encode them. */
const special = /[#/?\\%]/;

/**
 * Parses it like curl: `http://` can be left out. Names a wrong character by its kind and never quotes it,
 * since it may be the password. A password with a bare `#` or `/` would make its beginning the host.
 */
export function readProxyAddress(text: string): ProxyAddress {
	const address = text.trim();
	if (/^["'`“”‘’]|["'`“”‘’]$/.test(address)) {
		return wrong('remove the quotation marks around it');
	}

	const [, scheme = 'http', rest = ''] = /^(?:([a-z][a-z\d+.-]*):\/\/)?(.*)$/is.exec(address) ?? [];
	if (!/^https?$/i.test(scheme)) {
		return wrong('only http:// and https:// proxies work');
	}

	const character = firstMiswritten(rest.slice(0, Math.max(0, rest.lastIndexOf('@'))));
	if (character !== null) {
		return wrong(`in its user name or password, ${character} must be written ${escaped(character)}`);
	}

	const url = URL.parse(`${scheme}://${rest}`);
	return url === null || /^[a-z]+:\/[^/]/i.test(rest)
		? wrong('it is not like http://HOST:PORT')
		: {url, wrong: null};
}

/** The first character that must be encoded; a `%` need not be if it is part of an escape. */
function firstMiswritten(credentials: string): string | null {
	const [character] = special.exec(credentials.replace(/%[\da-f]{2}/gi, '')) ?? [];
	if (character !== undefined) {
		return character;
	}

	try {
		decodeURIComponent(credentials);
		return null;
	} catch {
		// Escapes that are not UTF-8: their `%` was meant literally.
		return '%';
	}
}

function escaped(character: string): string {
	return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function wrong(reason: string): ProxyAddress {
	return {url: null, wrong: reason};
}
