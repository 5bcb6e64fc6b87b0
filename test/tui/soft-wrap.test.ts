import assert from 'node:assert/strict';
import {test} from 'node:test';
import xterm from '@xterm/headless';
import {linkEnd, linkStart, softWrapped, withoutWalks} from '../../source/tui/soft-wrap.ts';

const url = `https://api.x.com/oauth/authorize?oauth_token=${'t'.repeat(30)}`;
const piece = (text: string) => `${linkStart}${url}\u001B\\${text}${linkEnd}`;

/** Writes to a terminal of 20 columns, and gives its rows and which of them it wrapped itself. */
async function onTerminal(...writes: readonly string[]): Promise<{rows: string[]; wrapped: boolean[]}> {
	const terminal = new xterm.Terminal({cols: 20, rows: 8, allowProposedApi: true});
	for (const data of writes) {
		await new Promise<void>(resolve =>
			terminal.write(softWrapped(data, 20).replaceAll('\n', '\r\n'), resolve),
		);
	}

	const lines = Array.from({length: 8}, (_, row) => terminal.buffer.active.getLine(row));
	return {
		rows: lines.map(line => line?.translateToString(true) ?? ''),
		wrapped: lines.map(line => line?.isWrapped ?? false),
	};
}

const pieces = Array.from({length: Math.ceil(url.length / 20)}, (_, index) =>
	url.slice(index * 20, index * 20 + 20),
);
const wanted = ['above', ...pieces, 'below', ''];

test('the terminal wraps the link itself in a frame that is written whole', async () => {
	const {rows, wrapped} = await onTerminal(['above', ...pieces.map(piece), 'below'].join('\n'));
	assert.deepEqual(rows.slice(0, wanted.length), wanted);
	assert.deepEqual(wrapped.slice(0, 6), [false, false, true, true, true, false]);
});

test('the terminal wraps the link itself where Ink rewrites single lines, and nothing older stays behind it', async () => {
	const old = Array.from({length: 7}, () => 'o'.repeat(20)).join('\n');
	const lines = ['above', ...pieces.map(piece), 'below', ''].map(line => `\u001B[1G\u001B[K${line}`);
	const {rows, wrapped} = await onTerminal(old, `\u001B[6A${lines.join('\n')}`);
	assert.deepEqual(rows.slice(0, wanted.length), wanted);
	assert.deepEqual(wrapped.slice(0, 6), [false, false, true, true, true, false]);
});

test('what holds no link, or a link of one row, passes unchanged', () => {
	for (const data of ['above\nbelow', `${piece('short')}\nbelow`, '']) {
		assert.equal(softWrapped(data, 20), data);
	}
});

test('a row is gone to at once, wherever Ink walks', () => {
	const step = '\u001B[E';
	assert.equal(withoutWalks(`\u001B[23A${step.repeat(4)}text`), '\u001B[23A\u001B[4Etext');
	assert.equal(withoutWalks(`text\n${step.repeat(16)}`), 'text\n\u001B[16E');
	assert.equal(withoutWalks(`text\n${step}text`), `text\n${step}text`);
});
