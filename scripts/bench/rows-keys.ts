import {botAt, placeOf} from './place.ts';
import {processorTimeOf} from './program.ts';
import {type Bench, type Figures, type Row, ratio, Skip} from './row.ts';
import {openFlock} from './rows-start.ts';
import {compared, interleaved, measured} from './statistics.ts';
import type {Size, Terminal} from './terminal.ts';

const up = '\u001B[A';
const down = '\u001B[B';
const many = 10_000;
const few = 100;
const ordinary: Size = {columns: 80, rows: 24};
const large: Size = {columns: 200, rows: 60};

/** Keys are pressed this often before they count: the program's code has been compiled by then, as for whoever uses it. */
const warmUps = 60;

/** So many samples of keys for each sample of the bench: they cost little. */
const keysForEach = 5;

/** What follows a key. */
export const keyRows: readonly Row[] = [
	keyRow('key', ordinary),
	keyRow('key-large', large),
	bytesRow('bytes', ordinary),
	bytesRow('bytes-large', large),
	{
		name: 'filter',
		what: 'filter keystroke over 10,000 poems → frame',
		against: 'arrow key → frame',
		goal: {limit: 2},
		measure: async bench =>
			withFlocks(bench, ordinary, [many, many], async (filtering, arrows) => {
				await filtering.send('/');
				// Each sample types a character or takes it away, by turns: both search the whole flock anew.
				const keystrokes = ['7', '\u007F'];
				const samples = await pressedInTurn(bench, [
					{terminal: filtering, keys: keystrokes},
					{terminal: arrows, keys: [down]},
				]);
				return ratio(compared(...samples), 'ms');
			}),
	},
	{
		name: 'burst',
		what: 'a burst of 100 keys → last frame',
		against: '100 × a single key’s computing time',
		goal: {limit: 1},
		measure: async bench =>
			withFlocks(bench, ordinary, [many, many], async (bursts, singles) => {
				let pressed = 0;
				const [burst = [], single = []] = await interleaved(
					[
						async () => {
							const key = pressed === 0 ? down : up;
							pressed = pressed === 0 ? 100 : 0;
							const {last} = await bursts.send(...Array.from({length: 100}, () => key));
							await assertSelected(bursts, botAt(pressed));
							return last;
						},
						async () => {
							const before = processorTimeOf(singles.pid);
							await singles.send(down);
							return 100 * (processorTimeOf(singles.pid) - before);
						},
					],
					bench.samples,
					20,
				);
				return ratio(compared(burst, single), 'ms');
			}),
	},
	{
		name: 'idle',
		what: 'idle for 30 s with the flock open, 10,000 poems',
		against: 'processor time (absolute)',
		goal: {limit: 20},
		async measure(bench) {
			if (process.platform !== 'linux') {
				throw new Skip('needs Linux, for /proc');
			}

			const terminal = await openFlock(bench, await placeOf(many), many);
			// What follows the first frames, such as the engine's own compiling and collecting, is over by then.
			await pause(5000);
			const samples: number[] = [];
			for (let turn = 0; turn < 3; turn++) {
				const before = processorTimeOf(terminal.pid);
				await pause(30_000);
				samples.push(processorTimeOf(terminal.pid) - before);
			}

			await terminal.end();
			return {figure: measured(samples), parts: null, unit: 'ms'};
		},
	},
];

function keyRow(name: string, size: Size): Row {
	return {
		name,
		what: `key → frame, 10,000 poems, ${size.columns}×${size.rows}`,
		against: '100 poems',
		goal: {limit: 1.1},
		measure: async bench =>
			withFlocks(bench, size, [many, few], async (one, other) => {
				const samples = await pressedInTurn(bench, [
					{terminal: one, keys: downThenUp},
					{terminal: other, keys: downThenUp},
				]);
				const parts = compared(...samples);
				const {median} = parts.ours;
				return {
					...ratio(parts, 'ms'),
					also: {text: `${median.toFixed(1)} ms, at most 6`, isMet: median <= 6},
				};
			}),
	};
}

/** Down the whole list of a screen and up again, so that every row is the selected one now and then. */
const downThenUp = [...Array.from({length: 12}, () => down), ...Array.from({length: 12}, () => up)];

function bytesRow(name: string, size: Size): Row {
	return {
		name,
		what: `bytes written per arrow key, ${size.columns}×${size.rows}, ${size === large ? 'with' : 'without'} the preview`,
		against: 'the cells that changed',
		goal: {limit: 2},
		measure: async bench =>
			withFlocks(bench, size, [many], async terminal => {
				let before = await terminal.cells();
				const bytes: number[] = [];
				const cells: number[] = [];
				for (let turn = 0; turn < Math.max(bench.samples, downThenUp.length); turn++) {
					const sent = await terminal.send(downThenUp[turn % downThenUp.length] ?? down);
					const after = await terminal.cells();
					bytes.push(sent.bytes);
					cells.push(after.filter((cell, index) => cell !== before[index]).length);
					before = after;
				}

				return ratio(compared(bytes, cells), 'bytes, cells');
			}),
	};
}

type Pressed = {terminal: Terminal; keys: readonly string[]};

/** Presses keys on two terminals in turn; the milliseconds from each key to its first whole frame. */
async function pressedInTurn(
	{samples}: Bench,
	pressed: readonly [Pressed, Pressed],
): Promise<[number[], number[]]> {
	const sample = ({terminal, keys}: Pressed) => {
		let turn = 0;
		return async () => (await terminal.send(keys[turn++ % keys.length] ?? '')).first;
	};
	const [one = [], other = []] = await interleaved(pressed.map(sample), samples * keysForEach, warmUps);
	return [one, other];
}

/** Opens flocks of these sizes, does something, and closes them. */
async function withFlocks(
	bench: Bench,
	size: Size,
	counts: readonly number[],
	work: (...terminals: readonly [Terminal, Terminal]) => Promise<Figures>,
): Promise<Figures> {
	const terminals: Terminal[] = [];
	try {
		for (const count of counts) {
			const terminal = await openFlock(bench, await placeOf(count), count, size);
			terminals.push(terminal);
			await terminal.rest();
		}

		const [one, other = one] = terminals;
		if (one === undefined || other === undefined) {
			throw new Error('No flock was opened.');
		}

		return await work(one, other);
	} finally {
		await Promise.all(terminals.map(terminal => terminal.end()));
	}
}

/** A burst that lost a key would be fast for nothing. */
async function assertSelected(terminal: Terminal, bot: string): Promise<void> {
	const screen = await terminal.screen();
	if (!screen.some(row => row.includes('❯') && row.includes(bot))) {
		throw new Error(`${bot} is not selected after the burst:\n${screen.join('\n')}`);
	}
}

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));
