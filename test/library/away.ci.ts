import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {describe, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {inheritedAt} from '../helpers/environment.ts';
import {startPostgres, whyNoPostgres} from '../helpers/postgres.ts';
import {cli} from '../helpers/program.ts';
import {passphrase, sharedAt} from '../keystore/postgres/support.ts';
import {practiceApp, practiceRecord, temporaryFolder} from '../keystore/support.ts';

/** A bot's program: reads the key each time that it gets a line, and ends with its input. */
const program = (library: string) => `
	const {openKeystore} = await import(${JSON.stringify(library)});
	const {createInterface} = await import('node:readline');
	const keys = openKeystore({onWarning: message => console.log('warning: ' + message)});
	for await (const bot of createInterface({input: process.stdin})) {
		await keys.get(bot).then(({accessToken}) => console.log(accessToken), ({code}) => console.log(code));
	}
`;

describe('a bot’s program that runs on', {skip: whyNoPostgres}, () => {
	test('gets the last key while the database is away, is warned once each time, and holds no connection', async context => {
		const server = await startPostgres();
		context.after(() => server.close());
		const keystore = sharedAt(server.secretAddress('owner'), 'shared');
		await keystore.update('ode', () => practiceRecord('first'), practiceApp);
		const library = pathToFileURL(path.join(path.dirname(cli), 'index.js')).href;
		const child = spawn(process.execPath, ['--input-type=module', '-e', program(library)], {
			env: {
				...inheritedAt(temporaryFolder(context)),
				KEYMAKER_KEYSTORE: server.secretAddress('owner'),
				KEYMAKER_FLOCK: 'shared',
				KEYMAKER_PASSPHRASE: passphrase,
				KEYMAKER_TIMEOUT: '600',
			},
			stdio: ['pipe', 'pipe', 'inherit'],
		});
		context.after(() => child.kill('SIGKILL'));
		const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
		const next = async () => String((await lines.next()).value);
		const read = async (bot = 'ode') => {
			child.stdin.write(`${bot}\n`);
			return next();
		};
		const [first, second] = ['12-practice-token-first', '12-practice-token-second'];
		const warning = /^warning: postgres:\S+ does not answer .*The key of ode is as it was at \d{4}-.*Z\.$/;

		assert.equal(await read(), first);
		const connected = async () =>
			(await server.query("select 1 from pg_stat_activity where application_name = 'keymaker'")).length;
		while ((await connected()) > 0) {
			// A connection that was let go ends on the server a moment later.
		}

		await server.end();
		assert.match(await read(), warning);
		assert.equal(await next(), first);
		assert.equal(await read(), first);
		assert.equal(await read('elegy'), 'keystore-unreachable');

		await server.start();
		await keystore.update('ode', () => practiceRecord('second'), practiceApp);
		assert.equal(await read(), second);
		await server.kill();
		assert.match(await read(), warning);
		assert.equal(await next(), second);

		// What the database says itself is no outage: a key that is gone does not come back by the next one.
		await server.start();
		await keystore.update('ode', () => null);
		assert.equal(await read(), 'unknown-bot');
		await server.end();
		assert.equal(await read(), 'keystore-unreachable');
		const ended = once(child, 'exit');
		child.stdin.end();
		assert.deepEqual(await ended, [0, null]);
	});

	test('throws at a first read that cannot be done, and is kept alive by none', async context => {
		const library = pathToFileURL(path.join(path.dirname(cli), 'index.js')).href;
		const child = spawn(process.execPath, ['--input-type=module', '-e', program(library)], {
			env: {
				...inheritedAt(temporaryFolder(context)),
				KEYMAKER_KEYSTORE: 'postgres://nobody@127.0.0.1:1/none',
				KEYMAKER_FLOCK: 'shared',
				KEYMAKER_PASSPHRASE: passphrase,
			},
			stdio: ['pipe', 'pipe', 'inherit'],
		});
		context.after(() => child.kill('SIGKILL'));
		const ended = once(child, 'exit');
		child.stdin.end('ode\n');
		assert.equal(String(await once(child.stdout, 'data')), 'keystore-unreachable\n');
		assert.deepEqual(await ended, [0, null]);
	});
});
