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
	for (const [name, value] of Object.entries(fields)) {
		if (name.startsWith(botPrefix)) {
			records.set(name.slice(botPrefix.length), parseRecord(value, name));
		} else if (name.startsWith(appPrefix)) {
			const app = objectOf(value, name, ['consumerSecret']);
			apps.set(name.slice(appPrefix.length), text(app.consumerSecret, `${name} › consumerSecret`));
		} else if (name !== 'poems' && name !== 'savedApp') {
			throw new Damage(`it has a field that is not known, ${visible(name)}`);
		}
	}

	const savedApp = orNull(fields.savedApp, 'savedApp', text);
	if (savedApp !== null && !apps.has(savedApp)) {
		throw wrong('savedApp');
	}

	return {poems: orNull(fields.poems, 'poems', text), savedApp, apps, records};
}

function parseRecord(value: unknown, at: string): BotRecord {
	const record = objectOf(value, at, ['expectedHandle', 'wantedAccess', 'key', 'held', 'previous']);
	return {
		expectedHandle: orNull(record.expectedHandle, `${at} › expectedHandle`, text),
		wantedAccess: oneOf<WantedAccess>(record.wantedAccess, `${at} › wantedAccess`, wantedAccesses),
		key: orNull(record.key, `${at} › key`, parseKey),
		held: orNull(record.held, `${at} › held`, parseHeld),
		previous: orNull(record.previous, `${at} › previous`, parseKey),
	};
}

function parseHeld(value: unknown, at: string): Held {
	const held = objectOf(value, at, ['key', 'reason']);
	return {
		key: parseKey(held.key, `${at} › key`),
		reason: oneOf<HeldReason>(held.reason, `${at} › reason`, reasons),
	};
}

function parseKey(value: unknown, at: string): Key {
	const key = objectOf(value, at, [
		'accessToken',
		'accessSecret',
		'userId',
		'handle',
		'consumerKey',
		'accessLevel',
		'authorizedAt',
		'checkedAt',
		'rejected',
	]);
	if (typeof key.rejected !== 'boolean') {
		throw wrong(`${at} › rejected`);
	}

	return {
		accessToken: text(key.accessToken, `${at} › accessToken`),
		accessSecret: text(key.accessSecret, `${at} › accessSecret`),
		userId: text(key.userId, `${at} › userId`),
		handle: text(key.handle, `${at} › handle`),
		consumerKey: text(key.consumerKey, `${at} › consumerKey`),
		accessLevel: orNull(key.accessLevel, `${at} › accessLevel`, (level, path) =>
			oneOf<AccessLevel>(level, path, accessLevels),
		),
		authorizedAt: orNull(key.authorizedAt, `${at} › authorizedAt`, time),
		checkedAt: orNull(key.checkedAt, `${at} › checkedAt`, time),
		rejected: key.rejected,
	};
}

function objectOf(value: unknown, at: string, names: readonly string[]): Record<string, unknown> {
	if (
		!isObject(value) ||
		Object.keys(value).length !== names.length ||
		!names.every(name => Object.hasOwn(value, name))
	) {
		throw wrong(at);
	}

	return value;
}

/** True for what JSON calls an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown, at: string): string {
	if (typeof value !== 'string') {
		throw wrong(at);
	}

	return value;
}

/** A time as ISO 8601 in UTC. */
function time(value: unknown, at: string): string {
	if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)) {
		throw wrong(at);
	}

	return value;
}

function oneOf<T>(value: unknown, at: string, allowed: ReadonlySet<unknown>): T {
	if (!allowed.has(value)) {
		throw wrong(at);
	}

	return value as T;
}

function orNull<T>(value: unknown, at: string, parse: (value: unknown, at: string) => T): T | null {
	return value === null ? null : parse(value, at);
}

function wrong(at: string): Damage {
	return new Damage(`its field ${visible(at)} is missing or not as it should be`);
}
