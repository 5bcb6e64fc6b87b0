import {
	descriptionOf,
	exitCodes,
	purpose,
	type Row,
	rowsOf,
	titledCommands,
	usageOf,
	variables,
} from '../source/command-line/help.ts';
import {informing, sharedOptions} from '../source/command-line/parse.ts';
import type {AnyDefinition, Options} from '../source/commands/shared/definition.ts';

/** The manual's page in roff's man macros, from the table of commands. @param version as `package.json` has it */
export async function manualPage(version: string): Promise<string> {
	const titled = await titledCommands();
	return [
		`.TH KEYMAKER 1 "" "keymaker ${version}" "User Commands"`,
		'.SH NAME',
		'keymaker \\- make and keep the X keys of a flock of poem bots',
		'.SH SYNOPSIS',
		'.B keymaker',
		`[${plain('options')}] [${plain('command')}]`,
		'.SH DESCRIPTION',
		text(purpose),
		...titled.flatMap(([title, commands]) => [
			`.SH ${quoted(title.toUpperCase())}`,
			...commands.flatMap(commandOf),
		]),
		'.SH OPTIONS',
		...[...rowsOf(sharedOptions), ...rowsOf(informing)].flatMap(term),
		'.SH ENVIRONMENT',
		...variables.flatMap(term),
		'.SH "EXIT STATUS"',
		text(exitCodes),
		'',
	].join('\n');
}

function commandOf(command: AnyDefinition): string[] {
	return [
		`.SS ${quoted(`keymaker ${usageOf(command)}`)}`,
		...descriptionOf(command).flatMap((line, index) => [...(index === 0 ? [] : ['.PP']), text(line)]),
		...rowsOf(command.options as Options).flatMap(term),
		'.PP',
		'.nf',
		...command.examples.map(text),
		'.fi',
	];
}

function term([name, meaning]: Row): string[] {
	return ['.TP', `.B ${quoted(name)}`, text(meaning)];
}

/** Text on a line of its own: what roff would obey at its beginning, or within, is taken as it is. */
function text(line: string): string {
	const escaped = plain(line);
	return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

function plain(line: string): string {
	return line
		.replaceAll('\\', '\\e')
		.replaceAll('-', '\\-')
		.replaceAll("'", '\\(aq')
		.replaceAll('’', '\\(cq')
		.replaceAll('"', '\\(dq');
}

function quoted(argument: string): string {
	return `"${plain(argument)}"`;
}
