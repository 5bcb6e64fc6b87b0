/**
 * Draws every screen of the gallery as it looks on terminals of several kinds and sizes, to be looked at.
 * `tsx scripts/gallery.ts FOLDER` writes a page for each look into a folder, which should lie outside the repository.
 */
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import xterm from '@xterm/headless';
import chalk from 'chalk';
import {themeOf} from '../source/tui/draw/theme.ts';
import {drawnFrame} from '../source/tui/frame.ts';
import {gallery} from '../test/tui/gallery.ts';
import {viewWith} from '../test/tui/support.ts';
import {cellsOf, dark, light, type Palette, terminalSvg} from './terminal-svg.ts';

const solarizedLight: Palette = {
	background: '#fdf6e3',
	foreground: '#657b83',
	frame: '#eee8d5',
	ansi: [
		...['#073642', '#dc322f', '#859900', '#b58900', '#268bd2', '#d33682', '#2aa198', '#eee8d5'],
		...['#002b36', '#cb4b16', '#586e75', '#657b83', '#839496', '#6c71c4', '#93a1a1', '#fdf6e3'],
	],
};

type Look = {palette: Palette; env: Record<string, string>};
const modern = {LANG: 'C.UTF-8', TERM: 'xterm-256color'};
const inDark: Look = {palette: dark, env: modern};
const looks: Readonly<Record<string, Look>> = {
	dark: inDark,
	light: {palette: light, env: modern},
	'solarized-light': {palette: solarizedLight, env: modern},
	'no-colour': {palette: dark, env: {...modern, NO_COLOR: '1'}},
	ascii: {palette: dark, env: {LANG: 'C', TERM: 'xterm-256color'}},
};

/** Every screen in one look and size, as one page. */
async function page(name: string, {palette, env}: Look, columns: number, rows: number): Promise<string> {
	const theme = themeOf(env);
	// As the program finds it: a QR code is drawn in the 256 colours that no palette changes.
	chalk.level = theme.colour ? 2 : 0;
	const drawn: string[] = [];
	for (const [title, state] of Object.entries(gallery({columns, rows}))) {
		const terminal = new xterm.Terminal({cols: columns, rows, allowProposedApi: true, convertEol: true});
		await new Promise<void>(resolve => terminal.write(drawnFrame(state, viewWith({theme})), resolve));
		drawn.push(
			`<figure>${terminalSvg(cellsOf(terminal.buffer.active, columns, rows), columns, title, palette)}<figcaption>${title}</figcaption></figure>`,
		);
		terminal.dispose();
	}

	const style =
		'body{display:flex;flex-wrap:wrap;gap:12px;font:14px sans-serif;background:#888}figure{margin:0}';
	return `<!doctype html><meta charset="utf-8"><title>${name}</title><style>${style}</style>${drawn.join('\n')}`;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
	throw new Error('Say where to: tsx scripts/gallery.ts FOLDER');
}

await mkdir(folder, {recursive: true});
const wanted = Object.entries(looks).flatMap(([look, how]) =>
	[
		[80, 24],
		[120, 30],
	].map(size => [look, how, size] as const),
);
for (const [look, how, [columns = 0, rows = 0]] of [
	...wanted,
	['dark', inDark, [40, 12]] as const,
	['dark', inDark, [200, 60]] as const,
]) {
	const name = `${look}-${columns}x${rows}`;
	await writeFile(path.join(folder, `${name}.html`), await page(name, how, columns, rows));
}
