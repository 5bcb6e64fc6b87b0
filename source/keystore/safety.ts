import {lstatSync, readlinkSync, realpathSync, type Stats, statSync} from 'node:fs';
import path from 'node:path';
import {FlockError} from '../flock/error.ts';
import {shellWord} from '../flock/shell-word.ts';
import {visible} from '../flock/visible.ts';
import {isMissing} from '../system/errors.ts';
import {failureOf} from './failures.ts';

/** More links than this in one path go round in circles. */
const mostLinks = 40;

/**
 * Follows a path to the file that it means, and refuses what others could turn: a link in a folder that others
 * may write to, a folder for everybody, a file of somebody else's, and what is no file at all.
 * The file may be missing, its folder too.
 * @returns the real path.
 * @throws `keystore-unsafe`, `keystore-unreadable`
 */
export function safePathOf(file: string): string {
	if (process.platform === 'win32') {
		return file;
	}

	const real = follow(file);
	const stat = statOf(real);
	if (stat !== null && !stat.isFile()) {
		throw unsafe(real, 'is not a regular file', 'Move it away, or choose another place with --keystore DIR.');
	}

	if (stat !== null && !isTrusted(stat)) {
		throw unsafe(
			real,
			'belongs to another user of this computer',
			'Choose another place with --keystore DIR, or make the file yours (chown).',
		);
	}

	const folder = path.dirname(real);
	const folderStat = statOf(folder);
	if (folderStat !== null && othersMayReplaceIn(folderStat)) {
		throw unsafe(
			folder,
			'can be written by other users of this computer, who could exchange the keystore in it',
			`Close it to them (chmod go-w ${shellWord(folder)}), or choose another place with --keystore DIR.`,
		);
	}

	return real;
}

/** Resolves every link of a path, one after the other, and looks at who could turn it. */
function follow(file: string): string {
	let left = path.resolve(file).split(path.sep).filter(Boolean);
	let real = path.parse(path.resolve(file)).root;
	for (let links = 0; left.length > 0; ) {
		const [name = '', ...rest] = left;
		const next = path.join(real, name);
		const stat = linkStatOf(next);
		if (stat === null) {
			return path.join(next, ...rest);
		}

		left = rest;
		if (!stat.isSymbolicLink()) {
			real = next;
			continue;
		}

		const parent = statSync(real);
		const sticky = (parent.mode & 0o1000) !== 0;
		if (othersMayReplaceIn(parent) || (sticky && !isTrusted(stat))) {
			throw unsafe(
				next,
				'is a link that other users of this computer could turn elsewhere',
				'Choose another place with --keystore DIR, or give the folder itself instead of the link.',
			);
		}

		links += 1;
		if (links > mostLinks) {
			throw failureOf(Object.assign(new Error('Too many links'), {code: 'ELOOP'}), 'read', file);
		}

		const target = path.resolve(real, readlinkSync(next));
		if (rest.length === 0 && statOf(target) === null) {
			throw unsafe(next, 'is a link that leads nowhere', 'Remove it, or bring back what it leads to.');
		}

		real = path.parse(target).root;
		left = [...target.split(path.sep).filter(Boolean), ...rest];
	}

	return real;
}

/** True where people other than us (and root) may exchange the files of a folder. */
export function othersMayReplaceIn(folder: Stats): boolean {
	if ((folder.mode & 0o1000) !== 0) {
		return false;
	}

	// Many systems give every user a group of their own, and make new folders writable for it.
	const groupIsOthers = folder.gid !== process.getgid?.();
	return (folder.mode & 0o002) !== 0 || ((folder.mode & 0o020) !== 0 && groupIsOthers) || !isTrusted(folder);
}

/** True for what belongs to us or to root; to root, anybody's is fine. */
export function isTrusted(stat: Stats): boolean {
	const own = process.getuid?.();
	return own === undefined || own === 0 || stat.uid === own || stat.uid === 0;
}

/** True where a poems folder is the same as another, by whatever path it is reached. */
export function isSameFolder(one: string, other: string): boolean {
	try {
		return one === other || realpathSync(one) === realpathSync(other);
	} catch {
		return false;
	}
}

function linkStatOf(target: string): Stats | null {
	return attempt(() => lstatSync(target), target);
}

function statOf(target: string): Stats | null {
	return attempt(() => statSync(target), target);
}

function attempt(look: () => Stats, target: string): Stats | null {
	try {
		return look();
	} catch (error) {
		if (isMissing(error)) {
			return null;
		}

		throw failureOf(error, 'read', target);
	}
}

function unsafe(target: string, why: string, hint: string): FlockError {
	return new FlockError('keystore-unsafe', `${visible(target)} ${why}.`, {hint});
}
