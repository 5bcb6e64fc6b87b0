import {ago, duration} from '../../flock/duration.ts';
import {visible} from '../../flock/visible.ts';
import {accountOf, accountsInWords, heldSentence} from '../../flock/words.ts';
import {dollarsPerCall} from '../../keymaker/check.ts';
import {blank, type Line, line, paragraph, toned, type View} from '../draw/line.ts';
import {problemLines} from '../draw/problem.ts';
import {chop} from '../draw/text.ts';
import {waitingLines} from '../draw/waiting.ts';
import type {AuthorizeScreen, Phase, WalkResult} from '../model/authorization.ts';
import {botOf, type Screen, type State} from '../model/state.ts';
import {count, names} from '../model/text.ts';
import {nextOnWalk} from '../model/walk.ts';
import {otherBotOf} from './begin.ts';
import {execLine} from './reduce.ts';
import {selectedHeld} from './reduce-held.ts';

/** The held keys, newest first, and for the selected one what was expected, what came, and what each decision does. */
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
	const stays =
		known?.key == null
			? `${visible(bot)} stays without a key`
			: `${visible(bot)} stays ${accountOf(known.key)}`;
	const kept =
		otherBot === null
			? `${visible(bot)} posts as ${got}`
			: `${visible(otherBot)} and ${visible(bot)} both post as ${got}`;
	return [
		blank,
		...choiceLines(phase, columns, now),
		...paragraph(heldSentence(key, reason, otherBot), columns, {tone: 'warn'}),
		...(reason === 'by-callback' ? paragraph('Press enter if it is.', columns) : []),
		blank,
		...paragraph(`expected   ${expected === null ? 'any account' : `@${visible(expected)}`}`, columns, {
			indent: 3,
			rank: 2,
		}),
		...paragraph(`X said     ${got}${key.handle === '' ? '' : ` · ${visible(key.userId)}`}`, columns, {
			indent: 3,
			tone: 'strong',
			rank: 1,
		}),
		blank,
		...answer('r', 'Try again', 'discard this key and get a new link', columns),
		...answer('k', 'Keep it', kept, columns),
		...answer('d', 'Discard it', stays, columns),
	];
}

/** A key, and what it does. */
function answer(key: string, title: string, leadsTo: string, columns: number): Line[] {
	const name = title.padEnd(12);
	const [first, ...rest] = paragraph(leadsTo, columns, {indent: 6 + name.length, tone: 'quiet'});
	return [
		{
			...line(
				toned('accent', `   ${key}  `),
				toned('strong', name),
				toned('quiet', first?.spans[0]?.text.trimStart() ?? ''),
			),
			say: `${key}: ${title}, ${leadsTo}`,
			rank: 2,
		},
		...rest.map(one => ({...one, rank: 2})),
	];
}

/** A row for each held key, if there are several; if there are few rows, only the selected one. */
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

/** A saved key, and the next bot. */
export function savedLines(
	state: State,
	{bot, walk}: AuthorizeScreen,
	{key, kept}: Phase & {name: 'saved'},
): Line[] {
	const {columns} = state.size;
	const readOnly =
		key.accessLevel === 'read'
			? paragraph('It is read-only. Set the app to read and write, then authorize again.', columns, {
					tone: 'warn',
					rank: 2,
				})
			: [];
	const next = nextOnWalk(state);
	return [
		blank,
		...paragraph(`${visible(bot)} is ready and posts as ${accountOf(key)}.`, columns, {
			tone: 'good',
			glyph: '●',
		}),
		...paragraph(kept ? 'You kept the key.' : 'The key is saved.', columns, {rank: 2}),
		...readOnly,
		blank,
		...(next === null
			? walk.queue.length > 1
				? paragraph('All done.', columns, {rank: 2})
				: []
			: paragraph(`Next: ${visible(next)}. Press enter to continue.`, columns, {rank: 1})),
	];
}

