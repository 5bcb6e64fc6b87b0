import {visible} from '../../flock/visible.ts';
import {columnsOf, pad} from '../../flock/width.ts';
import {accountOf} from '../../flock/words.ts';
import {type Line, padded, type Span, toned, type View, widthOf} from '../draw/line.ts';
import type {AuthorizeScreen, WalkResult} from '../model/authorization.ts';
import {botOf, type State} from '../model/state.ts';

/** From this many columns the walk's bots are beside the steps, and from this many the link's QR code, too. */
const [queueFrom, qrFrom] = [100, 160];

/** The width of the list of bots. */
const queueWidth = 32;

const glyphs: Readonly<Record<WalkResult['kind'], Span>> = {
	made: toned('good', '✓ '),
	held: toned('accent', '? '),
	failed: toned('bad', '✗ '),
	skipped: toned('quiet', '○ '),
	discarded: toned('quiet', '○ '),
};

/** The width of the steps; the walk's bots take the rest. */
export function widthBeside({size, fixed}: State, {walk}: AuthorizeScreen): number {
	const isBeside = walk.walking && walk.queue.length > 1 && size.columns >= queueFrom && !fixed.spoken;
	return size.columns - (isBeside ? queueWidth : 0) - 1;
}

/** The walk's progress as a bar and in figures; nothing for one bot. */
export function progressLines({size, fixed}: State, {walk, bot}: AuthorizeScreen): Line[] {
	const all = walk.queue.length;
	const place = walk.queue.indexOf(bot) + 1;
	if (!walk.walking || all < 2 || place === 0) {
		return [];
	}

	if (fixed.spoken) {
		// How far it has come is in the header; what stands beside the steps on a screen is told by its next one.
		const next = walk.queue[place];
		const said = next === undefined ? 'Last bot of the walk' : `Next on the walk: ${visible(next)}`;
		return [{spans: [{text: ` ${said}`}], say: said, rank: 8}];
	}

	const figures = `${place} of ${all}`;
	const width = Math.min(100, size.columns - figures.length - 5);
	const full = Math.round((width * (place - 1)) / all);
	return [
		{
			spans: [
				toned('good', ` ${'━'.repeat(full)}`),
				toned('quiet', '━'.repeat(width - full)),
				toned('plain', `   ${figures}`),
			],
			say: '',
			rank: 8,
		},
	];
}

/** The steps, with the walk's bots beside them and the link's QR code, if there is room. */
export function besideWalk(
	state: State,
	screen: AuthorizeScreen,
	lines: readonly Line[],
	rows: number,
	view: View,
): Line[] {
	const {columns} = state.size;
	const {walk, phase} = screen;
	const isWalk = walk.walking && walk.queue.length > 1;
	// A phone would be sent back to itself.
	const link = phase.name === 'awaiting-pin' && phase.link.callback === null ? phase.link.url : null;
	const first = lines.findLastIndex(({url}) => url !== undefined) + 1;
	const room = rows - first;
	const code = columns >= qrFrom && link !== null ? view.qr(link) : [];
	const codeWidth = columnsOf(code[0] ?? '');
	const hasCode = code.length > 0 && code.length <= room;
	if (state.fixed.spoken || columns < queueFrom || (!isWalk && !hasCode)) {
		return [...lines];
	}

	const queue = isWalk ? queueLines(state, screen, Math.max(0, room)) : [];
	const width = widthBeside(state, screen) - (hasCode ? codeWidth + 2 : 0);
	const height = Math.max(lines.length - first, queue.length, hasCode ? code.length : 0);
	return [
		...lines.slice(0, first),
		...Array.from({length: Math.min(room, height)}, (_, index): Line => {
			const left = lines[first + index] ?? {spans: [], say: ''};
			const spans = padded(left.spans, width);
			const bots = queue[index] ?? [];
			const gap = isWalk ? ' '.repeat(Math.max(0, queueWidth - 2 - widthOf(bots))) : '';
			return {
				...left,
				// Spoken separately, if at all: a step's own words contain it.
				say: left.say ?? left.spans.map(({text}) => text).join(''),
				spans: [
					...spans,
					...(isWalk ? [toned('quiet', '│ '), ...bots] : []),
					...(hasCode && code[index] !== undefined ? [{text: `${gap}  `}, toned('code', code[index])] : []),
				],
			};
		}),
	];
}

/** The walk's bots around the current one, each with its result. */
function queueLines(state: State, {walk, bot}: AuthorizeScreen, rows: number): Span[][] {
	const results = new Map(walk.results.map(result => [result.bot, result.kind]));
	const place = Math.max(0, walk.queue.indexOf(bot));
	const top = Math.max(0, Math.min(place - Math.floor(rows / 2), walk.queue.length - rows));
	const shown = walk.queue.slice(top, top + rows);
	const name = Math.min(16, Math.max(...shown.map(one => columnsOf(visible(one)))));
	return shown.map(one => {
		const kind = results.get(one);
		const glyph =
			one === bot ? toned('accent', '❯ ') : kind === undefined ? toned('quiet', '○ ') : glyphs[kind];
		const key = botOf(state, one)?.key;
		const account = kind === 'made' && key != null ? accountOf(key) : '';
		return [
			glyph,
			toned(one === bot ? 'strong' : 'plain', pad(visible(one), name)),
			toned('quiet', account === '' ? '' : ` ${pad(account, queueWidth - 5 - name).trimEnd()}`),
		];
	});
}
