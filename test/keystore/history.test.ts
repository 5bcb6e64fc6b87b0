import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {BotRecord} from '../../source/flock/key.ts';
import {changesOf} from '../../source/keystore/changes.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {newPlace, practiceKey, practiceRecord} from './support.ts';

const made = practiceRecord('ode');
const held: BotRecord = {...made, held: [{key: practiceKey('other'), reason: 'late'}]};
const cases: ReadonlyArray<readonly [string, BotRecord | null, BotRecord | null]> = [
	['made', null, made],
	['replaced', made, {...made, key: practiceKey('other')}],
	['held', made, held],
	['discarded', held, made],
	['kept', held, {...made, key: practiceKey('other')}],
	['expected', made, {...made, expectedHandle: 'somebody'}],
	['revoked', made, {...made, key: null}],
	['forgotten', made, null],
];

for (const [what, before, after] of cases) {
	test(`a change by which a key was ${what} is told as that`, () => {
		const records = (record: BotRecord | null) => new Map(record === null ? [] : [['ode', record]]);
		assert.deepEqual([...changesOf(records(before), records(after), ['ode'])], [['ode', what]]);
	});
}

test('what a check has learnt is no change', () => {
	const checked: BotRecord = {...made, key: {...practiceKey('ode'), checkedAt: '2026-11-01T00:00:00.000Z'}};
	assert.deepEqual([...changesOf(new Map([['ode', made]]), new Map([['ode', checked]]), ['ode'])], []);
});

test('a file’s copies tell its changes, the newest first, without saying whose they were', async context => {
	const place = newPlace(context);
	const keystore = openKeystore(place);
	await keystore.update('ode', () => practiceRecord('ode'));
	await keystore.update('ode', record => record && {...record, key: practiceKey('other')});
	await keystore.rename('ode', 'song');
	await keystore.update('song', () => null);
	const history = await keystore.history();
	assert.deepEqual(
		history.map(({bot, what, role, by}) => [bot, what, role, by]),
		[
			['song', 'forgotten', null, null],
			['ode', 'renamed', null, null],
			['song', 'renamed', null, null],
			['ode', 'replaced', null, null],
			['ode', 'made', null, null],
		],
	);
	assert.deepEqual(
		history
			.map(({at}) => at)
			.sort()
			.reverse(),
		history.map(({at}) => at),
	);
});
