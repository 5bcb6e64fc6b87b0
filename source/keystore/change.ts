import type {BotRecord, Key} from '../flock/key.ts';
import type {State} from './state.ts';

/** How a state differs from the one before. */
export type Change = {
	/** The bots whose records differ, and the new ones behind all others; `null` where anything else differs too. */
	bots: readonly string[] | null;
	/** True where at most what X said of the keys differs. */
	onlyLearnt: boolean;
};

const otherwise: Change = {bots: null, onlyLearnt: false};

/** Every field of a key, and whether X's answer to a check may change it. A field that is missing here would never be saved. */
const isLearnt: Readonly<Record<keyof Key, boolean>> = {
	accessToken: false,
	accessSecret: false,
	userId: false,
	handle: true,
	consumerKey: false,
	accessLevel: true,
	authorizedAt: false,
	checkedAt: true,
	rejected: true,
};
const keyFields = Object.keys(isLearnt) as (keyof Key)[];
const ownFields = keyFields.filter(field => !isLearnt[field]);

/**
 * Finds out how a state differs from the one before; the order of the records counts.
 * Field by field: 2 ms beside 10,000 keys, where comparing them as JSON took 11.
 */
export function changeOf(before: State, after: State): Change {
	if (
		before.poems !== after.poems ||
		before.savedApp !== after.savedApp ||
		before.records.size > after.records.size ||
		!isSameList([...before.apps].flat(), [...after.apps].flat())
	) {
		return otherwise;
	}

	const bots: string[] = [];
	let onlyLearnt = true;
	const names = before.records.keys();
	for (const [bot, record] of after.records) {
		const {value: name} = names.next();
		const old = before.records.get(bot);
		if (name !== undefined && name !== bot) {
			return otherwise;
		}

		if (old === undefined || !isSameRecord(old, record, isSameKey)) {
			bots.push(bot);
			onlyLearnt &&= old !== undefined && isSameRecord(old, record, hasSameOwnFields);
		}
	}

	return {bots, onlyLearnt};
}

type KeyComparison = (one: Key, other: Key) => boolean;

function isSameRecord(one: BotRecord, other: BotRecord, isSame: KeyComparison): boolean {
	if (one === other) {
		return true;
	}

	const isSameOrNone = (first: Key | null, second: Key | null) =>
		first && second ? isSame(first, second) : first === second;
	return (
		one.expectedHandle === other.expectedHandle &&
		one.wantedAccess === other.wantedAccess &&
		one.held.length === other.held.length &&
		isSameOrNone(one.key, other.key) &&
		isSameOrNone(one.previous, other.previous) &&
		one.held.every(({key, reason}, place) => {
			const against = other.held[place];
			return against !== undefined && reason === against.reason && isSame(key, against.key);
		})
	);
}

function isSameKey(one: Key, other: Key): boolean {
	return keyFields.every(field => one[field] === other[field]);
}

function hasSameOwnFields(one: Key, other: Key): boolean {
	return ownFields.every(field => one[field] === other[field]);
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
	return one.length === other.length && one.every((item, index) => item === other[index]);
}
