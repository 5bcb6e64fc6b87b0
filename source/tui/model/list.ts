import {askingStatus, type Bot, type Flock, type Status} from '../../flock/flock.ts';
import {oneForm} from '../../flock/poem.ts';
import {visible} from '../../flock/visible.ts';
import {columnsOf} from '../../flock/width.ts';
import {accountsOf, drawnStatusWords, statusWords} from '../../flock/words.ts';
import type {Command} from './binding.ts';
import type {Listing, Sort, State} from './state.ts';

/** The widest that a name's column gets. */
const widestName = 40;

/** Stands for an unknown handle. */
const noHandle = '—';

/** The statuses by how much they need the person. */
const urgency: readonly Status[] = [
	'held',
	'rejected',
	'read-only',
	'other-app',
	'no-key',
	'orphan',
	'ready',
];

/** Applies the filter and the order to a flock, and keeps the selection on its bot. */
export function arrange(flock: Flock, list: Listing, before: readonly Bot[] = list.shown): Listing {
	const shown = sorted(filtered(flock, list.filter), list.sort);
	return {...list, shown, selected: selectedAfter(list.selected, shown, before)};
}

/** The list with the selection moved by some rows, within its ends. */
export function moved(list: Listing, by: number): Listing {
	const index = Math.max(0, selectedIndex(list));
	const next = list.shown[Math.min(list.shown.length - 1, Math.max(0, index + by))];
	return {...list, selected: next?.name ?? null};
}

/** The state with another filter. */
export function withFilter(state: State, filter: string): State {
	return {...state, list: arrange(state.flock ?? [], {...state.list, filter})};
}

/** The state after a command that moves the selection; unchanged after any other. */
export function afterMove(state: State, command: Command): State {
	const page = Math.max(1, state.room.list - 1);
	const by = {
		up: -1,
		down: 1,
		'page-up': -page,
		'page-down': page,
		first: -Infinity,
		last: Infinity,
	}[command as string];
	return by === undefined ? state : {...state, list: moved(state.list, by)};
}

/** The selected bot's index among those shown; -1 if there is none. */
export function selectedIndex({shown, selected}: Listing): number {
	return shown.findIndex(bot => bot.name === selected);
}

/** Scrolls only as far as needed to show the selection. */
export function scrolled(list: Listing, rows: number): Listing {
	const index = Math.max(0, selectedIndex(list));
	const highest = Math.max(0, Math.min(index, list.shown.length - rows));
	const top = Math.max(Math.min(list.top, highest), index - rows + 1, 0);
	return top === list.top ? list : {...list, top};
}

/** The sort orders in words. */
export const sortWord = {name: 'name', status: 'status', 'last-checked': 'last check'} as const;

/** The next order. */
export function nextSort(sort: Sort): Sort {
	return sort === 'name' ? 'status' : sort === 'status' ? 'last-checked' : 'name';
}

/** The bots to act on: the marked ones, else the selected one. */
export function chosen({flock, list}: State): Bot[] {
	if (list.marks.size > 0) {
		return (flock ?? []).filter(bot => list.marks.has(bot.name));
	}

	return list.shown.filter(bot => bot.name === list.selected);
}

/** The width of a flock's longest name and handle. */
export function widthsOf(flock: Flock): State['widths'] {
	let name = 0;
	let handle = 1;
	for (const bot of flock) {
		name = Math.max(name, columnsOf(visible(bot.name)));
		handle = Math.max(handle, columnsOf(handleText(bot)));
	}

	return {name: Math.min(widestName, name), handle};
}

/** A bot's account in the list; a dash if nothing is known. */
export function handleText(bot: Bot): string {
	return accountsOf(bot) ?? noHandle;
}

/** The words of a filter, in the form to search for. */
export function filterWords(filter: string): string[] {
	return oneForm(filter)
		.toLowerCase()
		.split(/\s+/)
		.map(word => word.replace(/^@/, ''))
		.filter(word => word !== '');
}

function filtered(flock: Flock, filter: string): Flock {
	const wanted = filterWords(filter);
	return wanted.length === 0 ? flock : flock.filter(bot => matches(bot, wanted));
}

/** True if each word is found in the name, a handle or a status. */
function matches(bot: Bot, wanted: readonly string[]): boolean {
	const {name, key, held, expectedHandle} = bot;
	const texts = [name, key?.handle, ...held.map(one => one.key.handle), expectedHandle].map(text =>
		text?.toLowerCase(),
	);
	const statuses = statusTexts(bot);
	return wanted.every(
		word => texts.some(text => text?.includes(word)) || statuses.some(text => text.startsWith(word)),
	);
}

/** What finds a bot by its status: its words, and both names of a held key. */
function statusTexts(bot: Bot): string[] {
	const statuses = new Set([bot.status, askingStatus(bot)]);
	return [...statuses].flatMap(status => [
		status,
		...statusWords[status].split(' '),
		...drawnStatusWords[status].split(' '),
	]);
}

function sorted(flock: Flock, sort: Sort): Flock {
	if (sort === 'status') {
		return [...flock].sort((one, other) => urgencyOf(one) - urgencyOf(other));
	}

	// Longest unchecked first, since those are the ones to check.
	return sort === 'name'
		? flock
		: [...flock].sort((one, other) =>
				checkedAt(one) < checkedAt(other) ? -1 : checkedAt(one) > checkedAt(other) ? 1 : 0,
			);
}

/** A held key needs a decision even beside an active one. */
function urgencyOf(bot: Bot): number {
	return urgency.indexOf(askingStatus(bot));
}

function checkedAt({key}: Bot): string {
	// Bots without a key have nothing to check, and come last.
	return key === null ? '~' : (key.checkedAt ?? '');
}

/** The selected bot if it still exists, else its nearest neighbour. */
function selectedAfter(
	selected: string | null,
	shown: readonly Bot[],
	before: readonly Bot[],
): string | null {
	if (shown.length === 0) {
		return selected;
	}

	if (selected !== null && shown.some(bot => bot.name === selected)) {
		return selected;
	}

	const index = before.findIndex(bot => bot.name === selected);
	const left = new Set(shown.map(bot => bot.name));
	const near = before.slice(Math.max(0, index)).find(bot => left.has(bot.name));
	return near?.name ?? (index > 0 ? shown.at(-1)?.name : shown[0]?.name) ?? null;
}
