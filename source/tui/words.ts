import type {Bot, Status} from '../flock/flock.ts';
import type {HeldReason, KeyInfo} from '../flock/key.ts';
import {visible} from '../flock/visible.ts';
import type {AppInfo} from './state.ts';

/** Each status in the list's words. */
export const statusWord: Readonly<Record<Status, string>> = {
	ready: 'ready',
	'no-key': 'no key',
	'read-only': 'read-only',
	rejected: 'rejected',
	'other-app': 'other app',
	held: 'held',
	orphan: 'orphan',
};

/** What a status asks of the person; `null` where nothing is to be done. */
export function statusHint({status, held, key}: Bot): string | null {
	if (held !== null && key !== null) {
		return `A key of @${visible(held.key.handle)} waits for your decision: enter.`;
	}

	switch (status) {
		case 'ready':
			return null;
		case 'no-key':
			return 'No key yet: enter makes one.';
		case 'read-only':
			return 'This key may only read. Give the app read and write permission at X, then authorize again.';
		case 'rejected':
			return 'X refused this key when last asked. Authorize again.';
		case 'other-app':
			return 'The secret of the app that made this key is not known here. Authorize again, or set that app’s key.';
		case 'held':
			return `A key of @${visible(held?.key.handle ?? '')} waits for your decision: enter.`;
		case 'orphan':
			return 'The poem is gone; its key is kept. keymaker rename moves it to a renamed poem, f forgets it.';
	}
}

/** Why a key waits for a decision, as a sentence. */
export function heldSentence(key: KeyInfo, reason: HeldReason, otherBot: string | null): string {
	const account = `@${visible(key.handle)}`;
	switch (reason) {
		case 'other-account':
			return `X answered as ${account}: another account than the bot’s key had before.`;
		case 'other-handle':
			return `X answered as ${account}: not the handle that is expected for the bot.`;
		case 'account-of-another-bot':
			return `X answered as ${account}, which already speaks ${otherBot === null ? 'another poem' : visible(otherBot)}.`;
		case 'late':
			return `X answered as ${account} after you had left the authorization.`;
	}
}

/** Where an app key came from, in words. */
export const appOrigin: Readonly<Record<AppInfo['from'], string>> = {
	environment: 'from the environment',
	'.env': 'from .env',
	setup: 'from setup',
	practice: 'practice',
};

/** The sort orders in words. */
export const sortWord = {name: 'name', status: 'status', 'last-checked': 'last check'} as const;

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How long ago a time was, in words. @param iso ISO 8601 @param now milliseconds since 1970 */
export function ago(iso: string, now: number): string {
	const then = Date.parse(iso);
	const days = Math.round((startOfDay(now) - startOfDay(then)) / day);
	if (days <= 0) {
		const passed = now - then;
		return passed < 2 * minute
			? 'just now'
			: passed < hour
				? `${Math.floor(passed / minute)} minutes ago`
				: 'today';
	}

	if (days < 60) {
		return days === 1 ? 'yesterday' : `${days} days ago`;
	}

	return days < 730 ? `${Math.floor(days / 30)} months ago` : `${Math.floor(days / 365)} years ago`;
}

function startOfDay(time: number): number {
	return new Date(time).setHours(0, 0, 0, 0);
}
