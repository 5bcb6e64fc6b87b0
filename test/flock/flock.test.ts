import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {
	compareNames,
	joinFlock,
	needsKey,
	type Status,
	sortedByName,
	speaksAsAnother,
} from '../../source/flock/flock.ts';
import {
	emptyRecord,
	type HeldInfo,
	type KeyInfo,
	type RecordInfo,
	sameHandle,
} from '../../source/flock/key.ts';
import {botName, isPoemFile, type Poem} from '../../source/flock/poem.ts';
import {runs} from '../helpers/thorough.ts';

const key: KeyInfo = {
	userId: '12',
	handle: 'harbour_poem',
	consumerKey: 'practice-app',
	accessLevel: 'read-write',
	authorizedAt: null,
	checkedAt: null,
	rejected: false,
};
const apps = new Set(['practice-app']);

function poem(bot: string): Poem {
	return {bot, file: `${bot}.txt`, path: `/poems/${bot}.txt`};
}

const late: HeldInfo = {tokenId: 'one', key, reason: 'late'};

function statusOf(record: Partial<RecordInfo>): Status | undefined {
	return joinFlock([poem('harbour')], new Map([['harbour', {...emptyRecord, ...record}]]), apps)[0]?.status;
}

test('a status tells what the key in force is good for', () => {
	assert.equal(statusOf({}), 'no-key');
	assert.equal(statusOf({key}), 'ready');
	assert.equal(statusOf({key: {...key, rejected: true}}), 'rejected');
	assert.equal(statusOf({key: {...key, accessLevel: 'read'}}), 'read-only');
	assert.equal(statusOf({key: {...key, accessLevel: 'read'}, wantedAccess: 'read'}), 'ready');
	assert.equal(statusOf({key: {...key, accessLevel: null}}), 'ready');
	assert.equal(statusOf({key: {...key, consumerKey: 'practice-other'}}), 'other-app');
	assert.equal(statusOf({held: [late]}), 'held');
	assert.equal(statusOf({held: [late, {...late, tokenId: 'another'}]}), 'held');
	assert.equal(statusOf({key, held: [late]}), 'ready');
	assert.equal(statusOf({previous: key}), 'no-key');
});

test('handles are the same whatever their case, their @ and the space around them', () => {
	assert.equal(sameHandle('@Harbour_Poem ', 'harbour_poem'), true);
	assert.equal(sameHandle('harbour_poem', ' @HARBOUR_POEM'), true);
	assert.equal(sameHandle('harbour_poem', 'harbour_poems'), false);
});

test('a bot speaks as another where an account was expected, and its key is known to be of another one', () => {
	assert.equal(speaksAsAnother({key, expectedHandle: 'kettle_poem'}), true);
	assert.equal(speaksAsAnother({key, expectedHandle: '@HARBOUR_poem'}), false);
	assert.equal(speaksAsAnother({key, expectedHandle: null}), false);
	assert.equal(speaksAsAnother({key: {...key, handle: ''}, expectedHandle: 'kettle_poem'}), false);
	assert.equal(speaksAsAnother({key: null, expectedHandle: 'kettle_poem'}), false);
});

test('a bot whose poem is gone stays in the flock, in its place, as long as it has any key', () => {
	const records = new Map<string, RecordInfo>([
		['kettle', {...emptyRecord, key}],
		['lamp', {...emptyRecord, previous: key}],
		['moment', {...emptyRecord, held: [late]}],
		['nothing', {...emptyRecord, expectedHandle: 'somebody'}],
	]);
	const flock = joinFlock([poem('harbour'), poem('moth')], records, apps);
	assert.deepEqual(
		flock.map(bot => [bot.name, bot.status, bot.poem === null]),
		[
			['harbour', 'no-key', false],
			['kettle', 'orphan', true],
			['lamp', 'orphan', true],
			['moment', 'orphan', true],
			['moth', 'no-key', false],
		],
	);
	assert.deepEqual(flock.map(needsKey), [true, false, false, false, true]);
});

test('a record is found by its exact name, whatever it is', () => {
	for (const name of ['__proto__', 'constructor', 'v1.2', '', 'ODE']) {
		const records = new Map([[name, {...emptyRecord, key}]]);
		assert.deepEqual(
			joinFlock(
				[poem(name), poem('ode')].sort((a, b) => compareNames(a.bot, b.bot)),
				records,
				apps,
			)
				.filter(bot => bot.status === 'ready')
				.map(bot => bot.name),
			[name],
		);
	}
});

test('different names are never equal in order, and the order does not depend on where one begins', () => {
	const name = fc.oneof(
		fc.string({unit: 'grapheme'}),
		fc.constantFrom('é', 'e\u0301', 'Ode', 'ode', '\0ode'),
	);
	fc.assert(
		fc.property(name, name, (one, other) => {
			assert.equal(compareNames(one, other) === 0, one === other);
			assert.equal(Math.sign(compareNames(one, other)) + Math.sign(compareNames(other, one)), 0);
		}),
	);
	fc.assert(
		fc.property(fc.array(name), names => {
			assert.deepEqual([...names].sort(compareNames), [...names].reverse().sort(compareNames));
		}),
	);
});

test('names stand where a reader looks for them', () => {
	assert.deepEqual(['zebra', 'Ode', 'élan', 'kettle', 'ode', 'eel', 'fox'].sort(compareNames), [
		'eel',
		'élan',
		'fox',
		'kettle',
		'ode',
		'Ode',
		'zebra',
	]);
});

test('a bot is named by the base name without its final .txt', () => {
	assert.equal(botName('harbour.txt'), 'harbour');
	assert.equal(botName('ODE.TXT'), 'ODE');
	assert.equal(botName('txt.txt'), 'txt');
	assert.equal(botName('untxtured.txt'), 'untxtured');
	assert.equal(botName('a.txt.txt'), 'a.txt');
});

test('hidden files, companions of macOS and other endings are no poems', () => {
	for (const file of [
		'._ode.txt',
		'.ode.txt',
		'.txt',
		'.DS_Store',
		'notes.md',
		'ode.txt~',
		'txt',
		'odetxt',
	]) {
		assert.equal(isPoemFile(file), false, file);
	}

	for (const file of ['ode.txt', 'ODE.TXT', '俳句.txt', 'night train.txt', '-.txt']) {
		assert.equal(isPoemFile(file), true, file);
	}
});

test('plain names stand as a collator has them, whether one by one or all at once', () => {
	const collator = new Intl.Collator('en');
	const plainName = fc.string({unit: fc.constantFrom(...' abcxyz0189-.'), maxLength: 6});
	fc.assert(
		fc.property(plainName, plainName, (one, other) => {
			assert.equal(Math.sign(compareNames(one, other)), Math.sign(collator.compare(one, other)));
		}),
		{numRuns: runs(2000)},
	);
	fc.assert(
		fc.property(fc.array(fc.oneof(plainName, fc.string())), names => {
			assert.deepEqual(
				sortedByName(names, name => name),
				[...names].sort(compareNames),
			);
		}),
	);
});
