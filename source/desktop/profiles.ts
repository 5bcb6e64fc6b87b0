import {randomBytes} from 'node:crypto';
import {lstat, mkdir, readdir, rename, rm, stat} from 'node:fs/promises';
import {hostname} from 'node:os';
import path, {posix, win32} from 'node:path';
import type {Environment} from '../system/environment.ts';
import {makeFolders, reasonOf, waitFor} from '../system/files.ts';
import {isTrusted, othersMayReplaceIn, strangerOn} from '../system/places.ts';
import {commandLines} from '../system/processes.ts';
import {browsers} from './browsers.ts';

/** Where profiles are, in a folder for caches. */
const below = ['keymaker', 'windows'];

/** Marks a profile on Windows during its removal. */
const goneEnding = '.gone';

/** How long to keep a profile of another computer that may share this home; in milliseconds. */
const longestForeign = 7 * 24 * 3600 * 1000;

/** The folder of profiles in this system's cache; `null` if there is no home. */
export function profilesFolder(env: Environment, platform: NodeJS.Platform): string | null {
	if (platform === 'win32') {
		const local = env.LOCALAPPDATA || (env.USERPROFILE && win32.join(env.USERPROFILE, 'AppData', 'Local'));
		return local ? win32.join(local, 'keymaker', 'Cache', 'windows') : null;
	}

	const {XDG_CACHE_HOME: cacheHome, HOME: home} = env;
	if (platform !== 'darwin' && cacheHome && posix.isAbsolute(cacheHome)) {
		return posix.join(cacheHome, ...below);
	}

	return inHome(env, ...(home && platform === 'darwin' ? ['Library', 'Caches'] : ['.cache']), ...below);
}

/** The same for a snap. */
export function snapProfiles(snap: string, env: Environment): string | null {
	return inHome(env, 'snap', snap, 'common', '.cache', ...below);
}

/** The same for a flatpak. */
export function flatpakProfiles(id: string, env: Environment): string | null {
	return inHome(env, '.var', 'app', id, 'cache', ...below);
}

function inHome({HOME: home}: Environment, ...names: string[]): string | null {
	return home && posix.isAbsolute(home) ? posix.join(home, ...names) : null;
}

/** Every folder that can hold profiles. */
export function allProfileFolders(env: Environment, platform: NodeJS.Platform): string[] {
	const folders = [
		profilesFolder(env, platform),
		...(platform === 'linux'
			? browsers.flatMap(({snap, flatpaks = []}) => [
					...(snap === undefined ? [] : [snapProfiles(snap, env)]),
					...flatpaks.map(id => flatpakProfiles(id, env)),
				])
			: []),
	];
	return folders.filter(folder => folder !== null);
}

/** Makes a folder of profiles if needed. @returns why it cannot hold profiles; `null` if it can. */
export async function whyNoProfilesIn(folder: string): Promise<string | null> {
	try {
		const isFit = await waitFor(folder, async () => {
			await makeFolders(folder);
			return isOurs(folder);
		});
		return isFit ? null : 'other users may change it';
	} catch (error) {
		return reasonOf(error);
	}
}

/** A path for a new profile. Its name is in no other process's command line, and says whose computer it belongs to. */
export function newProfile(folder: string): string {
	return path.join(folder, `${host()}-${randomBytes(8).toString('hex')}`);
}

/** Makes a profile only for this user. @throws the system's error, `EEXIST` if something is already there */
export async function makeProfile(profile: string): Promise<void> {
	await mkdir(profile, {mode: 0o700});
}

/** Whether another process has the profile in its command line; `null` if unknown. */
export async function isUsed(profile: string): Promise<boolean | null> {
	const lines = await commandLines();
	return lines === null ? null : lines.some(line => line.includes(path.basename(profile)));
}

/** Removes a profile whose browser has ended. The next start removes the rest. */
export async function removeProfile(profile: string): Promise<void> {
	let gone = profile;
	if (process.platform === 'win32' && !profile.endsWith(goneEnding)) {
		// Windows renames no folder with an open file, so this removes nothing from under a browser.
		gone += goneEnding;
		await rename(profile, gone);
	}

	await rm(gone, {recursive: true, force: true, maxRetries: 5});
}

/** Removes the profiles whose browser has ended. Throws nothing: the next start tries again. */
export async function removeLeftovers(folders: readonly string[], now: number): Promise<void> {
	for (const folder of folders) {
		await removeLeftoversOf(folder, now).catch(() => {});
	}
}

async function removeLeftoversOf(folder: string, now: number): Promise<void> {
	const names = (await readdir(folder)).filter(name => /^[\w-]+-[\da-f]{16}(?:\.gone)?$/.test(name));
	if (names.length === 0 || !(await isOurs(folder))) {
		return;
	}

	for (const name of names) {
		const profile = path.join(folder, name);
		if (await isLeftover(profile, now)) {
			await removeProfile(profile).catch(() => {});
		}
	}
}

async function isLeftover(profile: string, now: number): Promise<boolean> {
	const entry = await lstat(profile);
	if (!entry.isDirectory() || !isTrusted(entry)) {
		return false;
	}

	const isForeign = !path.basename(profile).startsWith(`${host()}-`);
	if (isForeign && now - entry.mtimeMs < longestForeign) {
		return false;
	}

	// On Windows, renaming shows whether it is in use.
	return process.platform === 'win32' || (await isUsed(profile)) === false;
}

async function isOurs(folder: string): Promise<boolean> {
	const entry = await stat(folder);
	return !othersMayReplaceIn(entry) && strangerOn(path.join(folder, 'profile')) === null;
}

function host(): string {
	return (
		hostname()
			.replace(/[^\w-]/g, '-')
			.slice(0, 40) || 'computer'
	);
}

/** True once a profile has more in it than before its browser started. */
export async function isWritten(profile: string, before: number): Promise<boolean> {
	return (await readdir(profile).catch(() => [])).length > before;
}
