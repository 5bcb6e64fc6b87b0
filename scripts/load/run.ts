/** `npm run load`: many bots that read a flock in PostgreSQL beside some that save. `--help` tells the options. */
import {parseArgs} from 'node:util';
import {whyNoPostgres} from '../../test/helpers/postgres.ts';
import {type Figures, putLoad} from './load.ts';

const help = `npm run load -- [options]

  --readers N    how many bots read their key every second; 200 otherwise
  --processes N  in how many programs; 4 otherwise
  --savers N     how many programs save; 8 otherwise
  --pause MS     how long each pauses between two saves; 100 otherwise
  --seconds N    for how long; 30 otherwise
`;

async function main(): Promise<number> {
	const {values} = parseArgs({
		options: {
			readers: {type: 'string', default: '200'},
			processes: {type: 'string', default: '4'},
			savers: {type: 'string', default: '8'},
			pause: {type: 'string', default: '100'},
			seconds: {type: 'string', default: '30'},
			help: {type: 'boolean', default: false},
		},
	});
	const numbers = {
		readers: Number(values.readers),
		processes: Number(values.processes),
		savers: Number(values.savers),
		pause: Number(values.pause),
		seconds: Number(values.seconds),
	};
	if (values.help || !Object.values(numbers).every(number => Number.isInteger(number) && number >= 0)) {
		process.stdout.write(help);
		return values.help ? 0 : 2;
	}

	if (whyNoPostgres !== false) {
		process.stderr.write(`${whyNoPostgres}\n`);
		return 1;
	}

	const {reads, saves, connections, wrong} = await putLoad(numbers);
	process.stdout.write(`| what | times | median | half of them within | slowest | processor time of its program |
| --- | --- | --- | --- | --- | --- |
${row(`a read by one of ${numbers.readers} bots in ${numbers.processes} programs, every second`, reads)}
${row(`a save by one of ${numbers.savers} programs, ${numbers.pause} ms after the one before`, saves)}

${numbers.seconds} s; at most ${connections} connections seen at once; ${wrong.length} errors or lost saves.
`);
	for (const line of wrong.slice(0, 10)) {
		process.stderr.write(`${line}\n`);
	}

	return wrong.length === 0 ? 0 : 1;
}

function row(what: string, {count, took, slowest, processor}: Figures): string {
	const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
	return `| ${what} | ${count} | ${ms(took.median)} | ${ms(took.low)}–${ms(took.high)} | ${ms(slowest)} | ${ms(processor)} |`;
}

process.exitCode = await main();
