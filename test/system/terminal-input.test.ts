import assert from 'node:assert/strict';
import {PassThrough} from 'node:stream';
import {afterEach, beforeEach, mock, test} from 'node:test';
import {listenTo, patience} from '../../source/system/terminal-input.ts';
import type {Stroke} from '../../source/system/terminal-keys.ts';

const turn = () => new Promise(setImmediate);
let terminal: PassThrough;
let heard: string[];
let stop: () => void;

// The time is the tests' own: however busy the computer is, it passes when they say so.
beforeEach(() => {
	mock.timers.enable({apis: ['setTimeout']});
	terminal = new PassThrough();
	heard = [];
	stop = listenTo(terminal, {onStroke: stroke => heard.push(shown(stroke))});
});
afterEach(() => {
	stop();
	mock.timers.reset();
});

/** A key by its name, a text in quotes, a paste in brackets. */
function shown(stroke: Stroke): string {
	if (stroke.type === 'mouse') {
		return stroke.what;
	}

	return stroke.type === 'key'
		? stroke.key
		: stroke.type === 'text'
			? JSON.stringify(stroke.text)
			: `[${stroke.text}]`;
}

/** Sends reads one after the other, and gives what was heard of them. */
async function after(...reads: readonly (string | Uint8Array)[]): Promise<string[]> {
	heard = [];
	for (const read of reads) {
		terminal.write(read);
		await turn();
	}

	return heard;
}

/** Lets time pass, in which nothing comes. */
async function silence(ms: number): Promise<string[]> {
	mock.timers.tick(ms);
	await turn();
	await turn();
	return heard;
}

test('an Escape that nothing follows is Escape, when its time is over', async () => {
	for (const [bytes, keys] of [
		['\u001B', ['escape']],
		['\u001B\u001B', ['escape', 'escape']],
	] as const) {
		assert.deepEqual(await after(bytes), []);
		assert.deepEqual(await silence(patience.key - 1), []);
		assert.deepEqual(await silence(1), keys);
	}
});

test('Alt with a letter is no Escape, and nothing else', async () => {
	assert.deepEqual(await after('\u001Bj', '\u001B', 'q', '\u001Bé', '\u001B\u007F', 'x'), ['x']);
	assert.deepEqual(await silence(patience.report), ['x']);
});

test('an arrow whose bytes come slowly is an arrow, as long as the next comes in time', async () => {
	for (const byte of '12\u001B[A\u001BOB34\u001B[D') {
		terminal.write(byte);
		await silence(0);
		await silence(patience.key - 1);
	}

	assert.deepEqual(heard, ['1', '2', 'up', 'down', '3', '4', 'left']);
});

test('half a sequence that never goes on is nothing, and keys after it are keys', async () => {
	for (const half of [
		'\u001B[',
		'\u001B[1;',
		'\u001BO',
		'\u001B]',
		'\u001BP',
		'\u001B_',
		'\u001B^',
		'\u001BX',
	]) {
		assert.deepEqual(await after(half), []);
		await silence(patience.key);
		assert.deepEqual(await after('q'), ['q'], JSON.stringify(half));
	}

	for (const half of ['\u001B]11;', '\u001BP1+r54', '\u001B[?62', '\u001B[M!', '\u001B]0;x\u001B']) {
		assert.deepEqual(await after(half), []);
		await silence(patience.report);
		assert.deepEqual(await after('q'), ['q'], JSON.stringify(half));
	}
});

test('the rest of a report is waited for longer than that of a key', async () => {
	assert.deepEqual(await after('\u001B]11;rgb:1e1e'), []);
	await silence(patience.report - 1);
	assert.deepEqual(await after('/1e1e/1e1e\u001B'), []);
	await silence(patience.report - 1);
	assert.deepEqual(await after('\\q'), ['q']);
});

test('what arrived while the program was busy is looked for before its time counts as over', async () => {
	assert.deepEqual(await after('\u001B'), []);
	mock.timers.tick(patience.key);
	// The timer was served first, the rest of the arrow after it.
	terminal.write('[A');
	await silence(0);
	assert.deepEqual(heard, ['up']);
});

