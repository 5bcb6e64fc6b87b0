/** `npm run torture`: what keys have to survive, as a table. `--help` tells the options. */
import {execFile} from 'node:child_process';
import {parseArgs} from 'node:util';
import {type Column, columns, conditionNames, type Row} from './bench.ts';
import {buildBench} from './build.ts';
import type {BenchTask} from './main.ts';
import {type Sabotage, sabotages} from './sabotages.ts';

const help = `npm run torture -- [options]

  --seed N          chooses the instants, the operations and the inputs; a random one otherwise,
                    with --sabotage always the same
  --scale F         how much of a full run; 1 otherwise
  --only CONDITION  one condition alone
  --sabotage NAME   breaks a part on purpose (all: each in turn), and shows which zero moves

Conditions: ${conditionNames.join(', ')}
Sabotages: ${sabotages.map(({name}) => name).join(', ')}
`;

/** Runs conditions in a process of their own; `told` hears of each as it ends. */
export async function torture(
	task: Omit<BenchTask, 'worker'>,
	sabotage: Sabotage | null = null,
	told: (row: Row) => void = () => {},
): Promise<Row[]> {
	const built = await buildBench(sabotage?.edits);
	const rows: Row[] = [];
	try {
		await new Promise<void>((resolve, reject) => {
			const argument = JSON.stringify({...task, worker: built.worker});
			const {TORTURE_PRELOAD: _, ...env} = process.env;
			const preload = sabotage?.preload === undefined ? {} : {TORTURE_PRELOAD: sabotage.preload};
			const options = {maxBuffer: 2 ** 26, env: {...env, ...preload}};
			const child = execFile(process.execPath, [built.bench, argument], options, error =>
				error === null || sabotage !== null ? resolve() : reject(error),
			);
			let rest = '';
			child.stdout?.on('data', (text: string) => {
				const lines = `${rest}${text}`.split('\n');
				rest = lines.pop() ?? '';
				for (const line of lines) {
					const row = JSON.parse(line) as Row;
					rows.push(row);
					told(row);
				}
			});
		});
	} finally {
		built.remove();
	}

	return rows;
}

/** Tries one sabotage; returns how far its column moved, and the row. */
export async function trySabotage(
	sabotage: Sabotage,
	seed: number,
): Promise<{moved: number; row: Row | null}> {
	const [row = null] = await torture(
		{conditions: [sabotage.condition], seed, scale: sabotage.scale},
		sabotage,
	);
	return {moved: row?.[sabotage.column] ?? 0, row};
}

/** So many are tried at once: most of their time they wait. */
const sabotagesAtOnce = 5;

/** Some sabotage shows in few inputs; with this seed all of it does. */
const sabotageSeed = 20_261_125;

const titles: Record<Column, string> = {
	lost: 'keys lost',
	broken: 'broken states seen',
	leaked: 'secrets leaked',
	raw: 'raw control bytes',
};

const write = (text: string) => process.stdout.write(`${text}\n`);

function line(first: string, second: string, cells: readonly string[]): string {
	return `| ${first.padEnd(24)} | ${second.padStart(11)} | ${cells.map((cell, index) => cell.padStart(titles[columns[index] as Column].length)).join(' | ')} |`;
}

async function table(task: Omit<BenchTask, 'worker'>): Promise<number> {
	write(`seed ${task.seed}, scale ${task.scale}`);
	write(line('condition', 'times tried', Object.values(titles)));
	write(
		line(
			'-'.repeat(24),
			'-'.repeat(11),
			columns.map(column => '-'.repeat(titles[column].length)),
		),
	);
	const rows = await torture(task, null, row => {
		write(
			line(
				row.condition,
				row.skipped === null ? String(row.tried) : 'skipped',
				columns.map(column => String(row[column])),
			),
		);
	});
	for (const row of rows) {
		for (const note of [...(row.skipped === null ? [] : [`skipped: ${row.skipped}`]), ...row.notes]) {
			write(`${row.condition}: ${note}`);
		}
	}

	const whole = rows.length === task.conditions.length;
	return whole && rows.every(row => columns.every(column => row[column] === 0)) ? 0 : 1;
}

async function sabotageTable(names: readonly Sabotage[], seed: number): Promise<number> {
	write(`seed ${seed}`);
	const queue = [...names];
	let code = 0;

	async function worker(): Promise<void> {
		for (let sabotage = queue.shift(); sabotage !== undefined; sabotage = queue.shift()) {
			const {moved, row} = await trySabotage(sabotage, seed);
			const counts = columns.filter(column => (row?.[column] ?? 0) > 0);
			const seen = counts.map(column => `${titles[column]} ${row?.[column]}`).join(', ');
			write(
				`${sabotage.name.padEnd(24)} ${sabotage.condition.padEnd(24)} ${moved > 0 ? seen : row?.skipped ? `skipped: ${row.skipped}` : 'NOTHING MOVED'}`,
			);
			code = moved > 0 || row?.skipped ? code : 1;
		}
	}

	await Promise.all(Array.from({length: sabotagesAtOnce}, worker));
	return code;
}

async function main(): Promise<number> {
	const {values} = parseArgs({
		options: {
			seed: {type: 'string'},
			scale: {type: 'string', default: '1'},
			only: {type: 'string'},
			sabotage: {type: 'string'},
			help: {type: 'boolean', default: false},
		},
	});
	const seed = Number(
		values.seed ?? (values.sabotage === undefined ? Math.floor(Math.random() * 2 ** 31) : sabotageSeed),
	);
	const scale = Number(values.scale);
	const chosen = conditionNames.filter(name => values.only === undefined || values.only === name);
	const broken = sabotages.filter(({name}) => values.sabotage === 'all' || values.sabotage === name);
	if (
		values.help ||
		!(scale > 0) ||
		!Number.isInteger(seed) ||
		chosen.length === 0 ||
		(values.sabotage !== undefined && broken.length === 0)
	) {
		write(help);
		return values.help ? 0 : 2;
	}

	return values.sabotage === undefined
		? table({conditions: chosen, seed, scale})
		: sabotageTable(broken, seed);
}

if (process.argv[1] === import.meta.filename) {
	process.exitCode = await main();
}
