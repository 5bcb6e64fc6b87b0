import {visible} from '../../flock/visible.ts';
import {columnsOf} from '../../flock/width.ts';
import {fieldWindow} from '../draw/field.ts';
import {blank, type Line, line, padded, paragraph, toned, type View} from '../draw/line.ts';
import {waitingLines} from '../draw/waiting.ts';
import type {Problem} from '../model/problem.ts';
import {flockParts, listWidth, previewShown} from '../model/room.ts';
import type {State} from '../model/state.ts';
import {barLine} from './view-bar.ts';
import {listLines} from './view-list.ts';
import {previewLines} from './view-preview.ts';

/** The flock: filter, list, and where there is room the selected poem beside it. */
export function flockLines(state: State, rows: number, view: View): Line[] {
	const {size, flock, problem, list} = state;
	if (problem !== null) {
		return problemLines(state, problem);
	}

	if (flock === null) {
		return waitingLines('Reading the flock', 'Reading the flock', size.columns, view);
	}

	const parts = flockParts(state);
	const top = [
		...(parts.bar > 0 ? [barLine(flock, size.columns, view.theme)] : []),
		...(parts.gap > 0 ? [blank] : []),
	];
	const room = rows - top.length;
	const wide = previewShown(state);
	const width = wide ? listWidth(size.columns) : size.columns;
	const filter = parts.filter > 0 ? [filterLine(state, width)] : [];
	const left =
		list.shown.length === 0
			? [...filter, ...emptyListLines(state, width)]
			: [...filter, ...listLines(state, width, room - filter.length, view)];
	if (!wide) {
		return [...top, ...left];
	}

	const right = previewLines(state, size.columns - width - 3, room, view);
	return [...top, ...Array.from({length: room}, (_, index) => beside(left[index], right[index], width))];
}

/** Nothing passes the filter. */
function emptyListLines({list}: State, width: number): Line[] {
	return [
		blank,
		...paragraph(`No bot matches ${visible(list.filter)}. Press esc to clear the filter.`, width),
	];
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
		spans: [...padded(left?.spans ?? [], width), toned('quiet', ' │ '), ...(right?.spans ?? [])],
	};
}

/** The line that says how many bots are marked, and what for; nothing where none is. */
export function marksLine({list, size}: State): Line[] {
	const {size: count} = list.marks;
	if (count === 0) {
		return [];
	}

	const whole = `${count} marked: C check, x export, f forget, esc unmark.`;
	const isWhole = columnsOf(whole) + 2 <= size.columns;
	return paragraph(isWhole ? whole : `${count} marked. esc unmarks.`, size.columns, {tone: 'accent'});
}

/** The line that says how much of the folder was passed over; `null` where nothing was. */
export function notesLine({folder, size}: State): Line[] {
	const count = folder?.notes.length ?? 0;
	return count === 0
		? []
		: paragraph(`${count} ${count === 1 ? 'file' : 'files'} skipped (? shows why).`, size.columns, {
				tone: 'quiet',
			}).slice(0, 1);
}
