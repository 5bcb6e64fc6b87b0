import {type BotRecord, emptyRecord, type KeyInfo, keysOf, type RecordInfo, sameHandle} from './key.ts';
import type {Poem} from './poem.ts';

/** What a bot's key is good for, as in the list. */
export type Status =
	| 'ready'
	| 'no-key'
	/** The token can only read, but the bot should post. */
	| 'read-only'
	/** X rejected it when last asked. */
	| 'rejected'
	/** The secret of the app that made it is unknown here. */
	| 'other-app'
	/** Keys wait for the person's decision, and none is active. */
	| 'held'
	/** The poem is gone, but its key is kept. */
	| 'orphan';

/** A poem and its key, if it has one. Holds no secret. */
export type Bot = RecordInfo & {
	/** The bot's name. */
	name: string;
	/** `null` for an orphan. */
	poem: Poem | null;
	status: Status;
	/** The keys that wait on this computer for an unreachable keystore, oldest first; left out if there are none. */
	waiting?: readonly KeyInfo[];
};

/** All bots of one folder, in order. */
export type Flock = readonly Bot[];

/** Code units and the collator sort names of only these characters alike. */
const plain = /^[ .a-z0-9-]*$/;

/** Created when needed: that takes long, and plain names do not need it. */
let collator: Intl.Collator | null = null;

/** The order of names in a flock, as a reader expects it; never equal for different names. */
export function compareNames(one: string, other: string): number {
	return (plain.test(one) && plain.test(other) ? 0 : collate(one, other)) || compareUnits(one, other);
}

/** Sorts things by their names. Checks once whether all names are plain, not at each comparison. */
export function sortedByName<T>(things: readonly T[], nameOf: (thing: T) => string): T[] {
	const compare = things.every(thing => plain.test(nameOf(thing))) ? compareUnits : compareNames;
	return [...things].sort((one, other) => compare(nameOf(one), nameOf(other)));
}

function collate(one: string, other: string): number {
	collator ??= new Intl.Collator('en');
	return collator.compare(one, other);
}

function compareUnits(one: string, other: string): number {
	return one < other ? -1 : one > other ? 1 : 0;
}

/**
 * Joins poems and keys.
 * @param poems in the order of `compareNames`.
 * @param records the keystore's records by the bot's name, without secrets.
 * @param knownApps the consumer keys with known secrets.
 * @param isShared true if a bot's poem may be on another computer: then no bot is an orphan.
 * @param waiting the keys that wait on this computer, by the bot's name.
 */
export function joinFlock(
	poems: readonly Poem[],
	records: ReadonlyMap<string, RecordInfo>,
	knownApps: ReadonlySet<string>,
	isShared = false,
	waiting: ReadonlyMap<string, readonly KeyInfo[]> = nobody,
): Flock {
	if (waiting.size > 0) {
		return withWaiting(joinFlock(poems, records, knownApps, isShared), records, knownApps, waiting);
	}

	const flock: Bot[] = poems.map(poem => bot(poem.bot, poem, records.get(poem.bot), knownApps, isShared));
	// Most flocks have no orphans, and need no search for them.
	if (records.size === flock.filter(({name}) => records.has(name)).length) {
		return flock;
	}

	const named = new Set(poems.map(poem => poem.bot));
	const orphans: Bot[] = [];
	for (const [name, record] of records) {
		if (!named.has(name) && (keysOf(record).length > 0 || record.grants !== undefined)) {
			orphans.push(bot(name, null, record, knownApps, isShared));
		}
	}

	return orphans.length === 0 ? flock : sortedByName([...flock, ...orphans], ({name}) => name);
}

const nobody: ReadonlyMap<string, readonly KeyInfo[]> = new Map();

/**
 * A shared keystore's flock with the keys that wait, including bots whose poems are elsewhere and that have
 * nothing saved yet.
 */
function withWaiting(
	flock: Flock,
	records: ReadonlyMap<string, RecordInfo>,
	knownApps: ReadonlySet<string>,
	waiting: ReadonlyMap<string, readonly KeyInfo[]>,
): Flock {
	const there = new Set(flock.map(({name}) => name));
	const others = [...waiting.keys()].filter(name => !there.has(name));
	const all = [...flock, ...others.map(name => bot(name, null, records.get(name), knownApps, true))];
	return sortedByName(all, ({name}) => name).map(one => {
		const its = waiting.get(one.name);
		return its === undefined ? one : {...one, waiting: its};
	});
}

/** True for a bot that still needs its account's owner: it has a poem, and no active key that X accepts. */
export function needsKey(bot: Bot): boolean {
	return bot.poem !== null && bot.key === null;
}

/** How many bots have each status; zeros can be left out. */
export type StatusCounts = Readonly<Partial<Record<Status, number>>>;

/** Counts statuses. */
export function countStatuses(statuses: readonly Status[]): StatusCounts {
	const counts: Partial<Record<Status, number>> = {};
	for (const status of statuses) {
		counts[status] = (counts[status] ?? 0) + 1;
	}

	return counts;
}

/** The status that a person sees: a key that waits for a decision counts even beside an active one. */
export function askingStatus({status, held}: Pick<Bot, 'status' | 'held'>): Status {
	return held.length > 0 && status !== 'orphan' ? 'held' : status;
}

/**
 * True for a bot that needs a person: it has no key, X rejected it, it may do too little, its app is unknown,
 * or a key waits for a decision.
 */
export function needsPerson(bot: Pick<Bot, 'status' | 'held' | 'poem'>): boolean {
	return bot.poem !== null && askingStatus(bot) !== 'ready';
}

/** True if a bot's active key belongs to another account than expected. */
export function speaksAsAnother({key, expectedHandle}: Pick<Bot, 'key' | 'expectedHandle'>): boolean {
	return (
		key !== null && key.handle !== '' && expectedHandle !== null && !sameHandle(key.handle, expectedHandle)
	);
}

function bot(
	name: string,
	poem: Poem | null,
	record: RecordInfo | undefined,
	knownApps: ReadonlySet<string>,
	isShared: boolean,
): Bot {
	const known = record ?? emptyRecord;
	return {...known, name, poem, status: statusOf(poem !== null || isShared, known, knownApps)};
}

/**
 * What a bot's key is good for.
 * @param hasPoem false for an orphan.
 * @param knownApps the consumer keys with known secrets.
 */
export function statusOf(
	hasPoem: boolean,
	record: Pick<BotRecord<KeyInfo>, 'wantedAccess' | 'key' | 'held'>,
	knownApps: ReadonlySet<string>,
): Status {
	if (!hasPoem) {
		return 'orphan';
	}

	const {key, held} = record;
	if (key === null) {
		return held.length === 0 ? 'no-key' : 'held';
	}

	if (!knownApps.has(key.consumerKey)) {
		return 'other-app';
	}

	if (key.rejected) {
		return 'rejected';
	}

	return key.accessLevel === 'read' && record.wantedAccess === 'write' ? 'read-only' : 'ready';
}
