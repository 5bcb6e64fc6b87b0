/**
 * git is never run: in a clone of somebody else's, its settings can name programs, and there are many of them. That a folder
 * lies in a work tree is seen by its `.git`, and the person is told what to ask git.
 */
import {existsSync, realpathSync} from 'node:fs';
import path from 'node:path';
import {shellWord} from '../flock/shell-word.ts';
import {visible} from '../flock/visible.ts';

/** More files than this are not named in a command: git is asked about their folder. */
const mostNamed = 5;

/** The folder of the git work tree that a folder lies in, as git would find it; `null` where it lies in none. */
export function workTreeOf(folder: string): string | null {
	for (let place = realFolder(folder); ; place = path.dirname(place)) {
		// A file in a submodule or a linked work tree.
		if (existsSync(path.join(place, '.git'))) {
			return place;
		}

		if (place === path.dirname(place)) {
			return null;
		}
	}
}

/** Where a folder really lies, links followed; the path as it is where there is none. */
export function realFolder(folder: string): string {
	try {
		return realpathSync(folder);
	} catch {
		return path.resolve(folder);
	}
}

/**
 * The commands that ask git about files, for a person who trusts the repository: which of them it ignores, and which it has.
 * @param folder where git is to be asked; `null` for the current folder.
 * @param files by their paths from there.
 */
export function gitQuestions(
	folder: string | null,
	files: readonly string[],
): {ignored: string; tracked: string} {
	const git = folder === null ? 'git' : `git -C ${shellWord(folder)}`;
	if (files.length > mostNamed) {
		return {ignored: `${git} status --short --ignored .`, tracked: `${git} ls-files .`};
	}

	// A name that begins with a colon would be more than a name to git.
	const names = files.map(file => shellWord(file.startsWith(':') ? `./${file}` : file)).join(' ');
	return {ignored: `${git} check-ignore -v -- ${names}`, tracked: `${git} ls-files -- ${names}`};
}

/** What to see to where files with keys, which all lie in one folder, lie in a git work tree. */
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
