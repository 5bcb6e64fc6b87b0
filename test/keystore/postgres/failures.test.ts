import assert from 'node:assert/strict';
import {test} from 'node:test';
import {FlockError} from '../../../source/flock/error.ts';
import {failureAt} from '../../../source/keystore/postgres/failures.ts';
import {assertSaid} from './support.ts';

const secret = 'practice-token';

/** What the engine, Node or pg may say, and what the person is told of it. */
const cases: ReadonlyArray<[state: string, code: string, said: RegExp]> = [
	['28P01', 'keystore-refused', /refuses this role/],
	['28000', 'keystore-refused', /refuses this role/],
	['42501', 'keystore-refused', /refuses this role/],
	['3D000', 'keystore-refused', /refuses this role/],
	['25006', 'keystore-read-only', /only reads/],
	['53100', 'keystore-full', /no room left/],
	['53300', 'keystore-unreachable', /no free connections/],
	['57P03', 'keystore-unreachable', /starting up/],
	['55P03', 'keystore-locked', /Another program/],
	['42P01', 'keystore-unreadable', /schema/],
	['42703', 'keystore-unreadable', /schema/],
	['DEPTH_ZERO_SELF_SIGNED_CERT', 'keystore-refused', /certificate/],
	['CERT_HAS_EXPIRED', 'keystore-refused', /certificate/],
	['ERR_TLS_CERT_ALTNAME_INVALID', 'keystore-refused', /certificate/],
	['57P01', 'keystore-unreachable', /does not answer/],
	['25P03', 'keystore-unreachable', /does not answer/],
	['ECONNREFUSED', 'keystore-unreachable', /does not answer/],
	['', 'keystore-unreachable', /does not answer\./],
];

for (const [state, code, said] of cases) {
	test(`${state || 'an error without a code'} is ${code}, and nothing of its own words is told`, () => {
		const error = Object.assign(
			new Error(`Key (token)=(${secret}) is wrong`),
			state === '' ? {} : {code: state},
		);
		const told = failureAt(error, 'postgres://owner@db.example/flocks');
		assertSaid(told, [code]);
		assert.match(told.message, said);
		assert.match(told.message, /db\.example/);
		assert.equal(told.uncertain, false);
	});
}

test('what went wrong while a change was committed leaves open whether it is there, unless the engine has said so', () => {
	for (const [state, uncertain] of [
		['ECONNRESET', true],
		['57P01', true],
		['53100', false],
		['55P03', false],
	] as const) {
		const told = failureAt(
			Object.assign(new Error(), {code: state}),
			'postgres://owner@db.example/flocks',
			true,
		);
		assert.ok(told instanceof FlockError);
		assert.equal(told.uncertain, uncertain, state);
	}
});
