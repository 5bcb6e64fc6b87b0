import {isDeepStrictEqual} from 'node:util';
import {FlockError} from '../../source/flock/error.ts';
import type {BotRecord} from '../../source/flock/key.ts';
import {readAddress} from '../../source/keystore/postgres/address.ts';
import {openEngine} from '../../source/keystore/postgres/engine.ts';
import {recordsOf} from '../../source/keystore/records.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../../test/helpers/postgres.ts';
import {type Bench, type Condition, Skip} from './bench.ts';
import {app, mark, numberIn, recordOf, scrypt} from './keys.ts';

const passphrase = `${mark}words that nobody would guess`;

/** Programs that save at the same moment, and rows that somebody changes, exchanges, removes or puts back. */
export const database: Condition = {
	name: 'a shared database',
	async run(bench) {
		if (whyNoPostgres !== false) {
			throw new Skip(whyNoPostgres);
		}

		const server = await startPostgres();
		try {
			const rounds = bench.times(40);
			for (let round = 0; round < rounds; round += 1) {
				await saveAtOnce(bench, server, `at once ${round}`);
				await tamper(bench, server, `tampered ${round}`);
			}

			const rows = JSON.stringify(
				await server.query(`select f.*, b.*, h.* from keymaker.flock f
					join keymaker.bot b on b.flock = f.id join keymaker.history h on h.flock = f.id`),
			);
			bench.count('leaked', 'a secret stands in a row', rows.includes(mark) ? 1 : 0);
		} finally {
			await server.close();
		}
	},
};

function openIn(server: Postgres, flock: string) {
	return recordsOf(
		openEngine({
			address: readAddress(server.secretAddress('owner'), {from: 'environment', environment: {}}),
			label: {flock, kind: 'x'},
			passphrase: () => passphrase,
			passphraseGiven: true,
			scrypt,
			deadline: 600_000,
		}),
	);
}

/** Two programs count on in one record, and save one of their own each time. */
async function saveAtOnce(bench: Bench, server: Postgres, flock: string): Promise<void> {
	const programs = [1, 2].map(() => openIn(server, flock));
	await openIn(server, flock).update('shared', () => recordOf('shared', {key: 1, previous: null}), app);
	const each = 4;
	await Promise.all(
		programs.map(async (program, number) => {
			for (let save = 0; save < each; save += 1) {
				const bot = `bot ${number} ${save}`;
				try {
					await program.update(bot, () => recordOf(bot, {key: 1, previous: null}));
					await program.update('shared', record => {
						const key = (numberIn(record?.key?.accessToken) ?? 0) + 1;
						return recordOf('shared', {key, previous: null});
					});
				} catch (error) {
					bench.count('broken', `a save fails: ${error}`);
				}

				bench.tried();
			}
		}),
	);
	const fresh = openIn(server, flock);
	const {records} = await fresh.list();
	const counted = numberIn((await fresh.get('shared'))?.key?.accessToken) ?? 0;
	bench.count('lost', 'a save beside another’s', Math.max(0, 2 * each + 1 - counted));
	bench.count('lost', 'a bot beside another', 2 * each + 1 - records.size);
}

/** What may be done to a row by whoever may write there, `one` and `other` being rows of one flock. */
const changes: Readonly<Record<string, string>> = {
	'two bots’ rows exchanged': `update keymaker.bot b set bot_key = o.bot_key, record_sealed = o.record_sealed
		from keymaker.bot o where b.flock = $1 and o.flock = $1 and b.name = 'one' and o.name = 'other'`,
	'one record under another version':
		"update keymaker.bot set version = version + 1 where flock = $1 and name = 'one'",
	'an older row put back': `update keymaker.bot b set version = h.version - 1, bot_key = h.old_bot_key,
		record_sealed = h.old_record_sealed from keymaker.history h
		where b.flock = $1 and h.flock = $1 and b.name = 'one' and h.bot = 'one' and h.old_bot_key is not null`,
	'a row removed': "delete from keymaker.bot where flock = $1 and name = 'one'",
	'an older frame': 'update keymaker.flock set change = change - 1 where id = $1',
};

async function tamper(bench: Bench, server: Postgres, flock: string): Promise<void> {
	const keystore = openIn(server, flock);
	const wanted = new Map<string, BotRecord>();
	for (const [bot, key] of [
		['one', 1],
		['other', 1 + bench.below(100)],
		['one', 2 + bench.below(100)],
	] as const) {
		const record = recordOf(bot, {key, previous: null});
		await keystore.update(bot, () => record, app);
		wanted.set(bot, record);
	}

	const [{id} = {id: ''}] = await server.query<{id: string}>(
		'select id from keymaker.flock where name = $1',
		[flock],
	);
	const names = Object.keys(changes);
	const what = names[bench.below(names.length)] ?? '';
	const rows = await server.query('select * from keymaker.bot where flock = $1', [id]);
	const [{change} = {change: 0}] = await server.query('select change from keymaker.flock where id = $1', [
		id,
	]);
	await server.query(changes[what] ?? '', [id]);
	bench.tried();
	const read = async () => openIn(server, flock).getAll(['one', 'other']);
	const error = await read().then(
		() => null,
		(reason: unknown) => reason,
	);
	if (!(error instanceof FlockError && error.code === 'keystore-damaged')) {
		bench.count('broken', `${what}: ${error ?? 'nobody notices'}`);
	}

	await server.query('delete from keymaker.bot where flock = $1', [id]);
	await server.query('update keymaker.flock set change = $2 where id = $1', [id, change]);
	for (const row of rows) {
		await server.query(
			'insert into keymaker.bot select * from json_populate_record(null::keymaker.bot, $1)',
			[JSON.stringify(row)],
		);
	}

	if (!isDeepStrictEqual(new Map(await read()), wanted)) {
		bench.count('lost', `after ${what}`);
	}
}
