import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import {
	chmod,
	link,
	mkdir,
	mkdtemp,
	readdir,
	readFile,
	realpath,
	rm,
	stat,
	symlink,
	writeFile,
} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {type ExportRequest, exportText, writeExport} from '../../source/bundles/export.ts';
import {formats} from '../../source/bundles/formats.ts';
import {withoutRoot} from '../poems/without-root.ts';
import {entryOf} from './entries.ts';

let folder: string;

beforeEach(async () => {
	folder = await realpath(await mkdtemp(join(tmpdir(), 'export-')));
	await mkdir(join(folder, 'poems'));
	await writeFile(join(folder, 'poems', 'harbour.txt'), 'The boats are in.\n');
});

afterEach(async () => {
	await rm(folder, {recursive: true, force: true});
});

function write(changes: Partial<ExportRequest> = {}) {
	return writeExport({
		format: 'bundle',
		entries: [entryOf()],
		out: 'keys',
		cwd: folder,
		force: false,
		poemsFolder: join(folder, 'poems'),
		untouchable: [join(folder, 'poems', 'harbour.txt')],
		...changes,
	});
}

function text(...path: string[]): Promise<string> {
	return readFile(join(folder, ...path), 'utf8');
}

async function mode(...path: string[]): Promise<string> {
	return ((await stat(join(folder, ...path))).mode & 0o777).toString(8);
}

const names = ['harbour', 'moth', '俳句', 'night train', 'txt', 'json', 'untxtured', 'a/b'];

test('bundles are files of their owner alone, one for each bot, in a folder of its own', async () => {
	const {files, warnings} = await write({entries: names.map(bot => entryOf({bot}))});
	assert.deepEqual(
		new Set(await readdir(join(folder, 'keys'))),
		new Set(
			['harbour', 'moth', '俳句', 'night train', 'txt', 'json', 'untxtured', 'a%2Fb'].map(
				name => `${name}.json`,
			),
		),
	);
	assert.deepEqual(
		[files.length, files[0], warnings],
		[names.length, join(folder, 'keys', 'harbour.json'), []],
	);
	assert.equal(await mode('keys'), '700');
	assert.equal(await mode('keys', 'harbour.json'), '600');
});

test('a file that others could read is theirs no more', async () => {
	await mkdir(join(folder, 'keys'));
	await writeFile(join(folder, 'keys', 'harbour.json'), exportText('bundle', [entryOf()]));
	await chmod(join(folder, 'keys'), 0o755);
	await chmod(join(folder, 'keys', 'harbour.json'), 0o644);
	await write();
	assert.equal(await mode('keys', 'harbour.json'), '600');
});

test('a format of many keys is one file, and a bot alone may have a file', async () => {
	await write({format: 'twarc', out: 'deep/er/twarc.ini', entries: names.map(bot => entryOf({bot}))});
	assert.equal(formats.twarc.read(await text('deep', 'er', 'twarc.ini')).entries.length, names.length);
	await write({format: 'dotenv', out: 'bot.env'});
	assert.match(await text('bot.env'), /^TWITTER_CONSUMER_KEY=practice-app$/m);
	await write({out: 'one.json'});
	assert.match(await text('one.json'), /"oauth_token"/);
	await write({format: 'dotenv', out: 'envs', entries: [entryOf(), entryOf({bot: 'moth'})]});
	assert.deepEqual(await readdir(join(folder, 'envs')), ['harbour.env', 'moth.env']);
	await write({format: 'dotenv', out: 'more/'});
	assert.deepEqual(await readdir(join(folder, 'more')), ['harbour.env']);
});

test('a file of the same format is added to', async () => {
	await write({format: 'json', out: 'keys.json', entries: [entryOf({bot: 'moth'})]});
	await write({format: 'json', out: 'keys.json'});
	assert.deepEqual(
		formats.json.read(await text('keys.json')).entries.map(entry => entry.bot),
		['moth', 'harbour'],
	);
});

