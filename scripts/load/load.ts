import {type ChildProcess, spawn} from 'node:child_process';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {setTimeout} from 'node:timers/promises';
import {startPostgres} from '../../test/helpers/postgres.ts';
import {type Measured, measured} from '../bench/statistics.ts';
import {giveKeys, openFlock} from './flock.ts';
import {type Task, type Told, tokenOf} from './task.ts';

/** How much is put on a server. */
export type Load = {
	/** How many bots read their key every second, and in how many processes. */
	readers: number;
	processes: number;
	/** How many programs save, each with a pause between its saves; milliseconds. */
	savers: number;
	pause: number;
	seconds: number;
};

/** What came of it. Times are milliseconds. */
export type Outcome = {
	reads: Figures;
	saves: Figures;
	/** The most connections that were open at once. */
	connections: number;
	/** What went wrong, in words: errors, and saves that are not there. */
	wrong: string[];
};

/** How many there were, how long each took, and the processor time that each cost its program. */
export type Figures = {count: number; took: Measured; slowest: number; processor: number};

const flock = 'flock';
const passphrase = 'practice words that nobody would guess';

/** Puts a load on a server of its own. */
export async function putLoad({readers, processes, savers, pause, seconds}: Load): Promise<Outcome> {
	const server = await startPostgres();
	const children: ChildProcess[] = [];
	try {
		const address = server.secretAddress('owner');
		const bots = Array.from({length: readers}, (_, index) => `bot ${index}`);
		await giveKeys(address, flock, passphrase, bots);
		const shared = {address, flock, passphrase, lasts: seconds * 1000};
		const tasks: Task[] = [
			...Array.from({length: processes}, (_, number) => ({
				...shared,
				read: bots.filter((_, index) => index % processes === number),
			})),
			...Array.from({length: savers}, (_, number) => ({...shared, save: {bot: `saved ${number}`, pause}})),
		];
		const programs = tasks.map(task => startProgram(task, children));
		await Promise.all(programs.map(({ready}) => ready));
		for (const {begin} of programs) {
			begin();
		}

		const all = Promise.all(programs.map(({told}) => told));
		const connections = await mostConnections(server, all);
		const told = await all;
		const [reading, saving] = [told.slice(0, processes), told.slice(processes)];
		const wrong = told.flatMap(({errors}) => errors);
		const keystore = openFlock(address, flock, passphrase);
		for (const [number, {last}] of saving.entries()) {
			const bot = `saved ${number}`;
			if ((await keystore.get(bot))?.key?.accessToken !== tokenOf(bot, last)) {
				wrong.push(`${bot} has not the key that was saved last`);
			}
		}

		const changes = await keystore.history();
		const saves = saving.reduce((sum, {last}) => sum + last, 0);
		if (changes.length !== saves + readers) {
			wrong.push(`${changes.length} changes are told of, of ${saves + readers}`);
		}

		return {reads: figuresOf(reading), saves: figuresOf(saving), connections, wrong};
	} finally {
		for (const child of children) {
			child.kill('SIGKILL');
		}

		await server.close();
	}
}

function startProgram(task: Task, children: ChildProcess[]) {
	const file = path.join(import.meta.dirname, 'program.ts');
	const child = spawn(process.execPath, ['--import', 'tsx', file, JSON.stringify(task)], {
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	children.push(child);
	const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
	const nextLine = async () => {
		const {value, done} = await lines.next();
		if (done) {
			throw new Error('A program of the load has ended too early.');
		}

		return value;
	};
	const ready = nextLine();
	const told = ready.then(nextLine).then(line => JSON.parse(line) as Told);
	return {ready, told, begin: () => child.stdin.write('begin\n')};
}

/** Looks at the server now and then until something is over. */
async function mostConnections(
	server: Awaited<ReturnType<typeof startPostgres>>,
	all: Promise<unknown>,
): Promise<number> {
	let isOver = false;
	const over = all.then(
		() => (isOver = true),
		() => (isOver = true),
	);
	let most = 0;
	while (!isOver) {
		const [row] = await server.query<{open: number}>(
			"select count(*)::int as open from pg_stat_activity where usename = 'owner'",
		);
		most = Math.max(most, row?.open ?? 0);
		await Promise.race([over, setTimeout(200)]);
	}

	return most;
}

function figuresOf(told: readonly Told[]): Figures {
	const took = told.flatMap(one => one.took);
	const processor = told.reduce((sum, one) => sum + one.processor, 0) / took.length;
	return {count: took.length, took: measured(took), slowest: Math.max(...took), processor};
}
