import type {Condition} from './bench.ts';
import {missing, openAt, placeIn, read} from './keys.ts';
import {startWorker} from './processes.ts';

/** Eight programs that save fifty keys each, with two readers beside them: all arrive, and nobody sees an older state. */
export const many: Condition = {
	name: 'eight at once',
	async run(bench) {
		const place = placeIn(bench.folder());
		const each = bench.times(50);
		const writers = Array.from({length: 8}, (_, writer) => {
			const bots = Array.from({length: each}, (_, number) => `bot ${writer}-${number}`);
			return {bots, worker: startWorker(bench, {place, passphrase: null, do: 'save', bots})};
		});
		const readers = [1, 2].map(() => startWorker(bench, {place, passphrase: null, do: 'read'}));
		await Promise.all(writers.map(({worker}) => worker.ended));
		const wanted = new Map(
			writers.flatMap(({bots}) => bots.map(bot => [bot, {key: 1, previous: null}] as const)),
		);
		bench.tried(wanted.size);
		for (const reader of readers) {
			await reader.until(told => told.length > 0);
			reader.child.kill('SIGKILL');
			await reader.ended;
			for (const line of reader.told.filter(told => !('reads' in told))) {
				bench.count('broken', JSON.stringify(line));
			}
		}

		for (const {worker} of writers) {
			for (const line of worker.told.filter(told => 'failed' in told)) {
				bench.count('broken', JSON.stringify(line));
			}
		}

		const found = await read(openAt(place)).catch(error => {
			bench.count('broken', String(error));
			return new Map<string, null>();
		});
		bench.count('lost', `${found.size} of ${wanted.size} are there`, missing(wanted, found));
	},
};
