import {spawn} from '@lydell/node-pty';
import xterm, {type IBuffer} from '@xterm/headless';
import {inheritedAt, type Variables} from './environment.ts';

/** How long a condition is waited for before the wait fails: a net that no load trips; milliseconds. */
const patienceMs = 240_000;

/** What is looked for on the screen. */
export type Wanted = string | RegExp | ((screen: readonly string[]) => boolean);

/** A run of cells in one style. */
export type StyledRun = {
	text: string;
	/** A palette index of the terminal's own sixteen colours, or `null` for the default. */
	foreground: number | null;
	background: number | null;
	bold: boolean;
	dim: boolean;
	inverse: boolean;
};

/** How a program is started on a terminal of its own. */
export type PtyOptions = {
	columns?: number;
	rows?: number;
	cwd?: string;
	/** Put over this process's environment, of which what tells of the person's own terminal is left out. `undefined` takes one out. */
	env?: Variables;
};

/** A program on a real pseudo-terminal, read as a screen. */
export type Pty = {
	readonly pid: number;
	/** The screen's rows as of the last whole frame, without the spaces at their ends; on a full screen with `▏` before the cell of a cursor that is shown. */
	screen(): string[];
	/** Which rows continue the one above, as the terminal itself wrapped it. */
	wrapped(): boolean[];
	/** Everything that the program has written, escape sequences included. */
	raw(): string;
	/** Waits until the screen shows it; fails with the screen as it was. */
	waitFor(wanted: Wanted): Promise<string[]>;
	/** Waits until the screen shows it no more. */
	waitUntilGone(wanted: Wanted): Promise<string[]>;
	/** Presses keys, each in a write of its own: names such as `enter` and `up`, or single characters. */
	press(...keys: readonly string[]): void;
	/** Writes text as it is, at once. */
	type(text: string): void;
	/** Pastes text as a terminal with bracketed paste does. */
	paste(text: string): void;
	resize(columns: number, rows: number): void;
	/** The styles of a row. */
	lineStyles(row: number): StyledRun[];
	/** The terminal's cells as they are now. */
	buffer(): IBuffer;
	/** The first row that holds a text; -1 where none does. */
	rowOf(text: string): number;
	/** True while the alternate screen is shown. */
	alternate(): boolean;
	/** True while the cursor is shown. */
	cursorShown(): boolean;
	kill(signal?: NodeJS.Signals): void;
	/** Resolves with the exit code and the signal when the program has ended. */
	readonly exited: Promise<{exitCode: number; signal: number}>;
	/** Ends the program if it still runs, and lets go of the terminal. */
	close(): Promise<void>;
};

const keys: Readonly<Record<string, string>> = {
	enter: '\r',
	escape: '\u001B',
	tab: '\t',
	backtab: '\u001B[Z',
	space: ' ',
	backspace: '\u007F',
	delete: '\u001B[3~',
	up: '\u001B[A',
	down: '\u001B[B',
	right: '\u001B[C',
	left: '\u001B[D',
	pageup: '\u001B[5~',
	pagedown: '\u001B[6~',
	home: '\u001B[H',
	end: '\u001B[F',
	'ctrl+c': '\u0003',
	'ctrl+e': '\u0005',
	'ctrl+u': '\u0015',
	'ctrl+z': '\u001A',
};

