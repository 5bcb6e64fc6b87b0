import {type Line, line, paragraph, type Span, toned} from '../draw/line.ts';

/** The three steps to a first key, where there is no app yet. @param poems says which poems there are */
export function firstStepLines(poems: string, columns: number): Line[] {
	return [
		...paragraph('Keys for a flock of poem bots', columns, {tone: 'strong', rank: 7}),
		{spans: [], say: '', rank: 9},
		...step(1, 'Poems', toned('good', '✓ '), poems, columns, 5),
		...step(2, 'X app', toned('bad', '✗ '), 'No X app set up yet.', columns, 0),
		...step(3, 'Accounts', {text: ''}, 'Authorize each bot once; keymaker keeps the keys.', columns, 5),
		{spans: [], say: '', rank: 9},
		...paragraph('Nothing leaves this computer before step 2.', columns, {tone: 'quiet', rank: 8}),
	];
}

function step(
	number: number,
	title: string,
	mark: Span,
	text: string,
	columns: number,
	rank: number,
): Line[] {
	const name = columns < 50 ? '' : title.padEnd(11);
	const [first, ...rest] = paragraph(text, columns, {indent: 4 + name.length + mark.text.length, rank});
	return [
		{
			...line(
				toned('accent', ` ${number}  `),
				toned('strong', name),
				mark,
				first?.spans[0]?.text.trimStart() ?? '',
			),
			say: `${number}. ${title}: ${text}`,
			rank,
		},
		...rest,
	];
}
