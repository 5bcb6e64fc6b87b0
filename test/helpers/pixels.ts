import {type Cell, colours, type Palette} from '../../scripts/terminal-svg.ts';

/** The pixels of a cell; its halves are squares, as a terminal's cells are about twice as high as wide. */
const [cellWidth, cellHeight] = [8, 16];

/** Round the cells, as a window has it. */
const margin = 12;

/** The part of a cell that a block element fills, in its rows of pixels. */
const blocks: Readonly<Record<string, readonly [from: number, to: number]>> = {
	'█': [0, cellHeight],
	'▀': [0, cellHeight / 2],
	'▄': [cellHeight / 2, cellHeight],
};

/** A screen as an image (PPM), block elements as they are and any other character as a box in the middle of its cell. */
export function pixels(cells: readonly Cell[], columns: number, palette: Palette): Buffer {
	const rows = cells.length / columns;
	const [width, height] = [columns * cellWidth + 2 * margin, rows * cellHeight + 2 * margin];
	const image = Buffer.alloc(width * height * 3);
	const fill = (colour: string, x: number, y: number, wide: number, high: number) => {
		const [red = 0, green = 0, blue = 0] = Buffer.from(colour.slice(1), 'hex');
		for (let row = y; row < y + high; row++) {
			for (let column = x; column < x + wide; column++) {
				image.set([red, green, blue], (row * width + column) * 3);
			}
		}
	};
	fill(palette.background, 0, 0, width, height);
	for (const [index, {text, style}] of cells.entries()) {
		if (style === null) {
			continue;
		}

		const x = margin + (index % columns) * cellWidth;
		const y = margin + Math.floor(index / columns) * cellHeight;
		const {foreground, background} = colours(style, palette);
		fill(background, x, y, cellWidth, cellHeight);
		const block = blocks[text];
		if (block !== undefined) {
			fill(foreground, x, y + block[0], cellWidth, block[1] - block[0]);
		} else if (text.trim() !== '') {
			fill(foreground, x + 2, y + 4, cellWidth - 4, cellHeight - 8);
		}
	}

	return Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), image]);
}
