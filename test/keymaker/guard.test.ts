import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type BotRecord, emptyRecord, type Key} from '../../source/flock/key.ts';
import {
	type GuardInput,
	guard,
	speakingAs,
	withHeld,
	withKey,
	withoutHeld,
} from '../../source/keymaker/guard.ts';

function key(userId: string, handle: string, token = `${userId}-practice`): Key {
	return {
		userId,
		handle,
		consumerKey: 'practice-app',
		accessLevel: 'read-write',
		authorizedAt: null,
		checkedAt: null,
		rejected: false,
		accessToken: token,
		accessSecret: 'practice-secret',
	};
}

const harbour = key('1', 'harbour_poem');
const moth = key('2', 'moth_poem');
const record = (part: Partial<BotRecord>): BotRecord => ({...emptyRecord, ...part});

function verdict(part: Partial<GuardInput>) {
	return guard({
		record: null,
		others: new Map(),
		key: harbour,
		replaceAccount: false,
		late: false,
		byCallback: false,
		...part,
	});
}

const speaking = (one: Key) => new Map([['kettle', record({key: one})]]);
const otherHandle = {kind: 'hold', reason: 'other-handle', otherBot: null};
const otherAccount = {kind: 'hold', reason: 'other-account', otherBot: null};
const byCallback = {kind: 'hold', reason: 'by-callback', otherBot: null};
const speaksKettle = {kind: 'hold', reason: 'account-of-another-bot', otherBot: 'kettle'};

/** The sentences of the guard one by one; the key that comes is `harbour`, of the account 1. */
const cases: Array<[title: string, input: Partial<GuardInput>, expected: object]> = [
	// A key that came after the person had left: held.
	['a key that comes late is held', {late: true}, {kind: 'hold', reason: 'late', otherBot: null}],
	[
		'a key that comes late is held though its handle is expected',
		{late: true, record: record({expectedHandle: 'harbour_poem'})},
		{kind: 'hold', reason: 'late', otherBot: null},
	],
	[
		'a key that comes late is held though it is of the account of the key before, and any account would do',
		{late: true, record: record({key: harbour}), replaceAccount: true},
		{kind: 'hold', reason: 'late', otherBot: null},
	],
	// Where a handle is expected: saved if the account's handle matches it,
	[
		'the expected handle is saved, whatever its case and its @',
		{record: record({expectedHandle: '@Harbour_POEM'})},
		{kind: 'save'},
	],
	[
		'the expected handle is saved over the key of another account',
		{record: record({key: moth, expectedHandle: 'harbour_poem'})},
		{kind: 'save'},
	],
	// or if it is the account of the key before, and that key's handle was the expected one.
	[
		'the account of the key before is saved after it was renamed, if the old name was the expected one',
		{record: record({key: key('1', 'old_name'), expectedHandle: '@Old_Name'})},
		{kind: 'save'},
	],
	[
		'the account of the key before is held where another handle is expected by now',
		{record: record({key: harbour, expectedHandle: 'somebody'})},
		otherHandle,
	],
	[
		'the account of the key before is held where neither its old nor its new name is the expected one',
		{record: record({key: key('1', 'old_name'), expectedHandle: 'somebody'})},
		otherHandle,
	],
	[
		'another account is held though the key before had the expected handle',
		{record: record({key: key('3', 'old_name'), expectedHandle: 'old_name'})},
		otherHandle,
	],
	['another handle than the expected one is held', {record: record({expectedHandle: 'kettle'})}, otherHandle],
	// Where none is expected: saved if it is the account of the key before, or if there was none.
	['a first key is saved where nothing is expected', {}, {kind: 'save'}],
	[
		'a first key is saved though keys are held and one was replaced',
		{record: record({held: [{key: moth, reason: 'late'}], previous: moth})},
		{kind: 'save'},
	],
	[
		'the account of the key before is saved, renamed or not',
		{record: record({key: key('1', 'old_name')})},
		{kind: 'save'},
	],
	['another account than that of the key before is held', {record: record({key: moth})}, otherAccount],
	[
		'an account of the same handle is held where its id is another',
		{record: record({key: key('3', 'harbour_poem')})},
		otherAccount,
	],
	// What a browser delivered: saved only where the account is expected.
	['a first key that came by callback is held where nothing is expected', {byCallback: true}, byCallback],
	[
		'the expected handle is saved though it came by callback',
		{byCallback: true, record: record({expectedHandle: 'harbour_poem'})},
		{kind: 'save'},
	],
	[
		'the account of the key before is saved though it came by callback, renamed or not',
		{byCallback: true, record: record({key: key('1', 'old_name')})},
		{kind: 'save'},
	],
	[
		'another handle that came by callback is held as any other',
		{byCallback: true, record: record({expectedHandle: 'kettle'})},
		otherHandle,
	],
	[
		'--replace-account saves nothing that came by callback without a question',
		{byCallback: true, replaceAccount: true, record: record({expectedHandle: 'kettle'})},
		byCallback,
	],
	// An account that already posts for another bot is held, whatever else is true of it.
	['an account that speaks another poem is held', {others: speaking(harbour)}, speaksKettle],
	[
		'an account that speaks another poem is held though its handle is expected',
		{record: record({expectedHandle: 'harbour_poem'}), others: speaking(harbour)},
		speaksKettle,
	],
	[
		'an account that speaks another poem is held though it is that of the key before',
		{record: record({key: harbour}), others: speaking(harbour)},
		speaksKettle,
	],
	[
		'an account that speaks another poem is held though any other account would do',
		{replaceAccount: true, others: speaking(harbour)},
		speaksKettle,
	],
	[
		'an account that another bot merely holds, or had before, is not one that speaks its poem',
		{others: new Map([['kettle', record({held: [{key: harbour, reason: 'late'}], previous: harbour})]])},
		{kind: 'save'},
	],
	// --replace-account keeps an account other than the expected one.
	[
		'another account than the expected one is saved where the person said so beforehand',
		{record: record({expectedHandle: 'kettle', key: moth}), replaceAccount: true},
		{kind: 'save'},
	],
	[
		'another account than that of the key before is saved where the person said so beforehand',
		{record: record({key: moth}), replaceAccount: true},
		{kind: 'save'},
	],
];

