import {createHash} from 'node:crypto';
import {homedir} from 'node:os';
import {posix, win32} from 'node:path';
import {FlockError} from '../../flock/error.ts';

/**
 * The longest file name made from a flock's name, in bytes. It leaves room for the extensions of locks and
 * temporary files.
 */
const longestName = 96;

/** Device names that Windows does not allow as file names with any extension; in lower case. */
const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/;

/** Characters that no name keeps. Not a literal: matching the letters of every script is compiled when needed. */
const others = '[^\\p{L}\\p{M}\\p{N}_\\-. ]';

/**
 * Names that stay unchanged. Checked first: matching the letters of every script, or both cases, takes long
 * to compile.
 */
const plain = /^[A-Za-z\d_-](?:[A-Za-z\d_\-. ]{0,94}[A-Za-z\d_-])?$/;

/**
 * A flock's name as a file name without extension. Letters, digits, `_ - .` and inner spaces stay. Everything
 * else, including percent signs, becomes percent signs and hexadecimal digits, so different names never
 * collide. A name that is too long ends in a `~` and a digest of the whole.
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

/**
 * Percent signs and hexadecimal digits: of the UTF-8 bytes, or of the code of half a surrogate pair, which
 * has none.
 */
function encoded(character: string): string {
	return character.isWellFormed()
		? [...Buffer.from(character)].map(byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
		: `%u${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/**
 * The default folder of keystores: conf's own for the project `keymaker` on this system.
 * @throws `keystore-unwritable` if the environment names no home.
 */
export function defaultFolder(
	env: Readonly<Record<string, string | undefined>>,
	platform: NodeJS.Platform = process.platform,
): string {
	if (platform === 'win32') {
		const roaming = env.APPDATA || win32.join(env.USERPROFILE || homedir(), 'AppData', 'Roaming');
		return win32.join(roaming, 'keymaker', 'Config');
	}

	// The XDG base directory specification calls a relative XDG_CONFIG_HOME invalid, and it would depend on
	// the current folder.
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

/** The same; `null` if the environment names no home. */
export function defaultFolderOrNone(env: Readonly<Record<string, string | undefined>>): string | null {
	try {
		return defaultFolder(env);
	} catch {
		return null;
	}
}