test('a paste without an end ends by itself, and what was pasted is kept', async () => {
	assert.deepEqual(await after('\u001B[200~123', '4'), []);
	assert.deepEqual(await silence(patience.report - 1), []);
	assert.deepEqual(await silence(1), ['[1234]']);
	assert.deepEqual(await after('q', '\u001B[A'), ['q', 'up']);
	// Its end comes after all.
	assert.deepEqual(await after('\u001B[201~', 'q'), ['q']);
	assert.deepEqual(await after('\u001B[200~12\u001B[20'), []);
	assert.deepEqual(await silence(patience.report), ['[12]']);
});

test('Ctrl-C is Ctrl-C in whatever it comes', async () => {
	for (const begun of [
		'',
		'12',
		'\u001B',
		'\u001B\u001B',
		'\u001B[',
		'\u001B[1;',
		'\u001BO',
		'\u001B[M',
		'\u001B[M!!',
		'\u001B]11;rgb',
		'\u001B]11;rgb\u001B',
		'\u001BP1+r',
		'\u001B_G',
		'\u001B^x',
		'\u001BXx',
		'\u001B[200~',
		'\u001B[200~123\u001B[20',
		'\u00C3',
	]) {
		const [whole, apart] = [await after(`${begun}\u0003`), await after(begun, '\u0003')];
		assert.equal(whole.at(-1), 'ctrl+c', JSON.stringify(begun));
		assert.equal(apart.at(-1), 'ctrl+c', JSON.stringify(begun));
		assert.deepEqual(await after('q'), ['q'], JSON.stringify(begun));
	}

	assert.deepEqual(await after('\u001B[200~123\u0003'), ['[123]', 'ctrl+c']);
});

test('a read is a row of keys: control characters in it are keys, what is between them texts', async () => {
	assert.deepEqual(await after('99\u00151234567\r'), ['"99"', 'ctrl+u', '"1234567\\r"']);
	assert.deepEqual(await after('123\u0015'), ['"123"', 'ctrl+u']);
	assert.deepEqual(await after('1\u001A'), ['1', 'ctrl+z']);
	assert.deepEqual(await after('12\u007F\u007F\b'), ['"12"', 'backspace', 'backspace', 'backspace']);
	assert.deepEqual(await after('ab\u001B[A\u001B[Bq\u0003'), ['"ab"', 'up', 'down', 'q', 'ctrl+c']);
	assert.deepEqual(await after('\u0000\u0007\u001F'), ['ctrl+g']);
});

test('a line end that comes alone is enter, however it is written; one after a text stays with it', async () => {
	assert.deepEqual(await after('\r', '\n', '\r\n', '\t', ' '), ['enter', 'enter', 'enter', 'tab', 'space']);
	assert.deepEqual(await after('1234567\r', 'a\tb'), ['"1234567\\r"', '"a\\tb"']);
	assert.deepEqual(await after('👩‍👩‍👧‍👦', 'S'), ['👩‍👩‍👧‍👦', 'S']);
});

test('a character of several bytes is whole wherever it is split, and half of one takes nothing along', async () => {
	const bytes = Buffer.from('é俳👩');
	assert.deepEqual(await after(...Array.from(bytes, byte => Uint8Array.of(byte))), ['é', '俳', '👩']);
	assert.deepEqual(await after(bytes.subarray(0, 3), bytes.subarray(3)), ['é', '"俳👩"']);
	for (const lead of [0xc3, 0xe4, 0xf0, 0xff, 0x80, 0x9b, 0x9f]) {
		assert.deepEqual(await after(Uint8Array.of(lead), 'q'), ['q']);
		assert.deepEqual(await after(Uint8Array.of(lead), '\u001B[A'), ['up']);
		assert.deepEqual(await after(Uint8Array.of(lead), 'é'), ['é']);
	}

	// Longer than it has to be, half of a pair, and too large.
	const wrong = [0xc0, 0xaf, 0xed, 0xa0, 0x80, 0xf4, 0x90, 0x80, 0x80, 0xf8, 0x88, 0x80, 0x80, 0x80];
	assert.deepEqual(await after(Uint8Array.of(...wrong, 0x71)), ['q']);
});

test('who listens next hears what the one before has let go of', async () => {
	stop();
	terminal.write('q');
	await turn();
	assert.deepEqual(heard, []);
	stop = listenTo(terminal, {onStroke: stroke => heard.push(shown(stroke))});
	await turn();
	assert.deepEqual(heard, ['q']);
});