test('a file of another kind is replaced with --force alone', async () => {
	await writeFile(join(folder, 'notes'), '# notes\n');
	await assert.rejects(write({format: 'twurl', out: 'notes'}), {code: 'export-exists'});
	assert.equal(await text('notes'), '# notes\n');
	await write({format: 'twurl', out: 'notes', force: true});
	assert.match(await text('notes'), /^profiles:/);
	await writeFile(join(folder, 'package.json'), '{"name": "bots"}');
	await assert.rejects(write({out: 'package.json'}), {code: 'export-exists'});
	await writeFile(join(folder, 'bytes'), new Uint8Array([0xff]));
	await assert.rejects(write({format: 't', out: 'bytes'}), {code: 'export-exists'});
	await writeFile(join(folder, 'empty'), '\n');
	await write({format: 't', out: 'empty'});
});

test('a damaged file of the same format is left, unless forced', async () => {
	const damaged = 'profiles:\n  a: [\n';
	await writeFile(join(folder, 'rc'), damaged);
	await assert.rejects(write({format: 'twurl', out: 'rc'}), {code: 'export-exists'});
	assert.equal(await text('rc'), damaged);
	await write({format: 'twurl', out: 'rc', force: true});
	assert.deepEqual(formats.twurl.read(await text('rc')).entries, [entryOf()]);
});

test('nothing is written through a link, nor where no file is, even with --force', async () => {
	await writeFile(join(folder, 'precious'), '');
	await symlink('precious', join(folder, 'link'));
	await symlink('nowhere', join(folder, 'dangling'));
	await symlink('poems', join(folder, 'linked-folder'));
	await mkdir(join(folder, 'directory'));
	execFileSync('mkfifo', [join(folder, 'pipe')]);
	for (const out of ['link', 'dangling', 'directory', 'pipe']) {
		await assert.rejects(write({format: 'json', out, force: true}), {code: 'export-unsafe'}, out);
	}

	await assert.rejects(write({out: 'linked-folder', force: true}), {code: 'export-unsafe'});
	await mkdir(join(folder, 'keys'));
	await symlink('../precious', join(folder, 'keys', 'harbour.json'));
	await assert.rejects(write({force: true}), {code: 'export-unsafe'});
	assert.equal(await text('precious'), '');
});

test('no poem is written over, by whatever path, even with --force', async () => {
	await link(join(folder, 'poems', 'harbour.txt'), join(folder, 'hard-link'));
	await symlink('poems', join(folder, 'same'));
	await writeFile(join(folder, 'linked-poem'), 'TITLE=ode\n');
	await symlink('../linked-poem', join(folder, 'poems', 'ode.txt'));
	const untouchable = ['harbour.txt', 'ode.txt'].map(file => join(folder, 'poems', file));
	for (const out of [
		'poems/harbour.txt',
		'same/harbour.txt',
		'hard-link',
		'linked-poem',
		'poems/new.txt',
		'poems/NEW.TXT',
	]) {
		await assert.rejects(
			write({format: 'dotenv', out, force: true, untouchable}),
			{code: 'export-unsafe'},
			out,
		);
	}

	assert.equal(await text('poems', 'harbour.txt'), 'The boats are in.\n');
	assert.equal(await text('linked-poem'), 'TITLE=ode\n');
});

test('bundles go beside poems without touching them, whatever these are called', async () => {
	for (const poem of ['txt.txt', 'json.txt', 'untxtured.txt']) {
		await writeFile(join(folder, 'poems', poem), poem);
	}

	await write({out: 'poems', entries: ['txt', 'json', 'untxtured', 'harbour'].map(bot => entryOf({bot}))});
	for (const poem of ['txt.txt', 'json.txt', 'untxtured.txt']) {
		assert.equal(await text('poems', poem), poem);
	}

	assert.deepEqual((await readdir(join(folder, 'poems'))).length, 8);
});

test('one bot that cannot be written stops all before anything is', async () => {
	await mkdir(join(folder, 'keys'));
	await writeFile(join(folder, 'keys', 'moth.json'), 'a poem\n');
	await assert.rejects(write({entries: [entryOf(), entryOf({bot: 'moth'})]}), {code: 'export-exists'});
	assert.deepEqual(await readdir(join(folder, 'keys')), ['moth.json']);
	await assert.rejects(
		write({out: 'other', entries: [entryOf(), entryOf({bot: 'moth', accessSecret: 'é'})]}),
		{
			code: 'export-value',
		},
	);
	await assert.rejects(readdir(join(folder, 'other')), {code: 'ENOENT'});
});

