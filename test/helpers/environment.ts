/** How the environment of the tests reaches the programs that they start: whole, but for what a test decides itself. */

/** Environment variables; `undefined` takes one out. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Keymaker's own, and the bots': what a person has set must not change a test, nor a test reach a person's keystore. */
const ours = /^(?:TWITTER|KEYMAKER)_/;

/** Where a person's own files lie; a program under test gets a home of its own. */
const places = /^(?:HOME|USERPROFILE|APPDATA|LOCALAPPDATA|XDG_\w+_HOME)$/;

/** What the person's terminal and desktop are, which tests say themselves, and what lets Node speak of its own accord. */
const surroundings =
	/^(?:_|TERM|TERM_\w+|COLORTERM|COLUMNS|LINES|NO_COLOR|FORCE_COLOR|CLICOLOR\w*|INK_\w+|LANG|LANGUAGE|LC_\w+|DEBUG|SSH_\w+|TMUX\w*|STY|DISPLAY|WAYLAND_DISPLAY|XDG_CURRENT_DESKTOP|BROWSER|WSL_\w+|WT_\w+|VTE_VERSION|NODE_DEBUG|NODE_TLS_REJECT_UNAUTHORIZED)$/;

/** The way to X: proxies, and whose certificates are trusted. */
const network =
	/^(?:(?:https?|all|no)_proxy|NODE_USE_ENV_PROXY|NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA|NODE_TLS_REJECT_UNAUTHORIZED|SSL_CERT_(?:FILE|DIR))$/i;

/** This process's environment without `TWITTER_*` and `KEYMAKER_*`: for programs that a person may have set up, such as npm. */
export function inherited(): Variables {
	return without(ours);
}

/**
 * This process's environment for keymaker itself, and for the programs of bots.
 * @param home the folder that they take for the person's home.
 */
export function inheritedAt(home: string): Variables {
	return {...without(ours, places, surroundings), HOME: home, LANG: 'C.UTF-8'};
}

/** Takes out whatever leads to X another way than a test wants. */
export function withoutNetwork(): Variables {
	const names = Object.keys(process.env).filter(name => network.test(name));
	return Object.fromEntries(names.map(name => [name, undefined]));
}

function without(...kinds: readonly RegExp[]): Variables {
	return Object.fromEntries(
		Object.entries(process.env).filter(([name]) => !kinds.some(kind => kind.test(name))),
	);
}
