import {execFile} from 'node:child_process';
import {chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {inheritedAt, type Variables} from './environment.ts';
import {type Pty, type PtyOptions, startPty} from './pty.ts';

const root = path.join(import.meta.dirname, '..', '..');
/** The built program. */
export const cli = path.join(root, 'dist', 'cli.js');

/** What a command left behind. */
export type Finished = {code: number; out: string; err: string};

/** A folder with poems, in which the real program runs: in practice, with a keystore of its own. */
export type Workplace = {
	/** The current folder of the program; `poems` and `keystore` lie in it. */
	readonly folder: string;
	/** Opens the full screen on a pseudo-terminal; closed by `close`. @param program the built one otherwise. */
	screen(args?: readonly string[], options?: PtyOptions, program?: string): Pty;
	/** Runs a command without a terminal. @param more variables; `undefined` takes one out. */
	run(args: readonly string[], input?: string, more?: Variables): Promise<Finished>;
	/** Runs a program of Node's own without a terminal. @param more as `run` has it. */
	node(args: readonly string[], more?: Variables): Promise<Finished>;
	/** Runs a line of shell on a pseudo-terminal, with `keymaker` as a command in it; closed by `close`. */
	shell(line: string, options?: PtyOptions): Pty;
	/** Writes a program that goes before all others on the PATH. */
	program(name: string, shell: string): Promise<void>;
	/** What a file in the folder holds. */
	read(file: string): Promise<string>;
	/** Ends every screen, and removes the folder. */
	close(): Promise<void>;
};

/** Makes a workplace with poems of these names, or, for `null`, with the project's own; its flock is called `flock`. */
export async function workplace(poems: readonly string[] | null): Promise<Workplace> {
	const folder = await mkdtemp(path.join(tmpdir(), 'keymaker-work-'));
	const bin = path.join(folder, 'bin');
	await mkdir(bin);
	if (poems === null) {
		await cp(path.join(root, 'poems'), path.join(folder, 'poems'), {recursive: true});
	} else {
		await mkdir(path.join(folder, 'poems'));
	}

	for (const poem of poems ?? []) {
		await writeFile(path.join(folder, 'poems', `${poem}.txt`), `${poem}\n\nA line of ${poem}.\n`);
	}

	const env = {
		...inheritedAt(folder),
		KEYMAKER_KEYSTORE: path.join(folder, 'keystore'),
		KEYMAKER_FLOCK: 'flock',
		KEYMAKER_PRACTICE: '1',
		KEYMAKER_OPEN: 'never',
		PATH: `${bin}:${process.env.PATH}`,
		// A busy computer must not make X look slow; tests that want a deadline set their own.
		KEYMAKER_TIMEOUT: '600',
	};
	const screens: Pty[] = [];

	function start(
		args: readonly string[],
		input: string,
		more: Readonly<Record<string, string | undefined>>,
	): Promise<Finished> {
		return new Promise(resolve => {
			const options = {cwd: folder, env: {...env, ...more}};
			const child = execFile(process.execPath, args, options, (error, out, err) => {
				resolve({code: error === null ? 0 : Number(error.code), out, err});
			});
			// A program that reads no input may have ended by then.
			child.stdin?.on('error', () => {});
			child.stdin?.end(input);
		});
	}

	return {
		folder,
		screen(args = [], options = {}, program = cli) {
			const screen = startPty(process.execPath, [program, ...args], {
				cwd: folder,
				...options,
				env: {...env, ...options.env},
			});
			screens.push(screen);
			return screen;
		},
		shell(line, options = {}) {
			const keymaker = `keymaker() { '${process.execPath}' '${cli}' "$@"; }`;
			const terminal = startPty('sh', ['-c', `${keymaker}; ${line}`], {
				cwd: folder,
				...options,
				env: {...env, ...options.env},
			});
			screens.push(terminal);
			return terminal;
		},
		run: async (args, input = '', more = {}) => start([cli, ...args], input, more),
		node: async (args, more = {}) => start(args, '', more),
		async program(name, shell) {
			await writeFile(path.join(bin, name), `#!/bin/sh\n${shell}\n`);
			await chmod(path.join(bin, name), 0o755);
		},
		read: async file => readFile(path.join(folder, file), 'utf8'),
		async close() {
			await Promise.all(screens.map(screen => screen.close()));
			// A program that a bot's program left behind may be writing its last file.
			await rm(folder, {recursive: true, force: true, maxRetries: 10});
		},
	};
}

/** The link on a screen, put together from the rows that it takes; empty where there is none. */
export function linkOn(screen: readonly string[]): string {
	const first = screen.findIndex(row => row.startsWith('http'));
	if (first === -1) {
		return '';
	}

	// What stands beside the steps begins below the link, which alone is flush left.
	const after = screen.findIndex((row, index) => index > first && (row === '' || row.startsWith(' ')));
	return screen.slice(first, after === -1 ? undefined : after).join('');
}

/** Waits until a command has printed a link on a terminal that is wide enough for it, and what to do with it on the next row. */
export async function printedLink(terminal: Pty): Promise<string> {
	const printed = /^(http\S+)\n\S/m;
	const rows = await terminal.waitFor(printed);
	return printed.exec(rows.join('\n'))?.[1] ?? '';
}

/** Waits until a screen shows a whole link that calls back, other than an earlier one. */
export async function callingLink(screen: Pty, earlier = ''): Promise<string> {
	const rows = await screen.waitFor(shown => {
		const link = linkOn(shown);
		return link !== '' && link !== earlier && shown.some(row => row.includes('keymaker continues by itself'));
	});
	return linkOn(rows);
}

/** Waits until a screen shows a whole link other than an earlier one. */
export async function nextLink(screen: Pty, earlier = ''): Promise<string> {
	const rows = await screen.waitFor(shown => {
		const link = linkOn(shown);
		return link !== '' && link !== earlier && shown.some(row => row.includes('Paste the PIN here'));
	});
	return linkOn(rows);
}
