import type {Bot} from '../../flock/flock.ts';
import {visible} from '../../flock/visible.ts';
import {columnsOf, cut, pad} from '../../flock/width.ts';
import {accountsOf, statusWords} from '../../flock/words.ts';
import {fieldWindow} from '../draw/field.ts';
import {blank, type Line, line, paragraph, type Span, toned, type View} from '../draw/line.ts';
import {statusGlyph} from '../draw/theme.ts';
import {waitingLines} from '../draw/waiting.ts';
import {handleText} from '../model/list.ts';
import type {Problem} from '../model/problem.ts';
import {filterShown, previewShown} from '../model/room.ts';
import type {State} from '../model/state.ts';
import {previewLines} from './view-preview.ts';

/** The status of a bot whose fresh key is in memory alone. */
const notSaved = 'not saved';

/** The columns of the longest status. */
const statusWidth = Math.max(...Object.values(statusWords).map(word => columnsOf(word)), notSaved.length) + 2;

/** The list takes no more than this beside a poem. */
const widestList = 76;

/** The flock: filter, list, and where there is room the selected poem beside it. */
export function flockLines(state: State, rows: number, view: View): Line[] {
	const {size, flock, problem, list} = state;
	if (problem !== null) {
		return problemLines(state, problem);
	}

	if (flock === null) {
		return waitingLines('Reading the flock', 'Reading the flock', size.columns, view);
	}

	const wide = previewShown(state);
	const width = wide ? Math.min(widestList, Math.floor(size.columns * 0.55)) : size.columns;
	const filter = filterShown(state) ? [filterLine(state, width)] : [];
	const left =
		list.shown.length === 0
			? [...filter, ...(flock.length === 0 ? emptyFolderLines(state, width) : emptyListLines(state, width))]
			: [...filter, ...listLines(state, width, rows - filter.length)];
	if (!wide) {
		return left;
	}

	const right = previewLines(state, size.columns - width - 3, rows, view);
	return Array.from({length: rows}, (_, index) => beside(left[index], right[index], width));
}

/** Why there is no flock, and what to do about it. */
function emptyFolderLines({folder, fixed}: State, width: number): Line[] {
	const path = visible(fixed.poemsPath);
	const [sentence, hint] = {
		missing: [
			`There is no folder ${path}.`,
			'i makes it, with a sample poem. Each .txt file in it is a bot; --poems names another folder.',
		],
		'not-a-folder': [`${path} is not a folder.`, 'Name the folder of poems with --poems or KEYMAKER_POEMS.'],
		unreadable: [
			`The folder ${path} cannot be read.`,
			'Give yourself permission to read it (chmod u+rx), then press r.',
		],
		empty: [
			`There is no poem in ${path} yet.`,
			'Put one poem into each .txt file there: each is a bot, and shows up here by itself. i adds a sample.',
		],
	}[folder?.problem ?? 'empty'];
	return [blank, ...paragraph(sentence ?? '', width, {tone: 'warn'}), ...paragraph(hint ?? '', width)];
}

/** Nothing passes the filter. */
function emptyListLines({list}: State, width: number): Line[] {
	return [blank, ...paragraph(`No bot matches ${visible(list.filter)}. Esc clears the filter.`, width)];
}

/** Why the flock cannot be read: a calm screen, not a crash. */
function problemLines({size, fixed}: State, problem: Problem): Line[] {
	const {columns} = size;
	return [
		blank,
		...paragraph(problem.sentence, columns, {tone: 'bad'}),
		...paragraph(problem.hint, columns),
		blank,
		...(problem.code.startsWith('keystore-')
			? paragraph(`Keystore: ${visible(fixed.keystorePath)}`, columns, {tone: 'quiet', rank: 3})
			: []),
		...paragraph(problem.label, columns, {tone: 'quiet', rank: 4}),
	];
}

function listLines(state: State, width: number, rows: number): Line[] {
	const {list, widths} = state;
	const columns = fitting(widths, width);
	return list.shown.slice(list.top, list.top + rows).map(bot => rowLine(bot, state, columns));
}

