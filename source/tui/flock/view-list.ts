import {briefAgo} from '../../flock/duration.ts';
import {askingStatus, type Bot} from '../../flock/flock.ts';
import {visible} from '../../flock/visible.ts';
import {columnsOf, pad} from '../../flock/width.ts';
import {accountsOf, drawnStatusWords} from '../../flock/words.ts';
import {type Line, line, padded, type Span, toned, type View, widthOf} from '../draw/line.ts';
import {statusGlyph, type Tone} from '../draw/theme.ts';
import {filterWords, handleText, sortWord} from '../model/list.ts';
import {flockParts} from '../model/room.ts';
import type {Sort, State} from '../model/state.ts';

/** A bot's status in its row. */
type RowStatus = {glyph: string; tone: Tone; word: string};

/** What is temporarily in a row, or known only to this window. */
const passing = {
	unsaved: {glyph: '!', tone: 'bad', word: 'not saved'},
	waiting: {glyph: '…', tone: 'warn', word: 'waiting'},
	checking: {glyph: '…', tone: 'accent', word: 'checking'},
	revoking: {glyph: '…', tone: 'accent', word: 'revoking'},
	revoked: {glyph: '○', tone: 'quiet', word: 'revoked'},
	works: {glyph: '✓', tone: 'good', word: 'works'},
	unanswered: {glyph: '!', tone: 'warn', word: 'no answer'},
} as const satisfies Record<string, RowStatus>;

/** The width of the longest status, and of the margins before the name and after the list. */
const statusWidth =
	Math.max(
		...[...Object.values(drawnStatusWords), ...Object.values(passing).map(({word}) => word)].map(columnsOf),
	) + 2;
const [leadWidth, endWidth] = [5, 2];

/** The width of the last check's column, from this many columns. */
const checkedWidth = 11;
const checkedFrom = 60;

/** The columns' widths; 0 for one without room. */
type Columns = {name: number; handle: number; checked: number; all: number};

/** The list with its headers, scrollbar and position, if there is room. */
export function listLines(state: State, width: number, rows: number, {now}: View): Line[] {
	const {list} = state;
	const {heads, place} = flockParts(state);
	const columns = fitting(state.widths, width);
	const room = Math.max(1, rows - heads - place);
	const thumb = thumbOf(list.shown.length, list.top, room);
	const words = filterWords(list.filter);
	const shown = list.shown.slice(list.top, list.top + room).map((bot, index) => {
		const row = rowLine(bot, state, columns, words, now);
		return thumb(index) ? {...row, spans: [...padded(row.spans, columns.all), toned('quiet', ' ┃')]} : row;
	});
	const empty = Array.from({length: Math.max(0, room - shown.length)}, () => line());
	return [
		...(heads > 0 ? [headLine(list.sort, columns)] : []),
		...shown,
		...(place > 0 ? [...empty.map(one => ({...one, say: ''})), placeLine(state, room, width)] : []),
	];
}

/** The widths that fit a row. The handle goes first if not even a short one has room. */
function fitting(widths: State['widths'], width: number): Columns {
	const checked = width >= checkedFrom ? checkedWidth : 0;
	const room = width - leadWidth - endWidth - statusWidth - checked;
	const all = width - endWidth;
	if (room < 24) {
		return {name: Math.max(4, Math.min(widths.name, room)), handle: 0, checked, all};
	}

	const both = room - 2;
	// Both headers are complete, even if no bot has an account yet.
	const handle = Math.max(widths.handle, 'ACCOUNT'.length, checked > 0 ? 9 : 0);
	const least = checked > 0 ? 9 : 'BOT ▴'.length;
	const name = Math.min(Math.max(widths.name, least), Math.max(Math.ceil(both / 2), both - handle));
	return {name, handle: Math.min(handle, both - name), checked, all};
}

/** Which rows the scrollbar's thumb stands beside: none where all rows are seen. */
function thumbOf(count: number, top: number, room: number): (row: number) => boolean {
	if (count <= room) {
		return () => false;
	}

	const height = Math.max(1, Math.round((room * room) / count));
	const start = Math.round((top / (count - room)) * (room - height));
	return row => row >= start && row < start + height;
}

function headLine(sort: Sort, columns: Columns): Line {
	const arrow = (of: Sort, text: string) => (sort === of ? `${text} ▴` : text);
	const checked = arrow('last-checked', 'CHECKED');
	return {
		...line(
			toned(
				'quiet',
				[
					' '.repeat(leadWidth),
					pad(arrow('name', 'BOT'), columns.name),
					columns.handle === 0 ? '' : `  ${pad('ACCOUNT', columns.handle)}`,
					`  ${pad(arrow('status', 'STATUS'), statusWidth - 2)}`,
					columns.checked === 0 ? '' : `  ${checked.padStart(columns.checked - 2)}`,
				].join(''),
			),
		),
		say: `Sorted by ${sortWord[sort]}`,
	};
}

