#!/usr/bin/env node
import os from 'node:os';
import packageJson from '../package.json' with {type: 'json'};
import {type Parsed, parseCommandLine} from './command-line/parse.ts';
import {exitCode, exitCodeOf, sayError} from './commands/command.ts';
import {command as list} from './commands/list.ts';
import {composeReading} from './compose-reading.ts';
import {FlockError} from './flock/error.ts';
import {visible} from './flock/visible.ts';
import {askMoved} from './moved.ts';
import {type SharedOptions, settingsOf} from './options.ts';
import {isTerminal, openOutput} from './output.ts';
import {environmentPassphrase, passphraseOptions} from './passphrase.ts';
import {terminalWrite} from './terminal.ts';

const interruption = new AbortController();
let endingSignal: NodeJS.Signals = 'SIGINT';
let onScreen = false;
const [stdout, stderr] = [openOutput('stdout', endWithReader), openOutput('stderr', endWithReader)];
const write = terminalWrite(stdout, stderr, interruption.signal, () => interruption.abort());

process.on('uncaughtException', error => {
	// The screen has a listener of its own, and restores the terminal first.
	if (process.listenerCount('uncaughtException') === 1) {
		process.exit(failed(error));
	}
});
process.exitCode = await main();
await Promise.all([stdout.flushed(), stderr.flushed()]);
process.exit();

function endWithReader({code}: NodeJS.ErrnoException): void {
	const gone = code === 'EPIPE' || code === 'EIO';
	// A window that was closed must not end a PIN's exchange; the screen ends by itself, and waits for that.
	if (!(gone && onScreen)) {
		// A reader that has gone away, as in `keymaker list | head -1`, is no failure of this program.
		process.exit(gone ? exitCode.done : exitCode.failed);
	}
}

async function main(): Promise<number> {
	try {
		const parsed = await parseCommandLine(process.argv.slice(2));
		switch (parsed.kind) {
			case 'version':
				write.out(packageJson.version);
				return exitCode.done;
			case 'help': {
				const {commandHelp, programHelp} = await import('./command-line/help.ts');
				const {command} = parsed;
				write.raw(command === null ? await programHelp(write.columns) : commandHelp(command, write.columns));
				return exitCode.done;
			}
			case 'screen':
				return isTerminal(0) && stdout.isTerminal
					? await screen(parsed.shared)
					: await listInstead(parsed.shared);
			case 'command':
				return await run(parsed);
		}
	} catch (error) {
		return failed(error);
	}
}

async function screen(options: SharedOptions): Promise<number> {
	onScreen = true;
	for (const output of [stdout, stderr]) {
		// Opened here, so that an error on it finds its listener.
		output.stream();
	}

	const {runScreen} = await import('./screen.ts');
	const settings = settingsOf(options, process.env, process.cwd());
	return runScreen(settings, process.env, process.cwd(), write, askMoved(write));
}

async function listInstead(shared: SharedOptions): Promise<number> {
	const code = await run({command: list, words: [], options: {json: false}, shared});
	write.err('This is not a terminal, so the flock is listed; keymaker --help shows what else works here.');
	return code;
}

async function run(parsed: Omit<Extract<Parsed, {kind: 'command'}>, 'kind'>): Promise<number> {
	const {command, words, options, shared} = parsed;
	const {env} = process;
	const cwd = process.cwd();
	const settings = settingsOf(shared, env, cwd);
	const line = {
		words,
		options,
		env,
		givenPassphrase: environmentPassphrase(env) ?? null,
		surroundings: async () => (await import('./surroundings.ts')).surroundingsOf(process),
	};
	if (command.needs === 'no-keystore') {
		return command.run(line, {poems: {path: settings.poems}, cwd}, write);
	}

	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		// They stay: where nobody listens any more, a library ends the program in the middle of an exchange.
		process.on(signal, () => {
			endingSignal = signal;
			interruption.abort();
		});
	}

	const composed = command.needs === 'reading' ? composeReading : (await import('./compose.ts')).compose;
	const {services, close} = await composed(settings, env, cwd, {
		...passphraseOptions(env, write.interactive ? write.askHidden : null),
		haveMoved: command.unattended ? undefined : askMoved(write),
	});
	try {
		return await command.run(line, services, write);
	} finally {
		await close();
	}
}

/** The one place where failures end: a sentence and a hint for an expected one, as little as possible for another. */
function failed(error: unknown): number {
	if (error instanceof FlockError) {
		sayError(error, write);
		return error.code === 'cancelled' ? 128 + os.constants.signals[endingSignal] : exitCodeOf(error);
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
