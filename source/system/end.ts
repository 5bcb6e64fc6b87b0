import {existsSync} from 'node:fs';

const shell = '/bin/sh';

/** True while Node waits for a file: it waits forever for a disk that does not answer. */
export function waitsForFile(): boolean {
	return process.getActiveResourcesInfo().some(resource => resource.startsWith('FSReq'));
}

/**
 * Ends the process immediately, whatever its threads do. `process.exit` waits for them: for one that computes
 * an encryption key as long as that takes, for one that opens a pipe or a file on a dead disk forever.
 * Listeners of `exit` are called.
 * @param code the exit code; 128 and a signal's number if that signal ends it.
 */
export function endNow(code: number): never {
	process.exitCode = code;
	try {
		process.emit('exit', code);
	} catch {
		// A terminal that is gone cannot be restored.
	}

	leaveThreads(code);
	if (process.platform !== 'win32' && code > 128) {
		// An older Node: send the signal itself, for which a shell returns the same code.
		for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) {
			process.removeAllListeners(signal);
		}

		process.kill(process.pid, code - 128);
	}

	process.exit(code);
}

/**
 * Ends the process without its threads, which the kernel ends when a process becomes another program. Returns
 * if that is impossible: on Windows, with an older Node, in a sandbox.
 * @param code the exit code.
 */
export function leaveThreads(code: number): void {
	try {
		if (process.platform !== 'win32' && existsSync(shell)) {
			process.execve?.(shell, ['sh', '-c', `exit ${code}`], {});
		}
	} catch {
		// A sandbox may forbid it.
	}
}
