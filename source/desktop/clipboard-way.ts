import type {Environment} from '../system/environment.ts';
import {isOverSsh} from './clipboard.ts';
import type {CopyResult} from './desktop.ts';

/** What decides how to copy a text. */
export type ClipboardSurroundings = {
	env: Environment;
	platform: NodeJS.Platform;
	/** True if standard output is a terminal. */
	isTTY: boolean;
	/** True if a program with this name is on the PATH. */
	hasProgram(name: string): boolean;
};

/** How this computer would copy a text, as far as one can tell without copying. */
export type ClipboardWay = {way: CopyResult['way']; sentence: string; hint: string | null};

/** Describes the way that `copyText` tries first here. */
export function clipboardWay(surroundings: ClipboardSurroundings): ClipboardWay {
	const {env, isTTY, hasProgram} = surroundings;
	const program = isOverSsh(env) ? null : clipboardProgram(surroundings);
	if (program !== null) {
		return {way: 'clipboard', sentence: `c copies to the clipboard (${program}).`, hint: null};
	}

	const where = isOverSsh(env) ? 'over SSH' : 'without a display';
	if (env.TMUX && hasProgram('tmux')) {
		return {
			way: 'tmux',
			sentence: `c copies to tmux ${where} and sends it to your terminal.`,
			hint: 'tmux passes it on to the terminal with `set -g set-clipboard on`.',
		};
	}

	if (isTTY) {
		return {
			way: 'osc52',
			sentence: `c sends the text to your terminal (OSC 52) ${where}.`,
			hint: 'Some terminals ignore it or need it allowed in their settings. If so, select the link with the mouse.',
		};
	}

	return {
		way: 'none',
		sentence: `No clipboard works ${where}, and standard output is not a terminal.`,
		hint: 'Select the link with the mouse.',
	};
}

/** The program that clipboardy would use; `null` if it has no display. */
function clipboardProgram({env, platform, hasProgram}: ClipboardSurroundings): string | null {
	switch (platform) {
		case 'darwin':
			return 'pbcopy';
		case 'win32':
			return 'Windows';
		case 'android':
			return env.TERMUX_VERSION === undefined ? null : 'Termux';
		default:
	}

	if (env.WSL_DISTRO_NAME || env.WSL_INTEROP) {
		return 'Windows';
	}

	if (env.WAYLAND_DISPLAY && hasProgram('wl-copy')) {
		return 'wl-copy';
	}

	if (env.DISPLAY) {
		return hasProgram('xsel') ? 'xsel' : 'the xsel that comes with keymaker';
	}

	return null;
}
