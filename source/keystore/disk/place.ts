import {createHash} from 'node:crypto';
import {homedir} from 'node:os';
import {posix, win32} from 'node:path';
import {FlockError} from '../../flock/error.ts';

/** The longest file name made from a flock's name, in bytes: leaves room for the endings of locks and temporary files. */
const longestName = 96;

/** Device names that Windows does not allow as file names, whatever ending follows; in lower case. */
const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/;

/** What stays in no name. No literal: what knows the letters of every script is made when it is needed. */
const others = '[^\\p{L}\\p{M}\\p{N}_\\-. ]';

/** Names that stay as they are. Asked first: what knows the letters of every script, or both their cases, takes long to compile. */
const plain = /^[A-Za-z\d_-](?:[A-Za-z\d_\-. ]{0,94}[A-Za-z\d_-])?$/;

/**
 * A flock's name as a file name without ending: letters, digits and `_ - .` and inner spaces stay; everything else,
 * a percent sign too, becomes percent signs and hexadecimal digits, so that different names never meet.
 * A name that would be too long ends in a `~` and a digest of the whole.
 */
export function fileNameOf(flock: string): string {
	if (plain.test(flock) && !isReserved(flock)) {
		return flock;
	}

	const spelt = flock.replace(new RegExp(others, 'gu'), encoded).replace(/^[. ]|[. ]$/g, encoded);
	const safe = isReserved(spelt) ? `${encoded(spelt.charAt(0))}${spelt.slice(1)}` : spelt;
	if (Buffer.byteLength(safe) > longestName) {
		const digest = createHash('sha256').update(JSON.stringify(flock)).digest('hex').slice(0, 16);
		const head = [...safe].slice(0, 16).join('');
		return `${head}~${digest}`;
	}

	return safe === '' ? '%' : safe;
}

function isReserved(name: string): boolean {
	return reserved.test(name.toLowerCase());
}

/** Percent signs and hexadecimal digits: of the UTF-8 bytes, or, for half a surrogate pair, which has none, of its code. */
function encoded(character: string): string {
	return character.isWellFormed()
		? [...Buffer.from(character)].map(byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
		: `%u${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/**
 * The folder that keystores are kept in unless the person says otherwise: conf's own place for the project name
 * `keymaker` on this system.
 * @throws `keystore-unwritable` where the environment names no home.
 */
export function defaultFolder(
	env: Readonly<Record<string, string | undefined>>,
	platform: NodeJS.Platform = process.platform,
): string {
	if (platform === 'win32') {
		const roaming = env.APPDATA || win32.join(env.USERPROFILE || homedir(), 'AppData', 'Roaming');
		return win32.join(roaming, 'keymaker', 'Config');
	}

	// A relative XDG_CONFIG_HOME is invalid by the XDG base directory specification, and would follow the current folder.
	const configHome = env.XDG_CONFIG_HOME;
	if (platform !== 'darwin' && configHome && posix.isAbsolute(configHome)) {
		return posix.join(configHome, 'keymaker');
	}

	const home = env.HOME;
	if (!home || !posix.isAbsolute(home)) {
		throw new FlockError('keystore-unwritable', 'No folder for the keystore: HOME is not set.', {
			hint: 'Choose one with --keystore DIR or KEYMAKER_KEYSTORE.',
		});
	}

	return platform === 'darwin'
		? posix.join(home, 'Library', 'Preferences', 'keymaker')
		: posix.join(home, '.config', 'keymaker');
}

/** The same; `null` where the environment names no home. */
export function defaultFolderOrNone(env: Readonly<Record<string, string | undefined>>): string | null {
	try {
		return defaultFolder(env);
	} catch {
		return null;
	}
}
