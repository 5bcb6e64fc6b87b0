import {lstatSync, readlinkSync, type Stats, statSync} from 'node:fs';
import path from 'node:path';
import {isMissing} from './errors.ts';

/** The use of a path: root reads anybody's, but saves only where nobody else can replace anything. */
export type Use = 'read' | 'save';

/** More links than this in one path are a loop. */
const mostLinks = 40;

/** True for what belongs to us or to root. Root trusts anybody for reading, but only itself for saving. */
export function isTrusted(stat: Stats, use: Use = 'read'): boolean {
	const own = process.getuid?.();
	return own === undefined || (own === 0 && use === 'read') || stat.uid === own || isRoots(stat.uid);
}

let ownerOfAll: number | null = null;

/** The owner of `/` is also root: in a container's user namespace that is another number. */
function isRoots(uid: number): boolean {
	ownerOfAll ??= statSync('/').uid;
	return uid === 0 || uid === ownerOfAll;
}

/** True if people other than us and root can replace a folder's files. */
export function othersMayReplaceIn(folder: Stats, use: Use = 'read'): boolean {
	if (!isTrusted(folder, use)) {
		return true;
	}

	if (isSticky(folder)) {
		return false;
	}

	// Many systems give every user their own group, and make new folders writable for it.
	const groupIsOthers = folder.gid !== process.getgid?.();
	return (folder.mode & 0o002) !== 0 || ((folder.mode & 0o020) !== 0 && groupIsOthers);
}

/** True if others could replace an entry; if it is missing (`null`), only where each user controls their own. */
export function canBeTurned(folder: Stats, entry: Stats | null, use: Use = 'read'): boolean {
	return othersMayReplaceIn(folder, use) || (isSticky(folder) && entry !== null && !isTrusted(entry, use));
}

function isSticky(folder: Stats): boolean {
	return (folder.mode & 0o1000) !== 0;
}

/** An entry on a path. */
export type Step = {
	/** The real path of its folder. */
	folder: string;
	/** Its own path. */
	path: string;
	/** The entry's own stats, not its target's; `null` if it is missing, which ends the walk. */
	stat: Stats | null;
};

/**
 * Walks a path entry by entry, through every link, to its target, which can be missing, with its folder.
 * @param visit sees every entry before the walk continues; throws to stop.
 * @returns the real path.
 * @throws the system's errors, `ELOOP` for a loop of links
 */
export function walk(target: string, visit: (step: Step) => void): string {
	const whole = path.resolve(target);
	let real = path.parse(whole).root;
	let left = whole.slice(real.length).split(path.sep).filter(Boolean);
	for (let links = 0; left.length > 0; ) {
		const [name = '', ...rest] = left;
		const next = path.join(real, name);
		const stat = lstatOrNull(next);
		visit({folder: real, path: next, stat});
		if (stat === null) {
			return path.join(next, ...rest);
		}

		left = rest;
		if (!stat.isSymbolicLink()) {
			real = next;
			continue;
		}

		links += 1;
		if (links > mostLinks) {
			throw Object.assign(new Error('Too many links'), {code: 'ELOOP'});
		}

		const leadsTo = path.resolve(real, readlinkSync(next));
		real = path.parse(leadsTo).root;
		left = [...leadsTo.slice(real.length).split(path.sep).filter(Boolean), ...rest];
	}

	return real;
}

/** What another user could replace, and that user; `null` for whoever can write to a folder of root's. */
export type Stranger = {path: string; uid: number | null};

/**
 * The first entry on the way to a file that another user could replace while root writes it: root would then
 * write, or give away, what that user chose.
 * @returns `null` if there is none, and for everybody but root.
 * @throws the system's errors
 */
export function strangerOn(file: string): Stranger | null {
	if (process.getuid?.() !== 0) {
		return null;
	}

	let found: Stranger | null = null;
	walk(file, ({folder, path: entry, stat}) => {
		const parent = statSync(folder);
		if (found === null && canBeTurned(parent, stat, 'save')) {
			const isFolders = othersMayReplaceIn(parent, 'save');
			const {uid} = isFolders || stat === null ? parent : stat;
			found = {path: isFolders ? folder : entry, uid: isRoots(uid) ? null : uid};
		} else if (found === null && stat !== null && !stat.isDirectory() && !isTrusted(stat, 'save')) {
			found = {path: entry, uid: stat.uid};
		}
	});
	return found;
}

function lstatOrNull(target: string): Stats | null {
	try {
		return lstatSync(target);
	} catch (error) {
		if (isMissing(error)) {
			return null;
		}

		throw error;
	}
}
