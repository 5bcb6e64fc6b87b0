import {ago} from '../../flock/duration.ts';
import {visible} from '../../flock/visible.ts';
import {accountOf, accountsInWords, heldSentence} from '../../flock/words.ts';
import {blank, type Line, line, paragraph, toned, type View} from '../draw/line.ts';
import {problemLines} from '../draw/problem.ts';
import {chop} from '../draw/text.ts';
import {waitingLines} from '../draw/waiting.ts';
import type {AuthorizeScreen, Phase, WalkResult} from '../model/authorization.ts';
import {botOf, type Screen, type State} from '../model/state.ts';
import {count, names} from '../model/text.ts';
import {hasNext, nextOnWalk} from '../model/walk.ts';
import {otherBotOf} from './begin.ts';
import {selectedHeld} from './reduce-held.ts';

/** The held keys, newest first, and of the selected one what was expected, what came, and what each decision leads to. */
export function conflictLines(
	state: State,
	{bot}: AuthorizeScreen,
	phase: Phase & {name: 'conflict'},
	now: number,
): Line[] {
	const {columns} = state.size;
	const selected = selectedHeld(phase);
	if (selected === undefined) {
		return [];
	}

	const {key, reason} = selected;
	const otherBot = otherBotOf(state, bot, key.userId);
	const known = botOf(state, bot);
	const expected = known?.expectedHandle ?? known?.key?.handle ?? null;
	const got = accountOf(key);
	const why = heldSentence(key, reason, otherBot);
	return [
		blank,
		...choiceLines(phase, columns, now),
		...paragraph(why, columns, {tone: 'warn'}),
		blank,
		...paragraph(`expected  ${expected === null ? 'any account' : `@${visible(expected)}`}`, columns, {
			rank: 1,
		}),
		...paragraph(`X gave    ${got}${key.handle === '' ? '' : ` · ${visible(key.userId)}`}`, columns, {
			tone: 'strong',
			rank: 1,
		}),
		blank,
		...paragraph(
			`The key is stored safely, but not in force. Keep it, and ${visible(bot)} speaks as ${got}; discard it, and ${
				known?.key == null ? 'the bot stays without a key' : `${accountOf(known.key)} stays`
			}.`,
			columns,
			{rank: 2},
		),
		...(otherBot === null
			? []
			: paragraph(`Kept, ${visible(otherBot)} and ${visible(bot)} both speak as ${got}.`, columns, {
					tone: 'warn',
					rank: 2,
				})),
	];
}

/** A row for each held key, where there are several; where rows are few, the selected one alone. */
function choiceLines({held, selected}: Phase & {name: 'conflict'}, columns: number, now: number): Line[] {
	if (held.length < 2) {
		return [];
	}

	const rows = held.toReversed().map(({tokenId, key}): Line => {
		const isSelected = tokenId === selected;
		const came = key.authorizedAt === null ? '' : `, came ${ago(key.authorizedAt, now)}`;
		const account = `${accountOf(key)}${key.handle === '' ? '' : ` · ${visible(key.userId)}`}`;
		return {
			...line(
				toned('strong', isSelected ? ' ❯ ' : '   '),
				toned(isSelected ? 'strong' : 'plain', account),
				toned('quiet', came),
			),
			role: 'option',
			selected: isSelected,
			say: `${account}${came}`,
			rank: isSelected ? 0 : 3,
		};
	});
	return [...paragraph(`${held.length} keys wait for your decision.`, columns, {rank: 4}), ...rows, blank];
}

