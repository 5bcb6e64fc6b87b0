import {spawn} from 'node:child_process';
import path from 'node:path';
import {text} from 'node:stream/consumers';
import {readImport} from '../bundles/import.ts';
import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import {ok, problem, type Result, warning} from './doctor-result.ts';

/** Files of keys have these names; what is in them decides. */
const mayHoldKeys =
	/(?:^|\/)(?:\.?[^/]*\.(?:json|env|ya?ml|ini|cfg|conf)|\.env\.[^/]+|\.?(?:twurlrc|trc|xrc|twarc))$/i;

/** More files than this are not opened. */
const mostFiles = 500;

/** More names than this are counted, not told. */
const mostNames = 5;

/** How git answered; `missing` where there is none, `none` where the folder is not under it. */
type GitAnswer = string[] | 'missing' | 'none' | 'failed';

/** Looks for `.env` and files of keys that git has, or would take up with the next `git add`. */
export async function checkGit(cwd: string): Promise<Result[]> {
	const tracked = await listFiles(cwd, ['--cached']);
	if (typeof tracked === 'string') {
		return [judgeAnswer(tracked)];
	}

	const loose = await listFiles(cwd, ['--others', '--exclude-standard']);
	const committed = await withKeys(cwd, tracked);
	const open = typeof loose === 'string' ? [] : await withKeys(cwd, loose);
	return judgeFiles(committed, open);
}

/** What the found files mean. */
export function judgeFiles(committed: readonly string[], open: readonly string[]): Result[] {
	const results: Result[] = [];
	if (committed.length > 0) {
		const files = committed.map(file => shellWord(visible(file))).join(' ');
		results.push(
			problem(
				'git',
				`git has ${named(committed)}, with keys.`,
				`git rm --cached ${files}, add them to .gitignore, and make new keys where others have the repository: its history keeps the old ones.`,
			),
		);
	}

	if (open.length > 0) {
		results.push(
			warning(
				'git',
				`git would take up ${named(open)}, with keys, by the next git add.`,
				'Add a line to .gitignore; keymaker init does so for .env and keys/.',
			),
		);
	}

	return results.length > 0 ? results : [ok('git', 'No file with keys is under git here.')];
}

function judgeAnswer(answer: Exclude<GitAnswer, string[]>): Result {
	switch (answer) {
		case 'missing':
			return ok('git', 'Skipped: git is not installed.');
		case 'none':
			return ok('git', 'This folder is not under git.');
		case 'failed':
			return warning('git', 'git could not be asked about this folder.', 'Run git status here: it says why.');
	}
}

/** Those of the files that are `.env`, or hold keys. */
async function withKeys(cwd: string, files: readonly string[]): Promise<string[]> {
	const found: string[] = [];
	for (const file of files.filter(name => mayHoldKeys.test(name)).slice(0, mostFiles)) {
		if (path.posix.basename(file) === '.env' || (await holdsKeys(path.join(cwd, file)))) {
			found.push(file);
		}
	}

	return found;
}

async function holdsKeys(file: string): Promise<boolean> {
	try {
		return (await readImport(file)).some(({entries}) => entries.length > 0);
	} catch (error) {
		// What is no file of keys, or is gone, is no concern.
		if (error instanceof FlockError) {
			return false;
		}

		throw error;
	}
}

function listFiles(cwd: string, which: readonly string[]): Promise<GitAnswer> {
	// A cloned folder's settings could name a program for fsmonitor: none is run.
	const args = ['-c', 'core.fsmonitor=false', 'ls-files', '-z', ...which];
	const git = spawn('git', args, {
		cwd,
		stdio: ['ignore', 'pipe', 'pipe'],
		env: {...process.env, LC_ALL: 'C'},
	});
	const ended = new Promise<number | 'missing' | null>(resolve => {
		git.once('error', error => resolve('code' in error && error.code === 'ENOENT' ? 'missing' : null));
		git.once('close', resolve);
	});
	const output = Promise.all([text(git.stdout), text(git.stderr)]).catch(() => ['', ''] as const);
	return Promise.all([ended, output]).then(([end, [files, errors]]) => {
		if (end === 0) {
			return files.split('\0').filter(file => file !== '');
		}

		return end === 'missing' ? 'missing' : /not a git repository/.test(errors) ? 'none' : 'failed';
	});
}

function named(files: readonly string[]): string {
	const names = files.slice(0, mostNames).map(visible).join(', ');
	const left = files.length - mostNames;
	return left > 0 ? `${names} and ${left} more` : names;
}

function shellWord(word: string): string {
	return /^[\w./@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
