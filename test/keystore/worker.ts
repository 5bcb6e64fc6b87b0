// A second process for the tests: does one task, given as JSON, and prints a line for each thing done.
import {existsSync} from 'node:fs';
import process from 'node:process';
import {FlockError} from '../../source/flock/error.ts';
import type {KeystoreOptions} from '../../source/keystore/core.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {practiceApp, practiceRecord} from './support.ts';

type Task = {
	options: KeystoreOptions;
	/** Saves bots of these names, one after the other. */
	save?: string[];
	/** Saves a bot of this name over and over, its key numbered. */
	saveForEver?: string;
	/** Stops itself in the midst of saving a bot of this name. */
	stopWhileSaving?: string;
	/** Holds the lock until a file of this path is there. */
	holdUntil?: string;
	/** Tries the place for writing. */
	tryWriting?: boolean;
	/** Counts the copies, purges a bot from them, and tells what is no copy. */
	upkeep?: string;
};

const task = JSON.parse(process.argv[2] ?? '') as Task;
const keystore = openKeystore(task.options);
const print = (line: string) => process.stdout.write(`${line}\n`);

try {
	for (const bot of task.save ?? []) {
		await keystore.update(bot, () => practiceRecord(bot), practiceApp);
		print(`saved ${bot}`);
	}

	for (let number = 1; task.saveForEver !== undefined; number += 1) {
		await keystore.update(task.saveForEver, () => practiceRecord(String(number)), practiceApp);
		print(`saved ${number}`);
	}

	if (task.stopWhileSaving !== undefined) {
		const bot = task.stopWhileSaving;
		let runs = 0;
		await keystore.update(bot, (_record, others) => {
			runs += 1;
			print(`saw ${[...others.keys()].join(' ')}`);
			if (runs === 1) {
				process.kill(process.pid, 'SIGSTOP');
			}

			return practiceRecord(bot);
		});
		print('done');
	}

	const {holdUntil} = task;
	if (holdUntil !== undefined) {
		await keystore.update('held', () => {
			print('holding');
			while (!existsSync(holdUntil)) {
				Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
			}

			return null;
		});
	}

	if (task.upkeep !== undefined) {
		print(`copies ${(await keystore.backups()).length}`);
		print(`purged ${await keystore.purge(task.upkeep)}`);
		const {findings} = await keystore.health();
		print(
			`findings ${findings.map(({sentence}) => /not backups/.exec(sentence)?.[0] ?? sentence).join(' ')}`,
		);
	}

	if (task.tryWriting) {
		await keystore.tryWriting();
		print('can write');
	}
} catch (error) {
	print(error instanceof FlockError ? `failed ${error.code} ${error.message}` : `broke ${error}`);
	process.exitCode = 1;
}
