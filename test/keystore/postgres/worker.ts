// A program on another computer, for the tests: saves or reads a flock as its task, given as JSON, says, and prints a line for each thing done.
import process from 'node:process';
import {FlockError} from '../../../source/flock/error.ts';
import {keyNumber, numberOf, sharedAt} from './support.ts';

/** What a worker is told to do. */
export type Task = {
	address: string;
	flock: string;
	/** Saves a key of each of these bots, and one more of the bot that all share. */
	save?: readonly string[];
	/** Reads over and over until its standard input ends. */
	read?: boolean;
};

const task = JSON.parse(process.argv[2] ?? '') as Task;
const keystore = sharedAt(task.address, task.flock);

try {
	for (const bot of task.save ?? []) {
		await keystore.update(bot, record => {
			if (record !== null) {
				throw new Error(`${bot} is there already`);
			}

			return keyNumber(1);
		});
		await keystore.update('shared', record => keyNumber(numberOf(record) + 1));
		process.stdout.write('saved\n');
	}

	if (task.read) {
		let isOver = false;
		process.stdin.on('end', () => {
			isOver = true;
		});
		process.stdin.resume();
		let [bots, shared] = [0, 0];
		const look = async () => {
			const now = (await keystore.list()).records.size;
			const number = numberOf(await keystore.get('shared'));
			if (now < bots || number < shared) {
				throw new Error(
					`an older state came after a newer one: ${now} after ${bots}, ${number} after ${shared}`,
				);
			}

			[bots, shared] = [now, number];
			process.stdout.write('read\n');
		};
		while (!isOver) {
			await look();
		}

		await look();
		process.stdout.write(`last ${bots} ${shared}\n`);
	}
} catch (error) {
	process.stdout.write(`failed ${error instanceof FlockError ? `${error.code} ${error.message}` : error}\n`);
	process.exitCode = 1;
}
