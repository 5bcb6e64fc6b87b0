import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {giveKey} from '../../helpers/key-file.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {type Workplace, workplace} from '../../helpers/program.ts';
import {startWire} from '../../helpers/wire.ts';
import {keyNumber, numberOf, passphrase, sharedAt} from './support.ts';

describe('what a database is asked', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	before(async () => {
		server = await startPostgres();
	});
	after(() => server?.close());

	test('for the first frame of the flock is two queries at most, once it is logged in', async context => {
		const place: Workplace = await workplace(['harbour', 'kettle']);
		const wire = await startWire(server.port);
		context.after(async () => {
			await wire.close();
			await place.close();
		});
		const env = {KEYMAKER_PRACTICE: undefined, KEYMAKER_PASSPHRASE: passphrase};
		await giveKey(place, 'harbour', {...env, KEYMAKER_KEYSTORE: server.secretAddress('owner')});
		// The third is never answered; whoever watches asks something else.
		wire.holdAt('select f.id', 3);
		const screen = place.screen([], {
			env: {...env, KEYMAKER_KEYSTORE: server.secretAddress('owner', wire.port)},
		});
		await screen.waitFor('@harbour_poem');
		screen.press('q');
		await screen.exited;
	});

	test('by all the bots of one program at once is little more than by one, and each sees what was saved before it asked', async context => {
		const wire = await startWire(server.port);
		context.after(() => wire.close());
		const direct = sharedAt(server.secretAddress('owner'), 'bots');
		await direct.update('ode', () => keyNumber(1));
		const program = sharedAt(server.secretAddress('owner', wire.port), 'bots');
		for (let number = 2; number < 12; number += 1) {
			const early = program.get('ode');
			await direct.update('ode', () => keyNumber(number));
			const before = wire.taken;
			const late = Array.from({length: 50}, () => program.get('ode'));
			assert.deepEqual([...new Set((await Promise.all(late)).map(numberOf))], [number]);
			assert.ok(wire.taken - before <= 2, String(wire.taken - before));
			assert.ok([number - 1, number].includes(numberOf(await early)));
		}
	});

	test('in vain by one bot is asked again for the next', async context => {
		const wire = await startWire(server.port);
		context.after(() => wire.close());
		const program = sharedAt(server.secretAddress('owner', wire.port), 'bots');
		wire.cutAfter(10);
		const [first, second] = [program.get('ode'), program.get('ode')];
		await assert.rejects(first);
		await assert.rejects(second);
		wire.cutAfter(null);
		assert.ok(numberOf(await program.get('ode')) > 0);
	});
});
