import assert from 'node:assert/strict';
import {test} from 'node:test';
import xterm from '@xterm/headless';
import fc from 'fast-check';
import {linkEnd, linkStart} from '../../source/tui/paint/link.ts';
import {paintedTerminal} from '../../source/tui/paint/painter.ts';
import {runs} from '../helpers/thorough.ts';

const size = {columns: 20, rows: 8};

/** A terminal that is painted on as Ink does it: what it was sent, and what stands on it. */
function openTerminal({columns, rows} = size) {
	const emulator = new xterm.Terminal({cols: columns, rows, allowProposedApi: true});
	let sent = '';
	const stream = {
		columns,
		rows,
		write(data: string, done?: () => void) {
			sent += data;
			emulator.write(data, done);
			return true;
		},
	};
	const painted = paintedTerminal(stream as unknown as NodeJS.WriteStream);
	const line = (row: number) => emulator.buffer.active.getLine(row);
	return {
		stream,
		emulator,
		painted,
		/** What was sent since the last write. */
		sent: () => sent,
		/** Writes something of Ink's; resolves to what came of it. */
		async write(data: string): Promise<string> {
			sent = '';
			painted.stream.write(data);
			await new Promise<void>(resolve => emulator.write('', resolve));
			return sent;
		},
		text: () => Array.from({length: rows}, (_, row) => line(row)?.translateToString(true) ?? ''),
		wrapped: () => Array.from({length: rows}, (_, row) => line(row)?.isWrapped ?? false),
		/** Every cell with whatever of its style can be seen. */
		cells: () =>
			Array.from({length: rows * columns}, (_, index) => {
				const cell = line(Math.floor(index / columns))?.getCell(index % columns);
				const character = cell?.getChars() || ' ';
				const seen = [cell?.getBgColor(), cell?.isInverse(), cell?.isUnderline()];
				return character === ' '
					? [character, ...seen].join()
					: [character, ...seen, cell?.getFgColor(), cell?.isBold(), cell?.isDim()].join();
			}),
	};
}

/** What Ink writes for a frame: the first one as it is, and each later one after erasing the one before. */
const frame = (lines: readonly string[]) => lines.join('\n');
const nextFrame = (lines: readonly string[]) =>
	`\u001B[2K${'\u001B[1A\u001B[2K'.repeat(lines.length - 1)}\u001B[G${frame(lines)}`;

const styles = [
	['', ''],
	['\u001B[1m', '\u001B[22m'],
	['\u001B[2m', '\u001B[22m'],
	['\u001B[36m', '\u001B[39m'],
	['\u001B[31m\u001B[1m', '\u001B[22m\u001B[39m'],
	['\u001B[7m', '\u001B[27m'],
	['\u001B[44m', '\u001B[49m'],
	['\u001B[4m', '\u001B[24m'],
] as const;

const span = fc
	.tuple(
		fc.constantFrom(...styles),
		fc.constantFrom('', ' ', '   ', 'moth', 'kettle', '❯ ●', '漢字', 'é', '👩‍👩‍👧'),
	)
	.map(([[open, close], text]) => `${open}${text}${close}`);
const lineOfSpans = fc.array(span, {maxLength: 3}).map(spans => spans.join(''));
const lines = fc.array(lineOfSpans, {minLength: size.rows, maxLength: size.rows});

test('after any frames the terminal shows what it would show had the last one been written alone', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(lines, {minLength: 1, maxLength: 5}), async frames => {
			const painted = openTerminal();
			await painted.write('\u001B[?1049h');
			await painted.write('\u001B[?25l');
			for (const [index, one] of frames.entries()) {
				await painted.write(index === 0 ? frame(one) : nextFrame(one));
				const alone = openTerminal();
				await alone.write('\u001B[?1049h');
				await alone.write(frame(one));
				assert.deepEqual(painted.cells(), alone.cells());
			}
		}),
		{numRuns: runs(300)},
	);
});

const rowOf = (name: string, selected: boolean) =>
	selected
		? ` \u001B[1m❯\u001B[22m \u001B[32m●\u001B[39m \u001B[1m${name}\u001B[22m\u001B[2m  @handle\u001B[22m`
		: `   \u001B[32m●\u001B[39m ${name}\u001B[2m  @handle\u001B[22m`;
const listWith = (selected: number) =>
	Array.from({length: size.rows}, (_, row) => rowOf(`poem-${row}`, row === selected));

test('when the selection moves, nothing but the marker and the two names is written', async () => {
	const terminal = openTerminal();
	await terminal.write(frame(listWith(2)));
	assert.equal(
		await terminal.write(nextFrame(listWith(3))),
		'\u001B[3H  \u001B[3Cpoem-2\u001B[E \u001B[1m❯\u001B[3Cpoem-3',
	);
	assert.equal(
		await terminal.write(nextFrame(listWith(4))),
		'\u001B[E ❯\u001B[3Cpoem-4\u001B[F  \u001B[3C\u001B[mpoem-3',
	);
	assert.equal(
		await terminal.write(nextFrame(listWith(3))),
		'\u001B[E  \u001B[3Cpoem-4\u001B[F \u001B[1m❯\u001B[3Cpoem-3',
	);
});

test('a frame that is the same writes nothing', async () => {
	const terminal = openTerminal();
	await terminal.write(frame(listWith(2)));
	assert.equal(await terminal.write(nextFrame(listWith(2))), '');
});

