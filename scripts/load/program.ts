// One program of the load: many bots that read, or one that saves. Says `ready`, waits for a line, and tells at its end what came of it.
import {once} from 'node:events';
import process from 'node:process';
import {setTimeout} from 'node:timers/promises';
import {emptyRecord} from '../../source/flock/key.ts';
import {openKeystore} from '../../source/index.ts';
import {keyOf, openFlock} from './flock.ts';
import {type Task, type Told, tokenOf} from './task.ts';

const task = JSON.parse(process.argv[2] ?? '') as Task;
const told: Told = {took: [], errors: [], last: 0, processor: 0};

async function timed(work: () => Promise<unknown>): Promise<void> {
	const startedAt = performance.now();
	try {
		await work();
		told.took.push(performance.now() - startedAt);
	} catch (error) {
		told.errors.push(String(error));
	}
}

/** Lets a bot read its key every second, as its own program would before each post. */
async function readOn(bot: string, phase: number, until: number): Promise<void> {
	await setTimeout(phase);
	for (let at = performance.now(); at < until; at += 1000) {
		await setTimeout(Math.max(0, at - performance.now()));
		await timed(async () => {
			const key = await reader.get(bot);
			if (key.accessToken !== tokenOf(bot, 1)) {
				throw new Error(`${bot} got another bot’s key`);
			}
		});
	}
}

async function saveOn({bot, pause}: {bot: string; pause: number}, until: number): Promise<void> {
	while (performance.now() < until) {
		await timed(async () => {
			const number = told.last + 1;
			await writer.update(bot, record => ({...(record ?? emptyRecord), key: keyOf(bot, number)}));
			told.last = number;
		});
		await setTimeout(pause);
	}
}

const {address, flock, passphrase} = task;
const reader = openKeystore({keystore: address, flock, passphrase: () => passphrase});
const writer = openFlock(address, flock, passphrase);

// The passphrase is derived once, and the code loaded, before it begins.
await (task.save === undefined ? reader.list() : writer.list());
process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdin.destroy();
const before = process.cpuUsage();
const until = performance.now() + task.lasts;
const {read = [], save} = task;
await Promise.all([
	...read.map((bot, index) => readOn(bot, (index * 1000) / read.length, until)),
	...(save === undefined ? [] : [saveOn(save, until)]),
]);
const {user, system} = process.cpuUsage(before);
told.processor = (user + system) / 1000;
process.stdout.write(`${JSON.stringify(told)}\n`);
