import {type ChildProcess, spawn} from 'node:child_process';
import {delimiter} from 'node:path';
import {isOverSsh} from './clipboard.ts';
import type {OpenResult} from './desktop.ts';
import {type Environment, withoutSecrets} from './run.ts';

/** How long a browser's failure is waited for, in milliseconds. Then it is taken to be running. */
const patience = 1000;

/** How an attempt to start a program went, as far as anybody can know. */
type Start = {ok: true} | {ok: false; reason: string};

/** Why no browser is opened by itself, as a sentence; `null` where it is. */
export function whyNotOpen(env: Environment, platform: NodeJS.Platform, noOpen: boolean): string | null {
	if (noOpen || env.KEYMAKER_OPEN === 'never') {
		return 'No browser is opened by itself, as asked for (--no-open or KEYMAKER_OPEN=never).';
	}

	if (isOverSsh(env)) {
		return 'No browser is opened by itself over SSH: open the link on your own computer.';
	}

	return hasNoDisplay(env, platform) ? `${noDisplay} Open the link on another computer or a phone.` : null;
}

/** Starts `$BROWSER`, else the system's browser, at an http(s) address. Says what is known, and never "opened". */
export async function openBrowser(
	url: string,
	env: Environment,
	platform: NodeJS.Platform,
): Promise<OpenResult> {
	if (!isWebAddress(url)) {
		return {started: false, sentence: 'This is no web address, so no browser was asked to open it.'};
	}

	const commands = browserCommands(env.BROWSER ?? '', url);
	if (commands.length === 0 && hasNoDisplay(env, platform)) {
		return {started: false, sentence: noDisplay};
	}

	const starts =
		commands.length > 0 ? commands.map(words => () => startCommand(words, env)) : [() => startOpen(url)];
	let reason = '';
	for (const start of starts) {
		const how = await start();
		if (how.ok) {
			return {started: true, sentence: 'Asked the browser to open it.'};
		}

		reason = how.reason;
	}

	return {started: false, sentence: `The browser did not start: ${reason}.`};
}

/**
 * The commands of `$BROWSER`, each as its words: alternatives stand between colons, `%s` is the address,
 * which comes last where there is no `%s`. No shell is asked, so nothing in the address can be obeyed.
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

const noDisplay = 'There is no display here to open a browser on.';

function hasNoDisplay(env: Environment, platform: NodeJS.Platform): boolean {
	const needsOne = platform !== 'darwin' && platform !== 'win32' && platform !== 'android';
	const hasOne = env.DISPLAY || env.WAYLAND_DISPLAY || env.BROWSER;
	// Under WSL the browser is Windows's own.
	const isWsl = env.WSL_DISTRO_NAME || env.WSL_INTEROP;
	return needsOne && !hasOne && !isWsl;
}

function isWebAddress(url: string): boolean {
	return URL.canParse(url) && /^https?:\/\/[\x21-\x7e]+$/.test(url);
}

async function startCommand(words: readonly string[], env: Environment): Promise<Start> {
	const [command = '', ...args] = words;
	try {
		return await watchStart(
			spawn(command, args, {detached: true, env: withoutSecrets(env), stdio: 'ignore'}),
		);
	} catch (error) {
		return failed(error);
	}
}

async function startOpen(url: string): Promise<Start> {
	try {
		const {default: open} = await import('open');
		return await watchStart(await open(url));
	} catch (error) {
		return failed(error);
	}
}

/** `open` resolves although the program that it ran then failed: its exit code says more. */
function watchStart(child: ChildProcess): Promise<Start> {
	return new Promise(resolve => {
		const ended = (code: number | null): void => {
			clearTimeout(timer);
			resolve(
				code === 0 ? {ok: true} : {ok: false, reason: code === null ? 'it was ended' : `exit code ${code}`},
			);
		};

		const timer = setTimeout(() => resolve({ok: true}), patience);
		child.unref();
		child.once('error', error => {
			clearTimeout(timer);
			resolve(failed(error));
		});
		child.once('exit', ended);
		if (child.exitCode !== null) {
			ended(child.exitCode);
		}
	});
}

function failed(error: unknown): Start {
	const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
	return {ok: false, reason: code === 'ENOENT' ? 'there is no such program' : code};
}
