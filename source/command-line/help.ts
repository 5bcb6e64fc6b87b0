import type {AnyDefinition, Option, Options} from '../commands/shared/definition.ts';
import {allCommands} from './commands.ts';
import {sharedOptions} from './parse.ts';

/** A row of a list in the help: a name, and what is said of it. */
type Row = readonly [term: string, text: string];

const indent = '  ';
const helpRow: Row = ['--help', 'print this help'];
const versionRow: Row = ['--version', 'print the version'];

/** What the help says of the variables that no option stands for, and of how commands end. */
const environmentHelp = `Environment:
  TWITTER_CONSUMER_KEY          the app’s key and
  TWITTER_CONSUMER_SECRET       secret; also from .env in the current folder
  KEYMAKER_TIMEOUT              the seconds that X gets for an answer (15)
  KEYMAKER_PASSPHRASE           an encrypted keystore’s passphrase, or
  KEYMAKER_PASSPHRASE_COMMAND   a command that prints it; without, it is asked for
  KEYMAKER_PRACTICE=1           like --practice

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted;
exec ends with its command’s own.`;

/** The program's own help. @param columns the width to wrap at. */
export async function programHelp(columns: number): Promise<string> {
	const commands = (await allCommands()).map((command): Row => [briefly(command), command.summary]);
	const options = [versionRow, ...rowsOf(sharedOptions), helpRow];
	const width = widest([...commands, ...options]);
	return joined([
		'Usage: keymaker [options] [command]',
		wrapped(
			'Makes and keeps the X keys of a flock of poem bots. Without a command it opens the flock.',
			columns,
		),
		section('Options', options, width, columns),
		section('Commands', commands, width, columns),
		examples([
			'keymaker --practice',
			'keymaker authorize --missing',
			'keymaker export --format bundle --out keys',
		]),
		environmentHelp,
	]);
}

/** The help of one command. @param columns the width to wrap at. */
export function commandHelp(command: AnyDefinition, columns: number): string {
	const own = [...rowsOf(command.options as Options), helpRow];
	const shared = [versionRow, ...rowsOf(sharedOptions)];
	const width = widest([...own, ...shared]);
	const description = [command.summary, command.details ?? ''].filter(text => text !== '');
	return joined([
		`Usage: keymaker ${[command.name, '[options]', ...command.arguments].join(' ')}`,
		description.map(text => wrapped(text, columns)).join('\n'),
		section('Options', own, width, columns),
		section('Global Options', shared, width, columns),
		examples(command.examples),
	]);
}

/** How a command is called, with each of its options. */
export function usageOf({name, arguments: words, options}: AnyDefinition): string {
	const all = Object.entries(options as Options).map(([option, spec]) =>
		spec.required ? termOf(option, spec) : `[${termOf(option, spec)}]${spec.repeatable ? '...' : ''}`,
	);
	return [name, ...words, ...all].join(' ');
}

function briefly({name, arguments: words, options}: AnyDefinition): string {
	return [name, ...(Object.keys(options).length > 0 ? ['[options]'] : []), ...words].join(' ');
}

function rowsOf(options: Options): Row[] {
	return Object.entries(options).map(([name, option]) => [termOf(name, option), textOf(option)]);
}

function termOf(name: string, {value}: Option): string {
	return value === undefined ? `--${name}` : `--${name} <${value}>`;
}

function textOf({help, choices, default: standard}: Option): string {
	const more = [
		...(choices === undefined ? [] : [`choices: ${choices.map(choice => `"${choice}"`).join(', ')}`]),
		...(standard === undefined ? [] : [`default: ${standard}`]),
	];
	return more.length === 0 ? help : `${help} (${more.join(', ')})`;
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
