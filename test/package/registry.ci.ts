// Needs npm's registry, and so is no part of `npm test`: what a person's network, cache or npm settings are must not fail
// their tests. `.ci/run` alone runs it, and there it is mandatory: without a registry it fails, and is not skipped.
import assert from 'node:assert/strict';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {assertLibraryWorks, assertModules, assertProgramWorks, pack, run} from './installed.ts';

let folder: string;
let tarball: string;

before(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'keymaker-registry-'));
	({tarball} = await pack(folder));
});
after(() => rm(folder, {recursive: true, force: true}));

async function npm(args: readonly string[], cwd: string): Promise<void> {
	const {code, err} = await run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], cwd);
	assert.equal(code, 0, err);
}

test('installed from the registry into an empty folder, the program and the library work', async () => {
	const project = path.join(folder, 'project');
	await mkdir(project);
	await writeFile(path.join(project, 'package.json'), '{"private": true, "type": "module"}\n');
	await npm(['install', tarball], project);
	await assertModules(project);
	await assertProgramWorks(project);
	await assertLibraryWorks(project);
});

test('installed for all of a computer’s folders, the program works', async () => {
	const prefix = path.join(folder, 'global');
	await npm(['install', '--global', '--prefix', prefix, tarball], folder);
	const {code, out} = await run(path.join(prefix, 'bin', 'keymaker'), ['--version'], folder);
	assert.equal(code, 0);
	assert.match(out, /^\d+\.\d+\.\d+\n$/);
});

test('without any installation, npx fetches the program and runs it', async () => {
	const elsewhere = path.join(folder, 'elsewhere');
	await mkdir(elsewhere);
	const {code, out, err} = await run(
		'npx',
		['--yes', '--package', tarball, 'keymaker', '--version'],
		elsewhere,
	);
	assert.equal(code, 0, err);
	assert.match(out, /^\d+\.\d+\.\d+\n$/);
});
