/** `npm run bench`: how fast keymaker is, as a table. `--help` tells the options. */
import {writeFileSync} from 'node:fs';
import {parseArgs} from 'node:util';
import {removeFolders} from './place.ts';
import {buildPrograms} from './programs.ts';
import {type Bench, type Row, Skip} from './row.ts';
import {callbackRows} from './rows-callback.ts';
import {databaseRows, endServer} from './rows-database.ts';
import {hostRows} from './rows-hosts.ts';
import {keyRows} from './rows-keys.ts';
import {pinRows} from './rows-pin.ts';
import {startRows} from './rows-start.ts';
import {walkRows} from './rows-walk.ts';
import {workRows} from './rows-work.ts';
import {heading, type Result, tableRow} from './table.ts';

const rows = [
	...startRows,
	...keyRows,
	...pinRows,
	...callbackRows,
	...walkRows,
	...workRows,
	...databaseRows,
	...hostRows,
];

const help = `npm run bench -- [options]

  --samples N  how many samples of each side; 15 otherwise
  --only ROW   one row alone; may be given several times
  --json PATH  where the figures go as JSON; bench.json otherwise

Rows: ${rows.map(({name}) => name).join(', ')}
`;

async function main(): Promise<number> {
	const {values} = parseArgs({
		options: {
			samples: {type: 'string', default: '15'},
			only: {type: 'string', multiple: true},
			json: {type: 'string', default: 'bench.json'},
			help: {type: 'boolean', default: false},
		},
	});
	const samples = Number(values.samples);
	const {only} = values;
	const chosen = rows.filter(({name}) => only === undefined || only.includes(name));
	const unknown = only?.some(name => !rows.some(row => row.name === name)) ?? false;
	if (values.help || !Number.isInteger(samples) || samples < 1 || unknown) {
		process.stdout.write(help);
		return values.help ? 0 : 2;
	}

	const programs = await buildPrograms();
	const results: Result[] = [];
	try {
		process.stdout.write(`${heading}\n`);
		for (const row of chosen) {
			const result = await resultOf(row, {programs, samples});
			results.push(result);
			process.stdout.write(`${tableRow(result)}\n`);
		}
	} finally {
		programs.remove();
		await endServer();
		removeFolders();
	}

	writeFileSync(
		values.json,
		`${JSON.stringify({node: process.version, samples, rows: results}, null, '\t')}\n`,
	);
	return 0;
}

async function resultOf({name, what, against, goal, measure}: Row, bench: Bench): Promise<Result> {
	try {
		return {name, what, against, goal, figures: await measure(bench), skipped: null};
	} catch (error) {
		if (error instanceof Skip) {
			return {name, what, against, goal, figures: null, skipped: error.message};
		}

		throw error;
	}
}

process.exitCode = await main();
process.exit();
