import {cancelledError, type Write} from '../commands/shared/command.ts';
import {drawsColour, drawsUnicode} from '../flock/glyph.ts';
import type {HiddenTerminal} from './hidden-line.ts';
import {isTerminal, type Output} from './output.ts';

const clearLine = '\r\u001b[2K';

/**
 * This process's input and outputs, as commands use them.
 * @param signal aborted by Ctrl-C.
 * @param onInterrupt called for a typed Ctrl-C that sends no signal.
 */
export function terminalWrite(
	stdout: Output,
	stderr: Output,
	signal: AbortSignal,
	onInterrupt: () => void = () => {},
): Write {
	const unicode = drawsUnicode(process.env, process.platform);
	let inProgress = false;
	let hidden: HiddenTerminal | null = null;

	function clearProgress(): void {
		if (inProgress) {
			stderr.write(clearLine);
			inProgress = false;
		}
	}

	function handOver(mode: 'restored' | 'hidden'): void {
		hidden?.close(mode);
		hidden = null;
	}

	async function hide(): Promise<HiddenTerminal> {
		const {openHiddenTerminal} = await import('./hidden-line.ts');
		hidden ??= openHiddenTerminal({
			input: process.stdin,
			output: stderr.stream(),
			mask: unicode ? '•' : '*',
			signal,
			onInterrupt,
		});
		return hidden;
	}

	/** A command that prints a result asks no more hidden questions. Between two of them it may say what was wrong. */
	function beginLine(): void {
		handOver('restored');
		clearProgress();
	}

	return {
		out(line) {
			beginLine();
			stdout.write(`${line}\n`);
		},
		err(line) {
			clearProgress();
			stderr.write(`${line}\n`);
		},
		raw(text) {
			beginLine();
			stdout.write(text);
		},
		progress(line) {
			beginLine();
			if (line !== null && stderr.isTerminal) {
				stderr.write(line);
				inProgress = true;
			}
		},
		get input() {
			handOver('restored');
			return process.stdin;
		},
		get interactive() {
			return stderr.isTerminal && isTerminal(0);
		},
		async askHidden(question) {
			clearProgress();
			const answer = await (await hide()).ask(question);
			if (answer === 'interrupted') {
				throw cancelledError();
			}

			return answer === 'ended' ? null : answer.line;
		},
		handOver,
		get columns() {
			return (stdout.isTerminal && stdout.stream().columns) || 80;
		},
		unicode,
		get seen() {
			return stdout.isTerminal;
		},
		get colour() {
			return drawsColour(process.env, stdout.isTerminal);
		},
		signal,
	};
}