/** A key that is saved, and which bot is next. */
export function savedLines(
	state: State,
	{bot, walk}: AuthorizeScreen,
	{key, kept}: Phase & {name: 'saved'},
): Line[] {
	const {columns} = state.size;
	const readOnly =
		key.accessLevel === 'read'
			? paragraph(
					'X gave it read access only: give the app read and write permission, then authorize again.',
					columns,
					{tone: 'warn', rank: 2},
				)
			: [];
	const next = nextOnWalk(state);
	const done = walk.queue.length > 1 && !hasNext(state) ? 'Every bot on this walk has been seen to.' : null;
	return [
		blank,
		...paragraph(`${visible(bot)} is ready: it speaks as ${accountOf(key)}.`, columns, {
			tone: 'good',
			glyph: '●',
		}),
		...paragraph(kept ? 'The held key is in force now.' : 'The key is saved.', columns, {rank: 2}),
		...readOnly,
		blank,
		...(next === null
			? done === null
				? []
				: paragraph(done, columns, {rank: 2})
			: paragraph(`Next without a key: ${visible(next)}. Enter goes on, esc returns to the flock.`, columns, {
					rank: 1,
				})),
	];
}

/** Keys that the keystore would not take; once the person has asked for them, the keys themselves. */
export function unsavedLines(
	{size, fixed, unsaved}: State,
	{bot}: AuthorizeScreen,
	{problem, saving, revealed}: Phase & {name: 'unsaved'},
	rows: number,
	view: View,
): Line[] {
	const {columns} = size;
	const accounts = unsaved.filter(one => one.bot === bot).map(({key}) => key);
	const [what, they, are] = accounts.length > 1 ? ['keys', 'they', 'are'] : ['key', 'it', 'is'];
	const shown = revealed ? revealedLines(bot, columns, rows, view) : [];
	return [
		blank,
		...paragraph(
			`X has given the ${what} of ${accountsInWords(accounts)} for ${visible(bot)}, but ${they} could not be saved, and ${are} kept in memory until this program ends.`,
			columns,
			// What was asked for goes before what is known already.
			{tone: 'bad', rank: revealed ? 4 : 0},
		),
		...problemLines(problem, columns, 1, revealed ? 4 : 1),
		...paragraph(`Keystore: ${visible(fixed.keystorePath)}`, columns, {tone: 'quiet', rank: 5}),
		...(saving ? waitingLines('Saving', 'Saving', columns, view) : []),
		...(shown.length > 0 ? [blank, ...shown] : []),
	];
}

function revealedLines(bot: string, columns: number, rows: number, {reveal}: View): Line[] {
	const lines = reveal(bot).flatMap(text => chop(visible(text), columns).map(part => line(part)));
	return lines.length <= rows ? lines : paragraph('The key needs a larger window.', columns, {tone: 'warn'});
}

/** How a walk went: made, skipped and failed, and what to do about the failed. */
export function summaryLines({size}: State, {results, left}: Screen & {name: 'summary'}): Line[] {
	const {columns} = size;
	const of = (kind: WalkResult['kind']) => results.filter(result => result.kind === kind);
	const made = of('made');
	const held = of('held');
	const skipped = of('skipped');
	return [
		blank,
		...group('●', `${count(made.length, 'key')} made`, made, columns, 'good'),
		...group('○', `${skipped.length} skipped`, skipped, columns, 'plain'),
		...(held.length === 0
			? []
			: [
					...group('?', `${held.length} to decide about`, held, columns, 'accent'),
					...paragraph('Enter on such a bot keeps or discards its key.', columns, {indent: 3, rank: 2}),
				]),
		...of('failed').flatMap(({bot, problem}) => [
			...paragraph(`${visible(bot)}: ${problem?.sentence ?? ''}`, columns, {tone: 'bad', glyph: '✕'}),
			...paragraph(problem?.hint ?? '', columns, {indent: 3, rank: 2}),
			...paragraph(problem?.label ?? '', columns, {indent: 3, tone: 'quiet', rank: 6}),
		]),
		blank,
		...paragraph(
			left === 0
				? 'Every bot of this walk has its key.'
				: `${count(left, 'bot')} still without a key: a goes on.`,
			columns,
			{rank: 1},
		),
	];
}

function group(
	glyph: string,
	title: string,
	results: readonly WalkResult[],
	columns: number,
	tone: 'good' | 'plain' | 'accent',
): Line[] {
	return results.length === 0
		? []
		: paragraph(
				`${title}: ${names(
					results.map(({bot}) => visible(bot)),
					200,
				)}`,
				columns,
				{tone, glyph},
			);
}
