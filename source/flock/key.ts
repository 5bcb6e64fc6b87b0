import {hash} from 'node:crypto';

/** What a token may do, by X's `x-access-level` header. */
export type AccessLevel = 'read' | 'read-write' | 'read-write-directmessages';

/** What the person wants a bot's key to do; `write` by default. */
export type WantedAccess = 'read' | 'write';

/** The X app's own pair. X's portal calls it "API Key and Secret", formerly "Consumer Key". */
export type AppKey = {
	/** Identifies the app; only its last four characters are drawn. */
	consumerKey: string;
	/** Secret. */
	consumerSecret: string;
};

/** The app that the setup screen saved, and the port of its callback address where it has one. */
export type SavedApp = AppKey & {callbackPort?: number};

/** The temporary pair behind one authorize link. */
export type RequestToken = {
	/** Part of the link, so it is drawn. */
	token: string;
	/** Secret; stays inside the keymaker. */
	tokenSecret: string;
};

/** A key without its secrets: safe to keep in state and to draw. */
export type KeyInfo = {
	/** The account's id in decimal digits. */
	userId: string;
	/** The account's screen name without @, as X last spelled it. */
	handle: string;
	/** The consumer key of the app that made it. */
	consumerKey: string;
	/** `null` until X says it. */
	accessLevel: AccessLevel | null;
	/** ISO 8601 in UTC; `null` for an imported key of unknown age. */
	authorizedAt: string | null;
	/** When X was last asked about this key; ISO 8601 in UTC. */
	checkedAt: string | null;
	/** True if X rejected it when last asked. */
	rejected: boolean;
};

/** An account's access token and secret, and its account. */
export type Key = KeyInfo & {
	/** Secret. Begins with the user id and a dash (X's form). */
	accessToken: string;
	/** Secret. */
	accessSecret: string;
};

/** Why a key waits for the person's decision instead of being active. */
export type HeldReason =
	/** Another account than the bot's previous key had. */
	| 'other-account'
	/** Another handle than the bot's expected one. */
	| 'other-handle'
	/** The account already posts for another poem. */
	| 'account-of-another-bot'
	/** It came after the person left the authorization. */
	| 'late'
	/** It waited on this computer for the keystore, and the bot's key changed meanwhile. */
	| 'waited'
	/** The browser delivered it, which any user of the computer can bring about, and no account was expected. */
	| 'by-callback';

/** A key stored safely beside the active one until it is kept or discarded. */
export type Held<K extends KeyInfo = Key> = {key: K; reason: HeldReason};

/** A held key without its secrets. */
export type HeldInfo = Held<KeyInfo> & {
	/** Identifies the token to decide about; see `tokenIdOf`. */
	tokenId: string;
};

/** A host that can open a bot with its own identity. */
export type Grant = {
	/** The host's name, such as `web1`. */
	name: string;
	/** The recipient that the bot's key is sealed to: `age1…`. Not secret. */
	recipient: string;
	/** ISO 8601 in UTC. */
	at: string;
};

/** A new key from X, with everything needed to save it. */
export type FreshKey = {
	key: Key;
	/** The app that made it. */
	appKey: AppKey;
	/** The access asked for with its link; `null` leaves the bot's setting. */
	wantedAccess: WantedAccess | null;
	/** True if the person accepts any account that posts for no other poem. */
	replaceAccount: boolean;
	/** True if the person left before it came. */
	late: boolean;
	/** True if a browser delivered it: whose browser that was is not known. */
	byCallback: boolean;
	/** The active key when the link was requested, as named by `tokenIdOf`; `null` if there was none. */
	replaces: string | null;
};

/** Everything in the keystore for one bot. `K` is `KeyInfo` without secrets. */
export type BotRecord<K extends KeyInfo = Key> = {
	/** The handle that the bot should have, without @; `null` for any. */
	expectedHandle: string | null;
	/** What the bot's key should be able to do. */
	wantedAccess: WantedAccess;
	/** The active key. */
	key: K | null;
	/** The keys to decide about, oldest first, one per token. */
	held: readonly Held<K>[];
	/** The previously active key. */
	previous: K | null;
	/** The hosts that can open it, oldest grant first; absent if there are none. */
	grants?: readonly Grant[];
};

/** A record without its secrets: safe to keep in state and to draw. */
export type RecordInfo = Omit<BotRecord<KeyInfo>, 'held'> & {held: readonly HeldInfo[]};

/** The record of a bot that is new to the keystore. */
export const emptyRecord: Omit<BotRecord<never>, 'held'> & {held: readonly never[]} = {
	expectedHandle: null,
	wantedAccess: 'write',
	key: null,
	held: [],
	previous: null,
};

/** Removes a key's secrets. */
export function keyInfo(key: Key): KeyInfo {
	const {userId, handle, consumerKey, accessLevel, authorizedAt, checkedAt, rejected} = key;
	return {userId, handle, consumerKey, accessLevel, authorizedAt, checkedAt, rejected};
}

/**
 * Names a token without revealing it: a digest, the same whenever the token appears, since X issues the same
 * one again, and different for every other token, even of the same account and moment.
 */
export function tokenIdOf({accessToken}: Pick<Key, 'accessToken'>): string {
	return hash('sha256', accessToken, 'base64url');
}

/** Removes a held key's secrets. */
export function heldInfo({key, reason}: Held): HeldInfo {
	return {tokenId: tokenIdOf(key), key: keyInfo(key), reason};
}

/** Removes a record's secrets. */
export function recordInfo(record: BotRecord): RecordInfo {
	return {
		expectedHandle: record.expectedHandle,
		wantedAccess: record.wantedAccess,
		key: record.key && keyInfo(record.key),
		held: record.held.map(heldInfo),
		previous: record.previous && keyInfo(record.previous),
		...grantsIn(record.grants),
	};
}

/** A record's `grants` field; empty if there are none. */
export function grantsIn(grants: readonly Grant[] | undefined): {grants?: readonly Grant[]} {
	return grants === undefined || grants.length === 0
		? {}
		: {grants: grants.map(({name, recipient, at}) => ({name, recipient, at}))};
}

/** Every key in a record: active, held and previous. */
export function keysOf<K extends KeyInfo>(record: BotRecord<K>): K[] {
	return [record.key, ...record.held.map(({key}) => key), record.previous].filter(key => key !== null);
}

/** True if two handles name the same account: X ignores case, and people type an @. */
export function sameHandle(one: string, other: string): boolean {
	return handleKey(one) === handleKey(other);
}

/** A handle's normal form, to look up its account. */
export function handleKey(handle: string): string {
	return cleanHandle(handle).toLowerCase();
}

/** A handle as stored: without @ and surrounding spaces. */
export function cleanHandle(text: string): string {
	return text.trim().replace(/^@/, '');
}

/** The last four characters of a consumer key, which identify apps on the screen. */
export function appTail(consumerKey: string): string {
	return `…${consumerKey.slice(-4)}`;
}
