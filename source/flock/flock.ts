import {type BotRecord, emptyRecord, type KeyInfo, keysOf, type RecordInfo, sameHandle} from './key.ts';
import type {Poem} from './poem.ts';

/** What a bot's key is good for, as the list shows it. */
export type Status =
	| 'ready'
	| 'no-key'
	/** The token may only read, though write was wanted. */
	| 'read-only'
	/** X refused it when last asked. */
	| 'rejected'
	/** The secret of the app that it was made with is not known here. */
	| 'other-app'
	/** Keys wait for the person's decision, and there is none in force. */
	| 'held'
	/** The poem is gone; its key is kept. */
	| 'orphan';

/** A poem, and the key it has or lacks. Holds no secret. */
export type Bot = RecordInfo & {
	/** The bot's name. */
	name: string;
	/** `null` for an orphan. */
	poem: Poem | null;
	status: Status;
	/** The keys that wait on this computer for a keystore which is elsewhere, oldest first; left out where none does. */
	waiting?: readonly KeyInfo[];
};

/** All bots of one folder, in order. */
export type Flock = readonly Bot[];

/** Names of these characters alone stand in the same order by their code units and by the collator. */
const plain = /^[ .a-z0-9-]*$/;

/** Made when it is needed: it takes long to make, and plain names do without. */
let collator: Intl.Collator | null = null;

/** The order of names in a flock: as a reader would look for them; never equal for different names. */
export function compareNames(one: string, other: string): number {
	return (plain.test(one) && plain.test(other) ? 0 : collate(one, other)) || compareUnits(one, other);
}

/** Things in the order of their names. Names that are all plain are looked through once, not at each comparison. */
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
 * @param knownApps the consumer keys whose secrets are known.
 * @param isShared true where a bot's poem may lie on another computer: then no bot is an orphan.
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
	// A flock without orphans is the rule: then nobody has to look for them.
	if (records.size === flock.filter(({name}) => records.has(name)).length) {
		return flock;
	}

	const named = new Set(poems.map(poem => poem.bot));
	const orphans: Bot[] = [];
	for (const [name, record] of records) {
		if (!named.has(name) && keysOf(record).length > 0) {
			orphans.push(bot(name, null, record, knownApps, isShared));
		}
	}

	return orphans.length === 0 ? flock : sortedByName([...flock, ...orphans], ({name}) => name);
}

const nobody: ReadonlyMap<string, readonly KeyInfo[]> = new Map();

/** A shared keystore's flock with the keys that wait, also of bots whose poems lie elsewhere and of which nothing is saved yet. */
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

/** True for a bot that still needs its account's owner: it has a poem, and no key in force that X takes. */
export function needsKey(bot: Bot): boolean {
	return bot.poem !== null && bot.key === null;
}

/** How many bots have each status; one that none has may be left out. */
export type StatusCounts = Readonly<Partial<Record<Status, number>>>;

/** Counts statuses. */
export function countStatuses(statuses: readonly Status[]): StatusCounts {
	const counts: Partial<Record<Status, number>> = {};
	for (const status of statuses) {
		counts[status] = (counts[status] ?? 0) + 1;
	}

	return counts;
}

/** The status that a person is shown: a key that waits for a decision asks for it beside one in force, too. */
export function askingStatus({status, held}: Pick<Bot, 'status' | 'held'>): Status {
	return held.length > 0 && status !== 'orphan' ? 'held' : status;
}

/** True for a bot that needs a person: there is no key, X refused it, it may do too little, its app is another one, or one waits for a decision. */
export function needsPerson(bot: Pick<Bot, 'status' | 'held' | 'poem'>): boolean {
	return bot.poem !== null && askingStatus(bot) !== 'ready';
}

/** True where a bot's key in force is of another account than the one that is expected for it. */
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
 * @param knownApps the consumer keys whose secrets are known.
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
