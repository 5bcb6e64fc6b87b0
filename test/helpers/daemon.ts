import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {chownSync, closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';

/** Whom servers run as that refuse to run as root; `null` where the tests do not run as root. */
const other = process.getuid?.() === 0 ? idsOf('postgres') : null;
const missesOther = process.getuid?.() === 0 && other === null;
const hasSetpriv = spawnSync('setpriv', ['--version']).status === 0;

/** Why no server that refuses root can be started here; `false` where one can. */
export const whyNoDaemon: string | false =
	process.platform !== 'linux'
		? 'servers are started on Linux alone'
		: missesOther
			? 'root cannot start it: there is no user called postgres'
			: hasSetpriv
				? false
				: 'setpriv, which starts it as another user, is not installed';

function idsOf(name: string): {uid: number; gid: number} | null {
	const [uid, gid] = ['-u', '-g'].map(which => spawnSync('id', [which, name], {encoding: 'utf8'}));
	return uid?.status === 0 && gid?.status === 0 ? {uid: Number(uid.stdout), gid: Number(gid.stdout)} : null;
}

/** How a program is started as that user. @param ends whether it ends when this process does */
function command(program: string, args: readonly string[], ends: boolean): [string, string[]] {
	const who = other === null ? [] : [`--reuid=${other.uid}`, `--regid=${other.gid}`, '--clear-groups'];
	return ['setpriv', [...who, ...(ends ? ['--pdeathsig=KILL'] : []), '--', program, ...args]];
}

/** What must not outlive this process, however it ends. */
const folders = new Set<string>();
process.on('exit', () => {
	for (const folder of folders) {
		rmSync(folder, {recursive: true, force: true});
	}
});

/** A temporary folder of that user's, which goes at the end of this process at the latest. */
export function daemonFolder(name: string): string {
	const folder = mkdtempSync(path.join(tmpdir(), `keymaker-${name}-`));
	folders.add(folder);
	give(folder);
	return folder;
}

/** Removes such a folder. */
export function removeDaemonFolder(folder: string): void {
	rmSync(folder, {recursive: true, force: true, maxRetries: 10});
	folders.delete(folder);
}

/** Makes a file that user's. */
export function give(file: string): void {
	if (other !== null) {
		chownSync(file, other.uid, other.gid);
	}
}

/** Runs a program of that user's to its end. @throws where it fails */
export function runAs(program: string, args: readonly string[], cwd: string): void {
	const {status, stderr, error} = spawnSync(...command(program, args, false), {cwd, encoding: 'utf8', env});
	if (status !== 0) {
		throw new Error(`${program}: ${error?.message ?? stderr}`);
	}
}

/** A person's own settings for PostgreSQL are none of a test's. */
const env = {
	...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PG'))),
	LC_ALL: 'C',
};

/** A server that runs. */
export type Daemon = {
	readonly child: ChildProcess;
	/** Sends a signal to it and to all that it has started itself; to it alone where `alone` says so. */
	signal(signal: NodeJS.Signals, alone?: boolean): void;
	/** Ends it by a signal, and waits until it and all that it has started are gone. */
	end(signal: NodeJS.Signals): Promise<void>;
};

/**
 * Starts a server.
 * @param log what it writes goes to the end of this file.
 * @param isReady asked again and again.
 * @throws where it ends before
 */
export async function startDaemon(
	program: string,
	args: readonly string[],
	log: string,
	isReady: (daemon: Daemon) => boolean | Promise<boolean>,
): Promise<Daemon> {
	const output = openSync(log, 'a', 0o600);
	const cwd = path.dirname(log);
	const child = spawn(...command(program, args, true), {cwd, env, stdio: ['ignore', output, output]});
	closeSync(output);
	const ended = once(child, 'exit');
	const killed = () => child.kill('SIGKILL');
	process.on('exit', killed);
	ended.then(() => process.off('exit', killed));
	const daemon: Daemon = {
		child,
		signal(signal, alone = false) {
			const pid = child.pid ?? 0;
			for (const one of alone ? [pid] : [pid, ...childrenOf(pid)]) {
				send(one, signal);
			}
		},
		async end(signal) {
			const pid = child.pid ?? 0;
			// Stopped, it starts nobody who would be overlooked.
			child.kill('SIGSTOP');
			while (isRunning(pid) && statOf(pid)?.state !== 'T') {
				await later();
			}

			const started = childrenOf(pid);
			child.kill(signal);
			daemon.signal('SIGCONT');
			await ended;
			// What a killed server has started notices it a moment later.
			while (started.some(isRunning)) {
				await later();
			}
		},
	};
	while (!(await isReady(daemon))) {
		if (child.exitCode !== null || child.signalCode !== null) {
			throw new Error(`${program} has ended: ${readFileSync(log, 'utf8').slice(-2000)}`);
		}

		await later();
	}

	return daemon;
}

async function later(): Promise<void> {
	await new Promise(resolve => setTimeout(resolve, 10));
}

function send(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(pid, signal);
	} catch {
		// It has ended meanwhile.
	}
}

/** Parent and state of a process; `null` where there is none. */
function statOf(pid: number | string): {parent: number; state: string} | null {
	try {
		const [state = '', parent] =
			readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
		return {parent: Number(parent), state};
	} catch {
		return null;
	}
}

function childrenOf(pid: number): number[] {
	return readdirSync('/proc')
		.filter(name => /^\d+$/.test(name) && statOf(name)?.parent === pid)
		.map(Number);
}

/** Whether there is a process of this number that has not ended. */
export function isRunning(pid: number): boolean {
	const stat = statOf(pid);
	return stat !== null && stat.state !== 'Z' && stat.state !== 'X';
}
