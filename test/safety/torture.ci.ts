import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {columns, conditionNames, type Row} from '../../scripts/torture/bench.ts';
import {torture, trySabotage} from '../../scripts/torture/run.ts';
import {sabotages} from '../../scripts/torture/sabotages.ts';

/** The same instants, operations and inputs in every run. */
const seed = 20_261_125;

/** The terminal has tests of its own, and the pseudo-terminals of these would only repeat them. */
const conditions = conditionNames.filter(name => name !== 'terminal restored');

let rows: Row[] = [];
before(async () => {
	rows = await torture({conditions, seed, scale: 0.01});
});
after(() => {
	rows = [];
});

for (const name of conditions) {
	test(`a slice of the torture: ${name}`, context => {
		const row = rows.find(({condition}) => condition === name);
		assert.ok(row, 'it was not tried');
		if (row.skipped !== null) {
			context.skip(row.skipped);
			return;
		}

		assert.ok(row.tried > 0);
		assert.deepEqual(
			columns.map(column => [column, row[column]]),
			columns.map(column => [column, 0]),
			row.notes.join('\n'),
		);
	});
}

// `.ci/run` tries them all.
for (const name of ['no reading back', 'no lock']) {
	test(`the torture notices sabotage: ${name}`, async context => {
		const sabotage = sabotages.find(one => one.name === name);
		assert.ok(sabotage);
		const {moved, row} = await trySabotage(sabotage, seed);
		if (row?.skipped) {
			context.skip(row.skipped);
			return;
		}

		assert.ok(moved > 0, `${sabotage.column} stayed at zero`);
	});
}

test('there is sabotage for every column and every condition', () => {
	assert.deepEqual(new Set(sabotages.map(({column}) => column)), new Set(columns));
	assert.deepEqual(new Set(sabotages.map(({condition}) => condition)), new Set(conditionNames));
});
