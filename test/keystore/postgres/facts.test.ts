import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type Facts, hostLooksAt, looksAt} from '../../../source/keystore/postgres/facts.ts';

const good: Facts = {
	version: '15.3',
	role: 'owner',
	reads_only: false,
	is_standby: false,
	may_make: true,
	clock: 0,
	lacking: [],
	schema: 1,
	tls: 'TLSv1.3',
	ahead: 0,
};

test('what a database says of itself is told with its remedy', () => {
	const told = (facts: Partial<Facts>) =>
		looksAt({...good, ...facts})
			.filter(({state}) => state !== 'ok')
			.map(({about, state, sentence, hint}) => {
				assert.match(hint ?? '', /\.$/);
				return `${about} ${state}: ${sentence}`;
			});
	assert.deepEqual(told({}), []);
	assert.deepEqual(told({tls: null}), []);
	assert.deepEqual(told({ahead: 9}), []);
	assert.deepEqual(told({ahead: -75}), ['clock warning: Its clock is 75 seconds behind the one here.']);
	assert.deepEqual(told({ahead: 3600}), ['clock warning: Its clock is 3600 seconds ahead of the one here.']);
	assert.deepEqual(told({schema: 99}), [
		'schema problem: The schema has version 99, made by a newer keymaker.',
	]);
	assert.deepEqual(told({schema: null, lacking: null}), []);
	assert.deepEqual(told({schema: null, lacking: null, may_make: false}), [
		'schema warning: No schema yet, and this role cannot create it.',
	]);
	assert.deepEqual(told({is_standby: true}), [
		'server warning: PostgreSQL 15.3 only reads: it is a standby.',
	]);
	assert.deepEqual(told({lacking: ['insert on bot']}), [
		'role warning: The role owner may read, and not save: it lacks insert on bot.',
	]);
	assert.match(told({lacking: ['select on bot']})[0] ?? '', /may not read/);
	assert.deepEqual(told({lacking: ['insert on grants', 'update on grants']}), [
		'role warning: The role owner may read and save, but not grant bots: it lacks insert on grants, update on grants.',
	]);
});

test('a host’s role is reported if it may do more than read, or less', () => {
	const reads = [
		'update on flock',
		'insert on bot',
		'update on bot',
		'insert on history',
		'insert on grants',
		'update on grants',
	];
	const told = (facts: Partial<Facts>) =>
		hostLooksAt({...good, ...facts})
			.filter(({state}) => state !== 'ok')
			.map(({about, state, sentence}) => `${about} ${state}: ${sentence}`);
	assert.deepEqual(told({lacking: reads}), []);
	assert.deepEqual(told({lacking: reads, is_standby: true, reads_only: true}), []);
	assert.deepEqual(told({lacking: []}), ['role warning: The role owner may also save.']);
	assert.deepEqual(told({lacking: reads.slice(1)}), ['role warning: The role owner may also save.']);
	assert.deepEqual(told({lacking: ['select on grants', ...reads]}), [
		'role problem: The role owner may not read: it lacks select on grants.',
	]);
});
