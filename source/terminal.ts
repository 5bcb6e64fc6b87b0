import {cancelledError, type Write} from './commands/command.ts';
import {drawsUnicode} from './flock/glyph.ts';
import {readHiddenLine} from './hidden-line.ts';

const clearLine = '\r\u001b[2K';

/**
 * The streams of this process, as commands write to them.
 * @param signal aborted by Ctrl-C.
 * @param onInterrupt told of a Ctrl-C that was typed where it makes no signal.
 */
export function terminalWrite(signal: AbortSignal, onInterrupt: () => void = () => {}): Write {
	const {stdout, stderr} = process;
	const unicode = drawsUnicode(process.env, process.platform);
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
			return process.stdin;
		},
		// Standard input last: opening it takes 1 ms, which a command without a terminal does without.
		interactive: Boolean(stderr.isTTY && process.stdin.isTTY),
		async askHidden(question) {
			clearProgress();
			const answer = await readHiddenLine({
				input: process.stdin,
				output: stderr,
				question,
				mask: unicode ? '•' : '*',
				signal,
			});
			if (answer === 'interrupted') {
				onInterrupt();
				throw cancelledError();
			}

			return answer === 'ended' ? null : answer.line;
		},
		columns: stdout.columns ?? 80,
		unicode,
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