/** Which rows are seen, of how many, how many are not granted to a host, how many are marked, and the order. */
function placeLine({list, flock, others}: State, room: number, width: number): Line {
	const {shown, top, marks, sort} = list;
	const last = Math.min(shown.length, top + room);
	const all = flock?.length ?? 0;
	const of = shown.length === all ? `${all}` : `${shown.length} (${all} in all)`;
	const marked = marks.size === 0 ? '' : ` · ${marks.size} marked`;
	const elsewhere = others ? ` · ${others} not granted` : '';
	const place = `${top + 1}–${last} of ${of}${elsewhere}`;
	const order = ` · by ${sortWord[sort]}`;
	const texts = [`${place}${marked}${order}`, `${place}${marked}`, place];
	const text = texts.find(one => columnsOf(one) < width) ?? '';
	return {...line(toned('quiet', ` ${text}`)), say: texts[0] ?? ''};
}

function rowLine(bot: Bot, state: State, columns: Columns, words: readonly string[], now: number): Line {
	const {list} = state;
	const selected = bot.name === list.selected;
	const marked = list.marks.has(bot.name);
	const {glyph, tone, word} = rowStatus(bot, state);
	const name = visible(bot.name);
	const checked = checkedText(bot, now);
	const spans: Span[] = [
		toned('strong', selected ? ' ❯' : '  '),
		marked ? toned('accent', '✓') : toned('plain', ' '),
		{text: `${glyph} `, tone},
		...matched(pad(name, columns.name), words),
		...(columns.handle === 0 ? [] : matched(`  ${pad(handleText(bot), columns.handle)}`, words)),
		{text: `  ${pad(word, statusWidth - 2)}`, tone},
		...(columns.checked === 0 ? [] : [toned('quiet', `  ${checked.padStart(columns.checked - 4)}  `)]),
	];
	return {
		spans: selected ? inReverse(spans, columns.all) : spans,
		role: 'option',
		selected,
		checked: marked,
		say: [name, accountsOf(bot), word].filter(part => part !== null).join(', '),
	};
}

/** The selected row: one colour from end to end, so that the terminal's own decide how it looks. */
function inReverse(spans: readonly Span[], width: number): Span[] {
	const reversed = spans.map(
		({text, tone}): Span => ({text, tone: tone === 'match' ? 'selected-match' : 'selected'}),
	);
	const left = width - widthOf(spans);
	return [...reversed, toned('selected', ' '.repeat(Math.max(0, left)))];
}

/** What a row says of its bot now. */
function rowStatus(bot: Bot, {unsaved, checking, revoking}: State): RowStatus {
	const itsUnsaved = unsaved.filter(one => one.bot === bot.name);
	if (itsUnsaved.some(({waits}) => !waits)) {
		return passing.unsaved;
	}

	if (itsUnsaved.length > 0 || bot.waiting !== undefined) {
		return passing.waiting;
	}

	if (revoking?.bots.includes(bot.name)) {
		const problem = revoking.results.get(bot.name);
		return problem === undefined ? passing.revoking : problem === null ? passing.revoked : passing.unanswered;
	}

	if (checking?.results.has(bot.name)) {
		const problem = checking.results.get(bot.name) ?? null;
		if (problem === null) {
			return passing.works;
		}

		return problem.rejected
			? {...statusGlyph.rejected, word: drawnStatusWords.rejected}
			: problem.code === 'other-app'
				? {...statusGlyph['other-app'], word: drawnStatusWords['other-app']}
				: passing.unanswered;
	}

	if (checking !== null && !checking.cancelled && checking.bots.includes(bot.name)) {
		return passing.checking;
	}

	const status = askingStatus(bot);
	return {...statusGlyph[status], word: drawnStatusWords[status]};
}

function checkedText({key}: Bot, now: number): string {
	return key === null ? '' : key.checkedAt === null ? '—' : briefAgo(key.checkedAt, now);
}

/** A text with what the filter's words found in it. */
function matched(text: string, words: readonly string[]): Span[] {
	const lower = text.toLowerCase();
	// Of a few letters the small form is longer: nothing can be told of places in it.
	if (words.length === 0 || lower.length !== text.length) {
		return [{text}];
	}

	const found = new Array<boolean>(text.length).fill(false);
	for (const word of words) {
		for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length)) {
			found.fill(true, at, at + word.length);
		}
	}

	const spans: Span[] = [];
	for (let start = 0; start < text.length; ) {
		let end = start + 1;
		while (end < text.length && found[end] === found[start]) {
			end += 1;
		}

		spans.push({text: text.slice(start, end), tone: found[start] ? 'match' : 'plain'});
		start = end;
	}

	return spans;
}
