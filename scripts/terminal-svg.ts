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
	const drawn = Array.from({length: rows}, (_, row) =>
		rowSvg(cells.slice(row * columns, (row + 1) * columns), row, palette),
	);
	return [...opening(columns, rows, title, palette), ...drawn.filter(svg => svg !== ''), ...closing].join(
		'\n',
	);
}

/** What an SVG document begins with: its size, its title, the terminal's background and font. */
export function opening(columns: number, rows: number, title: string, palette: Palette): string[] {
	const width = (columns * cell.width + 2 * margin).toFixed(0);
	const height = rows * cell.height + 2 * margin;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
		`<title>${escaped(title)}</title>`,
		`<rect width="100%" height="100%" rx="8" fill="${palette.background}" stroke="${palette.frame}"/>`,
		`<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${cell.fontSize}" fill="${palette.foreground}">`,
	];
}

/** What an SVG document ends with. */
export const closing = ['</g>', '</svg>', ''];

/** What every font for terminals has at one width. */
const ordinary = /^[\x20-\x7E━]?$/;

/** A run of cells that look the same. */
type Run = {text: string; at: number; span: number; foreground: string; background: string; look: string};

/** One row of a screen: backgrounds first, then each run of one look as one text, held to the columns that it takes. */
export function rowSvg(cells: readonly Cell[], row: number, palette: Palette): string {
	const runs: Run[] = [];
	for (const [at, {text, width: span, style}] of cells.entries()) {
		if (style === null || span === 0) {
			continue;
		}

		const {foreground, background} = colours(style, palette);
		const look = [
			foreground === palette.foreground ? '' : ` fill="${foreground}"`,
			style.isBold() ? ' font-weight="bold"' : '',
			style.isDim() ? ' opacity="0.65"' : '',
			style.isUnderline() ? ' text-decoration="underline"' : '',
		].join('');
		const last = runs.at(-1);
		// A glyph that the font may lack comes from another, of another width; it must not move its neighbours.
		const plain = ordinary.test(text);
		const joins =
			plain &&
			last !== undefined &&
			ordinary.test(last.text.at(-1) ?? '') &&
			last.look === look &&
			last.background === background;
		if (joins) {
			last.text += text || ' ';
			last.span += span;
		} else {
			runs.push({text: text || ' ', at, span, foreground, background, look});
		}
	}

	const y = margin + row * cell.height;
	const fields: {at: number; span: number; background: string}[] = [];
	for (const {at, span, background} of runs) {
		const last = fields.at(-1);
		if (last?.background === background) {
			last.span += span;
		} else {
			fields.push({at, span, background});
		}
	}

	const rects = fields.flatMap(({at, span, background}) =>
		background === palette.background
			? []
			: [
					`<rect x="${left(at)}" y="${y}" width="${(span * cell.width + 0.2).toFixed(1)}" height="${cell.height}" fill="${background}"/>`,
				],
	);
	// Viewers take several spaces for one, so what stands apart is drawn apart.
	const texts = runs.flatMap(({text, at, look}) =>
		[...text.matchAll(/\S+(?: \S+)*/g)].map(({0: shown, index}) => {
			const held = shown.length > 1 && [...shown].every(one => ordinary.test(one));
			const length = held ? ` textLength="${(shown.length * cell.width).toFixed(1)}"` : '';
			return `<text x="${left(at + index)}" y="${(y + cell.baseline).toFixed(1)}"${length}${look}>${escaped(shown)}</text>`;
		}),
	);
	return [...rects, ...texts].join('');
}

function left(column: number): string {
	return (margin + column * cell.width).toFixed(1);
}

/** The colours of a cell, as `#rrggbb`. */
export function colours(found: IBufferCell, palette: Palette): {foreground: string; background: string} {
	const foreground = found.isFgRGB()
		? hex(found.getFgColor())
		: found.isFgPalette()
			? indexed(found.getFgColor(), palette)
			: palette.foreground;
	const background = found.isBgRGB()
		? hex(found.getBgColor())
		: found.isBgPalette()
			? indexed(found.getBgColor(), palette)
			: palette.background;
	return found.isInverse() ? {foreground: background, background: foreground} : {foreground, background};
}

/** A colour of the 256: the terminal's own sixteen, a cube of six levels each, and greys. */
function indexed(index: number, {ansi}: Palette): string {
	const own = ansi[index];
	if (own !== undefined) {
		return own;
	}

	if (index >= 232) {
		return hex((8 + 10 * (index - 232)) * 0x01_01_01);
	}

	const level = (step: number) => (step === 0 ? 0 : 55 + 40 * step);
	const cube = index - 16;
	return hex((level(Math.floor(cube / 36)) << 16) | (level(Math.floor(cube / 6) % 6) << 8) | level(cube % 6));
}

function hex(colour: number): string {
	return `#${colour.toString(16).padStart(6, '0')}`;
}

function escaped(text: string): string {
	return text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`);
}
