import type {Environment} from '../system/environment.ts';
import {ownProgram, type RunEnd, runWithInput} from '../system/programs.ts';
import type {CopyResult} from './desktop.ts';

/** How long each way of copying can take, in milliseconds. */
const patience = 2000;

/** What copying needs to know about where the program runs. */
export type ClipboardOptions = {
	/** The variables that say where the program runs, and that clipboard programs inherit. */
	env: Environment;
	/** Writes to the terminal around the screen. */
	writeTerminal(text: string): void;
	/** True if standard output is a terminal. */
	isTTY: boolean;
};

/** True if the person sits at another computer, whose clipboard the programs here cannot reach. */
export function isOverSsh(env: Environment): boolean {
	return Boolean(env.SSH_CONNECTION || env.SSH_CLIENT || env.SSH_TTY);
}

/** Copies in the first way that works: the system's clipboard (not over SSH), tmux, the terminal (OSC 52). */
export async function copyText(text: string, options: ClipboardOptions): Promise<CopyResult> {
	const {env} = options;
	let before = '';
	if (!isOverSsh(env)) {
		const worker = ownProgram(import.meta.url, 'clipboard-worker', [], env);
		const end = await runWithInput(worker, text, patience);
		if (end === 'done') {
			return {way: 'clipboard', sentence: 'Copied.'};
		}

		before = refusal(end);
	}

	if (env.TMUX) {
		const end = await runWithInput({command: ['tmux', 'load-buffer', '-w', '-'], env}, text, patience);
		if (end === 'done') {
			const sentence = `${before}Copied to tmux (prefix ] pastes) and sent to your terminal.`;
			return {way: 'tmux', sentence};
		}
	}

	if (options.isTTY) {
		options.writeTerminal(osc52(text));
		return {way: 'osc52', sentence: `${before}Sent to your terminal (OSC 52); some terminals ignore it.`};
	}

	return {
		way: 'none',
		sentence: `${before || 'No clipboard works here. '}Select it with the mouse to copy it.`,
	};
}

/** The sequence that asks a terminal to copy a text. */
export function osc52(text: string): string {
	return `\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`;
}

function refusal(end: Exclude<RunEnd, 'done'>): string {
	return end === 'too-slow'
		? `The clipboard did not answer in ${patience / 1000} s. `
		: 'No clipboard program works here. ';
}
