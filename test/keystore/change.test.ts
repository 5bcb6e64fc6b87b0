import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {changeOf} from '../../source/keystore/form/change.ts';
import {emptyState, fieldsOf, type State} from '../../source/keystore/state.ts';
import {runs} from '../helpers/thorough.ts';
import {anyState} from './arbitraries.ts';
import {practiceKey, practiceRecord} from './support.ts';

/** As the file holds it: two states of which this says the same need no save between them. */
const written = (state: State) => JSON.stringify(Object.entries(fieldsOf(state)));

test('any two states differ exactly where their files do, and a state does not differ from a copy of itself', () => {
	fc.assert(
		fc.property(anyState, anyState, (one, other) => {
			assert.equal(changeOf(one, other) === 'none', written(one) === written(other));
			assert.equal(changeOf(one, structuredClone(one)), 'none');
		}),
		{numRuns: runs(300)},
	);
});

test('the order, a missing or a new record, an app and the poems count', () => {
	const state: State = {
		...emptyState,
		apps: new Map([
			['one', 'practice-secret-1'],
			['two', 'practice-secret-2'],
		]),
		records: new Map([
			['ode', practiceRecord('ode')],
			['moth', practiceRecord('moth')],
		]),
	};
	const others: State[] = [
		{...state, records: new Map([...state.records].reverse())},
		{...state, records: new Map([['moth', practiceRecord('moth')]])},
		{...state, records: new Map([...state.records, ['kettle', practiceRecord('kettle')]])},
		{...state, apps: new Map([...state.apps].reverse())},
		{...state, apps: new Map([['one', 'practice-secret-1']])},
		{...state, poems: '/poems'},
		{...state, savedApp: 'one'},
	];
	for (const other of others) {
		assert.notEqual(written(other), written(state));
		assert.equal(changeOf(state, other), 'more');
	}
});

for (const [what, change, kind] of [
	['a handle', {handle: 'other_poem'}, 'learnt'],
	['an access level', {accessLevel: 'read'}, 'learnt'],
	['a time of asking', {checkedAt: '2026-11-26T00:00:00.000Z'}, 'learnt'],
	['a refusal', {rejected: true}, 'learnt'],
	['a token', {accessToken: '12-practice-other'}, 'more'],
	['a secret', {accessSecret: 'practice-other'}, 'more'],
	['an account', {userId: '13'}, 'more'],
	['an app', {consumerKey: 'practice-other'}, 'more'],
	['a time of authorizing', {authorizedAt: null}, 'more'],
] as const) {
	for (const place of ['key', 'previous', 'held'] as const) {
		test(`${what} that changes in a ${place} is ${kind === 'learnt' ? 'at most what X said' : 'more than what X said'}`, () => {
			const with_ = (key: ReturnType<typeof practiceKey>): State => ({
				...emptyState,
				records: new Map([
					['ode', practiceRecord('ode', {[place]: place === 'held' ? {key, reason: 'late'} : key})],
				]),
			});
			assert.equal(changeOf(with_(practiceKey('ode')), with_(practiceKey('ode', change))), kind);
		});
	}
}
