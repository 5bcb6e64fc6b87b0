import {type Dirent, existsSync} from 'node:fs';
import {lstat, opendir} from 'node:fs/promises';
import path from 'node:path';
import {gitQuestions, realFolder, workTreeOf} from '../../bundles/git.ts';
import {readImport} from '../../bundles/import.ts';
import {FlockError} from '../../flock/error.ts';
import {visible} from '../../flock/visible.ts';
import {codeOf} from '../../system/errors.ts';
import {ok, type Result, warning} from './result.ts';

/** Key files have these names; the contents decide. */
const mayHoldKeys =
	/^(?:\.?[^/]*\.(?:json|env|ya?ml|ini|cfg|conf)|\.env\.[^/]+|\.?(?:twurlrc|trc|xrc|twarc))$/i;

/** The limits of one search, since somebody else's clone decides how much there is. */
export type Bounds = {
	/** Levels of folders below the first. */
	depth: number;
	/** Files and folders to list. */
	entries: number;
	/** Files to open. */
	opened: number;
	/** Bytes of a file to read. */
	bytes: number;
};

const usualBounds: Bounds = {depth: 8, entries: 20_000, opened: 500, bytes: 1024 * 1024};

/** Folders with no keys of a flock, but much else. */
const passedOver: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/** More names are counted, not listed. */
const mostNames = 5;

/** Key files in one git work tree, by their absolute paths. */
type Found = {tree: string; files: string[]};

/**
 * Looks for `.env`, key files and a keystore in a git work tree. Never runs git.
 * @param keystore the keystore's file.
 */
export async function checkGit(
	cwd: string,
	keystore: string,
	bounds: Bounds = usualBounds,
): Promise<Result[]> {
	const {files, isWhole} = await filesWithKeys(cwd, bounds);
	const results = inTrees(existsSync(keystore) ? [...files, keystore] : files).map(found =>
		judgeFound(found, realFolder(cwd)),
	);
	if (!isWhole) {
		results.push(
			warning(
				'git',
				`${visible(cwd)} is too large to search completely for key files.`,
				'Run keymaker doctor in the flock’s own folder.',
			),
		);
	}

	return results.length > 0 ? results : [ok('git', 'No key files are in a git work tree here.')];
}

function inTrees(files: readonly string[]): Found[] {
	const found = new Map<string, string[]>();
	for (const file of files) {
		const folder = realFolder(path.dirname(file));
		const tree = workTreeOf(folder);
		if (tree !== null) {
			found.set(tree, [...(found.get(tree) ?? []), path.join(folder, path.basename(file))]);
		}
	}

	return [...found].map(([tree, inTree]) => ({tree, files: inTree}));
}

/**
 * The finding for key files in a work tree.
 * @param here the current folder: if it is the work tree, the git command needs no folder.
 */
export function judgeFound({tree, files}: Found, here: string): Result {
	const names = files.map(file => path.relative(tree, file));
	const {ignored, tracked} = gitQuestions(tree === here ? null : tree, names);
	return warning(
		'git',
		`The git work tree ${visible(tree)} contains ${files.length === 1 ? 'a key file' : 'key files'}: ${named(names)}.`,
		`keymaker never runs git. Run ${ignored} to see what git ignores, and ${tracked} to see what it tracks. If others can read the repository, make new keys for tracked files: its history keeps the old ones.`,
	);
}

/**
 * The files under a folder that are `.env` or hold keys. `isWhole` is true if no limit was reached. Follows
 * no links.
 */
async function filesWithKeys(top: string, bounds: Bounds): Promise<{files: string[]; isWhole: boolean}> {
	const files: string[] = [];
	const folders = [{folder: top, depth: 0}];
	let entries = 0;
	let opened = 0;
	// Nearest first.
	for (let next = folders.shift(); next !== undefined; next = folders.shift()) {
		const {folder, depth} = next;
		for await (const entry of entriesOf(folder)) {
			entries += 1;
			if (entries > bounds.entries) {
				return {files, isWhole: false};
			}

			const file = path.join(folder, entry.name);
			if (entry.isDirectory() && depth < bounds.depth && !passedOver.has(entry.name)) {
				folders.push({folder: file, depth: depth + 1});
			}

			if (!entry.isFile() || !mayHoldKeys.test(entry.name)) {
				continue;
			}

			opened += 1;
			if (opened > bounds.opened) {
				return {files, isWhole: false};
			}

			if (entry.name === '.env' || (await holdsKeys(file, bounds.bytes))) {
				files.push(file);
			}
		}
	}

	return {files: files.sort(), isWhole: true};
}

/** A folder's entries, one after another; none if it cannot be read or is gone. */
async function* entriesOf(folder: string): AsyncGenerator<Dirent> {
	try {
		yield* await opendir(folder);
	} catch {
		// Whoever cannot read it cannot leak it from here.
	}
}

async function holdsKeys(file: string, mostBytes: number): Promise<boolean> {
	try {
		const found = await lstat(file);
		return (
			found.isFile() &&
			found.size <= mostBytes &&
			(await readImport(file, true)).some(({entries}) => entries.length > 0)
		);
	} catch (error) {
		// It is not a key file, or is gone.
		if (error instanceof FlockError || codeOf(error) !== '') {
			return false;
		}

		throw error;
	}
}

function named(files: readonly string[]): string {
	const names = files.slice(0, mostNames).map(visible).join(', ');
	const left = files.length - mostNames;
	return left > 0 ? `${names} and ${left} more` : names;
}
