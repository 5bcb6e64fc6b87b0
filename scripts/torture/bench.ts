import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, realpathSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';

/** The columns of the table that have to be zero. */
export const columns = ['lost', 'broken', 'leaked', 'raw'] as const;

/** What can go wrong: a key lost, a broken state seen, a secret leaked, a raw control byte drawn. */
export type Column = (typeof columns)[number];

/** What a condition came to. */
export type Row = Record<Column, number> & {
	condition: ConditionName;
	/** How many times it was tried. */
	tried: number;
	/** Why it could not be tried here; `null` where it was. */
	skipped: string | null;
	/** The first things that went wrong, in words. */
	notes: string[];
};

/** What a condition works with. */
export type Bench = {
	/** A random number from 0 up to, but not including, 1. The same seed gives the same ones. */
	random(): number;
	/** A whole random number from 0 up to, but not including, a limit. */
	below(limit: number): number;
	/** The seed, for other generators. */
	readonly seed: number;
	/** How many times, of as many as in a full run. */
	times(full: number): number;
	/** Counts a try. */
	tried(count?: number): void;
	/** Counts something that went wrong. */
	count(column: Column, note: string, times?: number): void;
	/** A new temporary folder. */
	folder(): string;
	/** A small disk of its own; `null` where none can be had, which ends the condition. @param options of mount(8) */
	disk(options: string): string;
	/** The worker's program. */
	readonly worker: string;
};

/** The conditions, in the order of the table. */
export const conditionNames = [
	'killed in saves',
	'killed in encryptions',
	'interrupted in saves',
	'killed in exports',
	'full disk',
	'errors of each call',
	'read-only folder',
	'vanished folder',
	'lost lock',
	'no lock to be had',
	'stopped and woken',
	'interleavings',
	'eight at once',
	'a shared database',
	'planted copies',
	'root in others’ folders',
	'bot and file names',
	'PINs and pastes',
	'keystore files',
	'exchanged files',
	'import formats',
	'answers of X',
	'screens',
	'helper programs',
	'terminal restored',
] as const;

/** One of the conditions. */
export type ConditionName = (typeof conditionNames)[number];

/** A condition under which keys have to survive. */
export type Condition = {name: ConditionName; run(bench: Bench): Promise<void>};

/** Thrown by a condition that cannot be tried here. */
export class Skip extends Error {}

/** Runs one condition. @param scale 1 for a full run. */
export async function runCondition(
	condition: Condition,
	{seed, scale, worker}: {seed: number; scale: number; worker: string},
): Promise<Row> {
	const row: Row = {
		condition: condition.name,
		tried: 0,
		lost: 0,
		broken: 0,
		leaked: 0,
		raw: 0,
		skipped: null,
		notes: [],
	};
	const random = generator(seed);
	const cleanups: (() => void)[] = [];
	const bench: Bench = {
		random,
		below: limit => Math.floor(random() * limit),
		seed,
		times: full => Math.max(1, Math.round(full * scale)),
		tried(count = 1) {
			row.tried += count;
		},
		count(column, note, times = 1) {
			row[column] += times;
			if (times > 0 && row.notes.length < 5) {
				row.notes.push(`${column}: ${note}`);
			}
		},
		folder() {
			const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'keymaker-torture-')));
			cleanups.push(() => rmSync(folder, {recursive: true, force: true, maxRetries: 3}));
			return folder;
		},
		disk(options) {
			const disk = path.join(bench.folder(), 'disk');
			mkdirSync(disk);
			try {
				execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk], {stdio: 'ignore'});
			} catch {
				throw new Skip('needs root on Linux, to mount a small disk');
			}

			cleanups.push(() => execFileSync('umount', ['-l', disk]));
			return disk;
		},
		worker,
	};
	try {
		await condition.run(bench);
	} catch (error) {
		if (error instanceof Skip) {
			row.skipped = error.message;
		} else {
			bench.count('broken', error instanceof Error ? (error.stack ?? error.message) : String(error));
		}
	} finally {
		for (const cleanup of cleanups.reverse()) {
			cleanup();
		}
	}

	return row;
}

/** Mulberry32: small, and good enough to choose instants and operations. */
export function generator(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}
