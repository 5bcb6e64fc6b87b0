import {delimiter} from 'node:path';
import type {Environment} from '../system/environment.ts';
import {ownProgram, startAndLeave} from '../system/programs.ts';
import {isOverSsh} from './clipboard.ts';
import type {OpenResult, WhyNotOpen} from './desktop.ts';

/** How long to wait for a browser's failure, in milliseconds. After that it counts as running. */
const patience = 1000;

/** The same for the program that asks the system's browser: it ends by itself, but takes a moment to start. */
const workerPatience = 10_000;

/** Why no browser opens automatically; `null` if one does. */
export function whyNotOpen(env: Environment, platform: NodeJS.Platform, noOpen: boolean): WhyNotOpen | null {
	if (noOpen || env.KEYMAKER_OPEN === 'never') {
		const sentence = 'Automatic opening is off.';
		return {kind: 'asked', sentence};
	}

	if (isOverSsh(env)) {
		const sentence = 'Over SSH, open the link on your own computer.';
		return {kind: 'ssh', sentence};
	}

	return hasNoDisplay(env, platform)
		? {kind: 'no-display', sentence: `${noDisplay} Open the link on another computer or a phone.`}
		: null;
}

/** Starts `$BROWSER`, else the system's browser, at an http(s) address. Reports what is known, and never "opened". */
export async function openBrowser(
	url: string,
	env: Environment,
	platform: NodeJS.Platform,
): Promise<OpenResult> {
	if (!isWebAddress(url)) {
		return {started: false, sentence: 'This is not a web address, so no browser opened it.'};
	}

	const commands = browserCommands(env.BROWSER ?? '', url);
	if (commands.length === 0 && hasNoDisplay(env, platform)) {
		return {started: false, sentence: noDisplay};
	}

	const attempts =
		commands.length > 0
			? commands.map(command => () => startAndLeave({command, env}, patience))
			: [() => startAndLeave(ownProgram(import.meta.url, 'browser-worker', [url], env), workerPatience)];
	let reason = '';
	for (const attempt of attempts) {
		const how = await attempt();
		if (how.ok) {
			return {started: true, sentence: 'Opening it in your browser.'};
		}

		reason = how.reason;
	}

	return {started: false, sentence: `The browser did not start: ${reason}.`};
}

/**
 * The commands of `$BROWSER`, each as its words. Colons separate alternatives. `%s` is the address, which
 * comes last if there is no `%s`. No shell runs, so nothing in the address is obeyed.
 */
export function browserCommands(browser: string, url: string): string[][] {
	return browser
		.split(delimiter)
		.map(command => command.trim().split(/\s+/))
		.filter(words => words[0] !== '' && words[0] !== undefined)
		.map(words =>
			words.some(word => word.includes('%s'))
				? words.map(word => word.replaceAll('%s', () => url))
				: [...words, url],
		);
}

const noDisplay = 'No display here to open a browser on.';

/** True if there is no display for a browser. */
export function hasNoDisplay(env: Environment, platform: NodeJS.Platform): boolean {
	const needsOne = platform !== 'darwin' && platform !== 'win32' && platform !== 'android';
	const hasOne = env.DISPLAY || env.WAYLAND_DISPLAY || env.BROWSER;
	// WSL uses Windows's own browser.
	const isWsl = env.WSL_DISTRO_NAME || env.WSL_INTEROP;
	return needsOne && !hasOne && !isWsl;
}

/** True for addresses that a browser may open. */
export function isWebAddress(url: string): boolean {
	return URL.canParse(url) && /^https?:\/\/[\x21-\x7e]+$/.test(url);
}
