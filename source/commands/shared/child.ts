import {type ChildProcess, spawn} from 'node:child_process';
import os from 'node:os';
import type {Readable} from 'node:stream';
import {setImmediate as turn} from 'node:timers/promises';
import {isatty} from 'node:tty';
import {visible} from '../../flock/visible.ts';
import {ignored} from '../../system/ignored.ts';
import {eachLine} from '../../system/lines.ts';
import {lendSignals} from '../../system/unfinished.ts';
import type {Variables} from './child-environment.ts';

/** A bot's own program, and where to run it. */
export type Program = {command: readonly string[]; env: Variables; cwd: string};

/** How a program ended. `problem` says why it could not start. */
export type Ending = {code: number; problem: string | null};

/** A shell's exit codes for a program that cannot start, and for one that a signal ended. */
const shellCode = {notExecutable: 126, notFound: 127, signalled: 128} as const;

/** The signals to pass on. */
const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'];

/** Signals that a terminal sends to the programs itself, because it sends them to the whole foreground. */
const sentByTerminal: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT']);

/** Signals that only inform a program. */
const harmless: ReadonlySet<NodeJS.Signals> = new Set(['SIGUSR1', 'SIGUSR2']);

/** The running programs, and whether a signal came that ends them. */
export type Running = {children: Set<ChildProcess>; endedBy: NodeJS.Signals | null};

/** Passes this process's signals on to the running programs while some work lasts. */
export async function passSignalsOn<T>(work: (running: Running) => Promise<T>): Promise<T> {
	const running: Running = {children: new Set(), endedBy: null};
	const atTerminal = [0, 1, 2].some(stream => isatty(stream));
	// Listens to all of them, so that this process outlives the programs and can return their exit code.
	const onSignal = (signal: NodeJS.Signals) => {
		if (ignored.has(signal)) {
			return;
		}

		if (!harmless.has(signal)) {
			running.endedBy = signal;
		}

		if (!(atTerminal && sentByTerminal.has(signal))) {
			for (const child of running.children) {
				child.kill(signal);
			}
		}
	};
	for (const signal of signals) {
		process.on(signal, onSignal);
	}

	try {
		return await lendSignals(() => work(running));
	} finally {
		for (const signal of signals) {
			process.off(signal, onSignal);
		}
	}
}

/** The exit code that a shell returns for a program ended by a signal. */
export function codeOfSignal(signal: NodeJS.Signals): number {
	return shellCode.signalled + os.constants.signals[signal];
}

/** Runs a program on this process's own input and output. */
export async function runDirectly(program: Program, running: Running): Promise<Ending> {
	return run(program, running, 'inherit', () => {});
}

/** Called with a line of a program, or with the pieces of a very long one. `goesOn` is true for all but the first. */
export type OnLine = (text: string, goesOn: boolean) => void;

/**
 * Runs a program without input and passes on each line of its output and errors. It has ended when it ends
 * itself. Its own background programs may keep writing while this process lasts.
 */
export async function runByLines(
	program: Program,
	running: Running,
	onOut: OnLine,
	onErr: OnLine,
): Promise<Ending> {
	let ended = async (): Promise<void> => {};
	const ending = await run(program, running, ['ignore', 'pipe', 'pipe'], ({stdout, stderr}) => {
		if (stdout === null || stderr === null) {
			return;
		}

		const finishing = [eachLine(stdout, onOut), eachLine(stderr, onErr)];
		ended = async () => {
			await Promise.all([stdout, stderr].map(readSoFar));
			for (const finish of finishing) {
				finish();
			}
		};
	});
	await ended();
	return ending;
}

/** More than a pipe holds, in bytes: anything after that was written after the program ended. */
const mostInPipe = 1024 * 1024;

/** Waits until everything available has been read, even if somebody keeps writing. */
async function readSoFar(stream: Readable): Promise<void> {
	let length = 0;
	let before = -1;
	const onData = (chunk: Buffer) => {
		length += chunk.length;
	};
	stream.on('data', onData);
	// Each turn checks once whether there is something.
	while (!stream.readableEnded && !stream.destroyed && length > before && length < mostInPipe) {
		before = length;
		await turn();
		await turn();
	}

	stream.off('data', onData);
}

/** A shell's way to make a program ignore what this process ignores. Node would reset it. */
function ignoring(): string[] {
	const names = [...ignored].map(signal => signal.replace('SIG', ''));
	return names.length === 0 ? [] : ['/bin/sh', '-c', `trap "" ${names.join(' ')}; exec "$@"`, 'sh'];
}

function run(
	{command, env, cwd}: Program,
	{children}: Running,
	stdio: 'inherit' | ['ignore', 'pipe', 'pipe'],
	onStart: (child: ChildProcess) => void,
): Promise<Ending> {
	const [file = '', ...args] = [...ignoring(), ...command];
	return new Promise(resolve => {
		let child: ChildProcess;
		try {
			child = spawn(file, args, {stdio, env: {...env}, cwd});
		} catch (error) {
			resolve(notStarted(file, error));
			return;
		}

		children.add(child);
		onStart(child);
		child.once('error', error => {
			children.delete(child);
			resolve(notStarted(file, error));
		});
		// Not `close`: background programs may keep its output open forever.
		child.once('exit', (code, signal) => {
			children.delete(child);
			resolve({code: signal === null ? (code ?? 0) : codeOfSignal(signal), problem: null});
		});
	});
}

/** Node throws some of these errors, and emits others. */
function notStarted(file: string, error: unknown): Ending {
	const reason = error instanceof Error && 'code' in error ? error.code : error;
	return reason === 'ENOENT'
		? {code: shellCode.notFound, problem: `${visible(file)} was not found.`}
		: {code: shellCode.notExecutable, problem: `${visible(file)} cannot be run: ${visible(String(reason))}.`};
}
