import {ago} from '../../flock/duration.ts';
import {type Bot, speaksAsAnother} from '../../flock/flock.ts';
import {appTail} from '../../flock/key.ts';
import {visible} from '../../flock/visible.ts';
import type {PoemText} from '../../poems/poems.ts';
import {blank, type Line, line, paragraph, toned, type View} from '../draw/line.ts';
import {wrap} from '../draw/text.ts';
import type {Tone} from '../draw/theme.ts';
import {statusHint} from '../draw/words.ts';
import {accountPage, contactOf} from '../model/account.ts';
import {botOf, poemsAreGone, type State, selectedBot} from '../model/state.ts';

/** The columns that a fact's label takes. */
const factIndent = 11;

/** A poem and its key, for the place beside the list. */
export function previewLines(state: State, width: number, rows: number, {now}: View): Line[] {
	const {preview} = state;
	const bot = preview === null ? undefined : botOf(state, preview.bot);
	if (bot === undefined || selectedBot(state) === undefined) {
		return [];
	}

	const hint = unsavedHint(state, bot) ?? statusHint(bot, poemsAreGone(state));
	const details = [
		blank,
		...factLines(bot, width, now, state.fixed.practice),
		...(hint === null ? [] : [blank, ...paragraph(hint, width, {tone: 'warn', indent: 0})]),
	];
	const room = Math.max(0, rows - 1 - details.length);
	const poem = poemLines(preview?.text ?? null, width);
	return [
		{...line(toned('strong', visible(bot.name)))},
		...(poem.length <= room ? poem : [...poem.slice(0, Math.max(0, room - 1)), line(toned('quiet', '…'))]),
		...details,
	];
}

function unsavedHint({unsaved}: State, {name, waiting}: Bot): string | null {
	const its = unsaved.filter(({bot}) => bot === name);
	if (its.some(({waits}) => !waits)) {
		return 'X made the key, but it is in memory only. Press enter to save it.';
	}

	return its.length > 0 || waiting !== undefined
		? 'X made the key. It waits on this computer until the keystore can save it.'
		: null;
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
			: paragraph(`a link to ${visible(text.elsewhere)}, outside this folder. Press l to read it.`, width, {
					tone: 'warn',
					indent: 0,
				})),
		...(text.note === null ? [] : paragraph(text.note, width, {tone: 'quiet', indent: 0})),
	];
}

/** What is known of a bot's key, as a table. */
function factLines(bot: Bot, width: number, now: number, practice: boolean): Line[] {
	const {key, expectedHandle} = bot;
	const showsExpected = expectedHandle !== null && (key === null || speaksAsAnother(bot));
	const expected: Fact[] = showsExpected
		? [['expected', `@${visible(expectedHandle)}`, key === null ? 'plain' : 'warn']]
		: [];
	const hosts: Fact[] =
		bot.grants === undefined
			? []
			: [['hosts', bot.grants.map(({name}) => visible(name)).join(', '), 'plain']];
	if (key === null) {
		return [...expected, ...hosts].flatMap(fact => factLine(fact, width));
	}

	const works = key.rejected ? ' ✕' : key.checkedAt === null ? '' : ' ✓';
	const facts: readonly Fact[] = [
		...(key.handle === '' ? [] : ([['account', `@${visible(key.handle)}`, 'strong']] as const)),
		...expected,
		['id', visible(key.userId), 'plain'],
		['app', `${visible(appTail(key.consumerKey))} · ${key.accessLevel ?? 'access unknown'}`, 'plain'],
		['made', key.authorizedAt === null ? 'imported' : ago(key.authorizedAt, now), 'plain'],
		['checked', key.checkedAt === null ? 'never' : `${ago(key.checkedAt, now)}${works}`, 'plain'],
		...hosts,
	];
	const contact = contactOf(bot);
	const page = contact && accountPage(contact, practice);
	return facts.flatMap(fact => factLine(fact, width, fact[0] === 'account' ? page : null));
}

type Fact = readonly [label: string, value: string, tone: Tone];

function factLine([label, value, tone]: Fact, width: number, url: string | null = null): Line[] {
	const lines = wrap(value, Math.max(8, width - factIndent));
	return lines.map((text, index) => ({
		spans: [
			toned('quiet', index === 0 ? label.padEnd(factIndent) : ' '.repeat(factIndent)),
			{...toned(tone, text), ...(url === null ? {} : {url})},
		],
		say: index === 0 ? `${label}: ${value}` : '',
	}));
}
