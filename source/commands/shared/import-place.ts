import {label} from '../../bundles/format.ts';
import type {Belonging} from '../../bundles/names.ts';
import {FlockError} from '../../flock/error.ts';
import type {Flock} from '../../flock/flock.ts';
import {handleKey} from '../../flock/key.ts';
import {nearest} from '../../flock/nearest.ts';
import {oneForm} from '../../flock/poem.ts';
import {shellWord} from '../../flock/shell-word.ts';
import {visible} from '../../flock/visible.ts';
import {findBot} from './bots.ts';
import {count} from './command.ts';

/** The meaning of `--as`: the bot of the only key, or the bots of accounts by their names. */
export type As = {only: string | null; accounts: ReadonlyMap<string, string>};

/** A key without a bot, and the bots that it could belong to. */
export type Unplaced = {entry: Belonging; rivals: readonly string[]};

/** More accounts are not listed. */
const mostNamed = 50;

/**
 * Parses the values of `--as`: `BOT`, or `HANDLE=BOT`, which can be repeated.
 * @throws FlockError `unknown-bot`, `usage`
 */
export function readAs(values: readonly string[], flock: Flock): As {
	const accounts = new Map<string, string>();
	let only: string | null = null;
	for (const value of values) {
		const [, account, bot] = /^([^=]+)=(.+)$/s.exec(value) ?? [];
		// A bot's name can look like that, too.
		const isPair =
			account !== undefined && bot !== undefined && !flock.some(bot => bot.name === oneForm(value));
		const {name} = findBot(isPair ? bot : value, flock);
		if (isPair ? accounts.has(handleKey(account)) : only !== null) {
			throw new FlockError('usage', `--as names two bots for ${isPair ? visible(account) : 'one key'}.`, {
				hint: 'Use --as HANDLE=BOT once for each account.',
			});
		}

		if (isPair) {
			accounts.set(handleKey(account), name);
		} else {
			only = name;
		}
	}

	return {only, accounts};
}

/**
 * The bot that `--as` names for each of these keys; `null` if none.
 * @throws FlockError `usage` if it names a missing account, or one bot for several keys
 */
export function placesBy({only, accounts}: As, entries: readonly Belonging[]): (string | null)[] {
	if (only !== null && entries.length > 1) {
		throw new FlockError('usage', `--as BOT works for one key, but there are ${entries.length}.`, {
			hint: 'Use --as HANDLE=BOT once for each account.',
		});
	}

	const all = new Map(entries.flatMap(entry => keysOf(entry).map(key => [key, entry])));
	for (const account of accounts.keys()) {
		if (!all.has(account)) {
			const near = nearest(account, all.keys());
			throw new FlockError('usage', `The files have no key of @${visible(account)}.`, {
				hint:
					near === null
						? 'Use --as HANDLE=BOT with a handle from the files.'
						: `Did you mean ${label(near)}?`,
			});
		}
	}

	return entries.map(
		entry =>
			only ??
			keysOf(entry)
				.map(key => accounts.get(key))
				.find(bot => bot) ??
			null,
	);
}

/** The lines about keys without a bot: which ones, and how to choose their bots. */
export function linesOfUnplaced(unplaced: readonly Unplaced[], total: number): string[] {
	const rivals = unplaced.filter(one => one.rivals.length > 0);
	const others = unplaced.filter(one => one.rivals.length === 0).map(({entry}) => entry);
	return [
		...rivals.map(
			({entry, rivals: bots}) =>
				`${bots.map(visible).join(' and ')} both expect ${nameOf(entry)}. Choose one: ${wayFor(entry, total)}`,
		),
		...linesOfUnknown(others, total),
	];
}

function linesOfUnknown(entries: readonly Belonging[], total: number): string[] {
	const [first] = entries;
	if (first === undefined) {
		return [];
	}

	if (entries.length === 1) {
		return [`No bot matches ${nameOf(first)}. Choose one: ${wayFor(first, total)}`];
	}

	const named = entries.slice(0, mostNamed).map(nameOf).join(', ');
	const more = entries.length > mostNamed ? ` and ${entries.length - mostNamed} more` : '';
	return [
		`No bots match ${count(entries.length, 'key')}: ${named}${more}.`,
		`  Choose them with ${wayFor(first, total)}, repeating --as for each. Or set the accounts first with keymaker expect BOT HANDLE, or keymaker expect --from FILE for many.`,
	];
}

function wayFor(entry: Belonging, total: number): string {
	const [account] = accountsOf(entry);
	return total === 1 || account === undefined
		? 'keymaker import FILE --as BOT'
		: `keymaker import FILE --as ${shellWord(label(account))}=BOT`;
}

function nameOf(entry: Belonging): string {
	const {handle, bot, userId} = entry;
	if (handle !== null) {
		return `@${visible(handle)}`;
	}

	return bot === null ? (userId === null ? 'a key' : `account ${userId}`) : label(bot);
}

/** An account's names in a file: its handle, its entry's name, its id. */
function accountsOf({handle, bot, userId}: Belonging): string[] {
	return [handle, bot, userId].filter(name => name !== null);
}

function keysOf(entry: Belonging): string[] {
	return accountsOf(entry).map(handleKey);
}
