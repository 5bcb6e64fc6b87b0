import {hash} from 'node:crypto';

/** What X's `x-access-level` header says a token may do. */
export type AccessLevel = 'read' | 'read-write' | 'read-write-directmessages';

/** What the person wants a bot's key to be able to do; `write` unless said otherwise. */
export type WantedAccess = 'read' | 'write';

/** The X app's own pair. X's portal calls it "API Key and Secret", once "Consumer Key". */
export type AppKey = {
	/** Names the app; drawn only as its last four characters. */
	consumerKey: string;
	/** Secret. */
	consumerSecret: string;
};

/** The app that the setup screen saved, and the port of its callback address where it has one. */
export type SavedApp = AppKey & {callbackPort?: number};

/** The temporary pair behind one authorize link. */
export type RequestToken = {
	/** Stands in the link, so it is drawn. */
	token: string;
	/** Secret; stays inside the keymaker. */
	tokenSecret: string;
};

/** What is known of a key without its secrets: safe to keep in state and to draw. */
export type KeyInfo = {
	/** The account's id, decimal digits. */
	userId: string;
	/** The account's screen name without @, as X last spelt it. */
	handle: string;
	/** The consumer key of the app that it was made with. */
	consumerKey: string;
	/** `null` until X has said it. */
	accessLevel: AccessLevel | null;
	/** ISO 8601 in UTC; `null` for an imported key of unknown age. */
	authorizedAt: string | null;
	/** When X was last asked who this key is; ISO 8601 in UTC. */
	checkedAt: string | null;
	/** True where X refused it when last asked. */
	rejected: boolean;
};

/** An account's access token and secret, with who it is. */
export type Key = KeyInfo & {
	/** Secret. Begins with the user id and a dash (X's own form). */
	accessToken: string;
	/** Secret. */
	accessSecret: string;
};

/** Why a key waits for the person's decision instead of being in force. */
export type HeldReason =
	/** Another account than the one that the bot's key had before. */
	| 'other-account'
	/** Another handle than the one expected for the bot. */
	| 'other-handle'
	/** The account already speaks another poem. */
	| 'account-of-another-bot'
	/** It arrived after the person had left the authorization. */
	| 'late'
	/** The browser delivered it, which any user of the computer can bring about, and no account was expected. */
	| 'by-callback';

/** A key that is stored safely beside the one in force until it is kept or discarded. */
export type Held<K extends KeyInfo = Key> = {key: K; reason: HeldReason};

/** A held key without its secrets. */
export type HeldInfo = Held<KeyInfo> & {
	/** Names the token that a decision is about; see `tokenIdOf`. */
	tokenId: string;
};

/** Everything that the keystore holds for one bot. `K` is `KeyInfo` where secrets are left out. */
export type BotRecord<K extends KeyInfo = Key> = {
	/** The handle that the bot is meant to have, without @; `null` where any will do. */
	expectedHandle: string | null;
	/** What the bot's key should be able to do. */
	wantedAccess: WantedAccess;
	/** The key in force. */
	key: K | null;
	/** The keys that wait for a decision, oldest first, one for each token. */
	held: readonly Held<K>[];
	/** The key that was in force before. */
	previous: K | null;
};

/** A record without its secrets: safe to keep in state and to draw. */
export type RecordInfo = Omit<BotRecord<KeyInfo>, 'held'> & {held: readonly HeldInfo[]};

/** The record of a bot that the keystore knows nothing of yet. */
export const emptyRecord: Omit<BotRecord<never>, 'held'> & {held: readonly never[]} = {
	expectedHandle: null,
	wantedAccess: 'write',
	key: null,
	held: [],
	previous: null,
};

/** Takes the secrets out of a key. */
export function keyInfo(key: Key): KeyInfo {
	const {userId, handle, consumerKey, accessLevel, authorizedAt, checkedAt, rejected} = key;
	return {userId, handle, consumerKey, accessLevel, authorizedAt, checkedAt, rejected};
}

/**
 * Names a token without giving anything of it away: a digest, the same wherever and whenever the token turns up, since
 * X hands the same one out again, and another for every other token, of the same account and the same moment too.
 */
export function tokenIdOf({accessToken}: Pick<Key, 'accessToken'>): string {
	return hash('sha256', accessToken, 'base64url');
}

/** Takes the secrets out of a held key. */
export function heldInfo({key, reason}: Held): HeldInfo {
	return {tokenId: tokenIdOf(key), key: keyInfo(key), reason};
}

/** Takes the secrets out of a record. */
export function recordInfo(record: BotRecord): RecordInfo {
	return {
		expectedHandle: record.expectedHandle,
		wantedAccess: record.wantedAccess,
		key: record.key && keyInfo(record.key),
		held: record.held.map(heldInfo),
		previous: record.previous && keyInfo(record.previous),
	};
}

/** Every key that a record carries: in force, held and previous. */
export function keysOf<K extends KeyInfo>(record: BotRecord<K>): K[] {
	return [record.key, ...record.held.map(({key}) => key), record.previous].filter(key => key !== null);
}

/** True where two handles name the same account: X ignores case, and people write an @. */
export function sameHandle(one: string, other: string): boolean {
	return handleKey(one) === handleKey(other);
}

/** What handles of one account have in common, to look them up by. */
export function handleKey(handle: string): string {
	return cleanHandle(handle).toLowerCase();
}

/** A handle as it is kept: without the @ and without surrounding space. */
export function cleanHandle(text: string): string {
	return text.trim().replace(/^@/, '');
}

/** The last four characters of a consumer key, as apps are named on the screen. */
export function appTail(consumerKey: string): string {
	return `…${consumerKey.slice(-4)}`;
}
