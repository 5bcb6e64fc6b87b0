import fc from 'fast-check';
import type {BotRecord, HeldReason, Key} from '../../source/flock/key.ts';
import {oneForm} from '../../source/flock/poem.ts';
import type {State} from '../../source/keystore/state.ts';

/** Any text at all, halves of surrogate pairs and names with a meaning among it. */
export const anyText = fc.oneof(
	fc.string({unit: 'binary', maxLength: 12}),
	fc.array(fc.integer({min: 0, max: 0xffff}), {maxLength: 8}).map(units => String.fromCharCode(...units)),
	fc.constantFrom('__proto__', '__internal__', 'constructor', 'a.b', 'poems', '', 'version', 'checksum'),
);
const time = fc.option(
	fc
		.date({min: new Date(0), max: new Date('2999-01-01'), noInvalidDate: true})
		.map(date => date.toISOString()),
);
const plainObjects = {noNullPrototype: true};
const key: fc.Arbitrary<Key> = fc.record(
	{
		accessToken: anyText,
		accessSecret: anyText,
		userId: anyText,
		handle: anyText,
		consumerKey: anyText,
		accessLevel: fc.constantFrom(
			'read' as const,
			'read-write' as const,
			'read-write-directmessages' as const,
			null,
		),
		authorizedAt: time,
		checkedAt: time,
		rejected: fc.boolean(),
	},
	plainObjects,
);
const reason = fc.constantFrom<HeldReason>(
	'other-account',
	'other-handle',
	'account-of-another-bot',
	'late',
	'by-callback',
);
/** Any record at all. */
export const anyRecord: fc.Arbitrary<BotRecord> = fc.record(
	{
		expectedHandle: fc.option(anyText),
		wantedAccess: fc.constantFrom('read' as const, 'write' as const),
		key: fc.option(key),
		held: fc.array(fc.record({key, reason}, plainObjects), {maxLength: 3}),
		previous: fc.option(key),
	},
	plainObjects,
);
/** Any state at all. */
export const anyState: fc.Arbitrary<State> = fc
	.record({
		poems: fc.option(anyText),
		saved: fc.option(anyText),
		savedCallback: fc.option(fc.integer({min: 1, max: 65_535})),
		apps: fc.array(fc.tuple(anyText, anyText), {maxLength: 3}),
		records: fc.array(fc.tuple(anyText.map(oneForm), anyRecord), {maxLength: 4}),
	})
	.map(({poems, saved, savedCallback, apps, records}) => ({
		poems,
		savedApp: saved,
		savedCallback,
		apps: new Map([...apps, ...(saved === null ? [] : [[saved, 'practice'] as const])]),
		records: new Map(records),
	}));
