import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {type Stroke, strokesOf} from '../../source/system/terminal-keys.ts';
import {Tokenizer} from '../../source/system/terminal-tokens.ts';
import {runs} from '../helpers/thorough.ts';

/** What terminals say by themselves: answers to questions that a program before may have asked, and reports. */
const replies: Readonly<Record<string, string | Uint8Array>> = {
	'xterm, DA1': '\u001B[?64;1;2;6;9;15;16;17;18;21;22;28c',
	'xterm, DA2': '\u001B[>41;390;0c',
	'xterm, DA3': '\u001BP!|00000000\u001B\\',
	'xterm, DSR': '\u001B[0n',
	'xterm, cursor': '\u001B[24;80R',
	'xterm, cursor with page': '\u001B[?24;80;1R',
	'xterm, OSC 4': '\u001B]4;1;rgb:cdcd/0000/0000\u0007',
	'xterm, OSC 10 with ST': '\u001B]10;rgb:e5e5/e5e5/e5e5\u001B\\',
	'xterm, OSC 11 with BEL': '\u001B]11;rgb:1e1e/1e1e/1e1e\u0007',
	'xterm, OSC 52': '\u001B]52;c;bm90IGEgcmVhbCBzZWNyZXQ=\u0007',
	'xterm, title': '\u001B]lbots – Gedichte 俳句\u001B\\',
	'xterm, size': '\u001B[8;24;80t',
	'xterm, XTGETTCAP': '\u001BP1+r544e=787465726d2d323536636f6c6f72\u001B\\',
	'xterm, DECRQSS': '\u001BP1$r0;1;38:5:12m\u001B\\',
	'xterm, DECRPM': '\u001B[?2026;2$y',
	'xterm, 8-bit controls': '\u009D11;rgb:1e1e/1e1e/1e1e\u009C',
	'xterm, 8-bit DA1': '\u009B?64;1;2c',
	'kitty, XTVERSION': '\u001BP>|kitty(0.35.2)\u001B\\',
	'kitty, graphics': '\u001B_Gi=31;OK\u001B\\',
	'kitty, graphics refused': '\u001B_Gi=31;ENOENT:No such file\u001B\\',
	'kitty, keyboard': '\u001B[?1u',
	'kitty, colours': '\u001B]21;foreground=rgb:dd/dd/dd\u001B\\',
	'iTerm2, XTVERSION': '\u001BP>|iTerm2 3.5.4\u001B\\',
	'iTerm2, cell size': '\u001B]1337;ReportCellSize=17.0;8.0;2.0\u001B\\',
	'Windows Terminal, DA1': '\u001B[?61;4;6;7;14;21;22;23;24;28;32;42;52c',
	'Windows Terminal, OSC 11': '\u001B]11;rgb:0c0c/0c0c/0c0c\u001B\\',
	'tmux, DA1': '\u001B[?1;2;4c',
	'tmux, DA2': '\u001B[>84;0;0c',
	'tmux, XTVERSION': '\u001BP>|tmux 3.4\u001B\\',
	'foot, DA3': '\u001BP!|464F4F54\u001B\\',
	'foot, XTGETTCAP refused': '\u001BP0+r5463\u001B\\',
	'foot, dark or light': '\u001B[?997;1n',
	'focus in': '\u001B[I',
	'focus out': '\u001B[O',
	'mouse, X10': '\u001B[M !!',
	'mouse, X10, keys as coordinates': '\u001B[M qc',
	'mouse, X10, far right': Uint8Array.of(0x1b, 0x5b, 0x4d, 0x60, 0xe4, 0xc3),
	'mouse, SGR': '\u001B[<0;12;5M\u001B[<0;12;5m',
	'mouse, urxvt': '\u001B[32;12;5M',
	'privacy message': '\u001B^x\u001B\\',
	'start of string': '\u001BXx\u001B\\',
};

/** Keys as a terminal sends them, and what they are. */
const keys: readonly (readonly [string, Stroke])[] = [
	['q', {type: 'key', key: 'q'}],
	['é', {type: 'key', key: 'é'}],
	['俳', {type: 'key', key: '俳'}],
	['\r', {type: 'key', key: 'enter'}],
	[' ', {type: 'key', key: 'space'}],
	['\u007F', {type: 'key', key: 'backspace'}],
	['\u0015', {type: 'key', key: 'ctrl+u'}],
	['\u0003', {type: 'key', key: 'ctrl+c'}],
	['\u001B[A', {type: 'key', key: 'up'}],
	['\u001BOB', {type: 'key', key: 'down'}],
	['\u001B[1;5C', {type: 'key', key: 'right'}],
	['\u001B[3~', {type: 'key', key: 'delete'}],
	['\u001B[27u', {type: 'key', key: 'escape'}],
	['\u001B[200~12\u001B[A34\r\n\u001B[201~', {type: 'paste', text: '12\u001B[A34\r\n'}],
];

