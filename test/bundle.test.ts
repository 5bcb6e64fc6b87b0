import assert from 'node:assert/strict';
import {execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync, readFileSync} from 'node:fs';
import {chmod, chown, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {isBuiltin} from 'node:module';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {promisify} from 'node:util';
import {parse} from '@babel/parser';
import {inheritedAt, withoutNetwork} from './helpers/environment.ts';
import {writeKeyFile} from './helpers/key-file.ts';

const root = path.join(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
const programs = readdirSync(dist).filter(name => name.endsWith('.js'));
const textOf = (name: string) => readFileSync(path.join(dist, name), 'utf8');

/** What stands in a bundle wherever a library does. */
const marks = {
	Ink: 'ink-virtual-text',
	React: 'react.transitional.element',
	Yoga: 'data:application/octet-stream;base64',
	'the check of schemas': 'https://json-schema.org/draft/2020-12/schema',
	YAML: 'tag:yaml.org,2002:',
	'the flow that makes keys': 'The link was cancelled.',
	'the upkeep of keystores': 'That backup is in plain text',
	'the help': 'for its options and examples',
	'the client of databases': 'SASL: SCRAM-SERVER-FIRST-MESSAGE',
	'what opens sealed things': 'age-encryption.org/v1',
	'the browser': 'No display here to open a browser on.',
} as const;

/** What no file holds. */
const leftOut = 'the check of schemas';

let folder = '';
before(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'keymaker-bundle-'));
	await mkdir(path.join(folder, 'poems'));
	for (const bot of ['harbour', 'kettle']) {
		await writeFile(path.join(folder, 'poems', `${bot}.txt`), `${bot}\n`);
	}

	await writeKeyFile(folder, 'harbour');
	await run([path.join(dist, 'cli.js'), 'import', 'harbour.json']);
});
after(() => rm(folder, {recursive: true, force: true}));

async function run(args: readonly string[], more: {env?: Record<string, string>; uid?: number} = {}) {
	const {uid, env} = more;
	const {cwd, env: own} = placed();
	return promisify(execFile)(process.execPath, [...args], {
		cwd,
		env: {...own, ...env},
		...(uid === undefined ? {} : {uid, gid: uid}),
	});
}

