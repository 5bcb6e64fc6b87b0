import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {access, chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {promisify} from 'node:util';
import {gunzipSync} from 'node:zlib';
import {bundle, programs} from '../../scripts/bundle.ts';
import {packagesIn} from '../../scripts/licences.ts';
import {assertLibraryWorks, assertModules, assertProgramWorks, pack, root, run} from './installed.ts';

let folder: string;
let packed: string[];
/** A folder that holds the tarball's files and what they need, as npm would have installed them. */
let project: string;

before(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'keymaker-package-'));
	const {tarball, files} = await pack(folder);
	packed = files;
	project = path.join(folder, 'project');
	await mkdir(project);
	await writeFile(path.join(project, 'package.json'), '{"private": true, "type": "module"}\n');
	await layOut(tarball, path.join(project, 'node_modules'));
});

after(() => rm(folder, {recursive: true, force: true}));

/**
 * Unpacks the tarball, and copies the packages that the lock file names for it from the project's own: npm itself would ask
 * the registry about them, which `test/package/registry.ci.ts` does.
 */
async function layOut(tarball: string, modules: string): Promise<void> {
	const {packages} = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8'));
	const needed = Object.entries<{dev?: boolean; devOptional?: boolean}>(packages)
		.filter(([name, {dev, devOptional}]) => name !== '' && !dev && !devOptional)
		.map(([name]) => name);
	assert.ok(needed.includes('node_modules/twitter-api-v2'));
	for (const name of needed) {
		await cp(path.join(root, name), path.join(modules, '..', name), {recursive: true});
	}

	const unpacked = path.join(folder, 'package.tar');
	await writeFile(unpacked, gunzipSync(await readFile(tarball)));
	await promisify(execFile)('tar', ['-xf', unpacked, '-C', folder]);
	const keymaker = path.join(modules, 'keymaker');
	await cp(path.join(folder, 'package'), keymaker, {recursive: true});
	const {bin} = JSON.parse(await readFile(path.join(keymaker, 'package.json'), 'utf8'));
	await mkdir(path.join(modules, '.bin'));
	await chmod(path.join(keymaker, bin.keymaker), 0o755);
	await symlink(path.join('..', 'keymaker', bin.keymaker), path.join(modules, '.bin', 'keymaker'));
}

test('the tarball holds the built program, the library’s types, the licences, the list of what ships, the example, and nothing else', () => {
	const wanted =
		/^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md|examples\/bot\.js|dist\/(?:[\w-]+\.js(?:\.LEGAL\.txt)?|THIRD-PARTY-LICENSES\.txt|keymaker\.1|sbom\.cdx\.json|(?:\w+\/)?[\w-]+\.d\.ts))$/;
	assert.deepEqual(
		packed.filter(file => !wanted.test(file)),
		[],
	);
	for (const file of [
		'package.json',
		'README.md',
		'LICENSE',
		'CHANGELOG.md',
		'examples/bot.js',
		'dist/cli.js',
		'dist/index.js',
		'dist/index.d.ts',
		'dist/browser-worker.js',
		'dist/clipboard-worker.js',
		'dist/window-worker.js',
		'dist/THIRD-PARTY-LICENSES.txt',
		'dist/keymaker.1',
		'dist/sbom.cdx.json',
	]) {
		assert.ok(packed.includes(file), `${file} is missing`);
	}
});

test('the package says where it comes from, what it needs, and what it offers', async () => {
	const text = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
	assert.match(text.repository.url, /^git\+https:\/\//);
	assert.match(text.engines.node, /^>=22/);
	assert.equal(text.publishConfig.provenance, true);
	assert.equal(text.license, 'MIT');
	assert.ok(text.keywords.length > 0 && text.description);
	for (const file of [text.bin.keymaker, text.types, text.exports['.'].types, text.exports['.'].default]) {
		await access(path.join(root, file));
	}
});

test('every package whose code is in the build has its licence in the tarball', async () => {
	const licences = await readFile(path.join(root, 'dist', 'THIRD-PARTY-LICENSES.txt'), 'utf8');
	const {outputs, ...metafile} = await bundle(programs, path.join(folder, 'built'));
	const folders = packagesIn({...metafile, outputs});
	assert.ok(folders.length > 20, 'the packages of the build were not found');
	for (const one of folders) {
		const {name, version} = JSON.parse(await readFile(path.join(root, one, 'package.json'), 'utf8'));
		assert.ok(licences.includes(`\n${name} ${version} (`), `${name} ${version} is not named`);
	}
});

test('installed, the program works by npx, on the full screen too, and nothing came that it holds already', async () => {
	await assertModules(project);
	await assertProgramWorks(project);
});

test('installed, the library is imported, and its types please a strict compiler', async () => {
	await assertLibraryWorks(project);
	// The types of Node are all that a consumer brings.
	for (const name of ['@types/node', 'undici-types']) {
		await cp(path.join(root, 'node_modules', name), path.join(project, 'node_modules', name), {
			recursive: true,
		});
	}

	await writeFile(path.join(project, 'consumer.ts'), consumer);
	const compilerOptions = {
		strict: true,
		noUncheckedIndexedAccess: true,
		module: 'nodenext',
		target: 'es2023',
		types: ['node'],
		noEmit: true,
	};
	await writeFile(
		path.join(project, 'tsconfig.json'),
		JSON.stringify({compilerOptions, files: ['consumer.ts']}),
	);
	const {code, out} = await run(path.join(root, 'node_modules', '.bin', 'tsc'), ['-p', '.'], project);
	assert.deepEqual([code, out], [0, '']);
});

const consumer = `
import {type BotRow, clientFor, type ErrorCode, FlockError, type Key, type KeyReader, openKeystore, type Status} from 'keymaker';
import type {TwitterApi} from 'twitter-api-v2';

const keys: KeyReader = openKeystore({flock: 'poems', passphrase: async () => 'not a real one', onWarning: undefined});
const rows: BotRow[] = await keys.list();
const ready: string[] = rows.filter(row => row.status === ('ready' satisfies Status)).map(row => row.bot);
export const handles: (string | null)[] = rows.map(row => row.handle);

try {
	const key: Key = await keys.get(ready[0] ?? 'harbour');
	export_(key.consumerKey, key.accessSecret);
	const client: TwitterApi = await clientFor(key.bot, {practice: true});
	const {data} = await client.v2.tweet('A line.');
	export_(data.id, data.text);
} catch (error) {
	if (error instanceof FlockError) {
		const code: ErrorCode = error.code;
		export_(code, error.hint);
	}
}

// @ts-expect-error: a bot is a text
await keys.get(1);
// @ts-expect-error: there is no such option
openKeystore({poem: 'x'});
// @ts-expect-error: a row holds no secret
rows[0]?.accessSecret;

function export_(...texts: string[]): void {
	process.stdout.write(texts.join(' '));
}
`;

test('each package that keymaker is made with is named in CONTRIBUTING, with what it is there for', async () => {
	const text = await readFile(path.join(root, 'CONTRIBUTING.md'), 'utf8');
	const {dependencies, devDependencies} = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
	const names = [...Object.keys(dependencies), ...Object.keys(devDependencies)];
	assert.ok(names.length > 10);
	assert.deepEqual(
		names.filter(name => !name.startsWith('@types/') && !text.includes(`\`${name}\``)),
		[],
	);
});
