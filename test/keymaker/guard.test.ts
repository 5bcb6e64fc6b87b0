import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type BotRecord, emptyRecord, type Key} from '../../source/flock/key.ts';
import {type GuardInput, guard, keptHeld, withHeld, withKey} from '../../source/keymaker/guard.ts';

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
	return guard({record: null, others: new Map(), key: harbour, replaceAccount: false, late: false, ...part});
}

const cases: Array<[title: string, input: Partial<GuardInput>, expected: object]> = [
	['a first key is saved where nothing is expected', {}, {kind: 'save'}],
	[
		'the account that the bot had before is saved',
		{record: record({key: key('1', 'old_name')})},
		{kind: 'save'},
	],
	[
		'the account that the bot had before is saved though another handle is expected',
		{record: record({key: key('1', 'old_name'), expectedHandle: 'somebody'})},
		{kind: 'save'},
	],
	[
		'the expected handle is saved, whatever its case and its @',
		{record: record({expectedHandle: '@Harbour_POEM'})},
		{kind: 'save'},
	],
	[
		'another handle than the expected one is held',
		{record: record({expectedHandle: 'kettle'})},
		{kind: 'hold', reason: 'other-handle', otherBot: null},
	],
	[
		'another account than that of the key in force is held',
		{record: record({key: moth})},
		{kind: 'hold', reason: 'other-account', otherBot: null},
	],
	[
		'another account is saved over the key in force where its handle is the expected one',
		{record: record({key: moth, expectedHandle: 'harbour_poem'})},
		{kind: 'save'},
	],
	[
		'an account that speaks another poem is held',
		{others: new Map([['kettle', record({key: harbour})]])},
		{kind: 'hold', reason: 'account-of-another-bot', otherBot: 'kettle'},
	],
	[
		'an account that speaks another poem is held though its handle is expected',
		{record: record({expectedHandle: 'harbour_poem'}), others: new Map([['kettle', record({key: harbour})]])},
		{kind: 'hold', reason: 'account-of-another-bot', otherBot: 'kettle'},
	],
	[
		'an account that speaks another poem is held though any other account would do',
		{replaceAccount: true, others: new Map([['kettle', record({key: harbour})]])},
		{kind: 'hold', reason: 'account-of-another-bot', otherBot: 'kettle'},
	],
	[
		'another account than the expected one is saved where the person said so beforehand',
		{record: record({expectedHandle: 'kettle', key: moth}), replaceAccount: true},
		{kind: 'save'},
	],
	[
		'a key that comes after the person has left is held',
		{late: true},
		{kind: 'hold', reason: 'late', otherBot: null},
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

test('a held key that comes into force by another way is held no longer', () => {
	const next = withKey(withHeld(null, harbour, 'late'), harbour);
	assert.equal(next.held, null);
});

test('a held key leaves the key in force alone until it is kept', () => {
	const held = withHeld(record({key: moth, expectedHandle: 'moth_poem'}), harbour, 'other-handle');
	assert.equal(held.key, moth);
	assert.ok(held.held);
	const kept = keptHeld({...held, held: held.held});
	assert.equal(kept.key, harbour);
	assert.equal(kept.previous, moth);
	assert.equal(kept.held, null);
	assert.equal(kept.expectedHandle, 'harbour_poem');
});
