import {statfsSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import type {BotRecord} from '../../source/flock/key.ts';
import {createKeymaker} from '../../source/keymaker/keymaker.ts';
import {startPractice} from '../../source/practice/provider.ts';
import {createX} from '../../source/x/create.ts';
import {approve} from '../../test/helpers/approve.ts';
import type {Bench, Condition} from './bench.ts';
import {assertFailed, failure} from './expect.ts';
import {app, openAt, type Place, placeIn, recordOf} from './keys.ts';

/** Saves on a small disk on which ever another number of blocks is free; and keys that X has given when nothing is. */
export const fullDisk: Condition = {
	name: 'full disk',
	async run(bench) {
		const disk = bench.disk('size=1m,mode=700');
		const place = placeIn(disk);
		await saveWithLittleRoom(bench, disk, place);
		await authorizeWithoutRoom(bench, disk);
	},
};

async function saveWithLittleRoom(bench: Bench, disk: string, place: Place): Promise<void> {
	const keystore = openAt(place);
	const known = new Map<string, BotRecord>();
	const saved = async (bot: string, record: BotRecord) => {
		await keystore.update(bot, () => record, app);
		known.set(bot, record);
	};
	await saved('harbour', recordOf('harbour', {key: 1, previous: null}));
	const times = bench.times(400);
	for (let time = 0; time < times; time += 1) {
		// Every number of blocks comes up, however short the run.
		leave(disk, time % 20);
		const record = {
			...recordOf('kettle', {key: time, previous: null}),
			expectedHandle: 'x'.repeat(bench.below(20_000)),
		};
		const error = await failure(saved('kettle', record));
		bench.tried();
		if (error !== null) {
			assertFailed(bench, error, /^keystore-full$/, place);
		}

		leave(disk, Number.POSITIVE_INFINITY);
		await assertSame(bench, place, known);
	}
}

async function assertSame(bench: Bench, place: Place, known: ReadonlyMap<string, BotRecord>): Promise<void> {
	try {
		const keystore = openAt(place);
		for (const [bot, record] of known) {
			const found = await keystore.get(bot);
			if (!isDeepStrictEqual(found, record)) {
				bench.count('lost', `the key of ${bot}`);
			}
		}
	} catch (error) {
		bench.count('broken', `it does not open: ${error}`);
		bench.count('lost', 'every key', known.size);
		throw error;
	}
}

/** Fills the disk but for so many blocks. */
function leave(disk: string, blocks: number): void {
	const filler = path.join(disk, 'filler');
	writeFileSync(filler, '');
	const {bfree, bsize} = statfsSync(disk);
	writeFileSync(filler, Buffer.alloc(Math.max(0, bfree - blocks) * bsize));
}

/** The fresh key stays in memory until there is room again, and can be shown. */
async function authorizeWithoutRoom(bench: Bench, disk: string): Promise<void> {
	const keystore = openAt({...placeIn(disk), folder: path.join(disk, 'fresh')});
	const practice = await startPractice({statePath: null, handles: []});
	try {
		const x = createX({agent: practice.agent, origin: practice.origin, env: {}});
		const appSource = async () => ({appKey: practice.appKey, from: 'practice' as const});
		const keymaker = createKeymaker({x, keystore, appSource, now: Date.now});
		for (let time = bench.times(20); time > 0; time -= 1) {
			const bot = `bot ${time}`;
			const link = await keymaker.requestLink(bot);
			const pin = await approve(link.url, `bot_${time}`);
			leave(disk, 0);
			const outcome = await keymaker.submitPin(link, pin);
			const [shown] = keymaker.reveal(bot);
			bench.tried();
			if (outcome.kind !== 'unsaved' || shown === undefined || !keymaker.unsaved().includes(bot)) {
				bench.count('lost', `the fresh key of ${bot} is not kept: ${outcome.kind}`);
			} else {
				assertFailed(bench, outcome.error, /^keystore-full$/, {
					...placeIn(disk),
					folder: path.join(disk, 'fresh'),
				});
			}

			const [still] = await keymaker.retrySave(bot).catch(() => []);
			leave(disk, Number.POSITIVE_INFINITY);
			const [retried] = still?.kind === 'saved' ? [still] : await keymaker.retrySave(bot).catch(() => []);
			const found = await keystore.get(bot);
			if (retried?.kind !== 'saved' || found?.key?.accessSecret !== shown?.accessSecret) {
				bench.count('lost', `the fresh key of ${bot} was not saved afterwards`);
			}
		}
	} finally {
		await practice.close();
	}
}
