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

/** One cell of a screen. */
export type Cell = {
	/** One character, or one grapheme of several; empty for the second half of a wide one. */
	text: string;
	/** 0, 1 or 2 columns. */
	width: number;
	style: IBufferCell | null;
};

/** The cells that a buffer shows, row by row in one list. */
export function cellsOf(buffer: IBuffer, columns: number, rows: number): Cell[] {
	return Array.from({length: columns * rows}, (_, index) => {
		const style =
			buffer.getLine(buffer.viewportY + Math.floor(index / columns))?.getCell(index % columns) ?? null;
		return {text: style?.getChars() ?? '', width: style?.getWidth() ?? 1, style};
	});
}

/** A screen as an SVG document of its own. */
export function terminalSvg(
	cells: readonly Cell[],
	columns: number,
	title: string,
	palette: Palette,
): string {
	const rows = cells.length / columns;
	const width = columns * cell.width + 2 * margin;
	const height = rows * cell.height + 2 * margin;
	const backgrounds: string[] = [];
	const texts: string[] = [];
	for (const [index, {text, width: span, style}] of cells.entries()) {
		if (style === null || span === 0) {
			continue;
		}

		const {foreground, background} = colours(style, palette);
		const x = (margin + (index % columns) * cell.width).toFixed(1);
		const y = margin + Math.floor(index / columns) * cell.height;
		if (background !== palette.background) {
			const covered = (span * cell.width + 0.2).toFixed(1);
			backgrounds.push(
				`<rect x="${x}" y="${y}" width="${covered}" height="${cell.height}" fill="${background}"/>`,
			);
		}

		if (text.trim() !== '') {
			const look = [
				foreground === palette.foreground ? '' : ` fill="${foreground}"`,
				style.isBold() ? ' font-weight="bold"' : '',
				style.isDim() ? ' opacity="0.65"' : '',
				style.isUnderline() ? ' text-decoration="underline"' : '',
			].join('');
			texts.push(`<text x="${x}" y="${(y + cell.baseline).toFixed(1)}"${look}>${escaped(text)}</text>`);
		}
	}

	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width.toFixed(0)} ${height}" width="${width.toFixed(0)}" height="${height}" role="img">`,
		`<title>${escaped(title)}</title>`,
		`<rect width="100%" height="100%" rx="8" fill="${palette.background}" stroke="${palette.frame}"/>`,
		...backgrounds,
		`<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${cell.fontSize}" fill="${palette.foreground}">`,
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
