import assert from 'node:assert/strict';
import {link, mkdir, mkdtemp, realpath, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import type {PoemFolder} from '../../source/flock/poem.ts';
import {openPoems} from '../../source/poems/folder.ts';

let top = '';
let folder = '';
const secret = 'not-a-real-private-key';

beforeEach(async () => {
	top = await realpath(await mkdtemp(join(tmpdir(), 'links-')));
	folder = join(top, 'poems');
	await mkdir(join(folder, 'under'), {recursive: true});
	await mkdir(join(top, 'poems-of-others'));
	await writeFile(join(top, 'private'), secret);
	await writeFile(join(top, 'poems-of-others', 'ode.txt'), secret);
});
afterEach(() => rm(top, {recursive: true, force: true}));

async function read(): Promise<PoemFolder & {leadTo: Record<string, string | undefined>}> {
	const found = await openPoems(folder).read();
	return {...found, leadTo: Object.fromEntries(found.poems.map(poem => [poem.bot, poem.leadsTo]))};
}

/** The links that lead out of the folder, by their names; what they lead to. */
const outward: Readonly<Record<string, () => string>> = {
	absolute: () => join(top, 'private'),
	relative: () => '../private',
	'through the folder': () => 'under/../../private',
	'to a folder that begins alike': () => '../poems-of-others/ode.txt',
	'through a link to a folder': () => 'away/private',
	'to a link in the folder': () => 'absolute.txt',
};

test('a poem that is a link out of the folder is a bot that says so, and is not read without a yes', async () => {
	await symlink('..', join(folder, 'away'));
	for (const [name, target] of Object.entries(outward)) {
		await symlink(target(), join(folder, `${name}.txt`));
	}

	const {poems, notes, leadTo} = await read();
	assert.deepEqual(Object.keys(leadTo).sort(), Object.keys(outward).sort());
	for (const poem of poems) {
		const leadsTo = await realpath(poem.path);
		assert.equal(poem.leadsTo, leadsTo, poem.bot);
		const note = notes.find(({file}) => file === poem.file);
		assert.equal(note?.sentence, `A link to ${leadsTo}, outside this folder.`);
		const unread = {lines: [], note: null, more: false, elsewhere: leadsTo};
		assert.deepEqual(await openPoems(folder).text(poem, 5), unread);
		assert.deepEqual(await openPoems(folder).text(poem, 5, new Set([join(top, 'another')])), unread);
		const agreed = await openPoems(folder).text(poem, 5, new Set([leadsTo]));
		assert.deepEqual(agreed, {lines: [secret], note: null, more: false});
	}
});

test('links inside the folder, hard links, and a folder that is itself a link are ordinary', async () => {
	await writeFile(join(folder, 'ode.txt'), 'a line\n');
	await writeFile(join(folder, 'under', 'deep'), 'a line\n');
	await symlink('ode.txt', join(folder, 'near.txt'));
	await symlink(join(folder, 'under', 'deep'), join(folder, 'deep.txt'));
	await link(join(top, 'private'), join(folder, 'hard.txt'));
	const ordinary = {deep: undefined, hard: undefined, near: undefined, ode: undefined};
	assert.deepEqual((await read()).leadTo, ordinary);
	const real = folder;
	folder = join(top, 'link-to-poems');
	await symlink(real, folder);
	const {leadTo, notes, poems} = await read();
	assert.deepEqual([leadTo, notes], [ordinary, []]);
	for (const poem of poems) {
		assert.equal((await openPoems(folder).text(poem, 5)).lines.length, 1, poem.bot);
	}
});

test('a poem that becomes a link after the folder was read is not read either, nor another target than the one agreed to', async () => {
	await writeFile(join(folder, 'ode.txt'), 'a line\n');
	const {poems} = await read();
	const [poem] = poems;
	assert.ok(poem);
	await rm(poem.path);
	await symlink('../private', poem.path);
	const agreed = new Set([join(top, 'poems-of-others', 'ode.txt')]);
	assert.equal((await openPoems(folder).text(poem, 5, agreed)).elsewhere, join(top, 'private'));
});
