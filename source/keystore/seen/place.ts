import {posix, resolve, win32} from 'node:path';

/**
 * The file in which this computer remembers the keystores it has seen: in the folder `KEYMAKER_STATE`, else
 * in the system's folder for programs' state.
 * @returns `null` without a home folder; then nothing is remembered.
 */
export function seenFileOf(
	env: Readonly<Record<string, string | undefined>>,
	cwd: string,
	platform: NodeJS.Platform = process.platform,
): string | null {
	const {join} = platform === 'win32' ? win32 : posix;
	const folder = env.KEYMAKER_STATE ? resolve(cwd, env.KEYMAKER_STATE) : systemFolder(env, platform);
	return folder && join(folder, 'seen.json');
}

function systemFolder(
	env: Readonly<Record<string, string | undefined>>,
	platform: NodeJS.Platform,
): string | null {
	if (platform === 'win32') {
		const local = env.LOCALAPPDATA || (env.USERPROFILE && win32.join(env.USERPROFILE, 'AppData', 'Local'));
		return local ? win32.join(local, 'keymaker', 'State') : null;
	}

	const {XDG_STATE_HOME: stateHome, HOME: home} = env;
	if (platform !== 'darwin' && stateHome && posix.isAbsolute(stateHome)) {
		return posix.join(stateHome, 'keymaker');
	}

	if (!home || !posix.isAbsolute(home)) {
		return null;
	}

	return platform === 'darwin'
		? posix.join(home, 'Library', 'Application Support', 'keymaker')
		: posix.join(home, '.local', 'state', 'keymaker');
}
