import {rmSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import {isDeepStrictEqual} from 'node:util';
import type {Key} from '../../source/flock/key.ts';
import {createKeymaker, type Keymaker, type Outcome} from '../../source/keymaker/keymaker.ts';
import {startPractice} from '../../source/practice/provider.ts';
import {createX} from '../../source/x/create.ts';
import {approve} from '../../test/helpers/approve.ts';
import {errnos, failingFiles, orderAt, type Refusal} from '../../test/helpers/failing-files.ts';
import {type Bench, type Column, type Condition, generator, Skip} from './bench.ts';
import {app, openAt, type Place, placeIn, recordOf} from './keys.ts';
import {startWorker} from './processes.ts';

/**
 * A file system that refuses the call of a number with an error of a number, once or from then on, while a key that X
 * has given is saved: it is kept, said to be unsaved, and saved afterwards.
 */
export const refusals: Condition = {
	name: 'errors of each call',
	async run(bench) {
		const place = placeIn(quickFolder(bench));
		const files = failingFiles(place.folder);
		if (typeof files === 'string') {
			throw new Skip(files);
		}

		try {
			const task = {place, passphrase: null, do: 'meet errors', seed: bench.seed} as const;
			const worker = startWorker(bench, {...task, times: bench.times(400)}, {env: files.env});
			await worker.ended;
			take(bench, worker.told);
			if (worker.child.exitCode !== 0) {
				bench.count('broken', `the worker ended with ${worker.child.exitCode ?? worker.child.signalCode}`);
			}
		} finally {
			files.close();
		}
	},
};

/** In memory where it can be: thousands of saves wait for a disk, each several times. */
function quickFolder(bench: Bench): string {
	try {
		return bench.disk('size=64m,mode=700');
	} catch (error) {
		if (error instanceof Skip) {
			return bench.folder();
		}

		throw error;
	}
}

function take(bench: Bench, told: readonly Record<string, unknown>[]): void {
	for (const line of told) {
		if ('met' in line) {
			bench.tried();
		} else if ('column' in line) {
			bench.count(line.column as Column, String(line.note));
		}
	}

	if (told.length === 0) {
		bench.count('broken', 'the worker said nothing');
	}
}

/** What a worker tells of: what went wrong at which refusal. */
type Tell = (told: {met: Refusal} | {column: Column; note: string}) => void;

/** Authorizes bots again and again, in a process that was started with failing files, and meets an error in each save. */
export async function meetErrors(place: Place, seed: number, times: number, tell: Tell): Promise<void> {
	const order = orderAt(process.env.FAILING_ORDER ?? '');
	const random = generator(seed);
	const below = (limit: number) => Math.floor(random() * limit);
	const practice = await startPractice({statePath: null, handles: []});
	const x = createX({agent: practice.agent, origin: practice.origin, env: {}});
	const appSource = async () => ({appKey: practice.appKey, from: 'practice' as const});
	try {
		let longest = 100;
		for (let time = 0; time < times; time += 1) {
			// A first save makes the file; a later one makes copies besides, and keys that were there before.
			const flock = `flock${time}`;
			const keystore = openAt({...place, flock}, null, 50);
			const isFirst = time % 3 === 0;
			const before = recordOf('kettle', {key: time, previous: null});
			if (!isFirst) {
				await keystore.update('kettle', () => before, app);
			}

			const keymaker = createKeymaker({x, keystore, appSource, now: Date.now});
			const link = await keymaker.requestLink('harbour');
			const pin = await approve(link.url, `account_${time}`);
			// Only once where the system asks to be asked again: that goes on for ever.
			const errno = errnos[below(errnos.length)] ?? 5;
			const refusal = {
				from: 1 + below(longest),
				times: time % 2 === 0 || errno === 4 ? 1 : 1_000_000,
				errno,
			};
			const told = (column: Column, note: string) =>
				tell({column, note: `${JSON.stringify(refusal)}: ${note}`});
			order.refuse(refusal);
			const outcome = await keymaker.submitPin(link, pin).catch((error: unknown) => String(error));
			const [fresh] = keymaker.reveal('harbour');
			const {counted} = order.pass();
			if (typeof outcome !== 'string' && outcome.kind === 'saved') {
				longest = Math.max(20, isFirst ? longest : counted + 5);
			}

			tell({met: refusal});
			await afterwards(outcome, fresh);
			rmSync(place.folder, {recursive: true});

			async function afterwards(outcome: Outcome | string, fresh: Key | undefined): Promise<void> {
				if (typeof outcome === 'string') {
					told('lost', `the save threw ${outcome}`);
					return;
				}

				if (outcome.kind === 'unsaved') {
					const {code, message, hint} = outcome.error;
					if (!code.startsWith('keystore-') || message.length < 10 || hint.length < 10) {
						told('broken', `the sentence is ${code}: ${message} ${hint}`);
					}

					if (fresh === undefined || !keymaker.unsaved().includes('harbour')) {
						told('lost', 'the fresh key is not in memory');
						return;
					}

					const again = await retried(keymaker);
					if (again?.kind !== 'saved') {
						told(
							'lost',
							`it was ${again?.kind} afterwards: ${again?.kind === 'unsaved' ? again.error.message : ''}`,
						);
						return;
					}
				}

				const there = openAt({...place, flock});
				const record = await there.get('harbour');
				if (record?.key?.handle !== `account_${time}` || (fresh && !isDeepStrictEqual(record.key, fresh))) {
					told('lost', 'the fresh key is not in force');
				}

				if (!isFirst && !isDeepStrictEqual(await there.get('kettle'), before)) {
					told('lost', 'the key from before');
				}
			}
		}
	} finally {
		await practice.close();
	}
}

/** Saves again until it is done: a lock that could not be removed lasts for seconds. */
async function retried(keymaker: Keymaker): Promise<Outcome | undefined> {
	const end = performance.now() + 60_000;
	for (;;) {
		const [again] = await keymaker.retrySave('harbour');
		if (again?.kind === 'saved' || performance.now() > end) {
			return again;
		}

		await delay(100);
	}
}
