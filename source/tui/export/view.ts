import {visible} from '../../flock/visible.ts';
import {columnsOf} from '../../flock/width.ts';
import {fieldWindow} from '../draw/field.ts';
import {type Line, line, paragraph, toned} from '../draw/line.ts';
import {problemLines} from '../draw/problem.ts';
import type {Overlay, State} from '../model/state.ts';
import {count, names} from '../model/text.ts';
import {exportFormats} from './reduce.ts';

/** Chooses an export's format and destination. */
export function exportPanel(
	{size, caret}: State,
	{draft, attempt, problem}: Overlay & {name: 'export'},
): Line[] {
	const {columns} = size;
	const {bots, format, path} = draft;
	const {note} = exportFormats[format];
	const what =
		bots.length === 1
			? `Export the key of ${names(bots.map(visible))}`
			: `Export ${count(bots.length, 'key')}: ${names(bots.map(visible), 120)}`;
	const into = attempt === null ? ' Into    ' : ' Writing ';
	const shown = fieldWindow(
		{text: path, after: attempt === null ? caret : 0},
		visible,
		columns - into.length - 1,
	);
	const shownNote = columnsOf(` Format  ${format}  ${note}`) <= columns ? `  ${note}` : '';
	return [
		...paragraph(what, columns, {tone: 'strong', rank: 2}),
		{
			...line(toned('quiet', ' Format  '), toned('accent', format), toned('quiet', shownNote)),
			say: `Format: ${format}, ${note}`,
		},
		{
			...line(toned('quiet', into), toned('strong', shown.text)),
			...(attempt === null ? {cursor: into.length + shown.cursor} : {}),
			role: 'textbox',
			say: `${into.trim()}: ${visible(path)}`,
		},
		...(problem === null ? [] : problemLines(problem, columns)),
	];
}
