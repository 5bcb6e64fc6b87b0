import type {BotRecord, HeldReason, Key} from '../flock/key.ts';
import {emptyRecord, sameHandle} from '../flock/key.ts';

/** What is to become of a key that X has just given. */
export type Verdict = {kind: 'save'} | {kind: 'hold'; reason: HeldReason; otherBot: string | null};

/** What the guard judges by. */
export type GuardInput = {
	/** The bot's record; `null` where there is none. */
	record: BotRecord | null;
	/** The other bots' records. */
	others: ReadonlyMap<string, BotRecord>;
	key: Key;
	/** True where the person said beforehand that any account will do that speaks no other poem. */
	replaceAccount: boolean;
	/** True where the person had left the authorization before the key came. */
	late: boolean;
	/** True where a browser delivered it: whose that was is not known. */
	byCallback: boolean;
};

/**
 * The account guard: decides whether a key comes into force at once or is held for the person's decision.
 * What a browser delivered is saved only where its account is expected: another user of this computer may have read the link.
 * An account that speaks another poem is held whatever else is true of it: also where it is that of the bot's own key.
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

/** The bot whose key in force belongs to an account; `null` where no bot has it. */
export function botOfAccount(records: ReadonlyMap<string, BotRecord>, userId: string): string | null {
	for (const [bot, record] of records) {
		if (record.key?.userId === userId) {
			return bot;
		}
	}

	return null;
}

/** The record after a key has come into force: what it replaces is kept as `previous`, and its own token is neither that nor held any more. */
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

/** The record after the guard or the person has put a key in force: the handle that the bot is meant to have follows its account. */
export function speakingAs(record: BotRecord | null, key: Key): BotRecord {
	const next = withKey(record, key);
	const {expectedHandle} = next;
	return expectedHandle === null || sameHandle(expectedHandle, key.handle)
		? next
		: {...next, expectedHandle: key.handle};
}

/** The record after a key has been set aside for the person's decision: the newest of those held, in the place of an earlier one of the same token. */
export function withHeld(record: BotRecord | null, key: Key, reason: HeldReason): BotRecord {
	const base = withoutHeld(record ?? emptyRecord, key);
	return {...base, held: [...base.held, {key, reason}]};
}

/** The record after a held key has been taken out of it. */
export function withoutHeld(record: BotRecord, {accessToken}: Key): BotRecord {
	return {...record, held: record.held.filter(({key}) => key.accessToken !== accessToken)};
}
