import {execFileSync} from 'node:child_process';
import {once} from 'node:events';
import path from 'node:path';
import pg from 'pg';
import {readAddress} from '../../source/keystore/postgres/address.ts';
import {type Engine, openEngine} from '../../source/keystore/postgres/engine.ts';
import {channel} from '../../source/keystore/postgres/watch.ts';
import {emptyState} from '../../source/keystore/state.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../../test/helpers/postgres.ts';
import {benchApp, botAt, type Place, placeOf, recordAt, temporaryFolder} from './place.ts';
import {type Bench, comparison, type Figures, type Row, Skip} from './row.ts';
import {openFlock} from './rows-start.ts';
import {interleaved, type Measured, measured, type Sample} from './statistics.ts';
import type {Terminal} from './terminal.ts';

const many = 1000;
const few = 100;

const passphrase = 'practice words that nobody would guess';

/** A colleague's key is drawn this often at most: each with a handle of its own letter. */
const mostLetters = 20;

let server: Promise<Postgres> | null = null;

/** The server, which is started for the first row that needs it. @throws Skip */
export function serverHere(): Promise<Postgres> {
	if (whyNoPostgres !== false) {
		throw new Skip(whyNoPostgres);
	}

	server ??= startPostgres();
	return server;
}

/** Ends the server, if there is one. */
export async function endServer(): Promise<void> {
	await (await server)?.close();
}

/** A keystore in PostgreSQL, on the loopback address, against PostgreSQL itself and against a file. */
export const databaseRows: readonly Row[] = [
	comparison('ms', {
		name: 'database-save',
		what: 'saving one key beside 1,000 in PostgreSQL, its connect included',
		against: 'the same statements by bare `pg`, its connect included',
		goal: {limit: 1.5},
		async sides() {
			const address = (await serverHere()).secretAddress('owner');
			const [ours, theirs] = [await flockOf(address, 'ours', many), await flockOf(address, 'theirs', many)];
			const statements = await recorded(() => saveOne(theirs, 0));
			const next = counter();
			return [
				() => timed(() => saveOne(ours, next())),
				() => timed(() => replay(address, statements, next())),
			];
		},
	}),
	{
		name: 'database-colleague',
		what: 'a colleague’s save → drawn here, beyond the time that NOTIFY takes',
		against: 'absolute; the same save → a bare listener is taken off',
		goal: {limit: 50},
		measure: async bench => {
			const address = (await serverHere()).secretAddress('owner');
			const colleague = await flockOf(address, 'colleague', few);
			const other = await flockOf(address, 'other', few);
			const listener = new pg.Client(address);
			await listener.connect();
			await listener.query(`listen ${channel}`);
			const terminal = await openFlock(bench, await placeIn(address, 'colleague', few), few);
			try {
				await terminal.rest();
				const [letter, turn] = [counter(), counter()];
				return await difference(
					[
						() => drawnAfter(colleague, terminal, String.fromCharCode(96 + letter()).repeat(12)),
						() => toldAfter(other, listener, turn()),
					],
					Math.min(bench.samples, mostLetters),
				);
			} finally {
				await terminal.end();
				await listener.end();
			}
		},
	},
	{
		name: 'database-start',
		what: 'spawn → first complete flock frame, 1,000 keys in PostgreSQL, beyond the same from an encrypted file',
		against: 'absolute; both derive the passphrase',
		goal: {limit: 100},
		measure: async bench => {
			const address = (await serverHere()).secretAddress('owner');
			await flockOf(address, 'start', many);
			const places = [await placeIn(address, 'start', many), await encryptedPlace(bench, many)] as const;
			const [ours, theirs] = places.map(place => async () => {
				const terminal = await openFlock(bench, place, many);
				await terminal.end();
				return terminal.shownAt - terminal.startedAt;
			}) as [Sample, Sample];
			return difference([ours, theirs], bench.samples);
		},
	},
];

/** What ours takes longer than theirs: the difference of the medians; its spread is that of the pairs. */
async function difference(sides: readonly [Sample, Sample], samples: number): Promise<Figures> {
	const [ours = [], theirs = []] = await interleaved(sides, samples);
	const pairs = measured(ours.map((value, index) => value - (theirs[index] ?? Number.NaN)));
	const figure: Measured = {...pairs, median: measured(ours).median - measured(theirs).median};
	return {figure, parts: null, unit: 'ms'};
}

