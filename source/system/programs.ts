/**
 * The only place that starts helper programs: the browser, clipboard programs, tmux, a passphrase command.
 * None of them gets a secret, the current folder (which may be somebody else's clone) or this program's own
 * input. A bot's own program is not a helper: `commands/child.ts` runs it, and
 * `commands/child-environment.ts` decides what it gets.
 */
import {type ChildProcess, type SpawnOptions, spawn} from 'node:child_process';
import {accessSync, closeSync, constants, openSync, statSync} from 'node:fs';
import {homedir} from 'node:os';
import path from 'node:path';
import {isatty} from 'node:tty';
import {fileURLToPath} from 'node:url';
import type {Environment} from './environment.ts';
import {codeOf} from './errors.ts';

/** A program, its arguments, and its variables once they are cleaned. */
export type Helper = {command: readonly string[]; env: Environment};

/** How a program ended that was given a text: `missing` if there is no such program. */
export type RunEnd = 'done' | 'failed' | 'missing' | 'too-slow';

/** The result of an attempt to start a program, as far as anybody can know. */
export type Start = {ok: true} | {ok: false; reason: string; exitCode: number};

/** What a shell line printed, and how it ended: its exit code, a signal, or a word for what stopped it. */
export type Printed = {output: string; end: number | string};

const isWindows = process.platform === 'win32';

/** Variables that no other program gets. */
const secretNames = /^(TWITTER_|KEYMAKER_PASSPHRASE|KEYMAKER_PRACTICE_CONTROL$)/i;

/** A shell's exit code for a missing program. */
const notFound = 127;

/** More than this is not a passphrase or an answer; in characters. */
const mostPrinted = 1024 * 1024;

/**
 * True if a variable holds a secret of keymaker's: a key, a passphrase, practice's control token, a
 * keystore's password.
 */
export function isSecret(name: string, value: string | undefined): boolean {
	return secretNames.test(name) || (/^KEYMAKER_KEYSTORE$/i.test(name) && hasPassword(value ?? ''));
}

/** True for an address, such as `postgres://…`, instead of a folder. */
export function isAddress(place: string): boolean {
	return /^[a-z][a-z\d+.-]+:\/\//i.test(place);
}

function hasPassword(place: string): boolean {
	const url = URL.parse(place);
	// An unreadable address may hold a password, too.
	return isAddress(place) && (url === null || url.password !== '' || /password/i.test(url.search));
}

/**
 * A helper program's variables: without secrets, and with a PATH that does not depend on the current folder,
 * for the programs that it starts itself. The person's own variables stay, even a proxy's password.
 */
export function helperEnvironment(env: Environment): Record<string, string | undefined> {
	const kept = Object.entries(env).filter(
		([name, value]) => !isSecret(name, value) && !/^PGPASSWORD$/i.test(name) && !isPath(name),
	);
	const folders = searched(env);
	return {
		...Object.fromEntries(kept),
		// An empty PATH would mean the current folder. Without a PATH, a system uses its own.
		...(folders.length > 0 ? {PATH: folders.join(path.delimiter)} : {}),
		// Otherwise Windows looks in the current folder before the PATH.
		...(isWindows ? {NoDefaultCurrentDirectoryInExePath: '1'} : {}),
	};
}

function isPath(name: string): boolean {
	return isWindows ? /^path$/i.test(name) : name === 'PATH';
}

/** The folders of the PATH, without those that depend on the current folder. */
function searched(env: Environment): string[] {
	const [, folders = ''] = Object.entries(env).find(([name]) => isPath(name)) ?? [];
	return folders.split(path.delimiter).filter(folder => path.isAbsolute(folder));
}

/** A program's absolute path on the PATH, or `null`. A relative path finds none; an absolute one finds itself. */
export function findProgram(name: string, env: Environment): string | null {
	const isName = name !== '' && path.basename(name) === name;
	const places = path.isAbsolute(name)
		? [name]
		: isName
			? searched(env).map(folder => path.join(folder, name))
			: [];
	const endings = isWindows && path.extname(name) === '' ? ['.com', '.exe'] : [''];
	return places.flatMap(place => endings.map(ending => place + ending)).find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return statSync(file).isFile();
	} catch {
		return false;
	}
}

