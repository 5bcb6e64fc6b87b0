import {visible} from '../../flock/visible.ts';
import {columnsOf, pad} from '../../flock/width.ts';
import {drawnStatusWords} from '../../flock/words.ts';
import {blank, type Line, line, padded, paragraph, type Span, toned} from '../draw/line.ts';
import {statusGlyph} from '../draw/theme.ts';
import {type HelpSection, helpSections, helpTitle, placeSection} from '../keymap.ts';
import {modeOf, type Overlay, type State} from '../model/state.ts';

type HelpOverlay = Overlay & {name: 'help'};

const meanings = {
	ready: 'X accepted the key when it was made or last checked',
	'no-key': 'to be authorized',
	'read-only': 'the key can only read, but should post',
	rejected: 'X refused the key when last asked',
	'other-app': 'made with another app whose secret is not here',
	held: 'a new key waits for your decision',
	orphan: 'the poem is gone, the key is kept',
} as const;

/** From this many columns the whole help has two columns, and from this many three. */
const twoFrom = 100;
const threeFrom = 160;

/** The help for the place under it or, after a second press, for all places. */
export function helpLines(state: State): Line[] {
	const {overlay} = state;
	return overlay?.name === 'help' && !overlay.all ? placeLines(state, overlay) : allLines(state);
}

/** A box with one place's keys, and the paths of poems and keys. */
function placeLines(state: State, {over}: HelpOverlay): Line[] {
	const {columns} = state.size;
	const under = {...state, overlay: over};
	const {rows} = placeSection(under);
	const title = helpTitle(modeOf(under));
	const inside = Math.min(columns - 2, 76);
	const lines = keyLines(rows, inside - 2);
	const rule = (left: string, right: string, text = '') =>
		toned('quiet', `${left}─${text}${'─'.repeat(Math.max(0, inside - columnsOf(text) - 1))}${right}`);
	const isBoxed = !state.fixed.spoken && columns >= 40 && state.size.rows >= lines.length + 6;
	const boxed: Line[] = isBoxed
		? [
				{spans: [rule('╭', '╮', ` ${title} `)], say: title},
				...lines.map(one => ({
					...one,
					spans: [toned('quiet', '│'), ...padded(one.spans, inside), toned('quiet', '│')],
				})),
				{spans: [rule('╰', '╯')], say: '', rank: 9},
			]
		: [heading(title), ...lines];
	return [...boxed, blank, ...notes(state, columns), ...places(state, columns)];
}

function allLines(state: State): Line[] {
	const {columns} = state.size;
	const count = state.fixed.spoken || columns < twoFrom ? 1 : columns < threeFrom ? 2 : 3;
	const width = Math.floor(columns / count);
	const blocks = [
		[...places(state, width), blank],
		...(hasNotes(state) ? [[...notes(state, width)]] : []),
		[...statuses(width), blank],
		...helpSections().map(section => [...sectionLines(section, width), blank]),
	];
	return count === 1 ? blocks.flat() : inColumns(blocks, count, width);
}

/** Blocks stacked in columns of about the same height. */
function inColumns(blocks: readonly Line[][], count: number, width: number): Line[] {
	const columns: Line[][] = [[]];
	const height = Math.ceil(blocks.flat().length / count);
	for (const block of blocks) {
		const last = columns.at(-1) ?? [];
		if (last.length > 0 && last.length + block.length / 2 > height && columns.length < count) {
			columns.push([...block]);
		} else {
			last.push(...block);
		}
	}

	const rows = Math.max(...columns.map(({length}) => length));
	return Array.from({length: rows}, (_, row) => {
		const parts = columns.map(lines => lines[row] ?? blank);
		return {
			spans: parts.flatMap(({spans}, index) => (index === parts.length - 1 ? spans : padded(spans, width))),
			say: parts
				.map(({say, spans}) => say ?? spans.map(({text}) => text).join(''))
				.filter(text => text !== '')
				.join('. '),
		};
	});
}

function places({fixed}: State, columns: number): Line[] {
	return [
		...paragraph(`Poems: ${visible(fixed.poemsPath)}`, columns, {tone: 'quiet'}),
		...paragraph(`Keys: ${visible(fixed.keystorePath)}`, columns, {tone: 'quiet'}),
	];
}

function hasNotes({folder}: State): boolean {
	return folder !== null && folder.notes.length > 0;
}

function notes(state: State, columns: number): Line[] {
	if (!hasNotes(state)) {
		return [];
	}

	return [
		heading('Skipped files'),
		...(state.folder?.notes ?? []).flatMap(({file, sentence}) =>
			paragraph(`${visible(file)}: ${visible(sentence)}`, columns),
		),
		blank,
	];
}

function statuses(columns: number): Line[] {
	const names = Object.keys(meanings) as (keyof typeof meanings)[];
	return [
		heading('Statuses'),
		...names.flatMap(status => {
			const {glyph, tone} = statusGlyph[status];
			const word = drawnStatusWords[status];
			const head: Span[] = [{text: ' '}, {text: glyph, tone}, {text: ` ${pad(word, 10)} `}];
			return hanging(head, meanings[status], 14, columns, `${word}: ${meanings[status]}`);
		}),
	];
}

function sectionLines({title, rows}: HelpSection, columns: number): Line[] {
	return [heading(title), ...keyLines(rows, columns)];
}

function heading(title: string): Line {
	return {...line(toned('strong', ` ${title}`)), say: title};
}

function keyLines(rows: HelpSection['rows'], columns: number): Line[] {
	// In a narrow window the words stand as near as the keys allow.
	const widest = columns < twoFrom / 2 ? Math.max(...rows.map(([label]) => columnsOf(label))) : 10;
	return rows.flatMap(([label, what]) =>
		hanging(
			[{text: ' '}, toned('accent', pad(label, widest)), {text: '  '}],
			what,
			widest + 3,
			columns,
			`${label}: ${what}`,
		),
	);
}

/** A label, and a sentence beside it whose lines are aligned. */
function hanging(head: readonly Span[], text: string, indent: number, columns: number, say: string): Line[] {
	const [first, ...rest] = paragraph(text, columns, {indent});
	return [{spans: [...head, {text: first?.spans[0]?.text.trimStart() ?? ''}], say}, ...rest];
}
