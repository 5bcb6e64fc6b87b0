/**
 * A separate process that opens an address in the system's browser. It ends with the exit code of what it
 * ran, or 0 if that is still running. `open` passes on the environment and current folder of its process,
 * which are clean here.
 */
import type {ChildProcess} from 'node:child_process';
import open from 'open';

/** How long to wait for a failure of the system's opener, in milliseconds. */
const patience = 1000;

try {
	process.exitCode = await endOf(await open(process.argv[2] ?? ''));
} catch (error) {
	// A shell's exit code for a missing program.
	process.exitCode = error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 127 : 1;
}

/** `open` resolves even if its program then fails: the exit code says more. */
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
