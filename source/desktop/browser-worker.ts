/**
 * A process of its own that opens an address in the system's browser, and ends with the exit code of what it ran, or 0 where
 * that still runs. `open` hands on the environment and the current folder of its process: here they are clean.
 */
import type {ChildProcess} from 'node:child_process';
import open from 'open';

/** How long a failure of the system's own opener is waited for, in milliseconds. */
const patience = 1000;

try {
	process.exitCode = await endOf(await open(process.argv[2] ?? ''));
} catch (error) {
	// As a shell has it for a program that is not there.
	process.exitCode = error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 127 : 1;
}

/** `open` resolves although the program that it ran then failed: its exit code says more. */
function endOf(child: ChildProcess): Promise<number> {
	if (child.exitCode !== null) {
		return Promise.resolve(child.exitCode);
	}

	return new Promise(resolve => {
		const timer = setTimeout(() => resolve(0), patience);
		child.once('exit', code => {
			clearTimeout(timer);
			resolve(code ?? 1);
		});
	});
}
