import assert from 'node:assert/strict';
import {test} from 'node:test';
import {setTimeout} from 'node:timers/promises';
import {generator} from '../../../scripts/torture/bench.ts';
import {startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {keyNumber, numberOf, outcomeOf, sharedAt} from './support.ts';

const saves = 300;

test('a server that is killed in the midst of saves, and started again, has what was saved and nothing else', {
	skip: whyNoPostgres,
}, async context => {
	const server = await startPostgres();
	context.after(() => server.close());
	const seed = Math.floor(Math.random() * 2 ** 31);
	context.diagnostic(`seed ${seed}`);
	const random = generator(seed);
	const writer = sharedAt(server.secretAddress('owner'), 'flock');
	await writer.update('elegy', () => keyNumber(1));
	await writer.update('ode', () => keyNumber(1));
	const startedAt = performance.now();
	await writer.update('ode', () => keyNumber(2));
	// Half of the instants lie within a save, wherever it runs.
	const longest = 2 * (performance.now() - startedAt);
	const seen = {saved: 0, 'not saved': 0, unknown: 0};
	const changes = ['made', 'replaced'];
	let before = 2;
	for (let number = 3; number < saves + 3; number += 1) {
		const saving = outcomeOf(
			writer.update('ode', () => keyNumber(number)),
			['keystore-unreachable'],
		);
		const isKilled = number % 3 === 0;
		if (isKilled) {
			// The first at once, so that one meets a save even where the measured one was slow.
			await setTimeout(number === 3 ? 0 : random() * longest);
			await server.kill();
		}

		const outcome = await saving;
		await (isKilled ? server.start() : undefined);
		const records = await sharedAt(server.secretAddress('owner'), 'flock').getAll(['ode', 'elegy']);
		const now = numberOf(records.get('ode'));
		assert.deepEqual(records.get('elegy'), keyNumber(1));
		const possible = {saved: [number], 'not saved': [before], unknown: [before, number]};
		assert.ok(possible[outcome].includes(now), `${outcome}: ${now} instead of ${number}, after ${before}`);
		changes.push(...(now === before ? [] : ['replaced']));
		seen[outcome] += 1;
		before = now;
	}

	context.diagnostic(JSON.stringify(seen));
	assert.ok(seen.saved > 0 && seen['not saved'] > 0);
	const told = (await writer.history()).filter(({bot}) => bot === 'ode').map(({what}) => what);
	assert.deepEqual(told.reverse(), changes);
});
