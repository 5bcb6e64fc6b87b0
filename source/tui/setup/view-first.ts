import {appTail} from '../../flock/key.ts';
import {visible} from '../../flock/visible.ts';
import {columnsOf} from '../../flock/width.ts';
import {blank, type Line, padded, paragraph, type Span, toned, widthOf} from '../draw/line.ts';
import {appOrigin} from '../draw/words.ts';
import {bindingsOf} from '../keymap.ts';
import type {Binding, Command} from '../model/binding.ts';
import type {State} from '../model/state.ts';
import {count} from '../model/text.ts';

/** One of the steps to a first key. */
type FirstStep = {
	title: string;
	/** `null` for a step that only says what comes then. */
	done: boolean | null;
	text: string;
	/** More text if it is not done. */
	hint: string;
	/** Its keys. */
	keys: readonly Binding[];
};

/** From this many columns the steps have titles. */
const titlesFrom = 50;

/** The width of a number, and of the longest title. */
const [numberWidth, titleWidth] = [4, 11];

/** The steps to a first key, each with its state and keys, while there are no poems or no app. */
export function firstRunLines(state: State): Line[] {
	const {columns} = state.size;
	const steps = stepsOf(state);
	const next = steps.findIndex(({done}) => done === false);
	const lead = columns < titlesFrom ? numberWidth : numberWidth + titleWidth;
	const widest = Math.max(...steps.map(({text, keys}) => (keys.length === 0 ? 0 : columnsOf(text))));
	const beside = lead + 2 + widest + 3;
	const fits = steps.every(({keys}) => beside + widthOf(keySpans(keys)) < columns);
	return [
		{...blank, rank: 9},
		...paragraph('Keys for a flock of poem bots', columns, {tone: 'strong', rank: 7}),
		{...blank, rank: 9},
		...steps.flatMap((step, index) =>
			stepLines(step, index + 1, {columns, lead, beside: fits ? beside : null, isNext: index === next}),
		),
		{...blank, rank: 9},
		...paragraph('Nothing leaves this computer before step 2.', columns, {tone: 'quiet', rank: 8}),
	];
}

function stepsOf(state: State): FirstStep[] {
	const keysFor = (...commands: Command[]) =>
		bindingsOf({...state, overlay: null}).filter(
			({command, short}) => short !== null && commands.includes(command),
		);
	return [
		{title: 'Poems', ...poemsStep(state), keys: keysFor('sample')},
		{title: 'X app', ...appStep(state), keys: keysFor('setup', 'practice')},
		{
			title: 'Accounts',
			done: null,
			text: 'authorize each bot once; keymaker keeps the keys',
			hint: '',
			keys: [],
		},
	];
}

function poemsStep({folder, flock, fixed}: State): Pick<FirstStep, 'done' | 'text' | 'hint'> {
	const place = visible(fixed.poemsName);
	const each = 'Each .txt file in it is a bot. --poems names another folder.';
	switch (folder?.problem) {
		case 'missing':
			return {done: false, text: `no folder ${place}`, hint: each};
		case 'empty':
			return {done: false, text: `no poems in ${place}`, hint: each};
		case 'not-a-folder':
			return {
				done: false,
				text: `${place} is not a folder`,
				hint: '--poems or KEYMAKER_POEMS names another.',
			};
		case 'unreadable':
			return {
				done: false,
				text: `cannot read ${place}`,
				hint: 'Give yourself permission to read it (chmod u+rx), then press ctrl+r.',
			};
		default: {
			const poems = (flock ?? []).filter(({poem}) => poem !== null).length;
			return {done: true, text: `${count(poems, 'poem')} in ${place}`, hint: ''};
		}
	}
}

function appStep({app, appProblem}: State): Pick<FirstStep, 'done' | 'text' | 'hint'> {
	if (appProblem !== null) {
		return {done: false, text: appProblem.sentence, hint: appProblem.hint};
	}

	return app === null
		? {done: false, text: 'not set up', hint: ''}
		: {
				done: true,
				text:
					app.from === 'practice'
						? 'not needed in practice'
						: `${visible(appTail(app.consumerKey))}, ${appOrigin[app.from]}`,
				hint: '',
			};
}

function stepLines(
	{title, done, text, hint, keys}: FirstStep,
	number: number,
	{columns, lead, beside, isNext}: {columns: number; lead: number; beside: number | null; isNext: boolean},
): Line[] {
	const mark = done === null ? null : done ? toned('good', '✓ ') : toned('bad', '✗ ');
	const indent = lead + 2;
	// The next step is dropped last, and its keys after their explanation.
	const rank = done !== false ? 5 : isNext ? 1 : 3;
	const [first, ...rest] = paragraph(text, columns, {indent: mark === null ? lead : indent, rank});
	const head: Span[] = [
		toned('accent', ` ${number}  `),
		toned('strong', lead === numberWidth ? '' : title.padEnd(titleWidth)),
		...(mark === null ? [] : [mark]),
		{text: first?.spans[0]?.text.trimStart() ?? ''},
	];
	const said = `${number}. ${title}${done === null ? '' : done ? ', done' : ', to do'}: ${text}`;
	const isBeside = beside !== null && keys.length > 0;
	return [
		{
			spans: isBeside ? [...padded(head, beside), ...keySpans(keys)] : head,
			say: isBeside ? [said, ...keys.map(keyWords)].join('. ') : said,
			rank: isBeside && isNext ? 0 : rank,
		},
		...rest,
		...(hint === '' ? [] : paragraph(hint, columns, {indent, tone: 'quiet', rank: isNext ? 4 : 6})),
		...(isBeside ? [] : keys.map((key): Line => keyLine(key, indent, isNext ? 0 : 2, columns))),
	];
}

/** A key on its own line; without room, only its name. */
function keyLine(key: Binding, indent: number, rank: number, columns: number): Line {
	const at = ' '.repeat(indent);
	const whole = indent + widthOf(keySpans([key])) < columns;
	return {
		spans: [{text: at}, ...keySpans([whole ? key : {...key, help: key.short}])],
		say: keyWords(key),
		rank,
	};
}

function keySpans(keys: readonly Binding[]): Span[] {
	return keys.flatMap(({label, help}, index) => [
		toned('accent', `${index === 0 ? '' : '     '}${label}  `),
		{text: help ?? ''},
	]);
}

function keyWords({label, help}: Binding): string {
	return `${label}: ${help}`;
}
