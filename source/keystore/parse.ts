import type {AccessLevel, BotRecord, Held, HeldReason, Key, WantedAccess} from '../flock/key.ts';
import {visible} from '../flock/visible.ts';
import {Damage} from './failures.ts';
import {appPrefix, botPrefix, type State} from './state.ts';

const accessLevels: ReadonlySet<unknown> = new Set<AccessLevel>([
	'read',
	'read-write',
	'read-write-directmessages',
]);
const wantedAccesses: ReadonlySet<unknown> = new Set<WantedAccess>(['read', 'write']);
const reasons: ReadonlySet<unknown> = new Set<HeldReason>([
	'other-account',
	'other-handle',
	'account-of-another-bot',
	'late',
]);

/**
 * Reads the fields of a keystore file; every field must be there, be of its kind, and be known.
 * @throws `Damage` that names the field, and never its value.
 */
export function parseState(fields: Readonly<Record<string, unknown>>): State {
	const apps = new Map<string, string>();
	const records = new Map<string, BotRecord>();
	// Not by entries, each of which is a list of its own: 1.5 ms less for 10,000.
	for (const name of Object.keys(fields)) {
		const value = fields[name];
		if (name.startsWith(botPrefix)) {
			records.set(name.slice(botPrefix.length), parseRecord(value, name));
		} else if (name.startsWith(appPrefix)) {
			const app = objectOf(value, name, appFields);
			apps.set(name.slice(appPrefix.length), text(app.consumerSecret, name, 'consumerSecret'));
		} else if (name !== 'poems' && name !== 'savedApp') {
			throw new Damage(`it has a field that is not known, ${visible(name)}`);
		}
	}

	const savedApp = orNull(fields.savedApp, '', 'savedApp', text);
	if (savedApp !== null && !apps.has(savedApp)) {
		throw wrong('savedApp');
	}

	return {poems: orNull(fields.poems, '', 'poems', text), savedApp, apps, records};
}

const appFields = ['consumerSecret'];
const recordFields = ['expectedHandle', 'wantedAccess', 'key', 'held', 'previous'];
const heldFields = ['key', 'reason'];
const textFields = ['accessToken', 'accessSecret', 'userId', 'handle', 'consumerKey'];
const keyFields = [...textFields, 'accessLevel', 'authorizedAt', 'checkedAt', 'rejected'];

/** Parses one value; where it stands is told in two parts, so that nothing is put together unless it is wrong. */
type Parser<T> = (value: unknown, at: string, field: string) => T;

function parseRecord(value: unknown, at: string): BotRecord {
	const record = objectOf(value, at, recordFields);
	orNull(record.expectedHandle, at, 'expectedHandle', text);
	wantedAccess(record.wantedAccess, at, 'wantedAccess');
	orNull(record.key, at, 'key', parseKey);
	listOf(record.held, at, 'held', parseHeld);
	orNull(record.previous, at, 'previous', parseKey);
	// The very object: copies of 10,000 would take 4 ms and 2 MiB.
	return record as BotRecord;
}

const parseHeld: Parser<Held> = (value, above, field) => {
	const at = pathOf(above, field);
	const held = objectOf(value, at, heldFields);
	parseKey(held.key, at, 'key');
	oneOf<HeldReason>(held.reason, at, 'reason', reasons);
	return held as Held;
};

const parseKey: Parser<Key> = (value, above, field) => {
	const at = pathOf(above, field);
	const key = objectOf(value, at, keyFields);
	if (typeof key.rejected !== 'boolean') {
		throw wrong(at, 'rejected');
	}

	for (const field of textFields) {
		text(key[field], at, field);
	}

	orNull(key.accessLevel, at, 'accessLevel', accessLevel);
	orNull(key.authorizedAt, at, 'authorizedAt', time);
	orNull(key.checkedAt, at, 'checkedAt', time);
	return key as Key;
};

/** An object with exactly these fields. */
function objectOf(value: unknown, at: string, names: readonly string[]): Record<string, unknown> {
	if (!isObject(value)) {
		throw wrong(at);
	}

	let count = 0;
	for (const name in value) {
		if (!names.includes(name)) {
			throw wrong(at);
		}

		count += 1;
	}

	if (count !== names.length) {
		throw wrong(at);
	}

	return value;
}

/** True for what JSON calls an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const text: Parser<string> = (value, at, field) => {
	if (typeof value !== 'string') {
		throw wrong(at, field);
	}

	return value;
};

/** A time as ISO 8601 in UTC. */
const time: Parser<string> = (value, at, field) => {
	if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)) {
		throw wrong(at, field);
	}

	return value;
};

const accessLevel: Parser<AccessLevel> = (value, at, field) => oneOf(value, at, field, accessLevels);
const wantedAccess: Parser<WantedAccess> = (value, at, field) => oneOf(value, at, field, wantedAccesses);

function oneOf<T>(value: unknown, at: string, field: string, allowed: ReadonlySet<unknown>): T {
	if (!allowed.has(value)) {
		throw wrong(at, field);
	}

	return value as T;
}

function orNull<T>(value: unknown, at: string, field: string, parse: Parser<T>): T | null {
	return value === null ? null : parse(value, at, field);
}

function listOf(value: unknown, above: string, field: string, parse: Parser<unknown>): void {
	if (!Array.isArray(value)) {
		throw wrong(above, field);
	}

	for (const [index, item] of value.entries()) {
		parse(item, pathOf(above, field), String(index));
	}
}

function pathOf(at: string, field: string): string {
	return at === '' ? field : `${at} › ${field}`;
}

function wrong(at: string, field?: string): Damage {
	const path = field === undefined ? at : pathOf(at, field);
	return new Damage(`its field ${visible(path)} is missing or not as it should be`);
}
