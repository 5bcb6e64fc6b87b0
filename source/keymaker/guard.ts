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
};

/**
 * The account guard: decides whether a key comes into force at once or is held for the person's decision.
 * A bot that has a key expects that key's account, unless the person expects another handle.
 */
export function guard({record, others, key, replaceAccount, late}: GuardInput): Verdict {
	const {key: old, expectedHandle} = record ?? emptyRecord;
	if (late) {
		return {kind: 'hold', reason: 'late', otherBot: null};
	}

	if (old?.userId === key.userId) {
		return {kind: 'save'};
	}

	const otherBot = botOfAccount(others, key.userId);
	if (otherBot !== null) {
		return {kind: 'hold', reason: 'account-of-another-bot', otherBot};
	}

	if (replaceAccount || (expectedHandle !== null && sameHandle(expectedHandle, key.handle))) {
		return {kind: 'save'};
	}

	if (expectedHandle !== null) {
		return {kind: 'hold', reason: 'other-handle', otherBot: null};
	}

	return old === null ? {kind: 'save'} : {kind: 'hold', reason: 'other-account', otherBot: null};
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

/** The record after a key has come into force: what it replaces is kept as `previous`, the same token is not. */
export function withKey(record: BotRecord | null, key: Key): BotRecord {
	const base = record ?? emptyRecord;
	const replaced = base.key !== null && base.key.accessToken !== key.accessToken ? base.key : base.previous;
	return {
		...base,
		key,
		previous: replaced,
		held: base.held?.key.accessToken === key.accessToken ? null : base.held,
	};
}

/** The record after a key has been set aside for the person's decision. */
export function withHeld(record: BotRecord | null, key: Key, reason: HeldReason): BotRecord {
	return {...(record ?? emptyRecord), held: {key, reason}};
}

/** The record after its held key has been kept; the handle that the bot is meant to have follows. */
export function keptHeld(record: BotRecord & {held: NonNullable<BotRecord['held']>}): BotRecord {
	const {key} = record.held;
	const kept = withKey(record, key);
	return {...kept, expectedHandle: record.expectedHandle === null ? null : key.handle};
}
