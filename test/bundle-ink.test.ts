import assert from 'node:assert/strict';
import {mkdtemp, rm} from 'node:fs/promises';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import xterm from '@xterm/headless';
import {build} from 'esbuild';
import fc from 'fast-check';
import * as ink from 'ink';
import {createElement, type ReactNode} from 'react';
import {quickDrawing} from '../scripts/bundle-ink.ts';
import {withoutUnused} from '../scripts/bundle-plugins.ts';
import {runs} from './helpers/thorough.ts';

type Libraries = Pick<typeof ink, 'renderToString' | 'Text' | 'Box'>;

let folder = '';
let bundled: Libraries;
before(async () => {
	// Below the project, so that it finds the very React that this test uses.
	folder = await mkdtemp(path.join(import.meta.dirname, '..', 'node_modules', '.ink-test-'));
	const outfile = path.join(folder, 'ink.mjs');
	await build({
		stdin: {
			contents: "export {Box, Text, renderToString} from 'ink';",
			resolveDir: import.meta.dirname,
		},
		outfile,
		bundle: true,
		format: 'esm',
		platform: 'node',
		external: ['react'],
		banner: {
			js: "import {createRequire} from 'node:module'; const require = createRequire(import.meta.url);",
		},
		plugins: [quickDrawing, withoutUnused],
		logLevel: 'error',
	});
	bundled = (await import(pathToFileURL(outfile).href)) as Libraries;
});
after(() => rm(folder, {recursive: true, force: true}));

const columns = 24;
const rows = 6;

/** What a terminal shows of a text. */
async function shown(text: string): Promise<string[]> {
	const terminal = new xterm.Terminal({cols: columns, rows, allowProposedApi: true});
	await new Promise<void>(resolve => terminal.write(text.replaceAll('\n', '\r\n'), resolve));
	return Array.from({length: columns * rows}, (_, index) => {
		const cell = terminal.buffer.active.getLine(Math.floor(index / columns))?.getCell(index % columns);
		return [cell?.getChars() || ' ', cell?.getFgColor(), cell?.isBold(), cell?.isInverse()].join();
	});
}

const span = fc
	.tuple(
		fc.constantFrom(
			['', ''],
			['\u001B[1m', '\u001B[22m'],
			['\u001B[32m', '\u001B[39m'],
			['\u001B[7m', '\u001B[27m'],
		),
		fc.constantFrom('moth', ' ', '  ', '●', '漢', 'e\u0301', '👩‍👩‍👧', '\u00AD', '\u200B', '', 'tab\there'),
	)
	.map(([[open = '', close = ''], text]) => `${open}${text}${close}`);
const line = fc.array(span, {maxLength: 4}).map(spans => spans.join(''));

/** Lines one under the other as the screens draw them; or in ways that they do not, such as a border, or two on one row. */
const layout = fc.record({
	lines: fc.array(line, {minLength: 1, maxLength: rows - 2}),
	border: fc.boolean(),
	direction: fc.constantFrom('column' as const, 'column' as const, 'row' as const),
});

type Layout = typeof layout extends fc.Arbitrary<infer Drawn> ? Drawn : never;

function drawnWith({Box, Text, renderToString}: Libraries, {lines, border, direction}: Layout) {
	const children: ReactNode[] = lines.map((text, key) =>
		createElement(Text, {key, wrap: 'truncate'}, text || ' '),
	);
	const frame = {
		flexDirection: direction,
		width: columns,
		...(border ? {borderStyle: 'single' as const} : {}),
	};
	return renderToString(createElement(Box, frame, children), {columns});
}

test('Ink draws in the bundle what it draws by itself', async () => {
	await fc.assert(
		fc.asyncProperty(layout, async one => {
			const [drawn, wanted] = [drawnWith(bundled, one), drawnWith(ink, one)];
			// The same bytes show the same; a terminal is asked about others alone.
			if (drawn !== wanted) {
				assert.deepEqual(await shown(drawn), await shown(wanted));
			}
		}),
		{numRuns: runs(500)},
	);
});
