import type {BotRecord, HeldReason, Key} from '../flock/key.ts';
import {emptyRecord, sameHandle} from '../flock/key.ts';

/** What to do with a new key from X. */
export type Verdict = {kind: 'save'} | {kind: 'hold'; reason: HeldReason; otherBot: string | null};

/** What the guard decides by. */
export type GuardInput = {
	/** The bot's record; `null` if there is none. */
	record: BotRecord | null;
	/** The other bots' records. */
	others: ReadonlyMap<string, BotRecord>;
	key: Key;
	/** True if the person accepts any account that posts for no other poem. */
	replaceAccount: boolean;
	/** True if the person left the authorization before the key came. */
	late: boolean;
	/** True where a browser delivered it: whose that was is not known. */
	byCallback: boolean;
};

/**
 * The account guard: decides whether a key becomes active immediately or waits for the person's decision. It
 * always holds a key of an account that posts for another poem, even of the bot's own account.
 */
export function guard({record, others, key, replaceAccount, late, byCallback}: GuardInput): Verdict {
	const {key: old, expectedHandle} = record ?? emptyRecord;
	const otherBot = botOfAccount(others, key.userId);
	if (late) {
		return {kind: 'hold', reason: 'late', otherBot};
	}

	if (otherBot !== null) {
		return {kind: 'hold', reason: 'account-of-another-bot', otherBot};
	}

	const isSameAccount = old?.userId === key.userId;
	const isExpected =
		expectedHandle === null
			? isSameAccount
			: sameHandle(key.handle, expectedHandle) || (isSameAccount && sameHandle(old.handle, expectedHandle));
	if (isExpected) {
		return {kind: 'save'};
	}

	if (replaceAccount || (expectedHandle === null && old === null)) {
		return byCallback ? {kind: 'hold', reason: 'by-callback', otherBot} : {kind: 'save'};
	}

	return {kind: 'hold', reason: expectedHandle === null ? 'other-account' : 'other-handle', otherBot};
}

/** The bot whose active key belongs to an account; `null` if no bot has it. */
export function botOfAccount(records: ReadonlyMap<string, BotRecord>, userId: string): string | null {
	for (const [bot, record] of records) {
		if (record.key?.userId === userId) {
			return bot;
		}
	}

	return null;
}

/**
 * The record with a new active key. The replaced key becomes `previous`, and the new token is removed from
 * `previous` and held.
 */
export function withKey(record: BotRecord | null, key: Key): BotRecord {
	const base = record ?? emptyRecord;
	const isOther = (other: Key | null) => other !== null && other.accessToken !== key.accessToken;
	const previous = isOther(base.key) ? base.key : base.previous;
	return {
		...base,
		key,
		previous: isOther(previous) ? previous : null,
		held: base.held.filter(held => isOther(held.key)),
	};
}

/** The record after the guard or the person activated a key. The bot's expected handle follows its account. */
export function speakingAs(record: BotRecord | null, key: Key): BotRecord {
	const next = withKey(record, key);
	const {expectedHandle} = next;
	return expectedHandle === null || sameHandle(expectedHandle, key.handle)
		? next
		: {...next, expectedHandle: key.handle};
}

/** The record with one more held key, the newest, which replaces an earlier one of the same token. */
export function withHeld(record: BotRecord | null, key: Key, reason: HeldReason): BotRecord {
	const base = withoutHeld(record ?? emptyRecord, key);
	return {...base, held: [...base.held, {key, reason}]};
}

/** The record without a held key. */
export function withoutHeld(record: BotRecord, {accessToken}: Key): BotRecord {
	return {...record, held: record.held.filter(({key}) => key.accessToken !== accessToken)};
}
