/**
 * keymaker never runs git: the settings of a cloned repository can name many programs. It finds a work tree
 * by its `.git`, and prints the git command to run.
 */
import {existsSync, realpathSync} from 'node:fs';
import path from 'node:path';
import {shellWord} from '../flock/shell-word.ts';
import {visible} from '../flock/visible.ts';

/** A command names at most this many files. For more, it asks git about their folder. */
const mostNamed = 5;

/** The git work tree of a folder, as git would find it; `null` if there is none. */
export function workTreeOf(folder: string): string | null {
	for (let place = realFolder(folder); ; place = path.dirname(place)) {
		// A submodule or linked work tree has a file.
		if (existsSync(path.join(place, '.git'))) {
			return place;
		}

		if (place === path.dirname(place)) {
			return null;
		}
	}
}

/** A folder's real path without links; the path itself if the folder does not exist. */
export function realFolder(folder: string): string {
	try {
		return realpathSync(folder);
	} catch {
		return path.resolve(folder);
	}
}

/**
 * The commands that ask git which files it ignores and which it tracks, for people who trust the repository.
 * @param folder where to run git; `null` for the current folder.
 * @param files paths relative to it.
 */
export function gitQuestions(
	folder: string | null,
	files: readonly string[],
): {ignored: string; tracked: string} {
	const git = folder === null ? 'git' : `git -C ${shellWord(folder)}`;
	if (files.length > mostNamed) {
		return {ignored: `${git} status --short --ignored .`, tracked: `${git} ls-files .`};
	}

	// git would not read a name that begins with a colon as a plain name.
	const names = files.map(file => shellWord(file.startsWith(':') ? `./${file}` : file)).join(' ');
	return {ignored: `${git} check-ignore -v -- ${names}`, tracked: `${git} ls-files -- ${names}`};
}

/** A warning if key files, all in one folder, are in a git work tree. */
export function gitWarnings(files: readonly string[]): string[] {
	const [first] = files;
	const folder = first === undefined ? null : path.dirname(first);
	const tree = folder === null ? null : workTreeOf(folder);
	if (first === undefined || folder === null || tree === null) {
		return [];
	}

	const [what, them] =
		files.length === 1
			? [`${visible(path.basename(first))} is`, 'it']
			: [`${files.length} files with keys are`, 'them'];
	const names = files.map(file => path.basename(file));
	return [
		`${what} in the git work tree ${visible(tree)}. Before you commit, check that git ignores ${them}: ${gitQuestions(folder, names).ignored}`,
	];
}
