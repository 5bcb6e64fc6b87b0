import {existsSync} from 'node:fs';
import path from 'node:path';
import {visible} from '../flock/visible.ts';
import type {Environment} from '../system/environment.ts';
import {findProgram} from '../system/programs.ts';
import {type Browser, browsers, type Family} from './browsers.ts';
import {defaultBrowser, windowsProgram} from './default-browser.ts';
import type {LinkWindow} from './desktop.ts';
import {flatpakProfiles, profilesFolder, snapProfiles} from './profiles.ts';

/** What decides how links open. */
export type LinkOptions = {
	env: Environment;
	platform: NodeJS.Platform;
	/** True with `--browser default`. */
	ordinary: boolean;
};

/** How to start a browser with its own profile. */
export type OwnWindow = {
	browser: string;
	family: Family;
	/** An absolute path, or a name on the PATH. */
	program: string;
	/** The folder for profiles: a snap or a flatpak can write to few. */
	folder: string;
};

/** How links open here: as told to the person, and the browser for a separate window. */
export type LinkWay =
	| {told: Exclude<LinkWindow, {kind: 'own'}>}
	| {told: Extract<LinkWindow, {kind: 'own'}>; own: OwnWindow};

const snapFolders = ['/snap/bin', '/var/lib/snapd/snap/bin'];

/** Finds how links open here. */
export async function linkWay({env, platform, ordinary}: LinkOptions): Promise<LinkWay> {
	if ((env.BROWSER ?? '').trim() !== '') {
		return {told: {kind: 'given'}};
	}

	if (ordinary) {
		return {told: {kind: 'ordinary', why: null}};
	}

	if (env.WSL_DISTRO_NAME || env.WSL_INTEROP) {
		return ordinaryFor('keymaker cannot start a browser of Windows with an empty profile.');
	}

	const name = await defaultBrowser(env, platform);
	const own = name === null ? firstInstalled(env, platform) : await ownWindowOf(name, env, platform);
	if (own !== null) {
		return {told: {kind: 'own', browser: own.browser}, own};
	}

	return ordinaryFor(
		name === null
			? 'No default browser found.'
			: `keymaker cannot start ${visible(name)} with an empty profile.`,
	);
}

function ordinaryFor(why: string): LinkWay {
	return {told: {kind: 'ordinary', why}};
}

/** How to start the browser with this name; `null` if it is unknown, not installed, or has no place for profiles. */
async function ownWindowOf(
	name: string,
	env: Environment,
	platform: NodeJS.Platform,
): Promise<OwnWindow | null> {
	switch (platform) {
		case 'darwin': {
			const known = browsers.find(({mac}) => mac?.id === name);
			return known === undefined ? null : onMac(known, env);
		}
		case 'win32': {
			const known = browsers.find(({windows}) => windows !== undefined && name.startsWith(windows));
			const program = known === undefined ? null : await windowsProgram(name, env);
			return known === undefined || program === null ? null : native(known, program, env, platform);
		}
		default:
			return onLinux(name, env);
	}
}

function onMac(browser: Browser, env: Environment): OwnWindow | null {
	const folders = ['/Applications', ...(env.HOME ? [path.join(env.HOME, 'Applications')] : [])];
	const program = folders
		.map(folder => path.join(folder, browser.mac?.program ?? ''))
		.find(file => existsSync(file));
	return program === undefined ? null : native(browser, program, env, 'darwin');
}

/** A flatpak can have the same desktop file as a program. It goes first, as in the system's own order. */
function onLinux(name: string, env: Environment): OwnWindow | null {
	for (const browser of browsers) {
		const {snap, flatpaks = [], entries, programs} = browser;
		if (snap !== undefined && name === `${snap}_${snap}`) {
			return asSnap(browser, env);
		}

		const flatpak = flatpaks.find(one => one === name);
		const exported = flatpak === undefined ? null : flatpakProgram(flatpak, env);
		const folder = flatpak === undefined ? null : flatpakProfiles(flatpak, env);
		if (exported !== null && folder !== null) {
			return {browser: browser.name, family: browser.family, program: exported, folder};
		}

		if (entries.includes(name) || programs.includes(name)) {
			return onPath(browser, name, env);
		}
	}

	return null;
}

/** The program with the entry's own name goes before the browser's others. */
function onPath(browser: Browser, name: string, env: Environment): OwnWindow | null {
	const ofSnaps = (folder: string) => snapFolders.some(one => folder.endsWith(one));
	for (const candidate of [...browser.programs].sort((one, other) => +(other === name) - +(one === name))) {
		const program = findProgram(candidate, env);
		if (program !== null) {
			return ofSnaps(path.dirname(program)) ? asSnap(browser, env) : native(browser, program, env, 'linux');
		}
	}

	return null;
}

function firstInstalled(env: Environment, platform: NodeJS.Platform): OwnWindow | null {
	if (platform === 'darwin' || platform === 'win32') {
		return null;
	}

	for (const browser of browsers) {
		const found = onPath(browser, '', env);
		if (found !== null) {
			return found;
		}
	}

	return null;
}

function native(
	{name, family}: Browser,
	program: string,
	env: Environment,
	platform: NodeJS.Platform,
): OwnWindow | null {
	const folder = profilesFolder(env, platform);
	return folder === null ? null : {browser: name, family, program, folder};
}

function asSnap({name, family, snap}: Browser, env: Environment): OwnWindow | null {
	const onPath = (env.PATH ?? '').split(path.delimiter);
	const places = [...onPath.filter(place => snapFolders.some(one => place.endsWith(one))), ...snapFolders];
	const program = findProgram(snap ?? '', {PATH: places.join(path.delimiter)});
	const folder = snap === undefined ? null : snapProfiles(snap, env);
	return program === null || folder === null ? null : {browser: name, family, program, folder};
}

/** The script that starts a flatpak: the person's own, else the one for all users. */
function flatpakProgram(id: string, env: Environment): string | null {
	const home = env.HOME
		? [path.join(env.XDG_DATA_HOME || path.join(env.HOME, '.local', 'share'), 'flatpak')]
		: [];
	const places = [...home, '/var/lib/flatpak'].map(place => path.join(place, 'exports', 'bin'));
	return findProgram(id, {PATH: places.join(path.delimiter)});
}
