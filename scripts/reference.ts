/** Writes the pages of `docs/` that are made from the program itself; `test/readme.test.ts` compares. */
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {
	descriptionOf,
	exitCodes,
	type Row,
	rowsOf,
	titledCommands,
	usageOf,
	variables,
} from '../source/command-line/help.ts';
import {informing, sharedOptions} from '../source/command-line/parse.ts';
import type {AnyDefinition, Options} from '../source/commands/shared/definition.ts';
import {keymapMarkdown} from '../source/tui/keymap.ts';
import {failures, sentenceOf} from '../source/x/failures.ts';

const note = '<!-- Made from the program by npm run reference: change it there. -->';

/** Every page that is made from the program, by its path in the project. */
export async function referencePages(): Promise<Record<string, string>> {
	return {
		'docs/keys.md': page('Keys', 'Press `?` on any screen for the keys of that place.', keymapMarkdown()),
		'docs/commands.md': page(
			'Commands',
			'`keymaker help COMMAND` prints the same. Without a terminal, `keymaker` lists the flock.',
			await commandsMarkdown(),
		),
		'docs/messages.md': page(
			'Messages',
			'Every message ends with a code, such as `x-token · 401 · 89`. These are the messages about X and the network.',
			messagesMarkdown(),
		),
	};
}

function page(title: string, introduction: string, content: string): string {
	return `${note}\n\n# ${title}\n\n${introduction}\n\n${content.trim()}\n`;
}

async function commandsMarkdown(): Promise<string> {
	const titled = await titledCommands();
	return [
		...titled.flatMap(([title, commands]) => [`## ${title}`, ...commands.map(commandMarkdown)]),
		'## Options of all commands',
		table('option', 'meaning', [...rowsOf(sharedOptions), ...rowsOf(informing)]),
		'## Environment',
		table('variable', 'meaning', variables),
		'## Exit codes',
		exitCodes,
	].join('\n\n');
}

function commandMarkdown(command: AnyDefinition): string {
	const options = rowsOf(command.options as Options);
	return [
		`### \`keymaker ${usageOf(command)}\``,
		...descriptionOf(command),
		...(options.length === 0 ? [] : [table('option', 'meaning', options)]),
		`\`\`\`sh\n${command.examples.join('\n')}\n\`\`\``,
	].join('\n\n');
}

function messagesMarkdown(): string {
	const rows = Object.values(failures).map(failure => {
		const known = [...failure.xCodes, ...(failure.problems ?? [])];
		const codes = known.length === 0 ? '' : `, X’s ${known.join(', ')}`;
		return `| ${cell(sentenceOf(failure))} (\`${failure.code}\`${codes}) | ${cell(failure.meaning)} | ${cell(failure.hint)} |`;
	});
	return ['| message | what it means | what to do |', '| --- | --- | --- |', ...rows].join('\n');
}

function table(term: string, meaning: string, rows: readonly Row[]): string {
	return [
		`| ${term} | ${meaning} |`,
		'| --- | --- |',
		...rows.map(([name, text]) => `| \`${cell(name)}\` | ${cell(text)} |`),
	].join('\n');
}

function cell(text: string): string {
	return text.replace(/\|/g, '\\|');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
	for (const [file, text] of Object.entries(await referencePages())) {
		writeFileSync(path.join(import.meta.dirname, '..', file), text);
	}
}
