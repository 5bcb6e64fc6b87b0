import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import type {BotRecord} from '../../source/flock/key.ts';
import {changeOf} from '../../source/keystore/change.ts';
import {openKeyring} from '../../source/keystore/keyring.ts';
import {bytesOf, openBytes} from '../../source/keystore/read.ts';
import {splice} from '../../source/keystore/splice.ts';
import {emptyState, fieldsOf, type State} from '../../source/keystore/state.ts';
import {anyRecord, anyState, anyText} from './arbitraries.ts';
import {practiceKey, practiceRecord} from './support.ts';

const plain = (state: State) => bytesOf({state, key: null});

/** A state with some of its records changed, and some new ones behind them. */
function changed(state: State, changes: ReadonlyMap<string, BotRecord>): State {
	return {...state, records: new Map([...state.records, ...changes])};
}

/** As the file holds it: two states of which this says the same need no save between them. */
const written = (state: State) => JSON.stringify(Object.entries(fieldsOf(state)));

const stateAndChanges = anyState.chain(state =>
	fc.tuple(
		fc.constant(state),
		fc
			.array(fc.tuple(fc.oneof(fc.constantFrom('', ...state.records.keys()), anyText), anyRecord), {
				maxLength: 4,
			})
			.map(changes => new Map(changes)),
	),
);

test('a file with other records put into it is the file that writing everything anew gives', () => {
	let spliced = 0;
	fc.assert(
		fc.property(stateAndChanges, ([state, changes]) => {
			const after = changed(state, changes);
			const {bots} = changeOf(state, after);
			assert.ok(bots);
			const bytes = splice(plain(state), state, after, bots);
			if (state.records.size > 0 || state.apps.size > 0 || bots.length === 0) {
				assert.ok(bytes);
			}

			spliced += bytes === null ? 0 : 1;
			assert.equal((bytes ?? plain(after)).toString(), plain(after).toString());
		}),
		{numRuns: 1000},
	);
	assert.ok(spliced > 900, `only ${spliced} of 1000 were spliced`);
});

test('what has changed is found: which records, and whether it is only what X said', () => {
	fc.assert(
		fc.property(stateAndChanges, ([state, changes]) => {
			const after = changed(state, changes);
			const different = [...after.records].filter(
				([bot, record]) =>
					!state.records.has(bot) ||
					JSON.stringify(fieldsOf({...emptyState, records: new Map([[bot, record]])})) !==
						JSON.stringify(
							fieldsOf({
								...emptyState,
								records: new Map([...state.records].filter(([name]) => name === bot)),
							}),
						),
			);
			const {bots, onlyLearnt} = changeOf(state, after);
			assert.deepEqual(
				bots,
				different.map(([bot]) => bot),
			);
			assert.equal(onlyLearnt && bots.length > 0 && after.records.size > state.records.size, false);
		}),
		{numRuns: 1000},
	);
});

test('any other difference counts as one: the order, a missing record, an app, the poems', () => {
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
		{...state, apps: new Map([...state.apps].reverse())},
		{...state, apps: new Map([['one', 'practice-secret-1']])},
		{...state, poems: '/poems'},
		{...state, savedApp: 'one'},
	];
	for (const other of others) {
		assert.notEqual(written(other), written(state));
		assert.deepEqual(changeOf(state, other), {bots: null, onlyLearnt: false});
	}

	assert.deepEqual(changeOf(state, {...state, records: new Map(state.records)}), {
		bots: [],
		onlyLearnt: true,
	});
});

for (const [what, change, onlyLearnt] of [
	['a handle', {handle: 'other_poem'}, true],
	['an access level', {accessLevel: 'read'}, true],
	['a time of asking', {checkedAt: '2026-11-26T00:00:00.000Z'}, true],
	['a refusal', {rejected: true}, true],
	['a token', {accessToken: '12-practice-other'}, false],
	['a secret', {accessSecret: 'practice-other'}, false],
	['an account', {userId: '13'}, false],
	['an app', {consumerKey: 'practice-other'}, false],
	['a time of authorizing', {authorizedAt: null}, false],
] as const) {
	for (const place of ['key', 'previous', 'held'] as const) {
		test(`${what} that changes in a ${place} is ${onlyLearnt ? 'at most what X said' : 'more than what X said'}`, () => {
			const with_ = (key: ReturnType<typeof practiceKey>): State => ({
				...emptyState,
				records: new Map([
					['ode', practiceRecord('ode', {[place]: place === 'held' ? [{key, reason: 'late'}] : key})],
				]),
			});
			const before = with_(practiceKey('ode'));
			assert.deepEqual(changeOf(before, with_(practiceKey('ode', change))), {bots: ['ode'], onlyLearnt});
		});
	}
}

const before: State = {
	...emptyState,
	records: new Map([
		['ode', practiceRecord('ode')],
		['moth', practiceRecord('moth')],
	]),
};
const after = changed(before, new Map([['ode', practiceRecord('newer')]]));

for (const [what, bytes] of Object.entries({
	'written without line ends': Buffer.from(JSON.stringify(JSON.parse(plain(before).toString()))),
	'written with other line ends': Buffer.from(plain(before).toString().replaceAll('\n', '\r\n')),
	'that has the record twice': Buffer.from(
		plain(before)
			.toString()
			.replace(
				'\n\t"bot:moth"',
				`${JSON.stringify({'bot:ode': practiceRecord('ode')}, null, '\t').slice(1, -2)},$&`,
			),
	),
})) {
	test(`a file ${what} is not spliced, but written anew`, () => {
		assert.equal(splice(bytes, before, after, ['ode']), null);
	});
}

test('with many records to exchange, everything is written anew', () => {
	const names = Array.from({length: 11}, (_, number) => `bot ${number}`);
	const many = changed(before, new Map(names.map(name => [name, practiceRecord(name)])));
	assert.equal(splice(plain(before), before, many, names), null);
});

test('a record that could not be read back is not put into the file', () => {
	const bad = practiceRecord('ode', {key: practiceKey('ode', {authorizedAt: 'yesterday'})});
	assert.throws(() => splice(plain(before), before, changed(before, new Map([['ode', bad]])), ['ode']), {
		name: 'TypeError',
		message: /^Not saved: .*authorizedAt/,
	});
});

test('a spliced file opens, its checksum right', async () => {
	const bytes = splice(plain(before), before, after, ['ode']);
	assert.ok(bytes);
	const {state} = await openBytes(bytes, 'practice', openKeyring(undefined, 'practice'), true);
	assert.equal(written(state), written(after));
});
