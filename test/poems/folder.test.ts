import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {openPoems} from '../../source/poems/folder.ts';
import {fromSource} from '../helpers/from-source.ts';
import {withoutRoot} from './without-root.ts';

let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'poems-'));
});

afterEach(async () => {
	await rm(folder, {recursive: true, force: true});
});

async function write(...files: string[]): Promise<void> {
	for (const file of files) {
		await writeFile(join(folder, file), 'a line\n');
	}
}

async function bots(): Promise<string[]> {
	return (await openPoems(folder).read()).poems.map(poem => poem.bot);
}

test('every .txt file is a bot, in the order in which a reader looks for it', async () => {
	await write(
		'moth.txt',
		'harbour.txt',
		'俳句.txt',
		'night train.txt',
		'untxtured.txt',
		'txt.txt',
		'élan.txt',
	);
	const {poems, notes, problem, path} = await openPoems(folder).read();
	assert.deepEqual(
		poems.map(poem => poem.bot),
		['élan', 'harbour', 'moth', 'night train', 'txt', 'untxtured', '俳句'],
	);
	assert.deepEqual(poems[1], {bot: 'harbour', file: 'harbour.txt', path: join(folder, 'harbour.txt')});
	assert.deepEqual([notes, problem, path], [[], null, folder]);
});

test('names that hold control characters are kept exactly', async () => {
	const names = [
		'a\u001b[31mb',
		'bell\u0007',
		'line\nend',
		'back\rto',
		'rtl\u202e',
		'__proto__',
		'v1.2',
		'%s$(x)',
	];
	await write(...names.map(name => `${name}.txt`));
	assert.deepEqual(new Set(await bots()), new Set(names));
});

test('hidden files, companions of macOS and other kinds of files are no bots, and no news', async () => {
	await write('._ode.txt', '.ode.txt', '.txt', '.DS_Store', 'notes.md', 'ode.txt');
	await mkdir(join(folder, 'drafts'));
	const {poems, notes} = await openPoems(folder).read();
	assert.deepEqual(
		poems.map(poem => poem.bot),
		['ode'],
	);
	assert.deepEqual(notes, []);
});

test('an ending in capitals makes a bot as well', async () => {
	await write('ODE.TXT');
	assert.deepEqual(await bots(), ['ODE']);
});

test('of two poems that would have one name both stay, and a note names the renamed one', async t => {
	await write('ode.txt', 'ode.TXT', 'ode.Txt');
	const {poems, notes} = await openPoems(folder).read();
	if (poems.length === 1) {
		t.skip('names here are the same in capitals');
		return;
	}

	assert.deepEqual(Object.fromEntries(poems.map(poem => [poem.bot, poem.file])), {
		ode: 'ode.txt',
		'ode.TXT': 'ode.TXT',
		'ode.Txt': 'ode.Txt',
	});
	assert.deepEqual(
		notes.map(note => note.file),
		['ode.Txt', 'ode.TXT'],
	);
	assert.match(notes[0]?.sentence ?? '', /already named ode, so this bot is ode\.Txt/);
});

test('the name that a clash gives does not clash in turn', async () => {
	await write('ode.txt', 'ode.TXT', 'ode.TXT.txt');
	const {poems} = await openPoems(folder).read();
	assert.deepEqual(Object.fromEntries(poems.map(poem => [poem.bot, poem.file])), {
		ode: 'ode.txt',
		'ode.TXT': 'ode.TXT.txt',
		'ode.TXT.TXT': 'ode.TXT',
	});
});

test('what is no file, and a link to nothing or to itself, is skipped with a note', async () => {
	await write('ode.txt', 'kept.md');
	await mkdir(join(folder, 'folder.txt'));
	await symlink('gone', join(folder, 'dangling.txt'));
	await symlink('itself.txt', join(folder, 'itself.txt'));
	await symlink('kept.md', join(folder, 'linked.txt'));
	await symlink('.', join(folder, 'here.txt'));
	execFileSync('mkfifo', [join(folder, 'pipe.txt')]);
	const server = createServer().listen(join(folder, 'socket.txt'));
	try {
		const {poems, notes} = await openPoems(folder).read();
		assert.deepEqual(
			poems.map(poem => poem.bot),
			['linked', 'ode'],
		);
		assert.deepEqual(Object.fromEntries(notes.map(note => [note.file, note.sentence])), {
			'dangling.txt': 'Skipped: it is a link to nothing.',
			'folder.txt': 'Skipped: it is a folder.',
			'here.txt': 'Skipped: it is a link to a folder.',
			'itself.txt': 'Skipped: it is a link to itself.',
			'pipe.txt': 'Skipped: it is a named pipe.',
			'socket.txt': 'Skipped: it is a socket.',
		});
	} finally {
		server.close();
	}
});

