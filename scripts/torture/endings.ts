import {execFileSync} from 'node:child_process';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {heldWindow} from '../../test/helpers/held-window.ts';
import {cli, type Workplace} from '../../test/helpers/program.ts';
import {type Pty, startPty} from '../../test/helpers/pty.ts';
import {mark} from './keys.ts';

/** A way in which the full screen ends. */
export type Ending = {
	name: string;
	/** The exit code that the shell has to see. */
	code: number;
	/** What is loaded before the program, to go wrong on SIGUSR2. */
	trouble: 'exception' | 'rejection' | 'component' | 'exit' | null;
	/** True where it takes Ink: a key, or a component. */
	needsInk: boolean;
	/** Ends it. */
	act(pid: number, screen: Pty): void;
};

const bySignal = (signal: NodeJS.Signals, code: number): Ending => ({
	name: signal,
	code,
	trouble: null,
	needsInk: false,
	act: pid => process.kill(pid, signal),
});
const byTrouble = (name: string, trouble: NonNullable<Ending['trouble']>, code = 1): Ending => ({
	name,
	code,
	trouble,
	needsInk: trouble === 'component',
	act(pid) {
		process.kill(pid, 'SIGUSR2');
	},
});

/** Every way that is tried. */
export const endings: readonly Ending[] = [
	bySignal('SIGINT', 130),
	bySignal('SIGTERM', 143),
	bySignal('SIGHUP', 129),
	bySignal('SIGQUIT', 131),
	{name: 'Ctrl-C', code: 130, trouble: null, needsInk: true, act: (_, screen) => screen.press('ctrl+c')},
	{name: 'q', code: 0, trouble: null, needsInk: true, act: (_, screen) => screen.press('q')},
	byTrouble('an exception', 'exception'),
	byTrouble('a rejection that nobody handles', 'rejection'),
	byTrouble('an exception in a component', 'component'),
	byTrouble('an exit from anywhere', 'exit', 7),
];

/**
 * What is wrong with the terminal after an ending; nothing where it is as it was.
 * @param when after the first frame, while Ink is not there yet; or when Ink draws.
 */
export async function wrongAfter(
	ending: Ending,
	place: Workplace,
	when: 'first frame' | 'Ink' = 'Ink',
): Promise<string[]> {
	const held = await heldWindow(place.folder);
	const screen = startShell(
		place,
		['-c', '"$NODE" "$CLI"; echo "ended with $?"; stty -a; echo over'],
		ending.trouble,
		held.cli,
	);
	try {
		await screen.waitFor(/❯ ○ harbour/);
		await held.asked();
		if (when === 'Ink') {
			held.release();
			await held.opened();
		}

		ending.act(childOf(screen.pid), screen);
		const rows = await screen.waitFor(/^over$/m);
		return wrongWith(screen, [...rows].join('\n'), ending.code);
	} finally {
		await screen.close();
	}
}

/** A module of this folder that is loaded before the program. */
function preloadOf(name: string): string {
	return pathToFileURL(path.join(import.meta.dirname, '..', '..', 'scripts', 'torture', `${name}.mjs`)).href;
}

/** Starts a shell on a terminal of its own, that knows the program as `$CLI`. */
export function startShell(
	{folder}: Workplace,
	args: readonly string[],
	trouble: Ending['trouble'] = null,
	program = cli,
): Pty {
	const imports = [
		...(trouble === null ? [] : [`${preloadOf('trouble')}?what=${trouble}`]),
		...(process.env.TORTURE_PRELOAD === undefined ? [] : [preloadOf(process.env.TORTURE_PRELOAD)]),
	];
	return startPty('bash', args, {
		cwd: folder,
		rows: 40,
		env: {
			HOME: folder,
			NODE: process.execPath,
			CLI: program,
			PS1: '$ ',
			KEYMAKER_KEYSTORE: path.join(folder, 'keystore'),
			KEYMAKER_FLOCK: 'flock',
			KEYMAKER_PRACTICE: '1',
			KEYMAKER_OPEN: 'never',
			NODE_OPTIONS: imports.map(one => `--import=${one}`).join(' ') || undefined,
		},
	});
}

/** The program that a shell runs. */
export function childOf(shell: number): number {
	const children = execFileSync('ps', ['-A', '-o', 'pid=,ppid='])
		.toString()
		.split('\n')
		.map(row => row.trim().split(/\s+/).map(Number))
		.filter(([, parent]) => parent === shell);
	const [[pid = 0] = []] = children;
	if (pid === 0) {
		throw new Error('The shell runs nothing.');
	}

	return pid;
}

/** What is wrong with a terminal that the program has left. */
export function wrongWith(screen: Pty, rows: string, code: number): string[] {
	const raw = screen.raw();
	const isOff = (mode: string) => raw.lastIndexOf(`\u001B[?${mode}h`) <= raw.lastIndexOf(`\u001B[?${mode}l`);
	return [
		screen.alternate() ? 'the alternate screen is still shown' : '',
		screen.cursorShown() ? '' : 'the cursor is hidden',
		isOff('2004') ? '' : 'pastes are still bracketed',
		['icanon', 'echo', 'isig'].every(flag => new RegExp(`(?<![-\\w])${flag}\\b`).test(rows))
			? ''
			: 'the terminal is still raw',
		rows.includes(`ended with ${code}\n`)
			? ''
			: `the exit code is not ${code}: ${/ended with .*/.exec(rows)}`,
		raw.includes(mark) ? 'a secret of an unforeseen message is shown' : '',
	].filter(wrong => wrong !== '');
}