const bytesOf = (one: string | Uint8Array) => Buffer.from(one as string);

/** What reads mean; texts as single keys, since what comes in one read may stay together. */
function heard(reads: readonly Uint8Array[]): Stroke[] {
	const tokenizer = new Tokenizer();
	const strokes = reads.flatMap(read => tokenizer.push(read)).flatMap(strokesOf);
	assert.equal(tokenizer.waiting, 'nothing');
	// A mouse's report is no key, and counts only where the program has the mouse.
	const keysAlone = strokes.filter(({type}) => type !== 'mouse');
	return keysAlone.flatMap(stroke => (stroke.type === 'text' ? [...stroke.text].map(keyOf) : [stroke]));
}

function keyOf(character: string): Stroke {
	return {type: 'key', key: character === '\r' ? 'enter' : character === ' ' ? 'space' : character};
}

/** Cuts bytes at the places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
	const sorted = [...new Set(places.map(place => place % (bytes.length + 1)))].sort(
		(one, other) => one - other,
	);
	return [0, ...sorted].map((place, index) => bytes.subarray(place, sorted[index] ?? bytes.length));
}

for (const [name, reply] of Object.entries(replies)) {
	test(`what a terminal says is no key, split at every byte, and neither are keys round it lost: ${name}`, () => {
		const expected: Stroke[] = ['1', 'q'].map(keyOf);
		const whole = Buffer.concat([bytesOf('1'), bytesOf(reply), bytesOf('q')]);
		for (let at = 0; at <= whole.length; at++) {
			assert.deepEqual(heard(cut(whole, [at])), expected, `cut at ${at}`);
		}

		assert.deepEqual(heard(Array.from(whole, byte => Uint8Array.of(byte))), expected);
		// An Escape just before it is one.
		assert.deepEqual(heard([Buffer.concat([bytesOf('\u001B'), bytesOf(reply)])]), [
			{type: 'key', key: 'escape'},
		]);
	});
}

test('in any row of keys and of what terminals say, cut anywhere, the keys come out as if nothing else had been there', () => {
	const said = fc.constantFrom(...Object.values(replies)).map(reply => [bytesOf(reply), null] as const);
	const pressed = fc.constantFrom(...keys).map(([text, stroke]) => [bytesOf(text), stroke] as const);
	fc.assert(
		fc.property(fc.array(fc.oneof(said, pressed)), fc.array(fc.nat()), (row, places) => {
			const bytes = Buffer.concat(row.map(([one]) => one));
			const expected = row.flatMap(([, stroke]) => stroke ?? []);
			assert.deepEqual(heard(cut(bytes, places)), expected);
		}),
		{numRuns: runs(2000)},
	);
});

test('after any bytes, Ctrl-C is Ctrl-C, and keys are keys once the rest has been waited for', () => {
	const interesting = fc.constantFrom(...bytesOf('\u001B[]PX^_OM\\?;~u0123 20qc\u0007\u0018\u009B\u00C3'));
	const noise = fc.array(fc.oneof(interesting, fc.nat(255)), {maxLength: 40});
	fc.assert(
		fc.property(noise, bytes => {
			const [interrupted, silent] = [new Tokenizer(), new Tokenizer()];
			const last = interrupted
				.push(Uint8Array.of(...bytes, 3))
				.flatMap(strokesOf)
				.at(-1);
			assert.deepEqual(last, {type: 'key', key: 'ctrl+c'});
			assert.deepEqual(interrupted.push(bytesOf('q')).flatMap(strokesOf), [keyOf('q')]);
			silent.push(Uint8Array.from(bytes));
			silent.giveUp();
			assert.equal(silent.waiting, 'nothing');
			assert.deepEqual(silent.push(bytesOf('q')).flatMap(strokesOf), [keyOf('q')]);
		}),
		{numRuns: runs(5000)},
	);
});

test('what comes out does not depend on where bytes are split, whatever they are', () => {
	fc.assert(
		fc.property(fc.uint8Array({maxLength: 60}), fc.array(fc.nat()), (bytes, places) => {
			const [whole, split] = [new Tokenizer(), new Tokenizer()];
			const one = whole.push(bytes);
			const other = cut(Buffer.from(bytes), places).flatMap(read => split.push(read));
			const joined = (tokens: typeof one) =>
				tokens.flatMap(token => (token.type === 'text' ? [...token.text] : [JSON.stringify(token)]));
			assert.deepEqual(joined(other), joined(one));
			assert.equal(split.waiting, whole.waiting);
		}),
		{numRuns: runs(5000)},
	);
});