/**
 * One of keymaker's own programs, run by Node without Node settings, which can name files in the current
 * folder.
 * @param module the `import.meta.url` of a module beside it: TypeScript in the source, JavaScript in the
 * build.
 */
export function ownProgram(module: string, name: string, args: readonly string[], env: Environment): Helper {
	const file = fileURLToPath(new URL(`./${name}.${module.endsWith('.ts') ? 'ts' : 'js'}`, module));
	const kept = Object.entries(env).filter(([variable]) => !/^NODE_/i.test(variable));
	return {command: [process.execPath, file, ...args], env: Object.fromEntries(kept)};
}

/**
 * Runs a program with a text on its standard input, never in its arguments. If it takes too long, or if this
 * program ends first, it is ended with every program that it started.
 * @param milliseconds how long it can take.
 */
export function runWithInput(helper: Helper, text: string, milliseconds: number): Promise<RunEnd> {
	const child = start(helper, {detached: !isWindows, stdio: ['pipe', 'ignore', 'ignore']});
	if (typeof child === 'string') {
		return Promise.resolve(child === 'ENOENT' ? 'missing' : 'failed');
	}

	return new Promise(resolve => {
		const guard = endInTime(child, milliseconds, () => resolve('too-slow'));
		child.once('error', error => {
			guard.release();
			resolve(codeOf(error) === 'ENOENT' ? 'missing' : 'failed');
		});
		// Not `close`: a clipboard program can leave a child behind that serves the clipboard.
		child.once('exit', code => {
			guard.release();
			resolve(code === 0 ? 'done' : 'failed');
		});
		child.stdin?.on('error', () => {});
		child.stdin?.end(text);
	});
}

/**
 * Starts a program that outlives this one, and waits to see whether it fails.
 * @param milliseconds how long to wait for a failure. After that it counts as running.
 */
export function startAndLeave(helper: Helper, milliseconds: number): Promise<Start> {
	const child = start(helper, {detached: true, stdio: 'ignore'});
	if (typeof child === 'string') {
		return Promise.resolve(notStarted(child));
	}

	return new Promise(resolve => {
		const timer = setTimeout(() => resolve({ok: true}), milliseconds);
		child.unref();
		child.once('error', error => {
			clearTimeout(timer);
			resolve(notStarted(codeOf(error) || 'unknown error'));
		});
		child.once('exit', code => {
			clearTimeout(timer);
			resolve(code === 0 ? {ok: true} : endedWith(code));
		});
	});
}

function endedWith(code: number | null): Start {
	return code === notFound
		? notStarted('ENOENT')
		: {ok: false, reason: code === null ? 'it was stopped' : `exit code ${code}`, exitCode: code ?? 1};
}

function notStarted(code: string): Start {
	return code === 'ENOENT'
		? {ok: false, reason: 'no such program', exitCode: notFound}
		: {ok: false, reason: code, exitCode: 1};
}

/**
 * Starts a program that outlives this one and says on its standard output when it is working.
 * @param milliseconds how long to wait for that. After that it counts as running.
 */
export function startAndHear(helper: Helper, milliseconds: number): Promise<Start> {
	const child = start(helper, {detached: true, stdio: ['ignore', 'pipe', 'ignore']});
	if (typeof child === 'string') {
		return Promise.resolve(notStarted(child));
	}

	return new Promise(resolve => {
		const settle = (how: Start): void => {
			clearTimeout(timer);
			child.stdout?.destroy();
			resolve(how);
		};
		const timer = setTimeout(() => settle({ok: true}), milliseconds);
		child.unref();
		child.stdout?.once('data', () => settle({ok: true}));
		child.once('error', error => settle(notStarted(codeOf(error) || 'unknown error')));
		child.once('exit', code => settle(code === 0 ? {ok: true} : endedWith(code)));
	});
}

/**
 * Runs a program that answers on its standard output.
 * @param milliseconds how long it can take before it is ended.
 * @returns its output; `null` if there is no such program, it fails, or takes too long
 */
