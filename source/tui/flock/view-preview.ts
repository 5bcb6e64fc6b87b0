import {ago} from '../../flock/duration.ts';
import {speaksAsAnother} from '../../flock/flock.ts';
import {appTail, type KeyInfo} from '../../flock/key.ts';
import {visible} from '../../flock/visible.ts';
import {accountOf} from '../../flock/words.ts';
import type {PoemText} from '../../poems/poems.ts';
import {blank, type Line, line, paragraph, toned, type View} from '../draw/line.ts';
import {statusHint} from '../draw/words.ts';
import {botOf, poemsAreGone, type State, selectedBot} from '../model/state.ts';

/** A poem and its key, for the place beside the list. */
export function previewLines(state: State, width: number, rows: number, {now}: View): Line[] {
	const {preview} = state;
	const bot = preview === null ? undefined : botOf(state, preview.bot);
	if (bot === undefined || selectedBot(state) === undefined) {
		return [];
	}

	const {key, expectedHandle} = bot;
	const isUnsaved = state.unsaved.some(one => one.bot === bot.name);
	const hint = isUnsaved
		? 'X has given its key, which is in memory alone: enter saves it.'
		: statusHint(bot, poemsAreGone(state));
	const details = [
		blank,
		...(key === null ? [] : keyLines(key, width, now)),
		...(expectedHandle === null || (key !== null && !speaksAsAnother(bot))
			? []
			: paragraph(`expected: @${visible(expectedHandle)}`, width, {
					tone: key === null ? 'quiet' : 'warn',
					indent: 0,
				})),
		...(hint === null ? [] : paragraph(hint, width, {tone: 'warn', indent: 0})),
	];
	const room = Math.max(0, rows - 1 - details.length);
	return [
		{...line(toned('strong', visible(bot.name)))},
		...poemLines(preview?.text ?? null, width).slice(0, room),
		...details,
	];
}

function poemLines(text: PoemText | null, width: number): Line[] {
	if (text === null) {
		return [];
	}

	// What is too long for the column is cut, as the list is: broken lines would make another poem of it.
	return [
		...text.lines.map(one => line(one)),
		...(text.more ? [line(toned('quiet', '…'))] : []),
		...(text.elsewhere === undefined
			? []
			: paragraph(`a link to ${visible(text.elsewhere)}, outside this folder: l reads it`, width, {
					tone: 'warn',
					indent: 0,
				})),
		...(text.note === null ? [] : paragraph(text.note, width, {tone: 'quiet', indent: 0})),
	];
}

function keyLines(key: KeyInfo, width: number, now: number): Line[] {
	const authorized = key.authorizedAt === null ? 'imported' : `authorized ${ago(key.authorizedAt, now)}`;
	const checked = key.checkedAt === null ? 'never checked' : `checked ${ago(key.checkedAt, now)}`;
	return [
		...paragraph(key.handle === '' ? accountOf(key) : `${accountOf(key)} · ${visible(key.userId)}`, width, {
			indent: 0,
		}),
		...paragraph(`app ${visible(appTail(key.consumerKey))} · ${key.accessLevel ?? 'access unknown'}`, width, {
			tone: 'quiet',
			indent: 0,
		}),
		...paragraph(`${authorized} · ${checked}`, width, {tone: 'quiet', indent: 0}),
	];
}
