import {callbackAddress, portFrom} from '../../flock/callback.ts';
import {visible} from '../../flock/visible.ts';
import {dots, fieldWindow} from '../draw/field.ts';
import {blank, type Line, line, paragraph, toned, type View} from '../draw/line.ts';
import {secondsLeft, waitingLines} from '../draw/waiting.ts';
import type {SetupScreen, State} from '../model/state.ts';

const console = (callback: string): readonly string[] => [
	'Create an app in X’s Developer Console, console.x.com.',
	'In User authentication settings, set Read and write first: keys made earlier keep the old permission.',
	`Also add the callback URL ${callback}: X needs one, even for PINs.`,
	'On Keys and tokens, copy API Key and Secret, not the Bearer Token or the Access Token.',
];

/** A field's name, and its short form. */
type Label = {whole: string; brief: string};

const keyLabel: Label = {whole: 'API Key (consumer key)', brief: 'API Key (consumer)'};
const secretLabel: Label = {whole: 'API Key Secret (consumer secret)', brief: 'API Secret (consumer)'};
const portLabel: Label = {whole: 'Callback port (empty: type PINs)', brief: 'Callback port'};

/** Where to enter the app's key and secret. */
export function setupLines({size, fixed, caret}: State, screen: SetupScreen, view: View): Line[] {
	const {columns} = size;
	const {field, consumerKey, consumerSecret, callback, problem, tryingSince} = screen;
	const port = portFrom(callback);
	const url = port === null ? '(any, such as https://example.com)' : callbackAddress(port);
	return [
		...paragraph('The X app that posts for all bots', columns, {tone: 'strong', rank: 4}),
		{...blank, rank: 9},
		...console(url).flatMap((text, index) => steps(index + 1, text, columns)),
		{...blank, rank: 8},
		...fieldLines(keyLabel, dots(consumerKey.length), field === 'consumerKey', columns, caret, true),
		...fieldLines(secretLabel, dots(consumerSecret.length), field === 'consumerSecret', columns, caret, true),
		...fieldLines(portLabel, visible(callback), field === 'callback', columns, caret, false),
		...(tryingSince === null
			? []
			: waitingLines(
					`Trying them at X · ${secondsLeft(tryingSince, fixed.deadlineSeconds, view)}`,
					'Trying them at X',
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
			? paragraph('keymaker tries both at X, then saves them in the keystore.', columns, {
					tone: 'quiet',
					rank: 6,
				})
			: []),
	];
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

function fieldLines(
	label: Label,
	shown: string,
	active: boolean,
	columns: number,
	caret: number,
	hidden: boolean,
): Line[] {
	const pointer = toned('accent', active ? ' ❯ ' : '   ');
	const name = columns >= 80 ? label.whole.padEnd(34) : '';
	const start = 3 + name.length;
	const {text, cursor} = fieldWindow(
		{text: shown, after: active ? caret : 0},
		text => text,
		columns - start - 1,
	);
	const common = {role: 'textbox' as const, selected: active, ...(active ? {cursor: start + cursor} : {})};
	const say = `${label.whole}: ${hidden ? `${shown.length} characters, hidden` : shown}`;
	if (name !== '') {
		return [{...line(pointer, name, toned('strong', text)), ...common, say}];
	}

	// The inactive field gives way to what is said about the other one.
	const rank = active ? 0 : 3;
	return [
		{
			...line(pointer, columns < 40 ? label.brief : label.whole),
			role: 'textbox',
			selected: active,
			say,
			rank,
		},
		{...line('   ', toned('strong', text)), ...(active ? {cursor: start + cursor} : {}), say: '', rank},
	];
}