/** Keys that the keystore did not accept and, if the person asked, the keys themselves. */
export function unsavedLines(
	{size, fixed, unsaved}: State,
	{bot}: AuthorizeScreen,
	{problem, saving, revealed}: Phase & {name: 'unsaved'},
	rows: number,
	view: View,
): Line[] {
	const {columns} = size;
	const accounts = unsaved.filter(one => one.bot === bot).map(({key}) => key);
	const several = accounts.length > 1;
	const [what, they, are] = several ? ['keys', 'they', 'are'] : ['key', 'it', 'is'];
	const safe = unsaved.every(one => one.bot !== bot || one.waits);
	const shown = revealed ? revealedLines(bot, columns, rows, view) : [];
	return [
		blank,
		...paragraph(
			`X gave the ${what} of ${accountsInWords(accounts)} for ${visible(bot)}, but ${they} could not be saved. ${
				safe
					? `${several ? 'They wait' : 'It waits'}, sealed, on this computer, and ${are} saved as soon as the keystore answers.`
					: `Until keymaker ends, ${they} ${are} kept in memory.`
			}`,
			columns,
			// What the person asked for goes before what they know already.
			{tone: safe ? 'warn' : 'bad', rank: revealed ? 4 : 0},
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

/** A walk's result, what is left, and what to do now. */
export function summaryLines(
	{size, fixed}: State,
	{results, left, tookMs}: Screen & {name: 'summary'},
): Line[] {
	const {columns} = size;
	const of = (kind: WalkResult['kind']) => results.filter(result => result.kind === kind);
	const made = of('made');
	const all = results.length + Math.max(0, left - results.filter(({kind}) => kind !== 'made').length);
	const took = made.length === 0 ? '' : ` in ${duration(tookMs / 1000)}`;
	const title =
		left === 0 ? 'The whole flock can sing.' : made.length > 0 ? 'Well begun.' : 'No new key this time.';
	return [
		...(fixed.spoken ? [] : summaryBar(made.length, all, columns)),
		blank,
		...paragraph(title, columns, {tone: left === 0 ? 'good' : 'strong', glyph: '●', rank: 1}),
		...paragraph(
			made.length === 0
				? `${count(left, 'bot')} still ${left === 1 ? 'needs' : 'need'} a key.`
				: `${count(made.length, 'key')}${took}, all saved.`,
			columns,
			{indent: 3},
		),
		...group('○', `${of('skipped').length} skipped`, of('skipped'), columns, 'plain'),
		...group('○', `${of('discarded').length} discarded`, of('discarded'), columns, 'plain'),
		...group('?', `${of('held').length} to decide`, of('held'), columns, 'accent'),
		...of('failed').flatMap(({bot, problem}) => [
			...paragraph(`${visible(bot)}: ${problem?.sentence ?? ''}`, columns, {tone: 'bad', glyph: '✕'}),
			...paragraph(problem?.hint ?? '', columns, {indent: 3, rank: 3}),
			...paragraph(problem?.label ?? '', columns, {indent: 3, tone: 'quiet', rank: 6}),
		]),
		...(left === 0 || made.length === 0
			? []
			: paragraph(
					`${count(left, 'bot')} still ${left === 1 ? 'needs a key' : 'need keys'}. Press a to continue.`,
					columns,
					{rank: 2},
				)),
		...(made.length === 0 ? [] : whatNow(made.length, columns)),
	];
}

function summaryBar(made: number, all: number, columns: number): Line[] {
	const figures = `${made} of ${all}`;
	const width = Math.max(0, Math.min(60, columns - figures.length - 6));
	const full = all === 0 ? 0 : Math.round((width * made) / all);
	return [
		{spans: [], say: '', rank: 9},
		{
			...line(
				toned('good', `  ${'━'.repeat(full)}`),
				toned('quiet', '━'.repeat(width - full)),
				toned('strong', `  ${figures}`),
			),
			say: '',
			rank: 8,
		},
	];
}

function whatNow(made: number, columns: number): Line[] {
	return [
		{spans: [], say: '', rank: 9},
		...paragraph('What now?', columns, {tone: 'strong', rank: 7}),
		...answer('x', 'export', 'write the keys for your bots', columns),
		...answer(
			'C',
			'check',
			`${count(made, 'call')} to X, about $${(made * dollarsPerCall).toFixed(2)}`,
			columns,
		),
		...answer('c', 'copy', execLine, columns),
	].map(one => ({...one, rank: Math.max(one.rank ?? 0, 5)}));
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