export function askProgram(helper: Helper, milliseconds: number): Promise<string | null> {
	const child = start(helper, {detached: !isWindows, stdio: ['ignore', 'pipe', 'ignore']});
	if (typeof child === 'string') {
		return Promise.resolve(null);
	}

	return new Promise(resolve => {
		let output = '';
		const settle = (printed: string | null): void => {
			guard.release();
			resolve(printed);
		};
		const guard = endInTime(child, milliseconds, () => settle(null));
		child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
			output += chunk;
			if (output.length > mostPrinted) {
				guard.end();
			}
		});
		child.once('error', () => settle(null));
		child.once('close', code => settle(code === 0 ? output : null));
	});
}

/**
 * Runs the person's own shell line, which can ask questions at the terminal. It gets this program's input
 * only if that is a terminal, since piped input is for this program. It starts in the home folder, so a
 * relative path in it always means the same.
 * @param milliseconds how long it can take without a terminal, when it cannot be waiting for anybody.
 */
export function runShellLine(line: string, env: Environment, milliseconds: number): Promise<Printed> {
	const isAttended = hasTerminal();
	const child = spawn(line, {
		...everywhere(env),
		shell: true,
		stdio: [isatty(0) ? 'inherit' : 'ignore', 'pipe', 'inherit'],
		// Its own process group would be in the background: it could not ask at the terminal, and Ctrl-C would
		// not reach it.
		detached: !(isAttended || isWindows),
	});
	return new Promise(resolve => {
		let output = '';
		const settle = (end: number | string): void => {
			guard.release();
			resolve({output, end});
		};
		const guard = endInTime(child, isAttended ? null : milliseconds, () => {
			child.stdout.destroy();
			settle('it took too long');
		});
		child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
			output += chunk;
			if (output.length > mostPrinted) {
				guard.end();
				child.stdout.destroy();
				settle('it printed too much');
			}
		});
		child.once('error', error => settle(codeOf(error) || 'error'));
		child.once('close', (code, signal) => settle(signal ?? code ?? 'error'));
	});
}

/** True if a person may sit at a terminal, whatever this program's own input and output are. */
function hasTerminal(): boolean {
	if (isWindows) {
		return [0, 1, 2].some(stream => isatty(stream));
	}

	try {
		closeSync(openSync('/dev/tty', 'r+'));
		return true;
	} catch {
		return false;
	}
}

/** Starts a program. @returns the system's code instead if it cannot start, `ENOENT` if there is none */
function start(
	{command: [name = '', ...args], env}: Helper,
	options: Pick<SpawnOptions, 'detached' | 'stdio'>,
): ChildProcess | string {
	const file = findProgram(name, env);
	if (file === null) {
		return 'ENOENT';
	}

	try {
		return spawn(file, args, {...everywhere(env), ...options});
	} catch (error) {
		return codeOf(error) || 'unknown error';
	}
}

/** Options for every helper program. */
function everywhere(env: Environment): Pick<SpawnOptions, 'cwd' | 'env' | 'windowsHide'> {
	return {cwd: neutralFolder(), env: helperEnvironment(env), windowsHide: true};
}

/** The home folder, or the root if it cannot be entered. */
function neutralFolder(): string {
	try {
		const home = homedir();
		accessSync(home, constants.X_OK);
		if (path.isAbsolute(home) && statSync(home).isDirectory()) {
			return home;
		}
	} catch {
		// Some users have none.
	}

	return path.parse(process.execPath).root;
}

/** Ends a program with everything it started, when its time is up or this program ends; `release` lets it go. */
function endInTime(
	child: ChildProcess,
	milliseconds: number | null,
	onTooSlow: () => void,
): {end(): void; release(): void} {
	const end = (): void => {
		try {
			// A group's leader takes the group along. Windows has no groups, and a program that is not a leader
			// has none to end.
			if (isWindows || child.pid === undefined) {
				child.kill('SIGKILL');
			} else {
				process.kill(-child.pid, 'SIGKILL');
			}
		} catch {
			child.kill('SIGKILL');
		}
	};
	const timer =
		milliseconds === null
			? null
			: setTimeout(() => {
					end();
					onTooSlow();
				}, milliseconds);
	process.once('exit', end);
	return {
		end,
		release() {
			clearTimeout(timer ?? undefined);
			process.off('exit', end);
		},
	};
}
