import assert from 'node:assert/strict';
import {test} from 'node:test';
import {putLoad} from '../../scripts/load/load.ts';
import {whyNoPostgres} from '../helpers/postgres.ts';

test('a slice of the load: bots that read beside programs that save get their keys, and no save is lost', {
	skip: whyNoPostgres,
}, async () => {
	const load = {readers: 20, processes: 2, savers: 3, pause: 0, seconds: 3};
	const {reads, saves, wrong} = await putLoad(load);
	assert.deepEqual(wrong, []);
	assert.ok(reads.count >= load.readers && saves.count >= load.savers);
});
