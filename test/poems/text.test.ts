import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {chmod, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import fc from 'fast-check';
import {openPoems} from '../../source/poems/folder.ts';
import type {PoemText} from '../../source/poems/poems.ts';
import {poemText} from '../../source/poems/text.ts';
import {withoutRoot} from './without-root.ts';

let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'poem-'));
});

afterEach(async () => {
	await rm(folder, {recursive: true, force: true});
});

function text(lines = 10): Promise<PoemText> {
	return openPoems(folder).text({bot: 'ode', file: 'ode.txt', path: join(folder, 'ode.txt')}, lines);
}

async function textOf(content: string | Uint8Array, lines = 10): Promise<PoemText> {
	await writeFile(join(folder, 'ode.txt'), content);
	return text(lines);
}

const twoLines = {lines: ['one', 'two'], note: null, more: false};

test('lines are read whatever ends them', async () => {
	assert.deepEqual(await textOf('one\ntwo\n'), twoLines);
	assert.deepEqual(await textOf('one\r\ntwo\r\n'), twoLines);
	assert.deepEqual(await textOf('one\rtwo'), twoLines);
});

test('a byte order mark and UTF-16 are understood', async () => {
	assert.deepEqual(await textOf('\ufeffone\ntwo\n'), twoLines);
	const little = Buffer.from('\ufeffone\r\ntwo\r\n', 'utf16le');
	assert.deepEqual(await textOf(little), twoLines);
	assert.deepEqual(await textOf(Buffer.from(little).swap16()), twoLines);
});

test('only as many lines come as are asked for, and it is said that there are more', async () => {
	assert.deepEqual(await textOf('one\n\ntwo\nthree\n', 3), {
		lines: ['one', '', 'two'],
		note: null,
		more: true,
	});
	assert.deepEqual(await textOf('one\ntwo\n\n\n', 2), twoLines);
});

test('a poem without words says so', async () => {
	assert.deepEqual(await textOf(''), {lines: [], note: 'empty', more: false});
	assert.deepEqual(await textOf('\r\n \n\t\n'), {lines: [], note: 'only blank lines', more: false});
});

test('what is no text says so', async () => {
	const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
	assert.equal((await textOf(png)).note, 'not text');
	assert.equal((await textOf(Buffer.from('one\0two'))).note, 'not text');
	assert.equal((await textOf(Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00]))).note, 'not text');
});

test('an older encoding is shown, with a note', async () => {
	const shown = await textOf(Buffer.from('caf\u00e9\n', 'latin1'));
	assert.deepEqual(shown, {lines: ['café'], note: 'not UTF-8: shown as Windows-1252', more: false});
});

test('control characters are made visible and tabs become spaces', async () => {
	assert.deepEqual((await textOf('\u001b[31mred\u0007\n\tin\u202e\n')).lines, [
		'␛[31mred␇',
		'    in‹U+202E›',
	]);
});

test('only the beginning of a large poem is read, and no character is cut through', async () => {
	const shown = await textOf('句'.repeat(1_000_000));
	assert.equal(shown.more, true);
	assert.equal(shown.lines.length, 1);
	assert.match(shown.lines[0] ?? '', /^句+$/);
	assert.ok((shown.lines[0] ?? '').length < 30_000);
});

test('a poem that cannot be read says why', async () => {
	assert.equal((await text()).note, 'cannot be read: it is gone');
	await writeFile(join(folder, 'ode.txt'), 'one');
	await chmod(join(folder, 'ode.txt'), 0o000);
	await chmod(folder, 0o755);
	assert.equal((await withoutRoot(text)).note, 'cannot be read: permission denied');
});

test('a named pipe or a folder in the place of a poem is not waited for', async () => {
	execFileSync('mkfifo', [join(folder, 'ode.txt')]);
	assert.equal((await text()).note, 'cannot be read: it is not a file');
	assert.equal(
		(await openPoems(folder).text({bot: 'ode', file: 'ode.txt', path: folder}, 1)).note,
		'cannot be read: it is not a file',
	);
});

test('no bytes break the reader, and none reach the terminal as they are', () => {
	fc.assert(
		fc.property(fc.uint8Array({maxLength: 200}), fc.boolean(), (bytes, cutOff) => {
			const {lines} = poemText(bytes, cutOff, 5);
			assert.ok(lines.length <= 5);
			assert.doesNotMatch(lines.join(''), /[\0-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]/);
		}),
	);
});

test('every poem of the project is short, plain text with lines that fit a narrow terminal', async () => {
	const poems = new URL('../../poems/', import.meta.url);
	const files = await readdir(poems);
	assert.ok(files.length >= 10);
	for (const file of files) {
		const bytes = await readFile(new URL(encodeURIComponent(file), poems));
		const {lines, note, more} = poemText(bytes, false, 14);
		assert.deepEqual([note, more], [null, false], file);
		assert.equal(bytes.toString(), `${lines.join('\n')}\n`, file);
		assert.ok(
			lines.every(line => line.length <= 54),
			file,
		);
	}
});
