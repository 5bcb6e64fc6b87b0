import {appTail} from '../../flock/key.ts';
import {visible} from '../../flock/visible.ts';
import {columnsOf} from '../../flock/width.ts';
import {accountOf} from '../../flock/words.ts';
import type {Link} from '../../keymaker/keymaker.ts';
import {fieldWindow} from '../draw/field.ts';
import {hints} from '../draw/footer.ts';
import {blank, ends, type Line, line, paragraph, squeeze, toned, type View, widthOf} from '../draw/line.ts';
import {problemLines} from '../draw/problem.ts';
import {chop} from '../draw/text.ts';
import {secondsLeft, waitingLines} from '../draw/waiting.ts';
import {appOrigin} from '../draw/words.ts';
import {keymap} from '../keymap.ts';
import type {AuthorizeScreen, Phase, Renewal} from '../model/authorization.ts';
import type {Binding} from '../model/binding.ts';
import type {State} from '../model/state.ts';
import {conflictLines, savedLines, unsavedLines} from './view-outcome.ts';
import {besideWalk, progressLines, widthBeside} from './view-walk.ts';

/** From this many columns the bindings are beside their steps. */
const inlineFrom = 90;

/** In wide windows, the bindings go no further right than this. */
const inlineTo = 110;

/** Lines with a higher rank are dropped before any step. */
const stepRank = 3;

/** The commands beside the link and beside the field. */
const besideLink: readonly string[] = ['copy', 'open', 'qr'];
const besideField: readonly string[] = ['submit', 'new-link', 'back'];

/** True for a binding beside its step, which the footer leaves out. */
export function isInline({size, screen, overlay, fixed}: State, {command}: Binding): boolean {
	return (
		!fixed.spoken &&
		overlay === null &&
		size.columns >= inlineFrom &&
		size.rows >= 12 &&
		screen.name === 'authorize' &&
		screen.phase.name === 'awaiting-pin' &&
		(besideLink.includes(command) || besideField.includes(command))
	);
}

/** The authorization of one bot, in any phase. */
export function authorizeLines(state: State, screen: AuthorizeScreen, rows: number, view: View): Line[] {
	const {phase} = screen;
	const {columns} = state.size;
	switch (phase.name) {
		case 'requesting':
			return besideWalk(
				state,
				screen,
				[
					...progressLines(state, screen),
					blank,
					...note(phase, columns),
					...waiting('Asking X for a link', phase.startedAt, state, view),
					...saidLines(screen, columns),
				],
				rows,
				view,
			);
		case 'awaiting-pin':
		case 'exchanging':
			return stepLines(state, screen, phase, rows, view);
		case 'failed':
			return [
				blank,
				...note(phase, columns),
				...paragraph(`No link for ${visible(screen.bot)}.`, columns, {tone: 'strong', rank: 2}),
				...problemLines(phase.problem, columns),
			];
		case 'conflict':
			return conflictLines(state, screen, phase, view.now);
		case 'saved':
			return savedLines(state, screen, phase);
		case 'discarded':
			return [
				blank,
				...paragraph(`Discarded the key of ${accountOf(phase.key)}.`, columns, {tone: 'strong'}),
				...paragraph(`${visible(screen.bot)} has no key. r gets a new link; s skips the bot.`, columns, {
					rank: 1,
				}),
			];
		case 'unsaved':
			return unsavedLines(state, screen, phase, rows, view);
	}
}

function stepLines(
	state: State,
	screen: AuthorizeScreen,
	phase: Phase & {name: 'awaiting-pin' | 'exchanging'},
	rows: number,
	view: View,
): Line[] {
	const {columns} = state.size;
	const width = widthBeside(state, screen) + 1;
	const {link} = phase;
	const before = [
		...progressLines(state, screen),
		blank,
		...(phase.name === 'awaiting-pin' ? note(phase, columns) : []),
		...numbered(1, linkStep(screen, link), state, besideLink),
	];
	const after = [
		{...blank, rank: 5},
		...numbered(
			2,
			link.callback === null ? 'Press Authorize app; X shows a PIN' : calledStep,
			state,
			[],
			width,
		),
		{...blank, rank: 7},
		...fieldLines(state, phase, view, width),
		...saidLines(screen, width),
		{...blank, rank: 9},
		...paragraph(appText(link), width, {tone: 'quiet', rank: 4}),
	];
	const all = squeeze([...before, ...linkLines(link, columns), ...after], rows);
	if (all.length <= rows) {
		return besideWalk(state, screen, all, rows, view);
	}

	const instead = paragraph('The link needs a larger window. c copy · o open', columns, {
		tone: 'warn',
		rank: 1,
	});
	return squeeze([...before, ...instead, ...after], rows);
}

