import assert from 'node:assert/strict';
import {type ExecFileException, execFile} from 'node:child_process';
import {mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {inherited} from '../helpers/environment.ts';
import {startPty} from '../helpers/pty.ts';

export const root = path.join(import.meta.dirname, '..', '..');

/** What a program left behind. */
export type Ran = {code: number; out: string; err: string};

/** The Node that runs the tests, before an older one that a person may have. */
const PATH = `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`;

/** Runs a program as a person would, but that keymaker finds no keystore of theirs. */
export function run(file: string, args: readonly string[], cwd: string): Promise<Ran> {
	const env = {...inherited(), PATH, KEYMAKER_KEYSTORE: path.join(cwd, 'keystore'), KEYMAKER_OPEN: 'never'};
	return new Promise(resolve => {
		execFile(file, args, {cwd, env}, (error: ExecFileException | null, out, err) => {
			resolve({code: error === null ? 0 : Number(error.code), out, err});
		});
	});
}

/**
 * Packs what `npm run build` has made: packing by npm's own rules would build it anew under the tests that run beside this one.
 * @param folder where the tarball comes to lie.
 * @returns its path, and the files in it.
 */
export async function pack(folder: string): Promise<{tarball: string; files: string[]}> {
	const args = ['pack', '--offline', '--ignore-scripts', '--json', '--pack-destination', folder];
	const {code, out, err} = await run('npm', args, root);
	assert.equal(code, 0, err);
	const [{filename, files}] = JSON.parse(out);
	return {tarball: path.join(folder, filename), files: files.map((file: {path: string}) => file.path)};
}

/** Asserts that a project into which keymaker was installed has a program that works, on the full screen too. */
export async function assertProgramWorks(project: string): Promise<void> {
	const {version} = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
	const npx = ['--offline', 'keymaker'];
	assert.equal((await run('npx', [...npx, '--version'], project)).out, `${version}\n`);
	const help = await run('npx', [...npx, '--help'], project);
	assert.deepEqual([help.code, help.err], [0, '']);
	assert.match(help.out, /authorize .*\n[\s\S]*--practice/);
	await mkdir(path.join(project, 'poems'));
	await writeFile(path.join(project, 'poems', 'harbour.txt'), 'Boats knock.\n');
	const {code, out} = await run('npx', [...npx, 'list', '--json'], project);
	assert.equal(code, 0);
	assert.deepEqual(
		JSON.parse(out).map(({bot, status}: {bot: string; status: string}) => [bot, status]),
		[['harbour', 'no-key']],
	);

	const screen = startPty(path.join(project, 'node_modules', '.bin', 'keymaker'), ['--practice'], {
		cwd: project,
		env: {PATH, HOME: project, KEYMAKER_KEYSTORE: path.join(project, 'keystore')},
	});
	try {
		await screen.waitFor(/1 no key/);
	} finally {
		await screen.close();
	}
}

/** Asserts that what the build holds already did not come besides, and that what it needs did. */
export async function assertModules(project: string): Promise<void> {
	const modules = await readdir(path.join(project, 'node_modules'));
	for (const name of ['ink', 'react', 'conf', 'yaml']) {
		assert.ok(!modules.includes(name), `${name} is in the build already, and was installed besides`);
	}

	for (const name of ['clipboardy', 'open', 'twitter-api-v2']) {
		assert.ok(modules.includes(name), `${name} is missing`);
	}
}

/** Asserts that a project can import the library. */
export async function assertLibraryWorks(project: string): Promise<void> {
	const {out, err} = await run(
		process.execPath,
		['--input-type=module', '--eval', "console.log(Object.keys(await import('keymaker')).sort().join())"],
		project,
	);
	assert.equal(out, 'FlockError,clientFor,openKeystore\n', err);
}
