import assert from 'node:assert/strict';
import {once} from 'node:events';
import {PassThrough} from 'node:stream';
import {afterEach, beforeEach, mock, test} from 'node:test';
import type {Key} from 'ink';
import {Keyboard} from '../../source/tui/keyboard.ts';
import {actionOf} from '../../source/tui/window/keys.ts';

const escapeKey = '\u001B[27u';

/** How long the rest of a sequence is waited for; milliseconds. */
const patienceMs = 150;

// The time is the tests' own: however busy the computer is, it passes when they say so.
beforeEach(() => mock.timers.enable({apis: ['setTimeout']}));
afterEach(() => mock.timers.reset());

/** Sends chunks one after the other, and gives what the keyboard hands on by the time `x` has come through. */
async function through(...chunks: readonly (string | Buffer)[]): Promise<string> {
	const terminal = new PassThrough();
	const keyboard = new Keyboard(terminal);
	let got = '';
	const done = Promise.withResolvers<string>();
	keyboard.on('data', (text: string) => {
		got += text;
		if (got.endsWith('x')) {
			done.resolve(got.slice(0, -1));
		}
	});
	for (const chunk of [...chunks, 'x']) {
		terminal.write(chunk);
		await new Promise(setImmediate);
	}

	const result = await done.promise;
	keyboard.destroy();
	return result;
}

for (const arrow of [
	'\u001B[A',
	'\u001BOA',
	'\u001B[1;5D',
	'\u001B[5~',
	'\u001B[3~',
	'\u001B\u001B[B',
	'\u001B[[A',
]) {
	const name = JSON.stringify(arrow.replaceAll('\u001B', '^'));
	test(`the sequence ${name} is handed on whole, wherever it is split`, async () => {
		assert.equal(await through(arrow), arrow);
		assert.equal(await through(...arrow), arrow);
		for (let at = 1; at < arrow.length; at++) {
			assert.equal(await through('1', arrow.slice(0, at), arrow.slice(at), '2'), `1${arrow}2`);
		}
	});
}

test('an Escape that nothing follows is handed on as Escape', async () => {
	const terminal = new PassThrough();
	const keyboard = new Keyboard(terminal);
	const after = async (bytes: string) => {
		const heard = once(keyboard, 'data');
		terminal.write(bytes);
		await new Promise(setImmediate);
		mock.timers.tick(patienceMs);
		return heard;
	};
	assert.deepEqual(await after('\u001B'), [escapeKey]);
	assert.deepEqual(await after('\u001B\u001B'), [escapeKey + escapeKey]);
	keyboard.destroy();
});

test('an arrow whose bytes come slowly is an arrow, as long as the next comes in time', async () => {
	const terminal = new PassThrough();
	const keyboard = new Keyboard(terminal);
	const seen: string[] = [];
	keyboard.on('data', (text: string) => seen.push(text));
	for (const byte of '12\u001B[A\u001BOB34\u001B[D') {
		terminal.write(byte);
		await new Promise(setImmediate);
		mock.timers.tick(patienceMs - 1);
	}

	assert.equal(seen.join('|'), '1|2|\u001B[A|\u001BOB|3|4|\u001B[D');
	keyboard.destroy();
});

test('an Escape before a letter is Escape, then the letter', async () => {
	assert.equal(await through('\u001B', '1'), `${escapeKey}1`);
	assert.equal(await through('\u001Bj'), `${escapeKey}j`);
});

test('half a sequence that never goes on is nothing', async () => {
	const terminal = new PassThrough();
	const keyboard = new Keyboard(terminal);
	const seen: string[] = [];
	keyboard.on('data', (text: string) => seen.push(text));
	terminal.write('\u001B[1;');
	await new Promise(setImmediate);
	mock.timers.tick(patienceMs);
	const heard = once(keyboard, 'data');
	terminal.write('q');
	await heard;
	assert.deepEqual(seen, ['q']);
	keyboard.destroy();
});

test('a paste passes unchanged, with escapes in it and split anywhere', async () => {
	const paste = '\u001B[200~12\u001B[A34\u001B5\r\n\u001B[201~';
	assert.equal(await through(paste), paste);
	assert.equal(await through(...paste), paste);
	assert.equal(await through(paste, '\u001B[', 'B'), `${paste}\u001B[B`);
});

test('a character of several bytes is handed on whole', async () => {
	const bytes = Buffer.from('俳');
	assert.equal(await through(bytes.subarray(0, 1), bytes.subarray(1)), '俳');
});

test('a second keyboard on the same terminal hears what the first has let go of', async () => {
	const terminal = new PassThrough();
	new Keyboard(terminal).destroy();
	const keyboard = new Keyboard(terminal);
	terminal.write('q');
	assert.deepEqual(await once(keyboard, 'data'), ['q']);
	keyboard.destroy();
});

const none: Key = {
	upArrow: false,
	downArrow: false,
	leftArrow: false,
	rightArrow: false,
	pageDown: false,
	pageUp: false,
	home: false,
	end: false,
	return: false,
	escape: false,
	ctrl: false,
	shift: false,
	tab: false,
	backspace: false,
	delete: false,
	meta: false,
	super: false,
	hyper: false,
	capsLock: false,
	numLock: false,
};

test('what Ink gives becomes a key, or a text of several characters', () => {
	assert.deepEqual(actionOf('', {...none, upArrow: true}), {type: 'key', key: 'up'});
	assert.deepEqual(actionOf('\r', {...none, return: true}), {type: 'key', key: 'enter'});
	assert.deepEqual(actionOf('\n', none), {type: 'key', key: 'enter'});
	assert.deepEqual(actionOf(' ', none), {type: 'key', key: 'space'});
	assert.deepEqual(actionOf('c', {...none, ctrl: true}), {type: 'key', key: 'ctrl+c'});
	assert.deepEqual(actionOf('S', {...none, shift: true}), {type: 'key', key: 'S'});
	assert.deepEqual(actionOf('', {...none, tab: true, shift: true}), {type: 'key', key: 'backtab'});
	assert.deepEqual(actionOf('👩‍👩‍👧‍👦', none), {type: 'key', key: '👩‍👩‍👧‍👦'});
	assert.deepEqual(actionOf('1234567\r', none), {type: 'text', text: '1234567\r'});
	assert.equal(actionOf('f', {...none, meta: true}), null);
	assert.equal(actionOf('', {...none, escape: true, eventType: 'release'}), null);
});
