import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {startWire} from '../../helpers/wire.ts';
import {keyNumber, numberOf, outcomeOf, sharedAt} from './support.ts';

describe('a connection that is cut after each n-th byte', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	before(async () => {
		server = await startPostgres();
	});
	after(() => server?.close());

	for (const [way, step] of [
		['plain text', 11],
		['TLS', 41],
	] as const) {
		const addressAt = (port: number) =>
			way === 'TLS'
				? `${server.secretAddress('owner', port)}?sslrootcert=${encodeURIComponent(server.certPath)}`
				: server.secretAddress('owner', port);

		test(`leaves a save whole or undone, and says which, over ${way}`, async () => {
			const direct = sharedAt(server.secretAddress('owner'), way);
			await direct.update('ode', () => keyNumber(1));
			const wire = await startWire(server.port);
			try {
				const cut = sharedAt(addressAt(wire.port), way);
				await cut.update('ode', () => keyNumber(2));
				const whole = wire.passed('to').length + wire.passed('from').length;
				const seen = {saved: 0, 'not saved': 0, unknown: 0};
				let last = 2;
				let number = 3;
				for (let bytes = 1; bytes < whole + 60; bytes += step, number += 1) {
					wire.cutAfter(bytes);
					const saving = cut.update('ode', () => keyNumber(number));
					const outcome = await outcomeOf(saving, ['keystore-unreachable']);
					seen[outcome] += 1;
					// The server may be about to end what nobody waits for any more; whoever saves next waits for it.
					wire.cutAfter(null);
					let now = 0;
					await direct.update('elegy', (_, others) => {
						now = numberOf(others.get('ode'));
						return keyNumber(number);
					});
					const possible = {saved: [number], 'not saved': [last], unknown: [last, number]};
					assert.ok(possible[outcome].includes(now), `after ${bytes} bytes: ${outcome}, but ${now}`);
					last = now;
				}

				assert.ok(seen.saved > 0 && seen['not saved'] > 0 && seen.unknown > 0, JSON.stringify(seen));
			} finally {
				await wire.close();
			}
		});

		test(`costs a read one sentence and nothing else, over ${way}`, async () => {
			const flock = `${way}, read`;
			await sharedAt(server.secretAddress('owner'), flock).update('ode', () => keyNumber(1));
			const wire = await startWire(server.port);
			try {
				const read = async () => sharedAt(addressAt(wire.port), flock).get('ode');
				assert.equal(numberOf(await read()), 1);
				const whole = wire.passed('to').length + wire.passed('from').length;
				let reads = 0;
				for (let bytes = 1; bytes < whole + 60; bytes += step) {
					wire.cutAfter(bytes);
					const reading = read();
					const outcome = await outcomeOf(reading, ['keystore-unreachable']);
					reads += outcome === 'saved' && numberOf(await reading) === 1 ? 1 : 0;
				}

				assert.ok(reads > 0);
			} finally {
				await wire.close();
			}
		});
	}
});
