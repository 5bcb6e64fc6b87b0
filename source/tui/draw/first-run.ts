import {type Line, line, paragraph, toned} from './line.ts';

/** What stands between a newcomer and a first key. */
export type FirstSteps = {
	/** Whether there are poems, and what to say of them. */
	poems: {done: boolean; text: string};
	/** The same of the app at X. */
	app: {done: boolean; text: string};
};

/** The three steps to a first key, for whoever opens keymaker for the first time. */
export function firstStepLines({poems, app}: FirstSteps, columns: number): Line[] {
	return [
		...paragraph('Keys for a flock of poem bots', columns, {tone: 'strong', rank: 7}),
		{spans: [], say: '', rank: 9},
		...step(1, 'Poems', poems, columns),
		...step(2, 'X app', app, columns),
		...step(3, 'Accounts', {done: null, text: 'Authorize each bot once; keymaker keeps the keys.'}, columns),
		{spans: [], say: '', rank: 9},
		...paragraph('Nothing leaves this computer before step 2.', columns, {tone: 'quiet', rank: 8}),
	];
}

function step(
	number: number,
	title: string,
	{done, text}: {done: boolean | null; text: string},
	columns: number,
): Line[] {
	const mark = done === null ? '' : done ? '✓ ' : '✗ ';
	const name = columns < 50 ? '' : title.padEnd(11);
	const [first, ...rest] = paragraph(text, columns, {indent: 4 + name.length + mark.length});
	return [
		{
			...line(
				toned('accent', ` ${number}  `),
				toned('strong', name),
				toned(done === true ? 'good' : 'bad', mark),
				first?.spans[0]?.text.trimStart() ?? '',
			),
			say: `${number}. ${title}: ${text}`,
			rank: done === false ? 0 : 5,
		},
		...rest.map(one => ({...one, rank: done === false ? 0 : 5})),
	];
}
