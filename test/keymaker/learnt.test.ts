import assert from 'node:assert/strict';
import {test} from 'node:test';
import {FlockError} from '../../source/flock/error.ts';
import {type BotRecord, emptyRecord} from '../../source/flock/key.ts';
import {keepLearnt} from '../../source/keymaker/learnt.ts';
import {practiceKey} from '../keystore/support.ts';

/** Takes what is saved, and remembers which bots came together. */
function recorder(records = new Map<string, BotRecord>()) {
	const saves: string[][] = [];
	return {
		saves,
		records,
		async updateAll(changes: ReadonlyMap<string, (record: BotRecord) => BotRecord>) {
			saves.push([...changes.keys()]);
			for (const [bot, change] of changes) {
				const record = records.get(bot);
				if (record !== undefined) {
					records.set(bot, change(record));
				}
			}
		},
	};
}

const never = () => assert.fail('a save failed');

test('the first answer is saved at once, those that follow within a second together, the rest at the end', async t => {
	t.mock.timers.enable({apis: ['setTimeout']});
	const {saves, ...keystore} = recorder();
	const learnt = keepLearnt(keystore, never);
	const keep = (bot: string) => learnt.keep(bot, practiceKey(bot).accessToken, {rejected: true});
	keep('ode');
	t.mock.timers.tick(0);
	assert.deepEqual(saves, [['ode']]);
	keep('moth');
	t.mock.timers.tick(600);
	keep('kettle');
	assert.deepEqual(saves, [['ode']]);
	t.mock.timers.tick(400);
	assert.deepEqual(saves, [['ode'], ['moth', 'kettle']]);
	keep('harbour');
	await learnt.finish();
	assert.deepEqual(saves, [['ode'], ['moth', 'kettle'], ['harbour']]);
	t.mock.timers.tick(5000);
	assert.equal(saves.length, 3);
});

test('nothing learnt is nothing saved', async () => {
	const {saves, ...keystore} = recorder();
	await keepLearnt(keystore, never).finish();
	assert.deepEqual(saves, []);
});

test('what X said of a token stays out of a record that has another key by then, or none', async () => {
	const other = {...emptyRecord, key: practiceKey('other')};
	const {records, ...keystore} = recorder(
		new Map<string, BotRecord>([
			['ode', {...emptyRecord, key: practiceKey('ode')}],
			['moth', other],
			['kettle', emptyRecord],
		]),
	);
	const learnt = keepLearnt(keystore, never);
	for (const bot of records.keys()) {
		learnt.keep(bot, practiceKey(bot).accessToken, {handle: 'new_name', rejected: true});
	}

	await learnt.finish();
	assert.deepEqual(records.get('ode')?.key, {...practiceKey('ode'), handle: 'new_name', rejected: true});
	assert.equal(records.get('moth'), other);
	assert.equal(records.get('kettle'), emptyRecord);
});

test('an expected handle follows the account that was renamed, and no other', async () => {
	const record = (expectedHandle: string) => ({...emptyRecord, key: practiceKey('ode'), expectedHandle});
	const {records, ...keystore} = recorder(
		new Map<string, BotRecord>([
			['ode', record('@Harbour_Poem')],
			['moth', record('somebody')],
		]),
	);
	const learnt = keepLearnt(keystore, never);
	for (const bot of records.keys()) {
		learnt.keep(bot, practiceKey('ode').accessToken, {handle: 'new_name'});
	}

	await learnt.finish();
	assert.equal(records.get('ode')?.expectedHandle, 'new_name');
	assert.equal(records.get('moth')?.expectedHandle, 'somebody');
});

test('a save that fails is told of at once, and again at the end', async t => {
	t.mock.timers.enable({apis: ['setTimeout']});
	const full = new FlockError('keystore-full', 'There is no room.', {hint: 'Make room.'});
	const {promise, resolve} = Promise.withResolvers<void>();
	const learnt = keepLearnt({updateAll: () => Promise.reject(full)}, resolve);
	learnt.keep('ode', practiceKey('ode').accessToken, {rejected: true});
	t.mock.timers.tick(0);
	await promise;
	await assert.rejects(learnt.finish(), full);
});
