import {visible} from '../../flock/visible.ts';
import {columnsOf, pad} from '../../flock/width.ts';
import {statusWords} from '../../flock/words.ts';
import {blank, type Line, line, paragraph, toned} from '../draw/line.ts';
import {statusGlyph} from '../draw/theme.ts';
import {helpSections} from '../keymap.ts';
import type {State} from '../model/state.ts';

const meanings = {
	ready: 'X took the key when it was made or last checked',
	'no-key': 'to be authorized',
	'read-only': 'the key may only read, though write was wanted',
	rejected: 'X refused the key when last asked',
	'other-app': 'the secret of the app that made the key is not known here',
	held: 'a key waits for your decision',
	orphan: 'the poem is gone, the key is kept',
} as const;

/** The help: what was passed over in the folder, where things are, the statuses, and the whole keymap. */
export function helpLines(state: State): Line[] {
	const {columns} = state.size;
	return [...places(state), ...notes(state), ...statuses(columns), ...keys(columns)];
}

function places({fixed, size}: State): Line[] {
	return [
		...paragraph(`Poems: ${visible(fixed.poemsPath)}`, size.columns, {tone: 'quiet'}),
		...paragraph(`Keys: ${visible(fixed.keystorePath)}`, size.columns, {tone: 'quiet'}),
		blank,
	];
}

function notes({folder, size}: State): Line[] {
	if (folder === null || folder.notes.length === 0) {
		return [];
	}

	return [
		line(toned('strong', ' Files in the folder to look at')),
		...folder.notes.flatMap(({file, sentence}) =>
			paragraph(`${visible(file)}: ${visible(sentence)}`, size.columns),
		),
		blank,
	];
}

function statuses(columns: number): Line[] {
	const names = Object.keys(meanings) as (keyof typeof meanings)[];
	return [
		line(toned('strong', ' Statuses')),
		...names.flatMap(status => {
			const {glyph, tone} = statusGlyph[status];
			const [first, ...rest] = paragraph(meanings[status], columns, {indent: 14});
			return [
				{
					...line(
						' ',
						{text: glyph, tone},
						` ${pad(statusWords[status], 10)} `,
						first?.spans[0]?.text.trimStart() ?? '',
					),
					say: `${statusWords[status]}: ${meanings[status]}`,
				},
				...rest,
			];
		}),
		blank,
	];
}

function keys(columns: number): Line[] {
	const sections = helpSections();
	const widest = Math.max(...sections.flatMap(({rows}) => rows.map(([label]) => columnsOf(label))));
	return sections.flatMap(({title, rows}) => [
		line(toned('strong', ` ${title}`)),
		...rows.flatMap(([label, what]) => {
			const [first, ...rest] = paragraph(what, columns, {indent: widest + 3});
			return [
				{
					...line(' ', toned('accent', pad(label, widest)), `  ${first?.spans[0]?.text.trimStart() ?? ''}`),
					say: `${label}: ${what}`,
				},
				...rest,
			];
		}),
		blank,
	]);
}
