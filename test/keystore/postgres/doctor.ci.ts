import assert from 'node:assert/strict';
import {test} from 'node:test';
import {startPgbouncer, whyNoPgbouncer} from '../../helpers/pgbouncer.ts';
import {startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {practiceRecord} from '../support.ts';
import {sharedAt} from './support.ts';

test('a pooler that swallows LISTEN, and a standby that only reads, are told', {
	skip: whyNoPostgres || whyNoPgbouncer,
}, async context => {
	const server = await startPostgres();
	context.after(() => server.close());
	await sharedAt(server.secretAddress('owner'), 'flock').update('ode', () => practiceRecord('ode'));
	const standby = await server.standby();
	context.after(() => standby.close());
	const pooler = await startPgbouncer(server);
	context.after(() => pooler.close());
	const looksAt = async (port: number) => {
		const {
			looks = [],
			bots,
			findings,
		} = await sharedAt(server.secretAddress('owner', port), 'flock').health();
		assert.deepEqual([bots, findings], [1, []]);
		return looks.filter(({state}) => state !== 'ok').map(({about}) => about);
	};
	assert.deepEqual(await looksAt(pooler.port), ['listen']);
	assert.deepEqual(await looksAt(standby.port), ['server', 'listen']);
	assert.deepEqual(await looksAt(server.port), []);
});
