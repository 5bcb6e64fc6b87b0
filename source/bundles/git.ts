import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {text} from 'node:stream/consumers';
import {visible} from '../flock/visible.ts';

/** Warnings about files with keys that git would take up with the next `git add`. All files lie in one folder. */
export async function gitWarnings(files: readonly string[]): Promise<string[]> {
	const [first] = files;
	if (first === undefined) {
		return [];
	}

	const folder = dirname(first);
	const ignored = await ignoredByGit(folder, files);
	if (ignored === null) {
		return isUnderGit(folder)
			? [
					`${visible(folder)} is under git, which could not be asked whether it ignores the keys: see that it does.`,
				]
			: [];
	}

	const open = files.filter(file => !ignored.has(file));
	const what = open.length === 1 ? visible(basename(open[0] ?? '')) : `${open.length} files with keys`;
	const where = `in ${visible(folder)}`;
	return open.length === 0
		? []
		: [`${what} ${where} would be committed to git: add a line to .gitignore before you commit.`];
}

/** Those of the files that git ignores; `null` where git cannot say, or the folder is not under git. */
async function ignoredByGit(folder: string, files: readonly string[]): Promise<Set<string> | null> {
	// A cloned folder's settings could name a program for fsmonitor: none is run.
	const args = ['-c', 'core.fsmonitor=false', 'check-ignore', '-z', '--stdin'];
	const git = spawn('git', args, {cwd: folder, stdio: ['pipe', 'pipe', 'ignore']});
	const code = new Promise<number | null>(resolve => {
		git.once('error', () => resolve(null));
		git.once('close', resolve);
	});
	git.stdin.on('error', () => {});
	git.stdin.end(files.map(file => `${file}\0`).join(''));
	const out = await text(git.stdout).catch(() => '');
	const ended = await code;
	// 0: some are ignored, 1: none is.
	return ended === 0 || ended === 1 ? new Set(out.split('\0')) : null;
}

function isUnderGit(folder: string): boolean {
	const above = dirname(folder);
	return existsSync(join(folder, '.git')) || (above !== folder && isUnderGit(above));
}