test('a large frame is marked as one, and a small one comes in one piece', async () => {
	const terminal = openTerminal({columns: 60, rows: 8});
	const full = (letter: string) => Array.from({length: 8}, () => letter.repeat(60));
	assert.match(await terminal.write(frame(full('a'))), /^\u001B\[\?2026h[\s\S]*\u001B\[\?2026l$/);
	assert.doesNotMatch(await terminal.write(nextFrame([...full('a').slice(1), 'b'])), /2026/);
});

test('a frame after a change of the size, a clear or another screen is painted whole', async () => {
	const terminal = openTerminal();
	const whole = listWith(2).map(line => line.replaceAll(/\u001B\[\d*m/g, ''));
	const damage = () =>
		new Promise<void>(resolve => terminal.emulator.write('\u001B[H\u001B[2Jrubbish', resolve));
	await terminal.write(frame(listWith(2)));
	for (const begin of ['\u001B[?1049l\u001B[?1049h', '\u001B[2K\u001B[1A\u001B[2K\u001B[G']) {
		await damage();
		await terminal.write(begin);
		await terminal.write(frame(listWith(2)));
		assert.deepEqual(terminal.text(), whole);
	}

	await damage();
	terminal.stream.columns -= 1;
	await terminal.write(nextFrame(listWith(2)));
	assert.deepEqual(terminal.text(), whole);
});

test('what is written after a bold cell, and after the screen was left, is not bold', async () => {
	const terminal = openTerminal();
	terminal.painted.take();
	await terminal.write(frame(listWith(2)));
	await terminal.write(nextFrame(listWith(3)));
	assert.equal(await terminal.write('\u001B[?25h'), '\u001B[?25h');
	assert.equal(await terminal.write('\u001B[?1049l'), '\u001B[m\u001B[?1049l');
});

test('a terminal that was taken is not taken once more, and gives back only what has not been given back', async () => {
	const terminal = openTerminal();
	const sentBy = async (act: () => void) => {
		const before = await terminal.write('');
		act();
		return before + terminal.sent();
	};
	assert.equal(await sentBy(terminal.painted.take), '\u001B[?1049h\u001B[?25l\u001B[?2004h');
	await terminal.write(frame(listWith(2)));
	for (const again of ['\u001B[?1049h', '\u001B[?25l', '\u001B[?2004h', nextFrame(listWith(2))]) {
		assert.equal(await terminal.write(again), '');
	}

	assert.equal(await terminal.write('\u001B[?25h'), '\u001B[?25h');
	assert.equal(await sentBy(terminal.painted.giveBack), '\u001B[?2004l\u001B[?1049l');
	assert.equal(await sentBy(terminal.painted.giveBack), '');
	assert.equal(await terminal.write(nextFrame(listWith(3))), '');
});

test('a row that looks the same is not written again, however its styles and wide characters are put', async () => {
	const terminal = openTerminal();
	const row = (parts: readonly string[]) => frame([parts.join(''), ...listWith(2).slice(1)]);
	await terminal.write(row(['\u001B[1m俳\u001B[22m', '\u001B[1m句\u001B[22m', '\u001B[2m  \u001B[22m']));
	assert.equal(await terminal.write(row(['\u001B[1m俳句\u001B[22m'])), '');
	assert.notEqual(await terminal.write(row(['\u001B[1m俳\u001B[22m句'])), '');
	assert.notEqual(await terminal.write(row(['\u001B[1m俳\u001B[22m蛙'])), '');
});

test('whoever waits for an empty write is told when all before it has been written', async () => {
	const {painted, sent} = openTerminal();
	painted.stream.write(frame(['moth', 'kettle']));
	const before = await new Promise<string>(resolve => {
		painted.stream.write('', () => resolve(sent()));
	});
	assert.match(before, /moth.*kettle/s);
});

const url = `https://api.x.com/oauth/authorize?oauth_token=${'t'.repeat(30)}`;
const piece = (text: string) => `${linkStart}${url}\u001B\\${text}${linkEnd}`;
const pieces = Array.from({length: Math.ceil(url.length / size.columns)}, (_, index) =>
	url.slice(index * size.columns, (index + 1) * size.columns),
);
const linked = ['above', ...pieces.map(piece), 'below', '', ''];

test('the terminal wraps the link itself, so that selecting it by mouse gives it in one piece', async () => {
	const first = openTerminal();
	await first.write(frame(linked));
	const later = openTerminal();
	await later.write(frame(Array.from({length: size.rows}, () => 'o'.repeat(size.columns))));
	await later.write(nextFrame(linked));
	for (const terminal of [first, later]) {
		assert.deepEqual(terminal.text(), ['above', ...pieces, 'below', '', '']);
		assert.deepEqual(terminal.wrapped().slice(0, 6), [false, false, true, true, true, false]);
	}
});

test('a change beside the link leaves it wrapped by the terminal', async () => {
	const terminal = openTerminal();
	await terminal.write(frame(linked));
	await terminal.write(nextFrame([...linked.slice(0, -1), 'a notice']));
	assert.deepEqual(terminal.text(), ['above', ...pieces, 'below', '', 'a notice']);
	assert.deepEqual(terminal.wrapped().slice(0, 6), [false, false, true, true, true, false]);
});