/** Where a program runs, and what it finds there. */
function placed() {
	return {
		cwd: folder,
		env: {...inheritedAt(folder), ...withoutNetwork(), KEYMAKER_KEYSTORE: path.join(folder, 'keystore')},
	};
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

const spawning =
	"process.getBuiltinModule('child_process').spawn; process.getBuiltinModule('tty').isatty(0);";

/** What is started again and again, and what of Node's own each may load besides what a checksum takes. */
const oftenStarted = [
	{what: 'list --json', args: [path.join(dist, 'cli.js'), 'list', '--json'], besides: ''},
	{
		what: 'exec',
		args: [path.join(dist, 'cli.js'), 'exec', 'harbour', '--', process.execPath, '-e', '0'],
		besides: spawning,
	},
	{what: 'the library’s get', args: ['--input-type=module', '-e', library], besides: ''},
];

for (const {what, args, besides} of oftenStarted) {
	test(`${what} loads two files, and in them no library and nothing that others need`, async () => {
		const loaded = await loadedBy(args);
		assert.equal(loaded.length, 2, loaded.join(', '));
		for (const [part, mark] of Object.entries(marks)) {
			const holders = programs.filter(name => textOf(name).includes(mark));
			assert.ok(holders.length > 0 || part === leftOut, `the mark of ${part} is in no file`);
			assert.deepEqual(
				loaded.filter(name => holders.includes(name)),
				[],
				part,
			);
		}
	});

	test(`${what} loads nothing of Node’s own that is not needed`, async () => {
		const summing = "process.getBuiltinModule('zlib').crc32(''); process.getBuiltinModule('os');";
		const needed = await builtinsOf(['--input-type=module', '-e', `${summing}${besides}`]);
		assert.ok(needed.includes('zlib') && !needed.includes('crypto'), 'it is not seen what is loaded');
		assert.deepEqual(
			(await builtinsOf(args)).filter(name => !needed.includes(name)),
			[],
		);
	});
}

/** How many expressions a file holds that V8 makes sets of Unicode's characters for while it loads it: as literals, or at its top. */
function costlyExpressions(text: string): number {
	const {tokens = [], program} = parse(text, {sourceType: 'module', tokens: true});
	const literals = tokens?.filter(({type, value}) => type.label === 'regexp' && isCostly(value.pattern));
	const made = program.body
		.flatMap(statement => (statement.type === 'VariableDeclaration' ? statement.declarations : []))
		.filter(
			({init}) => init?.type === 'NewExpression' && isCostly(text.slice(init.start ?? 0, init.end ?? 0)),
		);
	return (literals?.length ?? 0) + made.length;
}

function isCostly(source: string): boolean {
	return /\\p\{/i.test(source);
}

test('nothing has sets of Unicode’s characters made while a command or the first frame is loaded', async () => {
	for (const line of ['f(/\\p{L}/u);', "const a = 1, b = new RegExp('\\\\p{L}', 'u');"]) {
		assert.equal(costlyExpressions(line), 1, `not seen: ${line}`);
	}

	const loaded = await Promise.all(oftenStarted.map(({args}) => loadedBy(args)));
	for (const name of new Set([...loaded.flat(), ...loadedWith('screen-')])) {
		assert.equal(costlyExpressions(textOf(name)), 0, name);
	}
});

test('a start with nobody at its terminal’s end, as cron’s, loads nothing of terminals', async () => {
	const loaded = await builtinsOf([path.join(dist, 'cli.js'), 'list', '--json'], 'ignore');
	assert.ok(loaded.includes('fs'));
	assert.deepEqual(
		loaded.filter(name => ['tty', 'net'].includes(name)),
		[],
	);
});

/** Node's own public modules that are loaded when a program ends. */
async function builtinsOf(args: readonly string[], stdio: 'pipe' | 'ignore' = 'pipe'): Promise<string[]> {
	const report = path.join(folder, 'report.cjs');
	await writeFile(
		report,
		"process.on('exit', () => require('fs').writeFileSync('builtins.json', JSON.stringify(process.moduleLoadList)));",
	);
	if (stdio === 'pipe') {
		await run(['--require', report, ...args]);
	} else {
		const ended = spawn(process.execPath, ['--require', report, ...args], {...placed(), stdio});
		assert.deepEqual(await once(ended, 'exit'), [0, null]);
	}

	const names: string[] = JSON.parse(readFileSync(path.join(folder, 'builtins.json'), 'utf8'));
	return names.map(name => name.replace(/^NativeModule /, '')).filter(name => isBuiltin(name));
}

/** The files that one loads before it does anything, and itself. */
function loadedWith(begin: string): Set<string> {
	const loaded = new Set(programs.filter(name => name.startsWith(begin)));
	for (const name of loaded) {
		for (const [, imported = ''] of textOf(name).matchAll(/\b(?:from|import)"\.\/([^"]+)"/g)) {
			loaded.add(imported);
		}
	}

	return loaded;
}

test('the first frame loads few files, and nothing of Ink, React or Yoga; what draws the others is one file more', () => {
	const [first, all] = [loadedWith('screen-'), loadedWith('open-')];
	// What is drawn, what every run needs, what all but reading needs, what reads a terminal (hidden questions, too), and two
	// that others need in part.
	assert.ok(first.size > 2 && first.size <= 7, [...first].join(', '));
	const drawing = [...all].filter(name => !first.has(name));
	assert.equal(drawing.length, 1, drawing.join(', '));
	for (const part of ['Ink', 'React', 'Yoga'] as const) {
		assert.deepEqual(
			[...all].filter(name => textOf(name).includes(marks[part])),
			drawing,
			part,
		);
	}
});

test('nothing in the bundle asks for a module that only a CommonJS program could load', () => {
	assert.deepEqual(
		programs.filter(name => textOf(name).includes('Dynamic require of')),
		[],
	);
});

test('the check of schemas that conf imports is left out of the bundle', () => {
	const mark = marks[leftOut];
	const ajv = path.join(root, 'node_modules/ajv/dist/refs/json-schema-2020-12/schema.json');
	assert.ok(readFileSync(ajv, 'utf8').includes(mark));
	assert.deepEqual(
		programs.filter(name => textOf(name).includes(mark)),
		[],
	);
});

test('what writes the keystore’s file sends no signal on, which would count as pressed twice', async () => {
	const mark = 'SIGSTKFLT';
	const signals = path.join(root, 'node_modules/when-exit/dist/node/signals.js');
	assert.ok(readFileSync(signals, 'utf8').includes(mark));
	const writers = programs.filter(name => name.startsWith('conf-'));
	assert.ok(writers.length > 0);
	assert.deepEqual(
		writers.filter(name => textOf(name).includes(mark)),
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
