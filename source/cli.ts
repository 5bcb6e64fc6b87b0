#!/usr/bin/env node
import packageJson from '../package.json' with {type: 'json'};
import {askMoved} from './command-line/moved.ts';
import {type SharedOptions, settingsOf} from './command-line/options.ts';
import {isTerminal, openOutput, outputError, readerIsGone} from './command-line/output.ts';
import {type Parsed, parseCommandLine} from './command-line/parse.ts';
import {environmentPassphrase, passphraseOptions} from './command-line/passphrase.ts';
import {terminalWrite} from './command-line/terminal.ts';
import {command as list} from './commands/list.ts';
import {cancelledError, exitCode, exitCodeOf, sayError} from './commands/shared/command.ts';
import {identityAt} from './compose-place.ts';
import {composeReading} from './compose-reading.ts';
import {FlockError} from './flock/error.ts';
import {savesNothing} from './flock/hosts.ts';
import type {Services} from './services.ts';
import {endNow, waitsForFile} from './system/end.ts';
import {foreseen} from './system/errors.ts';
import {openInterruption} from './system/interruption.ts';
import {allFinished, unfinishedWork} from './system/unfinished.ts';

let onScreen = false;
let outputFailed = false;
const [stdout, stderr] = [openOutput('stdout', endWithReader), openOutput('stderr', endWithListener)];
const interruption = openInterruption(line => write.err(line));
const write = terminalWrite(stdout, stderr, interruption.signal, () => interruption.interrupt('SIGINT'));

process.on('uncaughtException', error => {
	// The screen has its own listener and restores the terminal first.
	if (process.listenerCount('uncaughtException') === 1) {
		end(failed(error));
	}
});
process.exitCode = await main();
await Promise.all([stdout.flushed(), stderr.flushed()]);
end(process.exitCode);

function end(code: number): never {
	// Do not wait for anything that is still reading.
	if (interruption.exitCode !== null || onScreen || waitsForFile()) {
		endNow(code);
	}

	process.exit(code);
}

function endWithReader(error: NodeJS.ErrnoException): void {
	const gone = readerIsGone(1, error);
	if (gone && onScreen) {
		// A closed window: the screen ends by itself.
		return;
	}

	if (!gone && !outputFailed) {
		outputFailed = true;
		sayError(outputError(error), write);
	}

	// A reader that ended, as in `keymaker list | head -1`, is not an error of this program.
	const endNext = () => end(interruption.exitCode ?? (gone ? exitCode.done : exitCode.failed));
	// It must not end a PIN's exchange either.
	if (unfinishedWork().length > 0) {
		allFinished().then(endNext);
	} else {
		endNext();
	}
}

/** If nothing can be written, for instance to a log on a full disk, the work continues. */
function endWithListener(error: NodeJS.ErrnoException): void {
	if (readerIsGone(2, error)) {
		endWithReader(error);
	}
}

async function main(): Promise<number> {
	try {
		const words = process.argv.slice(2);
		if (words[0] === '__complete') {
			return await answerShell(words.slice(1));
		}

		const parsed = await parseCommandLine(words);
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

/** Answers a shell's tab key. It prints only what is available immediately, and no errors. */
async function answerShell(asked: readonly string[]): Promise<number> {
	const {complete} = await import('./command-line/completion/complete.ts');
	const {openPoems} = await import('./poems/folder.ts');
	const lines = await complete(asked, async options => {
		const {poems} = settingsOf(options, {KEYMAKER_POEMS: process.env.KEYMAKER_POEMS}, process.cwd());
		return (await openPoems(poems).read()).poems.map(({bot}) => bot);
	});
	write.raw(`${lines.join('\n')}\n`);
	return exitCode.done;
}

async function screen(options: SharedOptions): Promise<number> {
	onScreen = true;
	for (const output of [stdout, stderr]) {
		// Opened here, so an error finds its listener.
		output.stream();
	}

	const {runScreen} = await import('./screen.ts');
	const cwd = process.cwd();
	const settings = settingsOf(options, process.env, cwd);
	return runScreen(settings, process.env, cwd, write, askMoved(write), interruption);
}

async function listInstead(shared: SharedOptions): Promise<number> {
	const code = await run({command: list, words: [], options: {json: false}, shared});
	write.err('This is not a terminal, so here is the list. keymaker --help shows what else works here.');
	return code;
}

async function databaseSchema(): Promise<string> {
	return (await import('./keystore/postgres/schema.ts')).schemaSql;
}

async function choosePassphrase(): Promise<string> {
	return (await import('./commands/shared/new-passphrase.ts')).chooseForFlock(write);
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
		surroundings: async () => (await import('./command-line/surroundings.ts')).surroundingsOf(process),
	};
	if (command.needs === 'no-keystore') {
		const identity = async () => identityAt(env, cwd);
		return command.run(line, {poems: {path: settings.poems}, cwd, databaseSchema, identity}, write);
	}

	const composed = command.needs === 'reading' ? composeReading : (await import('./compose.ts')).compose;
	const {services, close} = await composed(settings, env, cwd, {
		...passphraseOptions(env, write.interactive ? write.askHidden : null, choosePassphrase),
		haveMoved: command.unattended ? undefined : askMoved(write),
	});
	try {
		if (services.keystore.isHosts && command.needs === 'all' && !command.savesNothing) {
			throw savesNothing();
		}

		if (services.keystore.waiting !== null && command.needs === 'all' && !command.looksOnly) {
			const {saveWaiting} = await import('./commands/shared/waiting.ts');
			await saveWaiting(services as Services, write);
		}

		const code = await command.run(line, services, write);
		return interruption.exitCode ?? code;
	} finally {
		await close();
	}
}

/** The one place where failures end: a sentence and a hint for an expected one, as little as possible for any other. */
function failed(error: unknown): number {
	if (error instanceof FlockError) {
		// A passphrase command gets the terminal's Ctrl-C too, and then fails.
		const isStopped = interruption.exitCode !== null && error.code === 'keystore-passphrase';
		sayError(isStopped ? cancelledError() : error, write);
		return interruption.exitCode ?? exitCodeOf(error);
	}

	const {message, hint} = foreseen(error);
	write.err(message);
	write.err(`  ${hint}`);
	return exitCode.failed;
}