/** Makes a flock with so many keys, in one change. */
async function flockOf(address: string, flock: string, count: number): Promise<Engine> {
	const engine = openEngine({
		address: readAddress(address, {from: 'environment', environment: {}}),
		label: {flock, kind: 'x'},
		passphrase: () => passphrase,
		passphraseGiven: true,
		deadline: 600_000,
	});
	const apps = new Map([[benchApp.consumerKey, benchApp.consumerSecret]]);
	const records = new Map(Array.from({length: count}, (_, index) => [botAt(index), recordAt(index)]));
	await engine.save(() => ({state: {...emptyState, apps, records}, result: undefined}));
	return engine;
}

/** The place with so many poems whose keys are in a database. */
async function placeIn(address: string, flock: string, count: number): Promise<Place> {
	const place = await placeOf(count);
	const own = {KEYMAKER_KEYSTORE: address, KEYMAKER_FLOCK: flock, KEYMAKER_PASSPHRASE: passphrase};
	return {...place, env: {...place.env, ...own}};
}

/** The place with so many poems, and its keystore encrypted with the same passphrase. */
async function encryptedPlace({programs}: Bench, count: number): Promise<Place> {
	const place = await placeOf(count);
	const keystore = path.join(temporaryFolder(), 'keystore');
	execFileSync('cp', ['-a', place.keystore, keystore]);
	const env = {...place.env, KEYMAKER_KEYSTORE: keystore, KEYMAKER_PASSPHRASE: passphrase};
	execFileSync(process.execPath, [programs.cli, 'encrypt'], {
		cwd: place.folder,
		env,
		input: `${passphrase}\n`,
	});
	return {...place, keystore, env};
}

async function saveOne(engine: Engine, turn: number, handle = `practice_${turn}`): Promise<void> {
	await engine.save(({state}) => {
		const {key, ...rest} = recordAt(0);
		const accessToken = `${key.accessToken}-${turn}-${handle}`;
		const records = new Map(state.records).set(botAt(0), {...rest, key: {...key, handle, accessToken}});
		return {state: {...state, records}, result: undefined};
	});
}

/** A statement with its values, as `pg` was given them. */
type Statement = [text: string, values?: unknown[]];

/** What is asked of a server meanwhile. */
async function recorded(work: () => Promise<void>): Promise<Statement[]> {
	const statements: Statement[] = [];
	const {query} = pg.Client.prototype;
	pg.Client.prototype.query = function (this: pg.Client, ...given: Statement) {
		statements.push(given);
		return (query as (...args: Statement) => unknown).apply(this, given);
	} as typeof query;
	try {
		await work();
	} finally {
		pg.Client.prototype.query = query;
	}

	return statements;
}

/** The same once more; the numbers of changes and versions go on. */
async function replay(address: string, statements: readonly Statement[], turn: number): Promise<void> {
	const client = new pg.Client(address);
	await client.connect();
	for (const [text, values] of statements) {
		await client.query(
			text,
			values?.map(value => (typeof value === 'number' ? value + turn : value)),
		);
	}

	void client.end();
}

async function drawnAfter(engine: Engine, terminal: Terminal, handle: string): Promise<number> {
	const startedAt = performance.now();
	const drawn = terminal.shown(handle);
	await saveOne(engine, 0, handle);
	return (await drawn) - startedAt;
}

async function toldAfter(engine: Engine, listener: pg.Client, turn: number): Promise<number> {
	const startedAt = performance.now();
	// Of the flock on the screen nothing is saved meanwhile.
	const told = once(listener, 'notification').then(() => performance.now());
	await saveOne(engine, turn);
	return (await told) - startedAt;
}

/** Counts from 1. */
function counter(): () => number {
	let count = 0;
	return () => {
		count += 1;
		return count;
	};
}

async function timed(work: () => Promise<void>): Promise<number> {
	const startedAt = performance.now();
	await work();
	return performance.now() - startedAt;
}
