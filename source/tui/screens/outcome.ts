import {visible} from '../../flock/visible.ts';
import {accountOf, heldSentence} from '../../flock/words.ts';
import type {AuthorizeScreen, Phase} from '../authorization.ts';
import {blank, type Line, line, paragraph, type View} from '../line.ts';
import type {State} from '../state.ts';
import {chop} from '../text.ts';
import {hasNext, nextOnWalk} from '../walk.ts';
import {problemLines} from './problem.ts';
import {waitingLines} from './waiting.ts';

/** A held key: what was expected, what came, and what each decision leads to. */
export function conflictLines(
	state: State,
	{bot}: AuthorizeScreen,
	phase: Phase & {name: 'conflict'},
): Line[] {
	const {columns} = state.size;
	const {key, reason, otherBot} = phase;
	const known = state.flock?.find(one => one.name === bot);
	const expected = known?.expectedHandle ?? known?.key?.handle ?? null;
	const got = accountOf(key);
	const why = heldSentence(key, reason, otherBot);
	return [
		blank,
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
		...paragraph(`● ${visible(bot)} is ready: it speaks as ${accountOf(key)}.`, columns, {
			tone: 'good',
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

/** A key that the keystore would not take; once the person has asked for it, the key itself. */
export function unsavedLines(
	{size, fixed}: State,
	{bot}: AuthorizeScreen,
	{key, problem, saving, revealed}: Phase & {name: 'unsaved'},
	rows: number,
	view: View,
): Line[] {
	const {columns} = size;
	const shown = revealed ? revealedLines(bot, columns, rows, view) : [];
	return [
		blank,
		...paragraph(
			`X has given the key of ${accountOf(key)} for ${visible(bot)}, but it could not be saved. It is kept in memory until this program ends.`,
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
