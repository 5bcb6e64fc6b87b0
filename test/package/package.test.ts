import assert from 'node:assert/strict';
import {type ExecFileException, execFile} from 'node:child_process';
import {access, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {bundle, programs} from '../../scripts/bundle.ts';
import {packagesIn} from '../../scripts/licences.ts';
import {startPty} from '../helpers/pty.ts';

const root = path.join(import.meta.dirname, '..', '..');
let folder: string;
let tarball: string;
let packed: string[];
/** An empty folder that the tarball was installed into. */
let project: string;
/** Why it was not. */
let notInstalled: string | null = null;

before(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'keymaker-package-'));
	project = path.join(folder, 'project');
	await mkdir(project);
	const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
	// What npm run build has made: packing itself would build it anew under the tests that run beside this one.
	const {code, out, err} = await run('npm', pack, root);
	assert.equal(code, 0, err);
	const [{filename, files}] = JSON.parse(out);
	tarball = path.join(folder, filename);
	packed = files.map((file: {path: string}) => file.path);

	await writeFile(path.join(project, 'package.json'), '{"private": true, "type": "module"}\n');
	const installed = await install([], project);
	if (installed !== null) {
		notInstalled = installed;
	}
});

after(() => rm(folder, {recursive: true, force: true}));

type Ran = {code: number; out: string; err: string};

function run(file: string, args: readonly string[], cwd: string): Promise<Ran> {
	const env = {
		PATH: process.env.PATH,
		HOME: process.env.HOME,
		KEYMAKER_KEYSTORE: path.join(folder, 'keystore'),
		KEYMAKER_OPEN: 'never',
	};
	return new Promise(resolve => {
		execFile(file, args, {cwd, env}, (error: ExecFileException | null, out, err) => {
			resolve({code: error === null ? 0 : Number(error.code), out, err});
		});
	});
}

/** Installs the tarball. @returns why that could not be, where no registry was to be had; `null` otherwise */
async function install(args: readonly string[], cwd: string): Promise<string | null> {
	const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
	const {code, err} = await run('npm', ['install', ...quiet, ...args, tarball], cwd);
	const unreachable = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|ENOTCACHED)\b/.exec(
		err,
	)?.[0];
	assert.ok(code === 0 || unreachable !== undefined, err);
	return unreachable === undefined ? null : `npm’s registry cannot be reached: ${unreachable}`;
}

test('the tarball holds the built program, the library’s types, the licences, the list of what ships, the example, and nothing else', () => {
	const wanted =
		/^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md|examples\/bot\.js|dist\/(?:[\w-]+\.js(?:\.LEGAL\.txt)?|THIRD-PARTY-LICENSES\.txt|sbom\.cdx\.json|(?:\w+\/)?[\w-]+\.d\.ts))$/;
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
		'dist/THIRD-PARTY-LICENSES.txt',
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

test('installed into an empty folder, keymaker works by npx', async t => {
	if (notInstalled !== null) {
		t.skip(notInstalled);
		return;
	}

	const {version} = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
	assert.equal((await run('npx', ['keymaker', '--version'], project)).out, `${version}\n`);
	const help = await run('npx', ['keymaker', '--help'], project);
	assert.deepEqual([help.code, help.err], [0, '']);
	assert.match(help.out, /authorize .*\n[\s\S]*--practice/);
	await mkdir(path.join(project, 'poems'));
	await writeFile(path.join(project, 'poems', 'harbour.txt'), 'Boats knock.\n');
	const {code, out} = await run('npx', ['keymaker', 'list', '--json'], project);
	assert.equal(code, 0);
	assert.deepEqual(
		JSON.parse(out).map(({bot, status}: {bot: string; status: string}) => [bot, status]),
		[['harbour', 'no-key']],
	);
});

test('installed, the full screen opens, and what it stands on came with it', async t => {
	if (notInstalled !== null) {
		t.skip(notInstalled);
		return;
	}

	const screen = startPty(path.join(project, 'node_modules', '.bin', 'keymaker'), ['--practice'], {
		cwd: project,
		env: {
			PATH: process.env.PATH ?? '',
			HOME: folder,
			KEYMAKER_KEYSTORE: path.join(folder, 'keystore'),
			LANG: 'C.UTF-8',
		},
	});
	try {
		await screen.waitFor(/0 of 1/);
	} finally {
		await screen.close();
	}

	const modules = await readdir(path.join(project, 'node_modules'));
	for (const name of ['ink', 'react', 'conf', 'commander']) {
		assert.ok(!modules.includes(name), `${name} is in the build already, and was installed besides`);
	}

	for (const name of ['clipboardy', 'open', 'twitter-api-v2']) {
		assert.ok(modules.includes(name), `${name} is missing`);
	}
});

test('installed, the library is imported, and its types please a strict compiler', async t => {
	if (notInstalled !== null) {
		t.skip(notInstalled);
		return;
	}

	const imported = await run(
		process.execPath,
		['--input-type=module', '--eval', "console.log(Object.keys(await import('keymaker')).sort().join())"],
		project,
	);
	assert.equal(imported.out, 'FlockError,clientFor,openKeystore\n');

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

test('installed for all of a computer’s folders, keymaker works too', async t => {
	if (notInstalled !== null) {
		t.skip(notInstalled);
		return;
	}

	const prefix = path.join(folder, 'global');
	assert.equal(await install(['--global', '--prefix', prefix], folder), null);
	const {code, out} = await run(path.join(prefix, 'bin', 'keymaker'), ['--version'], folder);
	assert.equal(code, 0);
	assert.match(out, /^\d+\.\d+\.\d+\n$/);
});

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
