import {execFileSync} from 'node:child_process';
import {mkdirSync, rmdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import type {Bench, Condition} from './bench.ts';
import {assertFailed, assertThere, failure} from './expect.ts';
import {app, keyOf, openAt, type Place, placeIn, recordOf} from './keys.ts';
import {ageLock, startWorker, stopped} from './processes.ts';
import type {Task} from './worker.ts';

/** The lock goes in the midst of a save, and another program saves; or its holder dies. */
export const lostLock: Condition = {
	name: 'lost lock',
	async run(bench) {
		for (let time = bench.times(40); time > 0; time -= 1) {
			const place = placeIn(bench.folder());
			const keystore = openAt(place);
			const known = new Map([['harbour', {key: 1, previous: null}]]);
			await keystore.update('harbour', () => recordOf('harbour', {key: 1, previous: null}), app);
			let runs = 0;
			const save = keystore.update('kettle', () => {
				runs += 1;
				if (runs === 1) {
					rmdirSync(`${keystore.path}.lock`);
					saveElsewhere(bench, place, 'ferry');
				}

				return recordOf('kettle', {key: 1, previous: null});
			});
			const error = await failure(save);
			bench.tried();
			known.set('ferry', {key: 1, previous: null});
			if (error === null) {
				known.set('kettle', {key: 1, previous: null});
			} else {
				assertFailed(bench, error, /^keystore-lock-lost$/, place);
			}

			await assertThere(bench, place, known);
		}

		for (let time = bench.times(20); time > 0; time -= 1) {
			const place = placeIn(bench.folder());
			const holder = startWorker(bench, {place, passphrase: null, do: 'stop', bot: 'harbour'});
			await holder.until(told => told.length > 0);
			holder.child.kill('SIGKILL');
			await holder.ended;
			const impatient = await failure(
				openAt(place, null, 1).update('kettle', () => recordOf('kettle', {key: 1, previous: null})),
			);
			bench.tried();
			assertFailed(bench, impatient, /^keystore-locked$/, place);
			const keystore = openAt(place);
			ageLock(keystore.path);
			await keystore.update('kettle', () => recordOf('kettle', {key: 1, previous: null}));
			await assertThere(bench, place, new Map([['kettle', {key: 1, previous: null}]]));
		}
	},
};

function saveElsewhere(bench: Bench, place: Place, bot: string): void {
	const task: Task = {place, passphrase: null, do: 'save', bots: [bot]};
	const output = execFileSync(process.execPath, [bench.worker, JSON.stringify(task)]);
	if (!output.includes('saved')) {
		bench.count('broken', `the other program could not save: ${output}`);
	}
}

/** A place where the lock cannot be made: something else stands there, or the disk has no room for one more name. */
export const noLock: Condition = {
	name: 'no lock to be had',
	async run(bench) {
		const known = new Map([['harbour', {key: 1, previous: null}]]);
		for (let time = bench.times(20); time > 0; time -= 1) {
			const place = placeIn(bench.folder());
			const keystore = openAt(place);
			await keystore.update('harbour', () => recordOf('harbour', {key: 1, previous: null}), app);
			const lock = `${keystore.path}.lock`;
			writeFileSync(lock, '');
			ageLock(keystore.path);
			const update = keystore.update('kettle', () => recordOf('kettle', {key: 1, previous: null}));
			const error = await failure(update);
			bench.tried();
			assertFailed(bench, error, /^keystore-(unwritable|locked)$/, place);
			await assertThere(bench, place, known);
		}

		for (let time = bench.times(5); time > 0; time -= 1) {
			const folder = bench.disk('size=1m,nr_inodes=40,mode=700');
			const place = placeIn(folder);
			await openAt(place).update('harbour', () => recordOf('harbour', {key: 1, previous: null}), app);
			fillNames(folder);
			const keystore = openAt(place);
			const error = await failure(
				keystore.update('kettle', () => recordOf('kettle', {key: 1, previous: null})),
			);
			bench.tried();
			assertFailed(bench, error, /^keystore-full$/, place);
			await assertThere(bench, place, known);
		}
	},
};

function fillNames(folder: string): void {
	const fillers = path.join(folder, 'fillers');
	try {
		mkdirSync(fillers);
		for (let number = 0; ; number += 1) {
			writeFileSync(path.join(fillers, String(number)), '');
		}
	} catch {
		// There is no room for one more.
	}
}

/** A program is stopped at random instants of its saves, loses its lock, and wakes up after others have saved. */
export const stoppedHolder: Condition = {
	name: 'stopped and woken',
	async run(bench) {
		const bots = ['harbour', 'kettle', 'lamplight'];
		for (let left = bench.times(400); left > 0; ) {
			const place = placeIn(bench.folder());
			const keystore = openAt(place);
			const task = {place, passphrase: null, do: 'walk', bots, next: 1, kind: 'saves'} as const;
			const worker = startWorker(bench, {...task, seed: bench.below(2 ** 31)});
			let ferry = 0;
			for (const until = Math.max(0, left - 20); left > until; left -= 1) {
				const told = worker.told.length;
				await worker.until(lines => lines.length >= told + 2);
				await new Promise(resolve => setTimeout(resolve, bench.random() * 25));
				if (worker.child.exitCode !== null) {
					break;
				}

				worker.child.kill('SIGSTOP');
				await stopped(worker.child);
				ageLock(keystore.path);
				ferry += 1;
				const number = ferry;
				let found: string | undefined;
				const save = keystore.update(
					'ferry',
					record => {
						found = record?.key?.accessToken;
						return recordOf('ferry', {key: number, previous: null});
					},
					app,
				);
				const error = await failure(save);
				if (error !== null) {
					bench.count('broken', `the other program failed: ${error}`);
				}

				if (number > 1 && found !== keyOf('ferry', number - 1).accessToken) {
					bench.count('lost', `instead of key ${number - 1} of the other program: ${found}`);
				}

				worker.child.kill('SIGCONT');
				bench.tried();
			}

			const told = worker.told.length;
			await worker.until(lines => lines.length >= told + 4);
			worker.child.kill('SIGKILL');
			await worker.ended;
			ageLock(keystore.path);
			const known = new Map([['ferry', {key: ferry, previous: null}]]);
			for (const line of worker.told) {
				const done = line.done as {bot: string; number: number} | undefined;
				if (done !== undefined) {
					known.set(done.bot, {key: done.number, previous: null});
				} else if ('failed' in line && line.failed !== 'keystore-lock-lost') {
					bench.count('broken', `the woken program failed: ${line.message}`);
				}
			}

			await assertThere(bench, place, known);
		}
	},
};
