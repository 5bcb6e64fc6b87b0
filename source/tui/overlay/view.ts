import {keysOf} from '../../flock/key.ts';
import {visible} from '../../flock/visible.ts';
import {accountOf, accountsInWords} from '../../flock/words.ts';
import {dollarsPerCall} from '../../keymaker/check.ts';
import {fieldWindow} from '../draw/field.ts';
import {cutOff, type Line, line, paragraph, toned, type View} from '../draw/line.ts';
import {botOf, type ForgetChoice, type Overlay, type Question, type State} from '../model/state.ts';
import {count, names} from '../model/text.ts';
import {forgetChoices} from './reduce-forget.ts';
import {askingLines} from './view-asking.ts';
import {grantPanel, hostsPanel} from './view-hosts.ts';

/** What an overlay shows between the screen and the footer; nothing for those with the whole body. */
export function panelLines(state: State, view: View): Line[] {
	const {overlay} = state;
	switch (overlay?.name) {
		case 'handle':
			return handlePanel(state, overlay);
		case 'confirm':
			return questionLines(state, overlay.question);
		case 'forget':
			return forgetPanel(state, overlay);
		case 'hosts':
			return hostsPanel(state, overlay);
		case 'grant':
			return grantPanel(state, overlay);
		default:
			return overlay === null && state.screen.name === 'flock' ? askingLines(state, view) : [];
	}
}

function handlePanel({size, caret}: State, {bot, text, problem}: Overlay & {name: 'handle'}): Line[] {
	const {columns} = size;
	const label = ' Handle: @';
	const at = text.startsWith('@') ? text.slice(1) : text;
	const shown = fieldWindow({text: at, after: caret}, visible, columns - label.length);
	return [
		...paragraph(
			`Which account should ${visible(bot)} use? A different one will wait for your decision.`,
			columns,
			{rank: 2},
		),
		{
			...line(label, toned('strong', shown.text)),
			role: 'textbox',
			say: `Expected handle: ${visible(text)}`,
			cursor: label.length + shown.cursor,
		},
		...(problem === null ? [] : paragraph(`${problem.sentence} ${problem.hint}`, columns, {tone: 'bad'})),
	];
}

function questionLines(state: State, question: Question): Line[] {
	const {columns} = state.size;
	return paragraph(sentenceOf(question), columns, {tone: 'warn'});
}

function sentenceOf(question: Question): string {
	switch (question.about) {
		case 'check': {
			const {length} = question.bots;
			return `Check ${count(length, 'key')} with X? ${count(length, 'call')}, about $${(length * dollarsPerCall).toFixed(2)}.`;
		}

		case 'new-link':
			return 'Get a new link? The link on the screen and its PIN stop working.';
		case 'overwrite':
			return `${question.sentence} Replace it?`;
		case 'reveal':
			return 'Show the key and its secrets on the screen? Make sure nobody is looking.';
		case 'quit':
			return `Quit and lose the unsaved key of ${names(question.bots.map(visible), 40)}?`;
	}
}

const choiceWords: Readonly<Record<ForgetChoice, {title: string; note: string}>> = {
	forget: {title: 'Forget here', note: 'the key still works at X'},
	revoke: {title: 'Revoke at X, and forget', note: 'the key stops working at X'},
	cancel: {title: 'Cancel', note: 'change nothing'},
};

/** From this many columns each choice has an explanation. */
const explainedFrom = 66;

function forgetPanel(state: State, {bots, choice}: Overlay & {name: 'forget'}): Line[] {
	const {columns, rows} = state.size;
	const first = botOf(state, bots[0] ?? '');
	const keys = first === undefined ? [] : keysOf(first);
	const accounts = [...new Map(keys.map(key => [key.userId, key])).values()];
	const what =
		bots.length === 1
			? `The ${accounts.length > 1 ? 'keys' : 'key'} of ${visible(bots[0] ?? '')}, ${accountsInWords(accounts)}:`
			: `The keys of ${names(
					bots.map(bot => withAccount(state, bot)),
					120,
				)}:`;
	const options = forgetChoices.map((one): Line => {
		const {title, note} = choiceWords[one];
		const chosen = one === choice;
		return {
			...line(
				toned('accent', chosen ? ' ❯ ' : '   '),
				toned(chosen ? 'strong' : 'plain', title),
				toned('quiet', columns < explainedFrom ? '' : `  ${note}`),
			),
			role: 'radio',
			selected: chosen,
			say: `${title}: ${note}`,
		};
	});
	const title = paragraph(what, columns, {tone: 'warn'});
	return [...cutOff(title, rows < 9 ? 1 : 3), ...options];
}

function withAccount(state: State, name: string): string {
	const key = botOf(state, name)?.key;
	return key == null ? visible(name) : `${visible(name)} (${accountOf(key)})`;
}

/** The text about the QR code. */
export function qrSentences({fixed}: State): string[] {
	return [
		'Scan this code with the phone that the account is signed in on.',
		...(fixed.practice ? ['In practice it leads to this computer only: a phone cannot open it.'] : []),
	];
}

/** The link as a QR code under the header, if there is room. */
export function qrLines(state: State, rows: number, code: readonly string[]): Line[] {
	const {size} = state;
	const width = Math.max(...code.map(text => [...text].length));
	if (width > size.columns || code.length > rows) {
		const needed = `${width}×${code.length + size.rows - rows}`;
		return paragraph(`The window is too small for the QR code: it needs ${needed} cells.`, size.columns, {
			tone: 'warn',
		});
	}

	return code.map((text, index) => ({
		...line(toned('code', text)),
		say: index === 0 ? ['A QR code of the link.', ...qrSentences(state)].join(' ') : '',
	}));
}
