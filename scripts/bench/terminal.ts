import {spawn} from '@lydell/node-pty';
import xterm from '@xterm/headless';

/** What a large frame begins and ends with. A small one comes without, in one piece. */
const frameMarks = {begin: '\u001B[?2026h', end: '\u001B[?2026l'};

/** A sequence that has not come whole yet. */
const brokenOff = /\u001B[^A-Za-z]*$/;

/** So long nothing has to come before a program is taken to be at rest; milliseconds. */
const restMs = 120;

/** A program that does not show what is waited for is given up after so many milliseconds. */
const patienceMs = 60_000;

/** The size of a terminal, in cells. */
export type Size = {columns: number; rows: number};

/** A program on a pseudo-terminal, with the times of what it writes. */
export type Terminal = {
	readonly pid: number;
	/** When the program was started, by `performance.now`. */
	readonly startedAt: number;
	/** When everything looked for had been written, by `performance.now`. */
	shown(...texts: readonly string[]): Promise<number>;
	/** Writes input, and waits for nothing. */
	press(input: string): void;
	/** Writes input, waits until the program is at rest, and gives when the first and the last frame were whole. */
	send(...inputs: readonly string[]): Promise<Frames>;
	/** Waits until nothing has been written for a while. */
	rest(): Promise<void>;
	/** The screen's rows. */
	screen(): Promise<string[]>;
	/** Each cell's character and style. */
	cells(): Promise<string[]>;
	/** Ends the program. */
	end(): Promise<void>;
};

/** What came of some input. */
export type Frames = {
	/** Milliseconds from the input to the first whole frame, and to the last. */
	first: number;
	last: number;
	/** Everything written, in bytes. */
	bytes: number;
};

/** Starts a program on a terminal. */
export function openTerminal(
	args: readonly string[],
	{columns, rows}: Size,
	{cwd, env}: {cwd: string; env: Readonly<Record<string, string>>},
): Terminal {
	const screen = new xterm.Terminal({cols: columns, rows, scrollback: 0, allowProposedApi: true});
	const startedAt = performance.now();
	const child = spawn(process.execPath, [...args], {
		name: 'xterm-256color',
		cols: columns,
		rows,
		cwd,
		env: {...env},
	});
	let written = '';
	/** What came since the last input. */
	let answer = '';
	let frames: number[] = [];
	let bytes = 0;
	let lastAt = startedAt;
	let over = false;
	let onData = () => {};
	// Only remembered as it comes: the emulator would take the processor from the program that is measured.
	let unread = '';
	child.onData(data => {
		lastAt = performance.now();
		bytes += Buffer.byteLength(data);
		written += data;
		unread += data;
		answer += data;
		const [begun, ended] = [frameMarks.begin, frameMarks.end].map(mark => answer.split(mark).length);
		if (begun === ended && !brokenOff.test(answer)) {
			frames.push(lastAt);
		}

		onData();
	});
	const exited = new Promise<void>(resolve => {
		child.onExit(() => {
			over = true;
			resolve();
			onData();
		});
	});

	/** Resolves when a condition holds, which is looked at after everything that is written. */
	async function until(holds: () => boolean, what: string): Promise<void> {
		if (holds()) {
			return;
		}

		await new Promise<void>((resolve, reject) => {
			const timer = setTimeout(() => reject(failed(what)), patienceMs);
			onData = () => {
				if (holds()) {
					clearTimeout(timer);
					onData = () => {};
					resolve();
				} else if (over) {
					clearTimeout(timer);
					reject(failed(what));
				}
			};
		});
	}

	function failed(what: string): Error {
		return new Error(
			`The program on the terminal ${over ? 'has ended' : 'took too long'}: ${what}\n${written.slice(-2000)}`,
		);
	}

	async function rest(): Promise<void> {
		for (let quiet = 0; quiet < restMs && !over; quiet = performance.now() - lastAt) {
			await new Promise(resolve => setTimeout(resolve, restMs - quiet));
		}
	}

	async function read(): Promise<void> {
		const data = unread;
		unread = '';
		await new Promise<void>(resolve => screen.write(data, resolve));
	}

	const line = (row: number) => screen.buffer.active.getLine(screen.buffer.active.baseY + row);
	return {
		pid: child.pid,
		startedAt,
		async shown(...texts) {
			await until(
				() => texts.every(text => written.includes(text)),
				`it does not show ${texts.join(' and ')}`,
			);
			return lastAt;
		},
		press: input => child.write(input),
		async send(...inputs) {
			frames = [];
			answer = '';
			bytes = 0;
			const sentAt = performance.now();
			for (const input of inputs) {
				child.write(input);
			}

			await until(() => frames.length > 0, 'no frame followed a key');
			await rest();
			return {first: (frames[0] ?? 0) - sentAt, last: (frames.at(-1) ?? 0) - sentAt, bytes};
		},
		rest,
		async screen() {
			await read();
			return Array.from({length: rows}, (_, row) => line(row)?.translateToString(true) ?? '');
		},
		async cells() {
			await read();
			return Array.from({length: rows * columns}, (_, index) => {
				const cell = line(Math.floor(index / columns))?.getCell(index % columns);
				return cell === undefined
					? ''
					: [
							cell.getChars() || ' ',
							cell.getFgColor(),
							cell.getBgColor(),
							cell.isBold(),
							cell.isDim(),
							cell.isInverse(),
						].join();
			});
		},
		async end() {
			if (!over) {
				child.kill('SIGKILL');
			}

			await exited;
			screen.dispose();
		},
	};
}
