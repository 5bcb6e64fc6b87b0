import type {AnyDefinition, Option, Options} from '../commands/shared/definition.ts';
import {groups} from './commands.ts';
import {informing, sharedOptions, short} from './parse.ts';

/** A row in a list of the help: a name and its description. */
export type Row = readonly [term: string, text: string];

const indent = '  ';

/** What keymaker is, in one sentence. */
export const purpose =
	'Make and keep X keys for a flock of poem bots. Without a command, keymaker opens the flock.';

/** The variables without an option. */
export const variables: readonly Row[] = [
	['TWITTER_CONSUMER_KEY', 'the app’s key (also read from .env in the current folder)'],
	['TWITTER_CONSUMER_SECRET', 'the app’s secret (also read from .env)'],
	['KEYMAKER_TIMEOUT', 'seconds to wait for X (default: 15)'],
	['KEYMAKER_PASSPHRASE', 'passphrase of an encrypted keystore'],
	['KEYMAKER_PASSPHRASE_COMMAND', 'command that prints it (without either, keymaker asks)'],
	['KEYMAKER_IDENTITY', 'identity file of this host (default: identity.txt in the settings folder)'],
	['KEYMAKER_PRACTICE=1', 'like --practice'],
];

/** The exit codes. */
export const exitCodes = '0 done, 1 failed, 2 wrong usage, 130 interrupted. exec returns its command’s own.';

const exampleLines = [
	'keymaker --practice',
	'keymaker authorize --missing',
	'keymaker exec harbour -- node bot.js',
];

/** The program's own help. @param columns the width to wrap at. */
export async function programHelp(columns: number): Promise<string> {
	const titled = await titledCommands();
	const options = [...rowsOf(sharedOptions), ...rowsOf(informing)];
	const rows = titled.map(
		([title, commands]) => [title, commands.map(({name, summary}): Row => [name, summary])] as const,
	);
	const width = widest(rows.flatMap(([, lines]) => lines));
	return joined([
		wrapped(purpose, columns),
		'Usage: keymaker [options] [command]',
		...rows.map(([title, lines]) => section(title, lines, width, columns)),
		section('Options', options, widest(options), columns),
		examples(exampleLines),
		section('Environment', variables, widest(variables), columns),
		wrapped(`Exit codes: ${exitCodes}`, columns),
		'Run keymaker help COMMAND for its options and examples.',
	]);
}

/** A command's help. @param columns the width to wrap at. */
export function commandHelp(command: AnyDefinition, columns: number): string {
	const own = rowsOf(command.options as Options);
	const shared = [...rowsOf(sharedOptions), ...rowsOf(informing)];
	const width = widest([...own, ...shared]);
	return joined([
		descriptionOf(command)
			.map(text => wrapped(text, columns))
			.join('\n'),
		`Usage: keymaker ${[command.name, '[options]', ...command.arguments].join(' ')}`,
		...(own.length === 0 ? [] : [section('Options', own, width, columns)]),
		section('Global options', shared, width, columns),
		examples(command.examples),
	]);
}

/** Every command's definition under the help's titles. */
export function titledCommands(): Promise<(readonly [title: string, commands: AnyDefinition[]])[]> {
	return Promise.all(
		Object.entries(groups).map(
			async ([title, loads]) => [title, await Promise.all(Object.values(loads).map(load => load()))] as const,
		),
	);
}

/** What each command does, one per line. */
export function descriptionOf({summary, details = ''}: AnyDefinition): string[] {
	return [summary, ...details.split('\n')].filter(text => text !== '');
}

/** A command's usage with each of its options. */
export function usageOf({name, arguments: words, options}: AnyDefinition): string {
	const all = Object.entries(options as Options).map(([option, spec]) =>
		spec.required ? termOf(option, spec) : `[${termOf(option, spec)}]${spec.repeatable ? '...' : ''}`,
	);
	return [name, ...words, ...all].join(' ');
}

/** Options as in the help's lists. */
export function rowsOf(options: Options): Row[] {
	return Object.entries(options).map(([name, option]) => {
		const letter = Object.entries(short).find(([, long]) => long === name)?.[0];
		return [`${letter === undefined ? '' : `-${letter}, `}${termOf(name, option)}`, textOf(option)];
	});
}

function termOf(name: string, {value}: Option): string {
	return value === undefined ? `--${name}` : `--${name} <${value}>`;
}

function textOf({help, choices, default: standard}: Option): string {
	const more = [
		...(choices === undefined ? [] : [`one of ${choices.join(', ')}`]),
		...(standard === undefined ? [] : [`default: ${standard}`]),
	];
	return more.length === 0 ? help : `${help} (${more.join('; ')})`;
}

function section(title: string, rows: readonly Row[], width: number, columns: number): string {
	const hanging = `\n${' '.repeat(width + 2 * indent.length)}`;
	const lines = rows.map(([term, text]) => {
		const room = columns - width - 2 * indent.length;
		return `${indent}${term.padEnd(width)}${indent}${wrapped(text, room).replaceAll('\n', hanging)}`;
	});
	return [`${title}:`, ...lines].join('\n');
}

function examples(lines: readonly string[]): string {
	return ['Examples:', ...lines.map(line => `${indent}${line}`)].join('\n');
}

function widest(rows: readonly Row[]): number {
	return Math.max(...rows.map(([term]) => term.length));
}

/** Breaks a text between words. */
function wrapped(text: string, columns: number): string {
	const lines: string[] = [];
	for (const word of text.split(' ')) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + 1 + word.length <= columns) {
			lines[lines.length - 1] = `${last} ${word}`;
		} else {
			lines.push(word);
		}
	}

	return lines.join('\n');
}

function joined(parts: readonly string[]): string {
	return `${parts.join('\n\n')}\n`;
}
