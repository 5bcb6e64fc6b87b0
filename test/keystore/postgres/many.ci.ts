import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import path from 'node:path';
import {after, before, describe, type TestContext, test} from 'node:test';
import {keysOf} from '../../../source/flock/key.ts';
import {createKeymaker} from '../../../source/keymaker/keymaker.ts';
import {approve} from '../../helpers/approve.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {testServices} from '../../helpers/services.ts';
import {until} from '../../helpers/until.ts';
import {numberOf, sharedAt} from './support.ts';
import type {Task} from './worker.ts';

const writers = 8;

/** So many saves does each program: half of them of keys of its own, half of one that all share. */
const most = 50;

function startWorker(context: TestContext, task: Task) {
	const file = path.join(import.meta.dirname, 'worker.ts');
	const child = spawn(process.execPath, ['--import', 'tsx', file, JSON.stringify(task)], {
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	context.after(() => child.kill('SIGKILL'));
	let output = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		output += text;
	});
	return {child, ended: once(child, 'close'), lines: () => output.split('\n').slice(0, -1)};
}

describe('several at once', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	before(async () => {
		server = await startPostgres({settings: {max_connections: '30'}});
	});
	after(() => server?.close());

	for (const [isolation, saves] of [
		['read committed', most],
		['serializable', most / 5],
	] as const) {
		const each = saves / 2;
		test(`${writers} programs that save ${saves} times each beside two that read lose nothing, where the role’s default is ${isolation}`, async context => {
			await server.query(`alter role owner set default_transaction_isolation = '${isolation}'`);
			const [address, flock] = [server.secretAddress('owner'), isolation];
			await sharedAt(address, flock).tryWriting();
			const readers = [1, 2].map(() => startWorker(context, {address, flock, read: true}));
			const bots = (writer: number) => Array.from({length: each}, (_, number) => `bot ${writer}-${number}`);
			const programs = Array.from({length: writers}, (_, writer) =>
				startWorker(context, {address, flock, save: bots(writer)}),
			);
			await Promise.all(programs.map(({ended}) => ended));
			for (const {lines} of programs) {
				assert.deepEqual(lines(), Array(each).fill('saved'));
			}

			for (const {child, ended, lines} of readers) {
				await until(() => lines().length > 0);
				child.stdin.end();
				await ended;
				assert.equal(lines().at(-1), `last ${writers * each + 1} ${writers * each}`);
			}

			const keystore = sharedAt(address, flock);
			const {records} = await keystore.list();
			const wanted = Array.from({length: writers}, (_, writer) => bots(writer)).flat();
			assert.deepEqual([...records.keys()].sort(), [...wanted, 'shared'].sort());
			assert.equal(numberOf(await keystore.get('shared')), writers * each);
			const changes = await keystore.history();
			assert.equal(changes.filter(({what}) => what === 'made').length, writers * each + 1);
			assert.equal(changes.filter(({what}) => what === 'replaced').length, writers * each - 1);
		});
	}

	test('two keymakers that save a bot’s key at the same moment keep both, and only one comes into force', async context => {
		await server.query('alter role owner reset default_transaction_isolation');
		const {services, close} = await testServices({poems: ['harbour']});
		context.after(close);
		const flock = 'two keymakers';
		const two = [1, 2].map(() => {
			const keystore = sharedAt(server.secretAddress('owner'), flock);
			const appSource = services.appSource;
			return {
				keystore,
				keymaker: createKeymaker({
					x: services.x,
					keystore: {...keystore, isShared: true, isHosts: false},
					appSource,
					now: Date.now,
				}),
			};
		});
		for (let round = 0; round < 10; round += 1) {
			const bot = `bot ${round}`;
			const pins = await Promise.all(
				two.map(async ({keymaker}, number) => {
					const link = await keymaker.requestLink(bot);
					return {link, pin: await approve(link.url, `account_${round}_${number}`)};
				}),
			);
			const outcomes = await Promise.all(
				two.map(async ({keymaker}, number) => {
					const {link, pin} = pins[number] ?? assert.fail();
					return (await keymaker.submitPin(link, pin)).kind;
				}),
			);
			assert.deepEqual(outcomes.sort(), ['held', 'saved']);
			const record = await sharedAt(server.secretAddress('owner'), flock).get(bot);
			assert.ok(record);
			assert.deepEqual(
				keysOf(record)
					.map(({handle}) => handle)
					.sort(),
				[`account_${round}_0`, `account_${round}_1`],
			);
			assert.equal(record.held.length, 1);
			assert.equal(record.previous ?? null, null);
		}
	});
});
