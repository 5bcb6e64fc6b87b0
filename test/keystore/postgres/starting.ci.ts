import assert from 'node:assert/strict';
import {type AddressInfo, connect, createServer} from 'node:net';
import {after, before, describe, type TestContext, test} from 'node:test';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {coded, practiceRecord} from '../support.ts';
import {patience, sharedAt} from './support.ts';

/** What PostgreSQL answers to every login before it is ready; the form is its protocol's ErrorResponse. */
const startingUp = errorResponse({
	S: 'FATAL',
	V: 'FATAL',
	C: '57P03',
	M: 'the database system is starting up',
});

function errorResponse(fields: Readonly<Record<string, string>>): Buffer {
	const body = Buffer.from(
		`${Object.entries(fields)
			.map(([name, value]) => `${name}${value}\0`)
			.join('')}\0`,
	);
	const length = Buffer.alloc(4);
	length.writeInt32BE(body.length + 4);
	return Buffer.concat([Buffer.from('E'), length, body]);
}

describe('a database that is starting up', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	before(async () => {
		server = await startPostgres();
	});
	after(async () => server?.close());

	/** A way to the server on which so many logins come too early. */
	async function tooEarly(context: TestContext, most: number) {
		let logins = 0;
		const way = createServer(near => {
			near.on('error', () => {});
			logins += 1;
			if (logins <= most) {
				near.once('data', () => near.end(startingUp));
				return;
			}

			const far = connect(server.port, '127.0.0.1');
			far.on('error', () => near.destroy());
			near.on('close', () => far.destroy());
			near.pipe(far).pipe(near);
		});
		await new Promise<void>(resolve => way.listen(0, '127.0.0.1', resolve));
		context.after(() => way.close());
		return {port: (way.address() as AddressInfo).port, logins: () => logins};
	}

	test('is asked again until it is ready', async context => {
		const {port, logins} = await tooEarly(context, 5);
		const keystore = sharedAt(server.secretAddress('owner', port), 'flock', patience);
		await keystore.update('ode', () => practiceRecord('ode'));
		assert.deepEqual(await keystore.get('ode'), practiceRecord('ode'));
		assert.ok(logins() > 5);
	});

	test('is told by its name once the deadline has passed', async context => {
		const {port, logins} = await tooEarly(context, Number.POSITIVE_INFINITY);
		const keystore = sharedAt(server.secretAddress('owner', port), 'flock', 8000);
		await assert.rejects(keystore.list(), error => {
			assert.ok(coded('keystore-unreachable')(error));
			return /is starting up \(57P03\)\.$/.test((error as Error).message);
		});
		assert.ok(logins() > 1);
	});
});
