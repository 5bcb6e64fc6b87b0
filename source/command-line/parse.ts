import {parseArgs} from 'node:util';
import type {AnyDefinition, Option, Options} from '../commands/shared/definition.ts';
import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import {commands} from './commands.ts';
import {browserChoices, type SharedOptions} from './options.ts';

/** The global options. */
export const sharedOptions = {
	poems: {value: 'dir', help: 'folder of poems (KEYMAKER_POEMS; default: poems)'},
	flock: {
		value: 'name',
		help: 'name of the flock (KEYMAKER_FLOCK; default: the folder that holds the poems)',
	},
	keystore: {
		value: 'dir',
		help: 'folder of keystores, or postgres:// address (KEYMAKER_KEYSTORE; default: the system’s own place)',
	},
	practice: {help: 'use a stand-in for X on this computer, with its own keystore'},
	'no-open': {help: 'do not open the browser automatically (KEYMAKER_OPEN=never)'},
	browser: {
		value: 'which',
		choices: browserChoices,
		help: 'open each link in a separate window, or in the default browser unchanged (KEYMAKER_BROWSER; default: own)',
	},
	callback: {
		value: 'port',
		help: 'let X return the browser to this port instead of showing a PIN (KEYMAKER_CALLBACK)',
	},
	'no-mouse': {help: 'leave the mouse to the terminal (KEYMAKER_MOUSE=never)'},
} as const satisfies Options;

/** The options that only print information. */
export const informing = {help: {help: 'print help'}, version: {help: 'print the version'}} as const;
/** The options with a one-letter form. */
export const short: Readonly<Record<string, string>> = {h: 'help', v: 'version'};

/** The value of an option. */
type Given = string | boolean | readonly string[];

/** A parsed command line. */
export type Parsed =
	| {kind: 'screen'; shared: SharedOptions}
	| {kind: 'version'}
	/** `null` means the program's own help. */
	| {kind: 'help'; command: AnyDefinition | null}
	| {
			kind: 'command';
			command: AnyDefinition;
			words: readonly string[];
			options: Readonly<Record<string, Given | null>>;
			shared: SharedOptions;
	  };

/**
 * Parses a command line. @throws FlockError `usage`, which repeats names but never values: one may be a PIN
 * or a passphrase.
 */
export async function parseCommandLine(words: readonly string[]): Promise<Parsed> {
	const {tokens: rough} = tokensOf(words, sharedOptions);
	const named = rough.find(token => token.kind === 'positional');
	const name = named?.value ?? null;
	if (name === 'help' && !('help' in commands)) {
		return {kind: 'help', command: await commandOf(rough.filter(isWord)[1]?.value ?? null)};
	}

	const command = await commandOf(name);
	const own: Options = command?.options ?? {};
	const known: Options = {...sharedOptions, ...own, ...informing};
	const {tokens} = tokensOf(words, known);
	const given = new Map<string, Given>();
	for (const token of tokens) {
		if (token.kind === 'option') {
			const option = short[token.name] ?? token.name;
			const value = await givenValue(token, known[option], Object.keys(known));
			given.set(option, known[option]?.repeatable ? [...allOf(given.get(option)), String(value)] : value);
		}
	}

	if (given.has('version')) {
		return {kind: 'version'};
	}

	if (given.has('help')) {
		return {kind: 'help', command};
	}

	const shared: SharedOptions = {
		poems: textOf(given.get('poems')),
		flock: textOf(given.get('flock')),
		keystore: textOf(given.get('keystore')),
		practice: given.has('practice') ? true : undefined,
		callback: textOf(given.get('callback')),
		open: given.has('no-open') ? false : undefined,
		browser: textOf(given.get('browser')),
		mouse: given.has('no-mouse') ? false : undefined,
	};
	if (command === null) {
		return {kind: 'screen', shared};
	}

	// Without the command's name, the first word.
	const argumentsGiven = tokens
		.filter(isWord)
		.map(({value}) => value)
		.slice(1);
	assertArguments(command, argumentsGiven.length);
	const options: Record<string, Given | null> = {};
	for (const [option, spec] of Object.entries(own)) {
		options[option] = given.get(option) ?? absent(option, spec);
	}

	return {kind: 'command', command, words: argumentsGiven, options, shared};
}

type Token = NonNullable<ReturnType<typeof tokensOf>['tokens']>[number];

function isWord(token: Token): token is Extract<Token, {kind: 'positional'}> {
	return token.kind === 'positional';
}

/** Not strict: Node's own messages name no next step, and some repeat a value. */
function tokensOf(words: readonly string[], known: Options) {
	const options = Object.fromEntries(
		Object.entries(known).map(([name, {value}]) => [
			name,
			{type: value === undefined ? ('boolean' as const) : ('string' as const)},
		]),
	);
	const {tokens} = parseArgs({
		args: [...words],
		options,
		strict: false,
		allowPositionals: true,
		tokens: true,
	});
	return {tokens};
}

async function commandOf(name: string | null): Promise<AnyDefinition | null> {
	if (name === null) {
		return null;
	}

	const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
	if (load === undefined) {
		throw wrong(`unknown command '${visible(name)}'`, await suggestion(name, Object.keys(commands)));
	}

	return await load();
}

async function givenValue(
	token: Extract<Token, {kind: 'option'}>,
	option: Option | undefined,
	known: readonly string[],
): Promise<string | boolean> {
	const {rawName} = token;
	if (option === undefined) {
		const near = await suggestion(token.name, known, '--');
		throw wrong(`unknown option '${visible(rawName)}'`, near);
	}

	const {value, choices} = option;
	if (value === undefined) {
		if (token.value !== undefined) {
			throw wrong(`option '${rawName}' takes no value`);
		}

		return true;
	}

	if (token.value === undefined) {
		throw wrong(`option '${rawName} <${value}>' argument missing`);
	}

	if (choices !== undefined && !choices.includes(token.value)) {
		throw wrong(
			`option '${rawName} <${value}>' argument is invalid. Allowed choices are ${choices.join(', ')}.`,
		);
	}

	return token.value;
}

function absent(name: string, {value, required, repeatable, default: standard}: Option): Given | null {
	if (required) {
		throw wrong(`required option '--${name} <${value}>' not specified`);
	}

	if (repeatable) {
		return [];
	}

	return standard ?? (value === undefined ? false : null);
}

function allOf(given: Given | undefined): readonly string[] {
	return Array.isArray(given) ? given : [];
}

/** Extra words are counted, not repeated: one may be a passphrase or PIN meant for a prompt. */
function assertArguments({name, arguments: wanted}: AnyDefinition, count: number): void {
	const missing = wanted[count];
	if (missing?.startsWith('<')) {
		throw wrong(`missing required argument '${missing.slice(1, -1).replace('...', '')}'`);
	}

	if (count > wanted.length && !wanted.at(-1)?.includes('...')) {
		const expected = `${wanted.length} argument${wanted.length === 1 ? '' : 's'}`;
		throw wrong(`too many arguments for '${name}'. Expected ${expected} but got ${count}.`);
	}
}

async function suggestion(name: string, candidates: readonly string[], dashes = ''): Promise<string> {
	const {nearest} = await import('../flock/nearest.ts');
	const near = nearest(name, candidates);
	return near === null ? '' : `Did you mean ${dashes}${near}? `;
}

function textOf(value: Given | undefined): string | undefined {
	return typeof value === 'string' ? value : undefined;
}

function wrong(message: string, suggested = ''): FlockError {
	return new FlockError('usage', message, {
		hint: `${suggested}keymaker --help lists the commands and options.`,
	});
}
