import assert from 'node:assert/strict';
import {PassThrough} from 'node:stream';
import {afterEach, beforeEach, mock, test} from 'node:test';
import {openHiddenTerminal} from '../source/command-line/hidden-line.ts';
import {patience} from '../source/system/terminal-input.ts';

const turn = () => new Promise(setImmediate);
let input: PassThrough;
let output = '';
let interrupts = 0;
let terminal: ReturnType<typeof openHiddenTerminal>;

beforeEach(() => {
	mock.timers.enable({apis: ['setTimeout']});
	input = new PassThrough();
	[output, interrupts] = ['', 0];
	terminal = openHiddenTerminal({
		input,
		output: new PassThrough().on('data', (text: Buffer) => {
			output += text;
		}),
		mask: '*',
		signal: new AbortController().signal,
		onInterrupt() {
			interrupts += 1;
		},
	});
});
afterEach(() => {
	terminal.close('restored');
	mock.timers.reset();
});

/** Asks once, while reads come one after the other; `null` stands for a silence. */
async function answerTo(...reads: readonly (string | Uint8Array | null)[]): Promise<unknown> {
	const answer = terminal.ask('What?');
	for (const read of reads) {
		if (read === null) {
			mock.timers.tick(patience.report);
			await turn();
		} else {
			input.write(read);
		}

		await turn();
	}

	return answer;
}

test('a burst is a row of keys, edited as if it were typed', async () => {
	assert.deepEqual(await answerTo('abé\u007F\u007Fc\n'), {line: 'ac'});
	assert.deepEqual(await answerTo('wrong\u0015right\r'), {line: 'right'});
	assert.deepEqual(await answerTo('a', '\u0000\u0007\tb\r'), {line: 'ab'});
	assert.deepEqual(await answerTo('four quiet words\r'), {line: 'four quiet words'});
	assert.deepEqual(await answerTo('俳👩‍👩‍👧‍👦', '\u001B[99;1u\r'), {line: '俳👩‍👩‍👧‍👦c'});
});

test('what comes after a line end belongs to the next question, and a line end is one however it is written', async () => {
	assert.deepEqual(await answerTo('one\rtwo\r\nthree\r'), {line: 'one'});
	assert.deepEqual(await answerTo(), {line: 'two'});
	assert.deepEqual(await answerTo(), {line: 'three'});
});

test('a paste is taken whole, with and without brackets, and its line end submits', async () => {
	assert.deepEqual(await answerTo('\u001B[200~four words\u001B[201~', '\r'), {line: 'four words'});
	assert.deepEqual(await answerTo('\u001B', '[20', '0~a b\u001B[20', '1~\r'), {line: 'a b'});
	assert.deepEqual(await answerTo('\u001B[200~a\u0015\u0004\u001B[Ab\r\n\u001B[201~'), {line: 'a[Ab'});
	assert.deepEqual(await answerTo('four words\r\n'), {line: 'four words'});
	assert.deepEqual(await answerTo('\u001B[200~four', null, '\r'), {line: 'four'});
});

test('arrow keys, Alt, Escape and half a sequence are no part of a line', async () => {
	assert.deepEqual(await answerTo('a\u001B[Ab\u001BOBc\u001B[1;5Cd\u001Bx\r'), {line: 'abcd'});
	assert.deepEqual(await answerTo('a\u001B', null, 'b\u001B[1;', null, 'c\r'), {line: 'abc'});
});

test('what the terminal says by itself is no part of a line, however it is split', async () => {
	const said =
		'\u001B]11;rgb:1e1e/1e1e/1e1e\u0007\u001BP1+r544e\u001B\\\u001B_Gi=1;OK\u001B\\\u001B[?62;22c\u001B[I';
	assert.deepEqual(await answerTo(`a${said}b\r`), {line: 'ab'});
	assert.deepEqual(await answerTo('a', ...said, 'b\r'), {line: 'ab'});
});

test('Ctrl-C interrupts whatever has begun, and between questions, too', async () => {
	for (const begun of ['ab', '\u001B', '\u001B[1;', '\u001B]11;', '\u001BP', '\u001B[200~12', '\u001B[M']) {
		assert.deepEqual(await answerTo(begun, '\u0003'), 'interrupted', JSON.stringify(begun));
	}

	assert.equal(interrupts, 7);
	input.write('early\u0003');
	await turn();
	assert.equal(interrupts, 8);
	assert.deepEqual(await answerTo('late\r'), {line: 'late'});
	assert.doesNotMatch(output, /early|late/);
});

test('Ctrl-D on an empty line, and the end of the input, end a question', async () => {
	assert.equal(await answerTo('\u0004'), 'ended');
	const asked = terminal.ask('What?');
	input.end();
	assert.equal(await asked, 'ended');
	assert.equal(await terminal.ask('What?'), 'ended');
});
