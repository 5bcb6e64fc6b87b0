import type {Write} from './commands/command.ts';

const clearLine = '\r\u001b[2K';

/** The streams of this process, as commands write to them. `signal` is aborted by Ctrl-C. */
export function terminalWrite(signal: AbortSignal): Write {
	const {stdin, stdout, stderr} = process;
	let inProgress = false;

	function clearProgress(): void {
		if (inProgress) {
			stderr.write(clearLine);
			inProgress = false;
		}
	}

	return {
		out(line) {
			clearProgress();
			stdout.write(`${line}\n`);
		},
		err(line) {
			clearProgress();
			stderr.write(`${line}\n`);
		},
		raw(text) {
			stdout.write(text);
		},
		progress(line) {
			clearProgress();
			if (line !== null && stderr.isTTY) {
				stderr.write(line);
				inProgress = true;
			}
		},
		get input() {
			return stdin;
		},
		interactive: Boolean(stdin.isTTY && stderr.isTTY),
		columns: stdout.columns ?? 80,
		signal,
	};
}

/** Resolves once what was written to standard output and standard error has left the process. */
export async function flushed(): Promise<void> {
	await Promise.all(
		[process.stdout, process.stderr].map(
			stream =>
				new Promise<void>(resolve => (stream.writable ? stream.write('', () => resolve()) : resolve())),
		),
	);
}
