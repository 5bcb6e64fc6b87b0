import {cancelledError, type Write} from './commands/command.ts';
import {drawsUnicode} from './flock/glyph.ts';
import {isTerminal, type Output} from './output.ts';

const clearLine = '\r\u001b[2K';

/**
 * The input and outputs of this process, as commands read from them and write to them.
 * @param signal aborted by Ctrl-C.
 * @param onInterrupt told of a Ctrl-C that was typed where it makes no signal.
 */
export function terminalWrite(
	stdout: Output,
	stderr: Output,
	signal: AbortSignal,
	onInterrupt: () => void = () => {},
): Write {
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
			if (line !== null && stderr.isTerminal) {
				stderr.write(line);
				inProgress = true;
			}
		},
		get input() {
			return process.stdin;
		},
		get interactive() {
			return stderr.isTerminal && isTerminal(0);
		},
		async askHidden(question) {
			clearProgress();
			const {readHiddenLine} = await import('./hidden-line.ts');
			const answer = await readHiddenLine({
				input: process.stdin,
				output: stderr.stream(),
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
		get columns() {
			return (stdout.isTerminal && stdout.stream().columns) || 80;
		},
		unicode,
		signal,
	};
}
