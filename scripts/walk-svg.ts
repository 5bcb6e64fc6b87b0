/** Draws several screens of one terminal as a single SVG that shows them one after another, without a script. */
import {type Cell, closing, opening, type Palette, rowSvg} from './terminal-svg.ts';

/** A screen, and how long it stands. */
export type Frame = {cells: readonly Cell[]; seconds: number};

/**
 * The frames as an animation that goes on for ever. What stands in several frames is drawn once; who wants no
 * motion, or cannot see any, sees one frame.
 * @param still the frame that is shown where nothing moves.
 */
export function walkSvg(
	frames: readonly Frame[],
	columns: number,
	title: string,
	palette: Palette,
	still: number,
): string {
	const rows = (frames[0]?.cells.length ?? 0) / columns;
	// What is drawn, and in which frames.
	const drawn = new Map<string, boolean[]>();
	for (const [index, {cells}] of frames.entries()) {
		for (let row = 0; row < rows; row++) {
			const svg = rowSvg(cells.slice(row * columns, (row + 1) * columns), row, palette);
			const shown = drawn.get(svg) ?? frames.map(() => false);
			shown[index] = true;
			drawn.set(svg, shown);
		}
	}

	drawn.delete('');
	const classes = new Map<string, string>();
	const groups = [...drawn].map(([svg, shown]) => {
		if (shown.every(Boolean)) {
			return svg;
		}

		const pattern = shown.map(Number).join('');
		const name = classes.get(pattern) ?? `f${classes.size}`;
		classes.set(pattern, name);
		return `<g class="${name}">${svg}</g>`;
	});
	const total = frames.reduce((sum, {seconds}) => sum + seconds, 0);
	const rules = [...classes].map(([pattern, name]) => {
		const steps: string[] = [];
		let at = 0;
		for (const [index, {seconds}] of frames.entries()) {
			if (index === 0 || pattern[index] !== pattern[index - 1]) {
				steps.push(`${((100 * at) / total).toFixed(2)}%{visibility:${visibility(pattern, index)}}`);
			}

			at += seconds;
		}

		return {
			still: `.${name}{visibility:${visibility(pattern, still)}}`,
			moving: `.${name}{animation:${name} ${total}s step-end infinite}@keyframes ${name}{${steps.join('')}}`,
		};
	});
	return [
		...opening(columns, rows, title, palette),
		`<style>${rules.map(rule => rule.still).join('')}`,
		`@media (prefers-reduced-motion:no-preference){${rules.map(rule => rule.moving).join('\n')}}</style>`,
		...groups,
		...closing,
	].join('\n');
}

function visibility(pattern: string, frame: number): string {
	return pattern[frame] === '1' ? 'visible' : 'hidden';
}
