import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {chmod, chown, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {promisify} from 'node:util';

const root = path.join(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
const programs = readdirSync(dist).filter(name => name.endsWith('.js'));
const textOf = (name: string) => readFileSync(path.join(dist, name), 'utf8');

/** What stands in a bundle wherever a library does. */
const marks = {
	React: 'react.transitional.element',
	Yoga: 'data:application/octet-stream;base64',
	commander: 'commander.unknownOption',
	'the check of schemas': 'https://json-schema.org/draft/2020-12/schema',
	YAML: 'tag:yaml.org,2002:',
} as const;

let folder = '';
before(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'keymaker-bundle-'));
	await mkdir(path.join(folder, 'poems'));
	for (const bot of ['harbour', 'kettle']) {
		await writeFile(path.join(folder, 'poems', `${bot}.txt`), `${bot}\n`);
	}

	// A practice key that opens nothing.
	const bundle = {
		consumer_token: 'practice-app',
		consumer_token_secret: 'practice-app-secret',
		oauth_token: '12-practice-token',
		oauth_token_secret: 'practice-secret',
		user_id: '12',
		screen_name: 'harbour_poem',
		poem_file: 'harbour.txt',
	};
	await writeFile(path.join(folder, 'harbour.json'), JSON.stringify(bundle));
	await run([path.join(dist, 'cli.js'), 'import', 'harbour.json']);
});
after(() => rm(folder, {recursive: true, force: true}));

async function run(args: readonly string[], more: {env?: Record<string, string>; uid?: number} = {}) {
	const {uid, env} = more;
	return promisify(execFile)(process.execPath, [...args], {
		cwd: folder,
		env: {PATH: process.env.PATH, HOME: folder, KEYMAKER_KEYSTORE: path.join(folder, 'keystore'), ...env},
		...(uid === undefined ? {} : {uid, gid: uid}),
	});
}

/** The files of `dist/` that a program loads, as V8's own report of a run tells them. */
async function loadedBy(args: readonly string[]): Promise<string[]> {
	const reports = await mkdtemp(path.join(folder, 'loaded-'));
	await run(args, {env: {NODE_V8_COVERAGE: reports}});
	const urls = new Set(
		readdirSync(reports).flatMap(name =>
			JSON.parse(readFileSync(path.join(reports, name), 'utf8')).result.map(({url}: {url: string}) => url),
		),
	);
	return programs.filter(name => urls.has(pathToFileURL(path.join(dist, name)).href));
}

const library = `import {openKeystore} from ${JSON.stringify(pathToFileURL(path.join(dist, 'index.js')).href)};
if ((await openKeystore().get('harbour')).handle !== 'harbour_poem') process.exit(1);`;

for (const {what, args, without} of [
	{
		what: 'list --json',
		args: [path.join(dist, 'cli.js'), 'list', '--json'],
		without: ['React', 'Yoga', 'YAML'],
	},
	{
		what: 'exec',
		args: [path.join(dist, 'cli.js'), 'exec', 'harbour', '--', process.execPath, '-e', '0'],
		without: ['React', 'Yoga', 'YAML'],
	},
	{
		what: 'the library’s get',
		args: ['--input-type=module', '-e', library],
		without: ['React', 'Yoga', 'YAML', 'commander'],
	},
] as const) {
	test(`${what} loads nothing of ${without.join(', ')}`, async () => {
		const loaded = await loadedBy(args);
		assert.ok(loaded.length > 0, 'nothing of dist was loaded');
		for (const library of without) {
			const holders = programs.filter(name => textOf(name).includes(marks[library]));
			assert.notEqual(holders.length, 0, `the mark of ${library} is in no file`);
			assert.deepEqual(
				loaded.filter(name => holders.includes(name)),
				[],
			);
		}
	});
}

test('few files are loaded by a headless command', async () => {
	const loaded = await loadedBy([path.join(dist, 'cli.js'), 'list', '--json']);
	assert.ok(loaded.length <= 6, loaded.join(', '));
});

test('the check of schemas that conf imports is left out of the bundle', () => {
	const mark = marks['the check of schemas'];
	const ajv = path.join(root, 'node_modules/ajv/dist/refs/json-schema-2020-12/schema.json');
	assert.ok(readFileSync(ajv, 'utf8').includes(mark));
	assert.deepEqual(
		programs.filter(name => textOf(name).includes(mark)),
		[],
	);
});

test('a flock whose poems nobody may read is listed, since its folder alone is read', async t => {
	const isRoot = process.getuid?.() === 0;
	if (process.platform === 'win32') {
		t.skip('needs permissions as Unix has them');
		return;
	}

	const nobody = 65_534;
	await chmod(folder, 0o755);
	for (const file of readdirSync(folder, {recursive: true, encoding: 'utf8'})) {
		if (isRoot) {
			await chown(path.join(folder, file), nobody, nobody);
		}
	}

	for (const bot of ['harbour', 'kettle']) {
		await chmod(path.join(folder, 'poems', `${bot}.txt`), 0o000);
	}

	const {stdout} = await run([path.join(dist, 'cli.js'), 'list', '--json'], isRoot ? {uid: nobody} : {});
	assert.deepEqual(
		JSON.parse(stdout).map(({bot, status}: {bot: string; status: string}) => [bot, status]),
		[
			['harbour', 'ready'],
			['kettle', 'no-key'],
		],
	);
});