/** What to do with the link: in which window, and signed in as whom. */
function linkStep({opened}: AuthorizeScreen, {url, expectedHandle}: Link): string {
	const account = expectedHandle === null ? 'the bot’s account' : `@${visible(expectedHandle)}`;
	switch (opened?.url === url ? opened.window : null) {
		case 'own':
			return `Sign in as ${account} in the new window`;
		case 'ordinary':
			return `Opened in an ordinary window. Use a private one, signed in as ${account}`;
		default:
			return `Open this link in a private window, signed in as ${account}`;
	}
}

/** The rows of the link and the steps around it, which always stay; 0 without a link. */
export function stepRows(state: State, view: View): number {
	const {screen, overlay} = state;
	return screen.name !== 'authorize' || screen.phase.name !== 'awaiting-pin' || overlay !== null
		? 0
		: stepLines(state, screen, screen.phase, Infinity, view).filter(({rank = 0}) => rank <= stepRank).length;
}

/** The link on its own lines, flush left and with nothing added, so that selecting it gives the whole link. */
export function linkLines({url}: Link, columns: number): Line[] {
	const address = visible(url);
	return chop(address, columns).map((text, index) => ({
		...line(text),
		url: address,
		say: index === 0 ? address : '',
	}));
}

function numbered(
	number: number,
	text: string,
	state: State,
	commands: readonly string[],
	columns = state.size.columns,
): Line[] {
	const beside = keymap['awaiting-pin'].filter(
		binding => commands.includes(binding.command) && isInline(state, binding),
	);
	const right = hints(beside);
	// A long text must leave room for the bindings, which the footer leaves out.
	const width = right.length === 0 ? columns : Math.min(columns, inlineTo) - 2 - widthOf(right);
	const [first, ...rest] = paragraph(text, width, {indent: 4, rank: number === 1 ? stepRank : 2});
	const head: Line = {
		...(first as Line),
		spans: [toned('accent', ` ${number}  `), {text: first?.spans[0]?.text.trimStart() ?? ''}],
		say: `${number}. ${text}`,
	};
	return [
		beside.length === 0
			? head
			: {...ends(head.spans, right, Math.min(columns, inlineTo) - 1), rank: stepRank, say: head.say ?? ''},
		...rest,
	];
}

function fieldLines(
	state: State,
	phase: Phase & {name: 'awaiting-pin' | 'exchanging'},
	view: View,
	columns: number,
): Line[] {
	if (phase.name === 'exchanging') {
		const what = phase.pin === null ? 'Asking X for the key' : 'Submitting the PIN to X';
		return waiting(what, phase.startedAt, state, view);
	}

	const name = phase.link.callback === null ? 'Paste the PIN here' : 'Or paste the address';
	const label = columns < 40 ? ' 3  PIN: ' : ` 3  ${name}: `;
	const beside = keymap['awaiting-pin'].filter(
		binding => besideField.includes(binding.command) && isInline(state, binding),
	);
	const hint = hints(beside);
	const room =
		Math.min(columns, inlineTo) -
		columnsOf(label) -
		2 -
		hint.reduce((sum, {text}) => sum + columnsOf(text), 0);
	const shown = fieldWindow(
		{text: phase.pin, after: state.caret},
		text => visible(text.replace(/[\r\n]+/g, ' ')),
		Math.max(9, room - 1),
	);
	const field: Line = {
		...ends(
			[toned('accent', label.slice(0, 4)), {text: label.slice(4)}, toned('strong', shown.text), {text: ' '}],
			hint,
			Math.min(columns, inlineTo) - 1,
		),
		role: 'textbox',
		say: `3. ${name}: ${shown.text}`,
		cursor: columnsOf(label) + shown.cursor,
	};
	return [field, ...(phase.problem === null ? [] : problemLines(phase.problem, columns, 4))];
}

/** The second step where X sends the browser back. */
const calledStep = 'Press Authorize app; keymaker continues by itself';

/** The previous bot's result, on a walk. */
function saidLines({said}: AuthorizeScreen, columns: number): Line[] {
	return said === null
		? []
		: [
				{...blank, rank: 8},
				...paragraph(said.text, columns, {
					tone: said.tone,
					glyph: said.tone === 'good' ? '✓' : '!',
					rank: 4,
				}),
			];
}

function note({note: text, label}: Renewal, columns: number): Line[] {
	return text === null
		? []
		: [
				...paragraph(text, columns, {tone: 'warn', rank: 1}),
				...(label === null ? [] : paragraph(label, columns, {tone: 'quiet', rank: 6})),
				{...blank, rank: 8},
			];
}

function waiting(what: string, startedAt: number, {size, fixed}: State, view: View): Line[] {
	// Seconds are not spoken: a screen reader would say each of them.
	return waitingLines(
		`${what} · ${secondsLeft(startedAt, fixed.deadlineSeconds, view)}`,
		what,
		size.columns,
		view,
	);
}

function appText({app}: Link): string {
	return `App ${visible(appTail(app.consumerKey))}, ${appOrigin[app.from]}`;
}
