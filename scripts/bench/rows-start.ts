import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {botAt, type Place, placeOf, temporaryFolder} from './place.ts';
import {peakMemoryOf, timeOf} from './program.ts';
import {type Bench, comparison, type Row, type Sides} from './row.ts';
import {openTerminal, type Terminal} from './terminal.ts';

const ordinary = {columns: 80, rows: 24};
const few = 100;
const many = 10_000;

/** When the first key is pressed; milliseconds after the spawn. Node itself has not started by then. */
const pressedAfterMs = 30;

/** From a start to the first frame, to the exit, and to a key. */
export const startRows: readonly Row[] = [
	comparison('ms', {
		name: 'start',
		what: 'spawn → first complete flock frame on a pty, 100 poems',
		against: 'a bare Ink hello world, bundled the same way',
		goal: {limit: 0.75},
		async sides(bench) {
			const place = await placeOf(few);
			return [() => flockTime(bench, place, few), () => helloTime(bench)];
		},
	}),
	comparison('ms', {
		name: 'first-key',
		what: `spawn → first key answered, 100 poems; it is pressed ${pressedAfterMs} ms after the spawn`,
		against: 'the first frame of a bare Ink hello world',
		goal: {limit: 1.3},
		async sides(bench) {
			const place = await placeOf(few);
			return [() => firstKeyTime(bench, place), () => helloTime(bench)];
		},
	}),
	comparison('ms', {
		name: 'start-many',
		what: 'spawn → first complete flock frame, 10,000 poems and 10,000 keys',
		against: 'a bare Ink hello world, bundled the same way',
		goal: {limit: 1.6},
		async sides(bench) {
			const place = await placeOf(many);
			return [() => flockTime(bench, place, many), () => helloTime(bench)];
		},
	}),
	comparison('ms', {
		name: 'list',
		what: '`keymaker list --json`, 100 poems, to exit',
		against: '`node -e 0`',
		goal: {limit: 1.5},
		sides: ({programs}) => nodeTimes([programs.cli, 'list', '--json'], ['-e', '0']),
	}),
	comparison('ms', {
		name: 'exec',
		what: '`keymaker exec bot -- /bin/true`',
		against: '`node -e 0` that spawns `/bin/true`',
		goal: {limit: 1.4},
		sides: ({programs}) => nodeTimes([programs.cli, 'exec', botAt(7), '--', '/bin/true'], ['-e', spawning]),
	}),
	comparison('ms', {
		name: 'library',
		what: '`import {openKeystore}` and one `get`, 100 keys',
		against: '`node -e 0`',
		goal: {limit: 1.35},
		sides({programs}) {
			const program = path.join(temporaryFolder(), 'bot.mjs');
			writeFileSync(
				program,
				`import {openKeystore} from ${JSON.stringify(programs.library)};\nawait openKeystore().get('${botAt(7)}');\n`,
			);
			return nodeTimes([program], ['-e', '0']);
		},
	}),
	comparison('MiB', {
		name: 'memory',
		what: 'peak memory with 10,000 poems',
		against: 'the bare Ink hello world',
		goal: {limit: 1.6},
		async sides(bench) {
			const place = await placeOf(many);
			return [
				async () => {
					const terminal = await openFlock(bench, place, many);
					await terminal.rest();
					return peakAndEnd(terminal);
				},
				async () => {
					const terminal = openTerminal([bench.programs.hello, '--stay'], ordinary, whereHelloRuns());
					await terminal.shown('Hello, world!');
					await terminal.rest();
					return peakAndEnd(terminal);
				},
			];
		},
	}),
];

/** What `node -e 0` spawns `/bin/true` with. */
const spawning =
	"require('node:child_process').spawn('/bin/true', {stdio: 'inherit'}).on('exit', code => { process.exitCode = code; })";

/** The times of two runs of Node, in a place with few poems. */
async function nodeTimes(ours: readonly string[], theirs: readonly string[]): Promise<Sides> {
	const {folder: cwd, env} = await placeOf(few);
	return [
		() => timeOf(process.execPath, ours, {cwd, env}),
		() => timeOf(process.execPath, theirs, {cwd, env}),
	];
}

/** Opens the flock, and waits for its first complete frame. */
export async function openFlock(
	{programs}: Bench,
	place: Place,
	count: number,
	size = ordinary,
): Promise<Terminal & {shownAt: number}> {
	const terminal = openTerminal([programs.cli], size, {cwd: place.folder, env: place.env});
	// The header, the first row and the last one that there is room for.
	const last = botAt(Math.min(count, size.rows - 4) - 1);
	const shownAt = await terminal.shown(`${count} ready`, botAt(0), last, 'quit');
	return {...terminal, shownAt};
}

async function flockTime(bench: Bench, place: Place, count: number): Promise<number> {
	const terminal = await openFlock(bench, place, count);
	await terminal.end();
	return terminal.shownAt - terminal.startedAt;
}

/** A key is pressed while the program starts. Its answer is the line of the filter, which the first frame does not have. */
async function firstKeyTime({programs}: Bench, place: Place): Promise<number> {
	const terminal = openTerminal([programs.cli], ordinary, {cwd: place.folder, env: place.env});
	await new Promise(resolve => setTimeout(resolve, pressedAfterMs));
	terminal.press('/');
	const answeredAt = await terminal.shown('filter:', `${few} of ${few}`);
	await terminal.end();
	return answeredAt - terminal.startedAt;
}

async function helloTime({programs}: Bench): Promise<number> {
	const terminal = openTerminal([programs.hello, '--stay'], ordinary, whereHelloRuns());
	const shownAt = await terminal.shown('Hello, world!');
	await terminal.end();
	return shownAt - terminal.startedAt;
}

function whereHelloRuns() {
	return {
		cwd: process.cwd(),
		env: {PATH: process.env.PATH ?? '', HOME: '/', TERM: 'xterm-256color', LANG: 'C.UTF-8'},
	};
}

async function peakAndEnd(terminal: Terminal): Promise<number> {
	const peak = peakMemoryOf(terminal.pid);
	await terminal.end();
	return peak;
}
