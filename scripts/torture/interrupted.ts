import {existsSync} from 'node:fs';
import {constants} from 'node:os';
import {setTimeout as delay} from 'node:timers/promises';
import type {Bench, Condition} from './bench.ts';
import {openAt, placeIn, read} from './keys.ts';
import {startWorker} from './processes.ts';

/** What ends a program from outside; a window that is closed sends two. */
const endings: readonly (readonly ('SIGINT' | 'SIGTERM' | 'SIGHUP')[])[] = [
	['SIGINT'],
	['SIGTERM'],
	['SIGHUP'],
	['SIGHUP', 'SIGTERM', 'SIGHUP'],
];

/** Signals that end a program, at random instants of saves: each save that has begun is finished first. */
export const interrupted: Condition = {
	name: 'interrupted in saves',
	async run(bench) {
		for (let time = bench.times(200); time > 0; time -= 1) {
			await interruptOne(bench, endings[bench.below(endings.length)] ?? []);
		}
	},
};

async function interruptOne(bench: Bench, signals: readonly NodeJS.Signals[]): Promise<void> {
	const place = placeIn(bench.folder());
	const worker = startWorker(bench, {place, passphrase: null, do: 'save until interrupted'});
	const begun = 1 + bench.below(3);
	await worker.until(told => told.filter(line => 'begin' in line).length >= begun);
	await delay(bench.random() * 15);
	for (const signal of signals) {
		worker.child.kill(signal);
	}

	await worker.ended;
	bench.tried();
	const numbers = (what: string) => worker.told.flatMap(line => (what in line ? [Number(line[what])] : []));
	const [lastBegun = 0, lastDone = 0] = [numbers('begin').at(-1), numbers('done').at(-1)];
	if (lastBegun !== lastDone) {
		bench.count(
			'lost',
			`${signals.join()}: save ${lastBegun} had begun, and ${lastDone} is the last that was done`,
		);
	}

	const keystore = openAt(place);
	const found = (await read(keystore)).get('harbour')?.key ?? 0;
	if (found !== lastDone) {
		bench.count('broken', `${signals.join()}: ${found} is in force, and ${lastDone} was the last`);
	}

	const codes = signals.map(signal => 128 + constants.signals[signal]);
	if (!codes.includes(worker.child.exitCode ?? -1)) {
		bench.count('broken', `${signals.join()}: it ended with ${worker.child.exitCode}`);
	}

	if (existsSync(`${keystore.path}.lock`)) {
		bench.count('broken', `${signals.join()}: the lock is still there`);
	}
}
