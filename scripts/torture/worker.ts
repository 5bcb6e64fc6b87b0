// A program that works on a keystore until it is ended, and tells on standard output, line by line, what it
// is about to do and what it has done. Takes its task as JSON.
import {writeSync} from 'node:fs';
import {FlockError} from '../../source/flock/error.ts';
import {openInterruption} from '../../source/system/interruption.ts';
import {unfinished} from '../../source/system/unfinished.ts';
import {generator} from './bench.ts';
import {app, keyOf, type Numbers, openAt, type Place, read, recordOf} from './keys.ts';

/** What a worker is told to do. */
export type Task = {
	place: Place;
	passphrase: string | null;
	patience?: number;
} & (
	| {do: 'walk'; seed: number; bots: readonly string[]; next: number; kind: Walk}
	| {do: 'save'; bots: readonly string[]}
	| {do: 'stop'; bot: string}
	| {do: 'read'}
	| {do: 'save until interrupted'}
	| {do: 'export'; folder: string}
	| {do: 'try'; bot: string}
	| {do: 'meet errors'; seed: number; times: number}
);

/** What a walking worker does: saves only, or forgets, purges and restores too, or encryptions too. */
export type Walk = 'saves' | 'changes' | 'encryptions';

/** What a worker tells. */
export type Told =
	| {begin: Operation}
	| {done: Operation; state: [string, Numbers | null][] | null}
	| {failed: string; message: string; hint: string};

/** One thing that a walking worker does. */
export type Operation =
	| {name: 'save' | 'authorize again'; bot: string; number: number}
	| {name: 'forget' | 'purge'; bot: string}
	| {name: 'restore'}
	| {name: 'encrypt' | 'passphrase'; passphrase: string}
	| {name: 'decrypt'};

const task = JSON.parse(process.argv[2] ?? '') as Task;
const keystore = openAt(task.place, task.passphrase, task.patience);

function tell(told: Told | object): void {
	writeSync(1, `${JSON.stringify(told)}\n`);
}

try {
	await work();
} catch (error) {
	tell(
		error instanceof FlockError
			? {failed: error.code, message: error.message, hint: error.hint}
			: {failed: 'unforeseen', message: String(error), hint: ''},
	);
	process.exitCode = 1;
}

async function work(): Promise<void> {
	switch (task.do) {
		case 'walk':
			return walk(task);
		case 'save':
			for (const bot of task.bots) {
				await keystore.update(bot, () => recordOf(bot, {key: 1, previous: null}), app);
				tell({saved: bot});
			}

			return;
		case 'stop': {
			let runs = 0;
			await keystore.update(
				task.bot,
				() => {
					runs += 1;
					tell({holding: true});
					if (runs === 1) {
						process.kill(process.pid, 'SIGSTOP');
					}

					return recordOf(task.bot, {key: 1, previous: null});
				},
				app,
			);
			tell({saved: task.bot});
			return;
		}
		case 'read':
			return readForEver();
		case 'save until interrupted':
			return saveUntilInterrupted();
		case 'export':
			return exportForEver(task.folder);

		case 'meet errors': {
			const {meetErrors} = await import('./refusals.ts');
			return meetErrors(task.place, task.seed, task.times, tell);
		}

		case 'try':
			await keystore.tryWriting();
			await keystore.update(task.bot, () => recordOf(task.bot, {key: 2, previous: null}), app);
			tell({saved: task.bot});
	}
}

/** Saves keys as the keymaker does, until a signal comes. */
async function saveUntilInterrupted(): Promise<void> {
	const {signal} = openInterruption(() => {});
	for (let number = 1; !signal.aborted; number += 1) {
		await unfinished('saving a key', async () => {
			tell({begin: number});
			await keystore.update('harbour', () => recordOf('harbour', {key: number, previous: null}), app);
			tell({done: number});
		});
	}

	// The interruption ends the program.
	await new Promise(resolve => setTimeout(resolve, 60_000));
}

/** Exports again and again, until it is ended. Loaded late: the other workers start without it. */
async function exportForEver(folder: string): Promise<never> {
	const {writeExport} = await import('../../source/bundles/export.ts');
	const {exportTo} = await import('./exports.ts');
	tell({exporting: true});
	for (;;) {
		await writeExport(exportTo(folder));
	}
}

/** Looks again and again, until it is ended; tells where it sees fewer bots than before, or a broken state. */
async function readForEver(): Promise<void> {
	let seen = new Set<string>();
	for (let reads = 1; ; reads += 1) {
		try {
			const found = await read(keystore);
			const now = new Set(found.keys());
			if (![...seen].every(bot => now.has(bot))) {
				tell({older: `${now.size} bots after ${seen.size}`});
			}

			if ([...found.values()].includes(null)) {
				tell({broken: 'a record is not as it was saved'});
			}

			seen = now;
		} catch (error) {
			tell({broken: error instanceof FlockError ? error.message : String(error)});
		}

		if (reads % 10 === 0) {
			tell({reads});
		}

		await new Promise(resolve => setTimeout(resolve, 2));
	}
}

async function walk({seed, bots, next, kind}: Extract<Task, {do: 'walk'}>): Promise<void> {
	const random = generator(seed);
	const choose = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
	for (let number = next; ; number += 1) {
		const bot = choose(bots);
		const operation = await plan(random(), bot, number, kind);
		tell({begin: operation});
		await perform(operation, random);
		const state = operation.name === 'restore' ? [...(await read(keystore))] : null;
		tell({done: operation, state});
	}
}

async function plan(dice: number, bot: string, number: number, kind: Walk): Promise<Operation> {
	const known = (await keystore.get(bot)) !== null;
	if (kind === 'saves') {
		return {name: known ? 'authorize again' : 'save', bot, number};
	}

	if (kind === 'encryptions' && dice < 0.2) {
		const passphrase = `words ${number}`;
		return (await keystore.isEncrypted())
			? dice < 0.1
				? {name: 'decrypt'}
				: {name: 'passphrase', passphrase}
			: {name: 'encrypt', passphrase};
	}

	if (dice < 0.3 && number > 3) {
		return {name: 'restore'};
	}

	if (dice < 0.4 && known) {
		return {name: dice < 0.34 ? 'purge' : 'forget', bot};
	}

	return {name: known ? 'authorize again' : 'save', bot, number};
}

async function perform(operation: Operation, random: () => number): Promise<void> {
	switch (operation.name) {
		case 'save':
		case 'authorize again': {
			const key = keyOf(operation.bot, operation.number);
			await keystore.update(
				operation.bot,
				record => ({
					...recordOf(operation.bot, {key: operation.number, previous: null}),
					key,
					previous: record?.key ?? null,
				}),
				app,
			);
			return;
		}
		case 'forget':
			await keystore.update(operation.bot, () => null);
			return;
		case 'purge': {
			const record = await keystore.get(operation.bot);
			await keystore.update(operation.bot, () => null);
			await keystore.purge(
				operation.bot,
				[record?.key, record?.previous].flatMap(key => (key ? [key.accessToken] : [])),
			);
			return;
		}
		case 'restore': {
			const copies = (await keystore.backups()).filter(copy => copy.problem === null);
			const copy = copies[Math.floor(random() * copies.length)];
			if (copy !== undefined) {
				await keystore.restore(copy.number);
			}

			return;
		}
		case 'encrypt':
			return keystore.encrypt(operation.passphrase);
		case 'passphrase':
			return keystore.changePassphrase(operation.passphrase);
		case 'decrypt':
			return keystore.decrypt();
	}
}