test('a name that is not UTF-8 is skipped with a note', async t => {
	await write('ode.txt');
	try {
		await writeFile(
			Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x66, 0xff]), Buffer.from('.txt')]),
			'',
		);
	} catch {
		t.skip('this file system takes no such name');
		return;
	}

	const {poems, notes} = await openPoems(folder).read();
	assert.deepEqual(
		poems.map(poem => poem.bot),
		['ode'],
	);
	assert.deepEqual(notes, [{file: 'f\ufffd.txt', sentence: 'Skipped: its name is not UTF-8. Rename it.'}]);
});

test('a folder without poems says why', async () => {
	const problem = async (path: string) => (await openPoems(path).read()).problem;
	await write('notes.md');
	assert.equal(await problem(folder), 'empty');
	assert.equal(await problem(join(folder, 'missing')), 'missing');
	assert.equal(await problem(join(folder, 'notes.md')), 'not-a-folder');
	const shut = join(folder, 'shut');
	await mkdir(shut);
	await chmod(folder, 0o755);
	await chmod(shut, 0o000);
	assert.equal(await withoutRoot(() => problem(shut)), 'unreadable');
});

test('the folder may itself be a link', async () => {
	await write('ode.txt');
	const link = `${folder}-link`;
	await symlink(folder, link);
	try {
		assert.equal((await openPoems(link).read()).poems[0]?.bot, 'ode');
	} finally {
		await rm(link);
	}
});

test('ten thousand poems are all found', async () => {
	const names = Array.from({length: 10_000}, (_, index) => `poem ${index}`);
	await Promise.all(names.map(name => writeFile(join(folder, `${name}.txt`), '')));
	const {poems} = await openPoems(folder).read();
	assert.deepEqual(new Set(poems.map(poem => poem.bot)), new Set(names));
});

/** Watches, and gives a promise of the next call after each `next()`. */
function watched(path: string) {
	let call = () => {};
	const stop = openPoems(path).watch(() => call());
	return {
		stop,
		next: () =>
			new Promise<void>(resolve => {
				call = resolve;
			}),
	};
}

/** Waits for calls until the folder reads as expected: one change may be told of more than once. */
async function until(path: string, watch: ReturnType<typeof watched>, expected: string): Promise<void> {
	// The watch keeps no program alive, so something else must.
	const alive = setInterval(() => {}, 1000);
	try {
		for (;;) {
			const next = watch.next();
			const {poems, problem} = await openPoems(path).read();
			if ((problem ?? poems.map(poem => poem.bot).join()) === expected) {
				return;
			}

			await next;
		}
	} finally {
		clearInterval(alive);
	}
}

test('a watched folder tells of poems that come, go and are renamed', async () => {
	await write('ode.txt');
	const watch = watched(folder);
	try {
		await write('moth.txt');
		await until(folder, watch, 'moth,ode');
		await rename(join(folder, 'moth.txt'), join(folder, 'fly.txt'));
		await until(folder, watch, 'fly,ode');
		await rm(join(folder, 'fly.txt'));
		await until(folder, watch, 'ode');
	} finally {
		watch.stop();
	}
});

test('a watched folder that vanishes and comes back is still watched', async () => {
	await write('ode.txt');
	const watch = watched(folder);
	try {
		await rm(folder, {recursive: true});
		await until(folder, watch, 'missing');
		await mkdir(folder);
		await until(folder, watch, 'empty');
		await write('moth.txt');
		await until(folder, watch, 'moth');
		await rename(folder, `${folder}-away`);
		await until(folder, watch, 'missing');
		await rename(`${folder}-away`, folder);
		await until(folder, watch, 'moth');
		await write('kettle.txt');
		await until(folder, watch, 'kettle,moth');
	} finally {
		watch.stop();
	}
});

test('a folder that does not exist yet can be watched', async () => {
	const later = join(folder, 'later');
	const watch = watched(later);
	try {
		await mkdir(later);
		await until(later, watch, 'empty');
		await writeFile(join(later, 'ode.txt'), '');
		await until(later, watch, 'ode');
	} finally {
		watch.stop();
	}
});

test('a watched poem that is rewritten is told of', async () => {
	await write('ode.txt');
	const watch = watched(folder);
	const alive = setInterval(() => {}, 1000);
	try {
		const told = watch.next();
		await writeFile(join(folder, 'ode.txt'), 'another line\n');
		await told;
	} finally {
		clearInterval(alive);
		watch.stop();
	}
});

test('watching keeps no program alive', () => {
	const module = new URL('../../source/poems/folder.ts', import.meta.url).href;
	const script = `
		const {openPoems} = await import(${JSON.stringify(module)});
		openPoems(process.argv[1]).watch(() => {});
		process.stdout.write('watching');
	`;
	const out = execFileSync(process.execPath, [...fromSource, '--input-type=module', '-e', script, folder], {
		encoding: 'utf8',
	});
	assert.equal(out, 'watching');
});
