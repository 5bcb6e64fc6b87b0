import {visible} from '../../flock/visible.ts';
import {columnsOf} from '../../flock/width.ts';
import {type Line, line, paragraph, toned} from '../draw/line.ts';
import {problemLines} from '../draw/problem.ts';
import {tail} from '../draw/text.ts';
import type {Overlay} from '../model/state.ts';
import {count, names} from '../model/text.ts';
import {exportFormats} from './reduce.ts';

/** Where the format and the place of an export are chosen. */
export function exportPanel({draft, attempt, problem}: Overlay & {name: 'export'}, columns: number): Line[] {
	const {bots, format, path} = draft;
	const {note} = exportFormats[format];
	const what =
		bots.length === 1
			? `Export the key of ${names(bots.map(visible))}`
			: `Export ${count(bots.length, 'key')}: ${names(bots.map(visible), 120)}`;
	const into = attempt === null ? ' Into    ' : ' Writing ';
	const shownNote = columnsOf(` Format  ${format}  ${note}`) <= columns ? `  ${note}` : '';
	return [
		...paragraph(what, columns, {tone: 'strong', rank: 2}),
		{
			...line(toned('quiet', ' Format  '), toned('accent', format), toned('quiet', shownNote)),
			say: `Format: ${format}, ${note}`,
		},
		{
			...line(
				toned('quiet', into),
				toned('strong', tail(visible(path), columns - into.length - 2)),
				toned('accent', attempt === null ? '▏' : ''),
			),
			role: 'textbox',
			say: `${into.trim()}: ${visible(path)}`,
		},
		...(problem === null ? [] : problemLines(problem, columns)),
	];
}
