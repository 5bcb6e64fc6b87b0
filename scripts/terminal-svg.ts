/** Draws a terminal's screen as SVG, cell by cell. */
import type {IBuffer, IBufferCell} from '@xterm/headless';

/** The colours of a picture; `ansi` are the terminal's own sixteen. */
export type Palette = {background: string; foreground: string; frame: string; ansi: readonly string[]};

/** A palette for pages with a dark background. */
export const dark: Palette = {
	background: '#16181d',
	foreground: '#d8dce4',
	frame: '#31353f',
	ansi: [
		...['#31353f', '#ef6b73', '#8cc570', '#e5c07b', '#6cb2f7', '#cf86e6', '#5fc4cf', '#d8dce4'],
		...['#767d8c', '#ff8f96', '#a8e08b', '#ffd98f', '#94caff', '#e4a6f8', '#86e0ea', '#ffffff'],
	],
};

/** A palette for pages with a light background. */
export const light: Palette = {
	background: '#fdfdfb',
	foreground: '#2b2f36',
	frame: '#d5d8dd',
	ansi: [
		...['#2b2f36', '#c0313c', '#3f8228', '#94690a', '#1d67b8', '#92379f', '#177a86', '#a6abb3'],
		...['#7c828c', '#d9444f', '#4f9b35', '#ad7c10', '#2f7fd6', '#a94cb8', '#22919f', '#16181d'],
	],
};

const cell = {width: 8.4, height: 19, baseline: 14.2, fontSize: 14};
const margin = 14;

/** The screen that a buffer shows, as an SVG document of its own. */
export function terminalSvg(
	buffer: IBuffer,
	columns: number,
	rows: number,
	title: string,
	palette: Palette,
): string {
	const width = columns * cell.width + 2 * margin;
	const height = rows * cell.height + 2 * margin;
	const backgrounds: string[] = [];
	const texts: string[] = [];
	for (let row = 0; row < rows; row += 1) {
		const line = buffer.getLine(buffer.viewportY + row);
		for (let column = 0; line !== undefined && column < columns; column += 1) {
			const found = line.getCell(column);
			if (found === undefined || found.getWidth() === 0) {
				continue;
			}

			const {foreground, background} = colours(found, palette);
			const x = (margin + column * cell.width).toFixed(1);
			const y = margin + row * cell.height;
			if (background !== palette.background) {
				const span = (found.getWidth() * cell.width + 0.2).toFixed(1);
				backgrounds.push(
					`<rect x="${x}" y="${y}" width="${span}" height="${cell.height}" fill="${background}"/>`,
				);
			}

			const characters = found.getChars();
			if (characters.trim() !== '') {
				const look = [
					foreground === palette.foreground ? '' : ` fill="${foreground}"`,
					found.isBold() ? ' font-weight="bold"' : '',
					found.isDim() ? ' opacity="0.65"' : '',
					found.isUnderline() ? ' text-decoration="underline"' : '',
				].join('');
				texts.push(
					`<text x="${x}" y="${(y + cell.baseline).toFixed(1)}"${look}>${escaped(characters)}</text>`,
				);
			}
		}
	}

	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width.toFixed(0)} ${height}" width="${width.toFixed(0)}" height="${height}" role="img">`,
		`<title>${escaped(title)}</title>`,
		`<rect width="100%" height="100%" rx="8" fill="${palette.background}" stroke="${palette.frame}"/>`,
		...backgrounds,
		`<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${cell.fontSize}" fill="${palette.foreground}" xml:space="preserve">`,
		...texts,
		'</g>',
		'</svg>',
		'',
	].join('\n');
}

function colours(found: IBufferCell, palette: Palette): {foreground: string; background: string} {
	const foreground = found.isFgPalette()
		? (palette.ansi[found.getFgColor()] ?? palette.foreground)
		: palette.foreground;
	const background = found.isBgPalette()
		? (palette.ansi[found.getBgColor()] ?? palette.background)
		: palette.background;
	return found.isInverse() ? {foreground: background, background: foreground} : {foreground, background};
}

function escaped(text: string): string {
	return text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`);
}
