/** Fills the README's tables from the program itself: `tsx scripts/readme.ts` writes, a test compares. */
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {allCommands} from '../source/command-line/commands.ts';
import {usageOf} from '../source/command-line/help.ts';
import {keymapMarkdown} from '../source/tui/keymap.ts';
import {failures, sentenceOf} from '../source/x/failures.ts';

const readmePath = path.join(import.meta.dirname, '..', 'README.md');

/** The tables, by the name in their marks `<!-- name -->` … `<!-- /name -->`. */
export async function readmeParts(): Promise<Record<string, string>> {
	return {
		keys: keymapMarkdown(),
		commands: await commandsMarkdown(),
		troubleshooting: troubleshootingMarkdown(),
	};
}

/** The README with its tables as they have to be. @throws where a mark is missing */
export async function filledReadme(readme: string): Promise<string> {
	let filled = readme;
	for (const [name, content] of Object.entries(await readmeParts())) {
		const pattern = new RegExp(`(<!-- ${name} -->\n)[^]*?(\n<!-- /${name} -->)`);
		if (!pattern.test(filled)) {
			throw new Error(`README.md has no place for ${name}`);
		}

		filled = filled.replace(
			pattern,
			(_, start: string, end: string) => `${start}\n${content.trim()}\n${end}`,
		);
	}

	return filled;
}

async function commandsMarkdown(): Promise<string> {
	const rows = (await allCommands()).map(
		command => `| \`${cell(usageOf(command))}\` | ${cell(command.summary)} |`,
	);
	return ['| command | does |', '| --- | --- |', ...rows].join('\n');
}

function troubleshootingMarkdown(): string {
	const rows = Object.values(failures).map(failure => {
		const known = [...failure.xCodes, ...(failure.problems ?? [])];
		const codes = known.length === 0 ? '' : `, X’s ${known.join(', ')}`;
		return `| ${cell(sentenceOf(failure))} (\`${failure.code}\`${codes}) | ${cell(failure.meaning)} | ${cell(failure.hint)} |`;
	});
	return ['| message | what it means | what to do |', '| --- | --- | --- |', ...rows].join('\n');
}

function cell(text: string): string {
	return text.replace(/\|/g, '\\|');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
	writeFileSync(readmePath, await filledReadme(readFileSync(readmePath, 'utf8')));
}