/** The widths of name and handle that fit a row; the handle gives way first, where even a short one has no room. */
function fitting(widths: State['widths'], width: number): {name: number; handle: number} {
	const room = width - 6 - 2 - statusWidth;
	if (room < 24) {
		return {name: Math.max(4, Math.min(widths.name, room)), handle: 0};
	}

	const both = room - 2;
	const name = Math.min(widths.name, Math.max(Math.ceil(both / 2), both - widths.handle));
	return {name, handle: Math.min(widths.handle, both - name)};
}

function rowLine(bot: Bot, {list, unsaved}: State, columns: {name: number; handle: number}): Line {
	const selected = bot.name === list.selected;
	const marked = list.marks.has(bot.name);
	const isUnsaved = unsaved.some(one => one.bot === bot.name);
	const {glyph, tone} = isUnsaved ? {glyph: '!', tone: 'bad' as const} : statusGlyph[bot.status];
	const name = visible(bot.name);
	const handle = handleText(bot);
	const status = isUnsaved
		? notSaved
		: bot.key !== null && bot.held.length > 0
			? `${statusWords[bot.status]} ?`
			: statusWords[bot.status];
	const spans: Span[] = [
		toned('strong', selected ? ' ❯' : '  '),
		marked ? toned('accent', '✓') : toned('plain', ' '),
		{text: `${glyph} `, tone},
		toned(selected ? 'strong' : 'plain', pad(name, columns.name)),
		...(columns.handle === 0 ? [] : [toned('quiet', `  ${pad(handle, columns.handle)}`)]),
		{text: `  ${status}`, tone},
	];
	return {
		spans,
		role: 'option',
		selected,
		checked: marked,
		say: [name, accountsOf(bot), status].filter(part => part !== null).join(', '),
	};
}

function filterLine({list, overlay, flock, caret}: State, width: number): Line {
	const editing = overlay?.name === 'filter';
	const found = `${list.shown.length} of ${flock?.length ?? 0}`;
	const field = {text: list.filter, after: editing ? caret : 0};
	const {text, cursor} = fieldWindow(field, visible, Math.max(4, width - found.length - 14));
	const label = ' filter: ';
	return {
		...line(
			toned(editing ? 'accent' : 'quiet', label),
			toned('strong', text),
			toned('quiet', `  ${editing ? ' ' : ''}${found}`),
		),
		...(editing ? {cursor: label.length + cursor} : {}),
		role: 'textbox',
		say: `Filter: ${visible(list.filter)}, ${found}`,
	};
}

/** One row of the list and one of the poem on one line. Where lines are spoken, nothing stands beside the list. */
function beside(left: Line | undefined, right: Line | undefined, width: number): Line {
	return {
		...left,
		spans: [...fitted(left?.spans ?? [], width), toned('quiet', ' │ '), ...(right?.spans ?? [])],
	};
}

function fitted(spans: readonly Span[], width: number): Span[] {
	const kept: Span[] = [];
	let left = width;
	for (const span of spans) {
		const text = cut(span.text, left);
		kept.push({...span, text});
		left -= columnsOf(text);
	}

	return [...kept, {text: ' '.repeat(Math.max(0, left))}];
}

/** The line that says how many bots are marked, and what for; nothing where none is. */
export function marksLine({list, size}: State): Line[] {
	return list.marks.size === 0
		? []
		: paragraph(`${list.marks.size} marked: v check, x export, f forget; esc clears.`, size.columns, {
				tone: 'accent',
			}).slice(0, 1);
}

/** The line that says how much of the folder was passed over; `null` where nothing was. */
export function notesLine({folder, size}: State): Line[] {
	const count = folder?.notes.length ?? 0;
	return count === 0
		? []
		: paragraph(
				`${count} ${count === 1 ? 'file' : 'files'} in the folder to look at (? shows why).`,
				size.columns,
				{
					tone: 'quiet',
				},
			).slice(0, 1);
}
