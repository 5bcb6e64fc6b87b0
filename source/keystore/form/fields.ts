import type {AccessLevel, BotRecord, Grant, Held, HeldReason, Key, WantedAccess} from '../../flock/key.ts';
import {type Fault, listOf, objectOf, oneOf, orNull, text, where} from './fault.ts';

/** A time as ISO 8601 in UTC. */
const time = where(
	value => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value),
);

/** A field of a key in the file. */
type KeyField = {
	/** Finds its fault. */
	fault: Fault;
	/** True if X's answer to a check can change it. */
	learnt: boolean;
};

/** Every field of a key: reading, copying, saving and comparing follow from this list. */
const keyFields: Readonly<Record<keyof Key, KeyField>> = {
	accessToken: {fault: text, learnt: false},
	accessSecret: {fault: text, learnt: false},
	userId: {fault: text, learnt: false},
	handle: {fault: text, learnt: true},
	consumerKey: {fault: text, learnt: false},
	accessLevel: {
		fault: orNull(oneOf<AccessLevel>('read', 'read-write', 'read-write-directmessages')),
		learnt: true,
	},
	authorizedAt: {fault: orNull(time), learnt: false},
	checkedAt: {fault: orNull(time), learnt: true},
	rejected: {fault: where(value => typeof value === 'boolean'), learnt: true},
};
const keyNames = Object.keys(keyFields) as (keyof Key)[];

const key = objectOf(Object.fromEntries(keyNames.map(name => [name, keyFields[name].fault])));

const held = objectOf({
	key,
	reason: oneOf<HeldReason>(
		'other-account',
		'other-handle',
		'account-of-another-bot',
		'late',
		'waited',
		'by-callback',
	),
} satisfies Record<keyof Held, Fault>);

const grant = objectOf({name: text, recipient: text, at: time} satisfies Record<keyof Grant, Fault>);

/** Finds the fault of a bot's record in the file. */
export const recordFault: Fault = objectOf(
	{
		expectedHandle: orNull(text),
		wantedAccess: oneOf<WantedAccess>('read', 'write'),
		key: orNull(key),
		held: listOf(held),
		previous: orNull(key),
	} satisfies Record<Exclude<keyof BotRecord, 'grants'>, Fault>,
	{grants: listOf(grant)},
);

/** Finds the fault of an app in the file. */
export const appFault: Fault = objectOf({consumerSecret: text});

/** A copy of a key with exactly the known fields, so that nothing else gets into the file. */
export function copyOfKey(from: Key): Key {
	const copy: Partial<Record<keyof Key, unknown>> = {};
	for (const name of keyNames) {
		copy[name] = from[name];
	}

	return copy as Key;
}

/** A record as text, equal for two records that differ only in X's answers about their keys. */
export function withoutLearnt(record: BotRecord): string {
	return JSON.stringify(record, (name, value: unknown) => (isLearnt.has(name) ? undefined : value));
}

const isLearnt: ReadonlySet<string> = new Set(keyNames.filter(name => keyFields[name].learnt));
