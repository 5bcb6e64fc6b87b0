import assert from 'node:assert/strict';
import {test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {readFlock} from '../../source/keymaker/flock.ts';
import {initialState} from '../../source/tui/model/state.ts';
import {testServices} from '../helpers/services.ts';
import {fixed, play} from './support.ts';

test('a walk that was interrupted after any key goes on at the next bot when the flock is opened again', async () => {
	const flock = await testServices({poems: ['ferry', 'harbour', 'kettle', 'moth']});
	const reopened = async () =>
		play(initialState(fixed, {columns: 80, rows: 24}), {
			type: 'read',
			...(await readFlock(flock.services)),
			others: null,
			app: {consumerKey: 'practice-not-a-real-key-0001', from: 'practice'},
		});
	try {
		assert.equal((await reopened()).state.list.selected, 'ferry');
		await flock.authorize('ferry', 'ferry_poem');
		assert.equal((await reopened()).state.list.selected, 'harbour');
		// The harbour was skipped; two keys of one millisecond could not be told apart.
		await pause(2);
		await flock.authorize('kettle', 'kettle_poem');
		const {screen} = play(await reopened(), 'a').state;
		assert.ok(screen.name === 'authorize');
		assert.deepEqual(screen.walk.queue, ['moth', 'harbour']);
	} finally {
		await flock.close();
	}
});