/** Starts a program on a pseudo-terminal of 80 columns and 24 rows, or as wanted. */
export function startPty(command: string, args: readonly string[], options: PtyOptions = {}): Pty {
	const {columns = 80, rows = 24, cwd = process.cwd(), env = {}} = options;
	const terminal = new xterm.Terminal({cols: columns, rows, scrollback: 1000, allowProposedApi: true});
	const variables = environment(env);
	const child = spawn(command, [...args], {
		name: variables.TERM ?? 'dumb',
		cols: columns,
		rows,
		cwd,
		env: variables,
	});
	let raw = '';
	let writing = 0;
	let changed = Promise.withResolvers<void>();
	const change = () => {
		const before = changed;
		changed = Promise.withResolvers<void>();
		before.resolve();
	};
	// As on a terminal that knows synchronized output, nobody sees a frame of which only a part has arrived: neither who waits
	// for something nor who looks again later.
	let unseen = '';
	const show = (data: string) => {
		writing += 1;
		terminal.write(data, () => {
			writing -= 1;
			change();
		});
	};
	child.onData(data => {
		raw += data;
		unseen += data;
		const whole = lengthOfWhole(unseen);
		show(unseen.slice(0, whole));
		unseen = unseen.slice(whole);
	});
	let cursorShown = true;
	let hidesCursor = false;
	for (const [final, shown] of [
		['h', true],
		['l', false],
	] as const) {
		terminal.parser.registerCsiHandler({prefix: '?', final}, modes => {
			if (modes.includes(25)) {
				cursorShown = shown;
				hidesCursor ||= !shown;
			}

			return false;
		});
	}

	// A program may ask its terminal something; the answer comes from here.
	terminal.onData(answer => child.write(answer));
	let over = false;
	const exited = new Promise<{exitCode: number; signal: number}>(resolve => {
		child.onExit(({exitCode, signal = 0}) => {
			over = true;
			// The emulator takes its time for what the program wrote last.
			show(unseen);
			terminal.write('', () => resolve({exitCode, signal}));
		});
	});

	function lines(): {text: string; isWrapped: boolean}[] {
		const {active} = terminal.buffer;
		return Array.from({length: terminal.rows}, (_, row) => {
			const one = active.getLine(active.baseY + row);
			return {text: one?.translateToString(true) ?? '', isWrapped: one?.isWrapped ?? false};
		});
	}

	function screen(): string[] {
		const rows = lines().map(({text}) => text);
		const {active} = terminal.buffer;
		if (active.type === 'alternate' && hidesCursor && cursorShown) {
			const before =
				active.getLine(active.baseY + active.cursorY)?.translateToString(false, 0, active.cursorX) ?? '';
			rows[active.cursorY] = `${before}▏${(rows[active.cursorY] ?? '').slice(before.length)}`;
		}

		return rows;
	}

	async function waitUntil(fulfilled: (rows: readonly string[]) => boolean, what: string): Promise<string[]> {
		const deadline = Date.now() + patienceMs;
		for (;;) {
			const now = screen();
			if (fulfilled(now)) {
				return now;
			}

			const left = deadline - Date.now();
			if (left <= 0 || (over && writing === 0)) {
				const why = over ? 'The program has ended' : `After ${patienceMs / 1000} s`;
				throw new Error(`${why}, and the screen ${what}:\n${now.map(row => `| ${row}`).join('\n')}`);
			}

			const timer = Promise.withResolvers<void>();
			const timeout = setTimeout(timer.resolve, left);
			await Promise.race([changed.promise, timer.promise]);
			clearTimeout(timeout);
		}
	}

	return {
		pid: child.pid,
		screen,
		wrapped: () => lines().map(({isWrapped}) => isWrapped),
		raw: () => raw,
		waitFor: async wanted => waitUntil(rows => shows(rows, wanted), `does not show ${String(wanted)}`),
		waitUntilGone: async wanted => waitUntil(rows => !shows(rows, wanted), `still shows ${String(wanted)}`),
		press(...names) {
			for (const name of names) {
				child.write(keys[name] ?? name);
			}
		},
		type: text => child.write(text),
		paste: text => child.write(`\u001B[200~${text}\u001B[201~`),
		resize(newColumns, newRows) {
			terminal.resize(newColumns, newRows);
			child.resize(newColumns, newRows);
		},
		lineStyles(row) {
			const {active} = terminal.buffer;
			const one = active.getLine(active.baseY + row);
			const runs: StyledRun[] = [];
			for (let column = 0; column < terminal.cols; column++) {
				const cell = one?.getCell(column);
				if (cell === undefined || cell.getWidth() === 0) {
					continue;
				}

				const style = {
					foreground: cell.isFgDefault() ? null : cell.getFgColor(),
					background: cell.isBgDefault() ? null : cell.getBgColor(),
					bold: cell.isBold() !== 0,
					dim: cell.isDim() !== 0,
					inverse: cell.isInverse() !== 0,
				};
				const text = cell.getChars() || ' ';
				const last = runs.at(-1);
				if (last !== undefined && sameStyle(last, style)) {
					last.text += text;
				} else {
					runs.push({text, ...style});
				}
			}

			return runs;
		},
		buffer: () => terminal.buffer.active,
		rowOf: text => screen().findIndex(row => row.includes(text)),
		alternate: () => terminal.buffer.active.type === 'alternate',
		cursorShown: () => cursorShown,
		kill: signal => child.kill(signal),
		exited,
		async close() {
			if (!over) {
				child.kill('SIGKILL');
			}

			await exited;
			terminal.dispose();
		},
	};
}

/** How much of what a program has written is there as it is to be seen: up to a frame, or a sequence, that has not ended. */
function lengthOfWhole(text: string): number {
	const begun = text.lastIndexOf('\u001B[?2026h');
	return begun !== -1 && !text.includes('\u001B[?2026l', begun)
		? begun
		: text.length - (/\u001B(?:\[[?\d;]*)?$/.exec(text)?.[0].length ?? 0);
}

function shows(rows: readonly string[], wanted: Wanted): boolean {
	if (typeof wanted === 'function') {
		return wanted(rows);
	}

	const text = rows.join('\n');
	return typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
}

function sameStyle(one: Omit<StyledRun, 'text'>, other: Omit<StyledRun, 'text'>): boolean {
	return (
		one.foreground === other.foreground &&
		one.background === other.background &&
		one.bold === other.bold &&
		one.dim === other.dim &&
		one.inverse === other.inverse
	);
}

function environment(env: Variables): Record<string, string> {
	const all = {...inheritedAt(process.env.HOME ?? '/'), TERM: 'xterm-256color', ...env};
	return Object.fromEntries(
		Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
	);
}