for (const [title, input, expected] of cases) {
	test(title, () => {
		assert.deepEqual(verdict(input), expected);
	});
}

test('a replaced key is kept as the previous one', () => {
	const next = withKey(record({key: moth}), harbour);
	assert.equal(next.key, harbour);
	assert.equal(next.previous, moth);
});

test('the same token handed out again replaces nothing', () => {
	const again = {...harbour, handle: 'renamed'};
	const next = withKey(record({key: harbour, previous: moth}), again);
	assert.equal(next.key, again);
	assert.equal(next.previous, moth);
});

test('a token that comes into force again is not the previous one any more', () => {
	assert.equal(withKey(record({previous: harbour}), harbour).previous, null);
	assert.equal(withKey(record({key: moth, previous: harbour}), harbour).previous, moth);
});

test('a held key that comes into force by another way is held no longer, and the others are', () => {
	const both = withHeld(withHeld(null, harbour, 'late'), moth, 'late');
	assert.deepEqual(withKey(both, harbour).held, [{key: moth, reason: 'late'}]);
});

test('keys are held in the order in which they came, one for each token', () => {
	const again = {...harbour, authorizedAt: '2026-11-25T00:00:00.000Z'};
	const held = [harbour, moth].reduce(
		(before, one) => withHeld(before, one, 'late'),
		emptyRecord as BotRecord,
	);
	assert.deepEqual(
		held.held.map(({key: one}) => one),
		[harbour, moth],
	);
	assert.deepEqual(withHeld(held, again, 'other-handle').held, [
		{key: moth, reason: 'late'},
		{key: again, reason: 'other-handle'},
	]);
	assert.deepEqual(withoutHeld(held, again).held, [{key: moth, reason: 'late'}]);
});

test('the handle that is expected follows the account that speaks, and is not made up', () => {
	assert.equal(speakingAs(record({expectedHandle: 'old_name'}), harbour).expectedHandle, 'harbour_poem');
	assert.equal(speakingAs(record({expectedHandle: 'Harbour_Poem'}), harbour).expectedHandle, 'Harbour_Poem');
	assert.equal(speakingAs(record({}), harbour).expectedHandle, null);
});

test('the first key of a bot makes its record', () => {
	assert.deepEqual(withKey(null, harbour), record({key: harbour}));
});