test('two bots never go into one file', async () => {
	const two = [entryOf({bot: 'Ode'}), entryOf({bot: 'ode'})];
	const tellsApart = await writeFile(join(folder, 'case'), '').then(() =>
		stat(join(folder, 'CASE')).then(
			() => false,
			() => true,
		),
	);
	if (tellsApart) {
		await write({entries: two});
		assert.deepEqual((await readdir(join(folder, 'keys'))).sort(), ['Ode.json', 'ode.json']);
	} else {
		await assert.rejects(write({entries: two}), /Ode and ode would go into one file/);
	}

	await assert.rejects(write({out: 'same', entries: [entryOf(), entryOf()]}), /harbour and harbour/);
});

test('a place that cannot be written is named, and nothing is left behind', async () => {
	const shut = join(folder, 'shut');
	await mkdir(shut, {mode: 0o555});
	await chmod(folder, 0o755);
	await assert.rejects(
		withoutRoot(() => write({format: 'json', out: 'shut/keys.json'})),
		{code: 'export-unwritable', message: `Cannot write ${shut}/keys.json (EACCES).`},
	);
	await assert.rejects(write({out: 'poems/harbour.txt/keys'}), {code: 'export-unwritable'});
	assert.deepEqual(await readdir(shut), []);
});

test('a bundle folder that is a file is refused', async () => {
	await writeFile(join(folder, 'keys'), 'x');
	await assert.rejects(write({entries: [entryOf(), entryOf({bot: 'moth'})], force: true}), {
		code: 'export-exists',
	});
	assert.equal(await text('keys'), 'x');
});

test('no temporary file stays', async () => {
	await write({entries: names.map(bot => entryOf({bot}))});
	await write({entries: names.map(bot => entryOf({bot}))});
	assert.equal((await readdir(join(folder, 'keys'))).filter(name => name.startsWith('.')).length, 0);
});

test('where the files lie in a git work tree, the command that asks git about them is told', async () => {
	const warned = async () => (await write()).warnings.join();
	assert.equal(await warned(), '');
	await mkdir(join(folder, '.git'));
	assert.equal(
		await warned(),
		`harbour.json is in the git work tree ${folder}. Before you commit, check that git ignores it: git -C ${join(folder, 'keys')} check-ignore -v -- harbour.json`,
	);
	const bots = ['1', '2', '3', '4', '5', '6'];
	const many = await write({out: 'open', entries: bots.map(bot => entryOf({bot}))});
	assert.match(
		many.warnings.join(),
		/^6 files with keys are in the git work tree .* git ignores them: git -C \S+open status --short --ignored \.$/,
	);
});

test('the command that is told says of a real repository what git ignores', {
	skip: spawnSync('git', ['--version']).status === 0 ? false : 'git is not installed',
}, async () => {
	execFileSync('git', ['init', '-q', folder]);
	const asked = async (more: Partial<ExportRequest> = {}) => {
		const {warnings} = await write(more);
		const command = warnings[0]?.slice((warnings[0] ?? '').indexOf(': git ') + 2) ?? '';
		return spawnSync('sh', ['-c', command], {encoding: 'utf8'}).stdout;
	};

	const many = {out: "keys o'f all", entries: ['1', '2', '3', '4', '5', '6'].map(bot => entryOf({bot}))};
	assert.equal(await asked(), '');
	assert.equal(await asked(many), '?? ./\n');
	await writeFile(join(folder, '.gitignore'), 'keys*/\n');
	assert.match(await asked(), /\.gitignore:1:keys\*\/\tharbour\.json\n$/);
	assert.equal(await asked(many), '!! ./\n');
});

test('standard output gets the same text', () => {
	assert.equal(exportText('json', [entryOf()]), formats.json.write([entryOf()], null));
	assert.throws(() => exportText('bundle', [entryOf(), entryOf({bot: 'moth'})]), {code: 'usage'});
});
