import {visible} from '../../flock/visible.ts';
import {blank, type Line, line, paragraph, toned, type View} from '../draw/line.ts';
import {tail} from '../draw/text.ts';
import {secondsLeft, waitingLines} from '../draw/waiting.ts';
import type {AppChoice, Screen, SetupScreen, State} from '../model/state.ts';

const portal: readonly string[] = [
	'At developer.x.com, make a project with one app.',
	'In its User authentication settings choose Read and write first: a permission only reaches keys made after it.',
	'There, too, give a callback URL (any, such as https://example.com): X wants one, even for PINs.',
	'Under Keys and tokens, copy API Key and Secret. Not the Bearer Token, not the Access Token.',
];

/** What a field is called, and where there is little room. */
type Label = {whole: string; brief: string};

const keyLabel: Label = {whole: 'API Key (consumer key)', brief: 'API Key (consumer)'};
const secretLabel: Label = {whole: 'API Key Secret (consumer secret)', brief: 'API Secret (consumer)'};

/** Where the app's key and secret are given. */
export function setupLines({size, fixed}: State, screen: SetupScreen, view: View): Line[] {
	const {columns} = size;
	const {field, consumerKey, consumerSecret, problem, tryingSince} = screen;
	const mask = '•'.repeat(consumerSecret.length);
	return [
		...paragraph('The X app that posts for all bots', columns, {tone: 'strong', rank: 4}),
		{...blank, rank: 9},
		...portal.flatMap((text, index) => steps(index + 1, text, columns)),
		{...blank, rank: 8},
		...fieldLines(keyLabel, masked(visible(consumerKey)), field === 'consumerKey', columns),
		...fieldLines(secretLabel, mask, field === 'consumerSecret', columns, consumerSecret.length),
		...(tryingSince === null
			? []
			: waitingLines(
					`Trying it at X · ${secondsLeft(tryingSince, fixed.deadlineSeconds, view)}`,
					'Trying it at X',
					columns,
					view,
				)),
		...(problem === null
			? []
			: [
					...paragraph(problem.sentence, columns, {tone: 'bad'}),
					...paragraph(problem.hint, columns, {rank: 2}),
					...paragraph(problem.label, columns, {tone: 'quiet', rank: 6}),
				]),
		...(problem === null && tryingSince === null
			? paragraph('It is tried at X first, then saved in the keystore.', columns, {
					tone: 'quiet',
					rank: 6,
				})
			: []),
	];
}

/** An app is named by the last four characters of its key; more of it is not drawn. */
function masked(key: string): string {
	return key.length < 8 ? '•'.repeat(key.length) : '•'.repeat(key.length - 4) + key.slice(-4);
}

function steps(number: number, text: string, columns: number): Line[] {
	const [first, ...rest] = paragraph(text, columns, {indent: 4, rank: 5});
	return [
		{
			...line(toned('accent', ` ${number}  `), first?.spans[0]?.text.trimStart() ?? ''),
			rank: 5,
			say: `${number}. ${text}`,
		},
		...rest,
	];
}

function fieldLines(label: Label, text: string, active: boolean, columns: number, hidden?: number): Line[] {
	const pointer = toned('accent', active ? ' ❯ ' : '   ');
	const cursor = toned('accent', active ? '▏' : '');
	const say = `${label.whole}: ${hidden === undefined ? text : `${hidden} characters, hidden`}`;
	const common = {role: 'textbox' as const, selected: active};
	if (columns >= 80) {
		return [
			{
				...line(pointer, label.whole.padEnd(34), toned('strong', tail(text, columns - 40)), cursor),
				...common,
				say,
			},
		];
	}

	// The field that is not being filled in gives way to what is said about the other one.
	const rank = active ? 0 : 3;
	return [
		{...line(pointer, columns < 40 ? label.brief : label.whole), ...common, say, rank},
		{...line('   ', toned('strong', tail(text, columns - 5)), cursor), say: '', rank},
	];
}

const choiceWords: Readonly<Record<AppChoice, {title: string; text: string}>> = {
	practice: {
		title: 'Practice',
		text: 'A stand-in for X on this computer: try the whole flow, nothing leaves this computer.',
	},
	setup: {title: 'Set up the X app', text: 'Give the API key and secret of your app at X.'},
};

/** What is offered where there is no app key that can be used. */
export function chooseLines({size, appProblem}: State, {choice}: Screen & {name: 'choose-app'}): Line[] {
	const {columns} = size;
	const choices: AppChoice[] = appProblem === null ? ['practice', 'setup'] : ['practice'];
	return [
		blank,
		...(appProblem === null
			? paragraph('There is no app key yet. How do you want to go on?', columns, {rank: 1})
			: [
					...paragraph(appProblem.sentence, columns, {tone: 'bad'}),
					...paragraph(appProblem.hint, columns, {rank: 1}),
				]),
		blank,
		...choices.flatMap(one => [
			{
				...line(
					toned('accent', one === choice ? ' ❯ ' : '   '),
					one === choice ? toned('strong', choiceWords[one].title) : choiceWords[one].title,
				),
				role: 'radio' as const,
				selected: one === choice,
				say: `${choiceWords[one].title}. ${choiceWords[one].text}`,
			},
			...paragraph(choiceWords[one].text, columns, {tone: 'quiet', indent: 3, rank: 2}).map(part => ({
				...part,
				say: '',
			})),
		]),
	];
}
