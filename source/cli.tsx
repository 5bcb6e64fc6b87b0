#!/usr/bin/env node
import packageJson from '../package.json' with {type: 'json'};
import {cancelledError, exitCode, exitCodeOf, sayError} from './commands/command.ts';
import {list} from './commands/list.ts';
import type {compose} from './compose.ts';
import {composeReading} from './compose-reading.ts';
import {FlockError} from './flock/error.ts';
import {visible} from './flock/visible.ts';
import {type SharedOptions, settingsOf} from './options.ts';
import {isTerminal, openOutput} from './output.ts';
import {passphraseOptions} from './passphrase.ts';
import type {Dispatch, Run} from './program.ts';
import {shortcut} from './shortcut.ts';
import {endNow, waitsForFile} from './system/end.ts';
import {openInterruption} from './system/interruption.ts';
import {allFinished, unfinishedWork} from './system/unfinished.ts';
import {terminalWrite} from './terminal.ts';

let onScreen = false;
const [stdout, stderr] = [openOutput('stdout', endWithReader), openOutput('stderr', endWithReader)];
const interruption = openInterruption(line => write.err(line));
const write = terminalWrite(stdout, stderr, interruption.signal, () => interruption.interrupt('SIGINT'));

process.on('uncaughtException', error => {
	// The screen has a listener of its own, and restores the terminal first.
	if (process.listenerCount('uncaughtException') === 1) {
		end(failed(error));
	}
});
process.exitCode = await main();
await Promise.all([stdout.flushed(), stderr.flushed()]);
end(process.exitCode);

function end(code: number): never {
	// Whatever still reads then, nobody waits for it.
	if (interruption.exitCode !== null || onScreen || waitsForFile()) {
		endNow(code);
	}

	process.exit(code);
}

function endWithReader({code}: NodeJS.ErrnoException): void {
	const gone = code === 'EPIPE' || code === 'EIO';
	// A reader that has gone away, as in `keymaker list | head -1`, is no failure of this program.
	const endNext = () => end(interruption.exitCode ?? (gone ? exitCode.done : exitCode.failed));
	if (gone && onScreen) {
		// A window that was closed: the screen ends by itself.
		return;
	}

	// Nor must it end a PIN's exchange.
	if (unfinishedWork().length > 0) {
		allFinished().then(endNext);
	} else {
		endNext();
	}
}

async function main(): Promise<number> {
	let code: number = exitCode.done;
	const dispatch: Dispatch = {
		async screen(options) {
			code = isTerminal(0) && stdout.isTerminal ? await screen(options) : await listInstead(options);
		},
		async command(run, options) {
			const {compose} = await import('./compose.ts');
			code = await command(run, options, compose);
		},
		async reading(run, options) {
			code = await command(run, options, composeReading);
		},
		async withoutKeystore(run, options) {
			const cwd = process.cwd();
			code = await run({poems: {path: settingsOf(options, process.env, cwd).poems}, cwd}, write);
		},
	};
	const words = process.argv.slice(2);
	try {
		await (shortcut(words, dispatch) ?? parse(words, dispatch));
		return code;
	} catch (error) {
		return failed(error);
	}
}

async function parse(words: readonly string[], dispatch: Dispatch): Promise<void> {
	const {buildProgram} = await import('./program.ts');
	const output = {writeOut: stdout.write, writeErr: stderr.write};
	await buildProgram(packageJson.version, dispatch, output, words).parseAsync();
}

async function screen(options: SharedOptions): Promise<number> {
	onScreen = true;
	for (const output of [stdout, stderr]) {
		// Opened here, so that an error on it finds its listener.
		output.stream();
	}

	const {runScreen} = await import('./screen.ts');
	const cwd = process.cwd();
	return runScreen(settingsOf(options, process.env, cwd), process.env, cwd, write, interruption);
}

async function listInstead(options: SharedOptions): Promise<number> {
	const code = await command((...to) => list({json: false}, ...to), options, composeReading);
	write.err('This is not a terminal, so the flock is listed; keymaker --help shows what else works here.');
	return code;
}

async function command<Needs>(
	run: Run<Needs>,
	options: SharedOptions,
	composed: (...settings: Parameters<typeof compose>) => Promise<{services: Needs; close(): Promise<void>}>,
): Promise<number> {
	const {services, close} = await composed(
		settingsOf(options, process.env, process.cwd()),
		process.env,
		process.cwd(),
		passphraseOptions(process.env, write.interactive ? write.askHidden : null),
	);
	try {
		const code = await run(services, write);
		return interruption.exitCode ?? code;
	} finally {
		await close();
	}
}

/** The one place where failures end: a sentence and a hint for an expected one, as little as possible for another. */
function failed(error: unknown): number {
	if (error instanceof FlockError) {
		// A passphrase's command gets the terminal's Ctrl-C too, and then fails.
		const isStopped = interruption.exitCode !== null && error.code === 'keystore-passphrase';
		sayError(isStopped ? cancelledError() : error, write);
		return interruption.exitCode ?? exitCodeOf(error);
	}

	if (isParserError(error)) {
		// The parser has said it already; help and version are no failures.
		return error.exitCode === 0 ? exitCode.done : exitCode.usage;
	}

	write.err(`keymaker met something that it did not expect: ${placeOf(error)}`);
	write.err('  No key is lost by it. Please report it, with what you did before.');
	return exitCode.failed;
}

/** The kind of an unforeseen error and where it arose. Its message is left out: nobody knows what it quotes. */
function placeOf(error: unknown): string {
	const {name, stack = ''} = error instanceof Error ? error : new Error('not an error');
	return visible(`${name} ${/^ +at .*$/m.exec(stack)?.[0].trim() ?? ''}`);
}

function isParserError(error: unknown): error is {code: string; exitCode: number} {
	return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.');
}
